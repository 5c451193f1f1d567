"""Judging the rows of a table at columnar speed: masks acquit, Frictionless judges the rest."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from frictionless.errors import ForeignKeyError, PrimaryKeyError, UniqueError
from frictionless.table.row import Row

from cstodata.validation.tables.acquit import canonical_text
from cstodata.validation.tables.keys import References, Uniqueness, joined
from cstodata.validation.tables.scan import Batch, Digest, NotFastError, digest, ends_within_quotes, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from frictionless import Error

    from cstodata.validation.tables.plan import ForeignKey, TablePlan

MEMORY_LIMIT = "128MB"
"""What DuckDB may take before it spills to disk; all in all, 10 million keys then take less than 700 MB."""

_SMALL_BYTES, _LARGE_BYTES = 512 * 1024, 32 * 1024 * 1024

Targets = dict["ForeignKey", pa.Array]
"""The keys that each foreign key may refer to, as joined texts, each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What judging the rows of a table found.

    Attributes:
        errors: Frictionless' errors, in its order, cut at the limit.
        rows: How many rows were read; the last one reached the limit, if it was reached.
        digest: Of the whole file; None if the limit was reached, as Frictionless does not read on then.
    """

    errors: list[Error]
    rows: int
    digest: Digest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suspicions:
    """Keys whose rows are suspect, joined, by what makes them so."""

    primary: pa.Array | None = None
    unique: dict[str, pa.Array] = field(default_factory=dict)
    foreign: Targets = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.primary) or any(map(len, self.unique.values())) or any(map(len, self.foreign.values()))


def judge_rows(plan: TablePlan, targets: Targets, *, limit_errors: int) -> Verdict:
    """What Frictionless finds in the rows of a table, without the header's errors.

    Args:
        plan: The table.
        targets: What its foreign keys may refer to.
        limit_errors: Errors after which reading stops; 0 for no limit.

    Raises:
        NotFastError: The table is left to Frictionless after all.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        digesting = pool.submit(digest, plan.path)
        if plan.path.stat().st_size > _LARGE_BYTES:
            pool.submit(import_module, "duckdb")  # it takes a while, and is wanted in the end
        first = _Pass(plan=plan, targets=targets, suspicions=_Suspicions(), limit_errors=limit_errors)
        first.run()
        verdict = first
        suspicions = first.suspicions_about_keys()
        if suspicions:
            verdict = _Pass(plan=plan, targets=targets, suspicions=suspicions, limit_errors=limit_errors)
            verdict.run()
        read = digesting.result()
    if plan.format == "tsv" and read.has_cr:
        raise NotFastError("it is a TSV file with carriage returns, which Frictionless reads in a way of its own")
    if verdict.limit_reached and read.size < _SMALL_BYTES:
        # How much Frictionless has read at the limit, and so whether it gives a digest, depends on its buffers.
        raise NotFastError("it is small, and has as many errors as are looked for")
    return Verdict(errors=verdict.errors, rows=verdict.rows, digest=None if verdict.limit_reached else read)


def read_targets(plan: TablePlan, fields: tuple[str, ...]) -> pa.Array:
    """The keys of a table that foreign keys may refer to, joined, each once; a key all null is none.

    Raises:
        NotFastError: The table cannot be read fast.
    """
    known = [name in plan.handlers for name in fields]
    if not all(known):
        raise NotFastError("a foreign key refers to a field that is not there")
    chunks = [pa.array([], pa.string())]
    for batch in scan(plan.path, plan.dialect, len(plan.acquittals)):
        chunks.append(pc.unique(_keys_of(plan, batch, fields).drop_null()))
        chunks.extend(
            pa.array([key], pa.string())
            for number, cells in batch.ragged.items()
            if (key := _key_of(_row(plan, cells, number), fields)) is not None
        )
    return pc.unique(pa.chunked_array(chunks, pa.string()))


@dataclass(kw_only=True)
class _Pass:
    """One reading of the file, from the first row to the end or to the limit."""

    plan: TablePlan
    targets: Targets
    suspicions: _Suspicions
    limit_errors: int
    errors: list[Error] = field(default_factory=list)
    rows: int = 0
    limit_reached: bool = False

    def __post_init__(self) -> None:
        self._seen: dict[str, dict[Any, int]] = {name: {} for name in self.plan.unique}
        self._seen_primary: dict[tuple[Any, ...], int] = {}
        self._target_sets: dict[ForeignKey, frozenset[str]] = {}
        self._primary = Uniqueness()
        self._unique = {name: Uniqueness() for name in self.plan.unique}
        self._foreign = {key: References(targets=targets) for key, targets in self.targets.items()}
        self._blank_lines = _exact_cells(self.plan)
        self._last_cell = ""

    def run(self) -> None:
        """Read, until the end or the limit."""
        for batch in scan(self.plan.path, self.plan.dialect, len(self.plan.acquittals)):
            suspects = {**batch.ragged, **self._suspects(batch, self._note_keys(batch))}
            for number in sorted(suspects):
                self._judge(_row(self.plan, suspects[number], number))
                if self.limit_errors and len(self.errors) >= self.limit_errors:
                    del self.errors[self.limit_errors :]
                    self.rows, self.limit_reached = number - 1, True
                    return
            self.rows += len(batch.numbers) + len(batch.ragged)
            if len(batch.numbers) or batch.ragged:
                self._last_cell = _last_cell(batch)
        if self.rows and ends_within_quotes(self.plan.path, self.plan.dialect, self._last_cell):
            raise NotFastError("it seems to end within quotes")

    def suspicions_about_keys(self) -> _Suspicions:
        """The keys that are not as they must be, in so far as they were read."""
        return _Suspicions(
            primary=self._primary.duplicates(MEMORY_LIMIT) if self.plan.primary_key else None,
            unique={name: keys.duplicates(MEMORY_LIMIT) for name, keys in self._unique.items()},
            foreign={key: references.missing() for key, references in self._foreign.items()},
        )

    def _note_keys(self, batch: Batch) -> dict[object, pa.Array]:
        """The joined keys of a batch, by what they are keys of; those of ragged rows are noted too."""
        keys: dict[object, pa.Array] = {}
        ragged = [_row(self.plan, cells, number) for number, cells in batch.ragged.items()]
        noting: list[tuple[object, tuple[str, ...], Uniqueness | References]] = []
        if self.plan.primary_key:
            noting.append(("primary", self.plan.primary_key, self._primary))
        noting += [(name, (name,), unique) for name, unique in self._unique.items()]
        noting += [(key, key.fields, references) for key, references in self._foreign.items()]
        cache: dict[tuple[str, ...], pa.Array] = {}
        for what, fields, notes in noting:
            if fields not in cache:
                cache[fields] = _keys_of(self.plan, batch, fields)
            keys[what] = cache[fields]
            notes.add(cache[fields])
            if ragged:
                notes.add(pa.array([_key_of(row, fields) for row in ragged], pa.string()))
        return keys

    def _suspects(self, batch: Batch, keys: dict[object, pa.Array]) -> dict[int, list[str]]:
        """The cells of the rows that are not acquitted, by number."""
        suspect = _blank_rows(self.plan, batch)
        for acquittal, texts in zip(self.plan.acquittals, batch.columns, strict=True):
            good = acquittal.good(texts)
            if good is not None:
                suspect = _either(suspect, pc.invert(good))
        for what, values in (
            ("primary", self.suspicions.primary),
            *self.suspicions.unique.items(),
            *self.suspicions.foreign.items(),
        ):
            if values is not None and len(values):
                suspect = _either(suspect, pc.is_in(keys[what], value_set=values))
        if self.plan.primary_key:
            null = keys["primary"].is_null()
            suspect = _either(suspect, null) if pc.any(null).as_py() else suspect
        if suspect is None:
            return {}
        where = pc.indices_nonzero(suspect)
        cells = zip(*(column.take(where).to_pylist() for column in batch.columns), strict=True)
        rows = {batch.numbers[index]: list(row) for index, row in zip(where.to_pylist(), cells, strict=True)}
        # A blank line and a line of delimiters look the same here, and not to Frictionless.
        return {number: row if any(row) else self._blank_lines(number) for number, row in rows.items()}

    def _judge(self, row: Row) -> None:
        """Take the errors of a row as Frictionless' own reading of a table would add them up."""
        for name, seen in self._seen.items():
            cell = row[name]
            if cell is not None:
                match, seen[cell] = seen.get(cell), row.row_number
                if match:
                    note = f"the same as in the row at position {match}"
                    row.errors.append(UniqueError.from_row(row, note=note, field_name=name))
        if self.plan.primary_key:
            cells = tuple(row[name] for name in self.plan.primary_key)
            if set(cells) == {None}:
                note = 'cells composing the primary keys are all "None"'
                row.errors.append(PrimaryKeyError.from_row(row, note=note))
            else:
                match, self._seen_primary[cells] = self._seen_primary.get(cells), row.row_number
                if match:
                    note = f"the same as in the row at position {match}"
                    row.errors.append(PrimaryKeyError.from_row(row, note=note))
        for key in self.targets:
            self._judge_reference(row, key)
        self.errors.extend(row.errors)

    def _judge_reference(self, row: Row, key: ForeignKey) -> None:
        text = _key_of(row, key.fields)
        if key not in self._target_sets:
            self._target_sets[key] = frozenset(self.targets[key].to_pylist())
        if text is None or text in self._target_sets[key]:
            return
        cells = [row[name] for name in key.fields]
        values = ", ".join(str(cell) for cell in cells)
        note = (
            f'for "{", ".join(key.fields)}": values "{values}" not found in the lookup table "{key.resource}" '
            f'as "{", ".join(key.referred)}"'
        )
        row.errors.append(
            ForeignKeyError.from_row(
                row,
                note=note,
                field_names=list(key.fields),
                field_values=cells,
                reference_name=key.resource,
                reference_field_names=list(key.referred),
            )
        )


def _last_cell(batch: Batch) -> str:
    """The last cell of the last record; empty if there is none."""
    last = max(batch.ragged, default=0)
    if len(batch.numbers) and batch.numbers[-1] > last:
        return str(batch.columns[-1][-1].as_py())
    return batch.ragged[last][-1] if batch.ragged.get(last) else ""


def _row(plan: TablePlan, cells: list[str], number: int) -> Row:
    return Row(cells, handlers=plan.handlers, row_number=number)


def _keys_of(plan: TablePlan, batch: Batch, fields: tuple[str, ...]) -> pa.Array:
    positions = [plan.position(name) for name in fields]
    return joined([plan.acquittals[position].canonical(batch.columns[position]) for position in positions])


def _key_of(row: Row, fields: tuple[str, ...]) -> str | None:
    """The same as `_keys_of` for one row."""
    parts = [pa.array([canonical_text(row[name])], pa.string()) for name in fields]
    key: str | None = joined(parts)[0].as_py()
    return key


def _blank_rows(plan: TablePlan, batch: Batch) -> pa.Array | None:
    """The rows whose cells are all missing or empty; None if there are none."""
    blank = None
    for acquittal, texts in zip(plan.acquittals, batch.columns, strict=True):
        missing = pc.or_(acquittal.missing(texts), pc.equal(pc.binary_length(texts), 0))
        blank = missing if blank is None else pc.and_(blank, missing)
        if not pc.any(blank).as_py():
            return None
    return blank


def _either(one: pa.Array | None, other: pa.Array) -> pa.Array:
    other = pc.fill_null(other, fill_value=False)
    return other if one is None else pc.or_(one, other)


def _exact_cells(plan: TablePlan) -> Callable[[int], list[str]]:
    """A function that gives the cells of a record as Python's `csv` module reads them; for ascending numbers."""

    def records() -> Iterator[tuple[int, list[str]]]:
        with plan.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=plan.dialect.delimiter, quotechar=plan.dialect.quote)
            yield from enumerate(reader, start=1)

    reading = records()
    return lambda number: next(cells for at, cells in reading if at == number)
