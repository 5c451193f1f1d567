"""Judging the rows of a table at columnar speed: masks acquit, Frictionless judges the rest."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.validation.tables.keys import BatchKeys, KeyNotes
from cstodata.validation.tables.rows import RowJudge
from cstodata.validation.tables.scan import Batch, Digest, NotFastError, digest, ends_within_quotes, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from frictionless import Error

    from cstodata.validation.tables.keys import Fields
    from cstodata.validation.tables.plan import TablePlan
    from cstodata.validation.tables.rows import Targets

_SMALL_BYTES, _LARGE_BYTES = 512 * 1024, 32 * 1024 * 1024


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


def judge_rows(plan: TablePlan, targets: Targets, *, limit_errors: int, memory_limit: str) -> Verdict:
    """What Frictionless finds in the rows of a table, without the header's errors.

    Args:
        plan: The table.
        targets: What its foreign keys may refer to.
        limit_errors: Errors after which reading stops; 0 for no limit.
        memory_limit: What finding equal keys may take before it spills to disk, such as `128MB`.

    Raises:
        NotFastError: The table is left to Frictionless after all.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        digesting = pool.submit(digest, plan.path)
        if plan.path.stat().st_size > _LARGE_BYTES:
            pool.submit(import_module, "duckdb")  # it takes a while, and is wanted in the end
        notes = KeyNotes(plan, targets)
        reading = _read(plan, targets, notes, {}, limit_errors)
        suspicions = notes.suspicions(memory_limit)
        if suspicions:
            reading = _read(plan, targets, None, suspicions, limit_errors)
        digested = digesting.result()
    if plan.format == "tsv" and digested.has_cr:
        raise NotFastError("it is a TSV file with carriage returns, which Frictionless reads in a way of its own")
    if reading.limit_reached and digested.size < _SMALL_BYTES:
        # How much Frictionless has read at the limit, and so whether it gives a digest, depends on its buffers.
        raise NotFastError("it is small, and has as many errors as are looked for")
    return Verdict(errors=reading.errors, rows=reading.rows, digest=None if reading.limit_reached else digested)


def read_targets(plan: TablePlan, fields: Fields) -> pa.Array:
    """The keys of a table that foreign keys may refer to, joined, each once; a key all null is none.

    Raises:
        NotFastError: The table cannot be read fast.
    """
    if not plan.handlers.keys() >= set(fields):
        raise NotFastError("a foreign key refers to a field that is not there")
    chunks = [pa.array([], pa.string())]
    for batch in scan(plan.path, plan.dialect, plan.width):
        keys = BatchKeys(plan, batch)
        chunks += [pc.unique(each.drop_null()) for each in (keys.of(fields), keys.ragged(fields))]
    return pc.unique(pa.chunked_array(chunks, pa.string()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    errors: list[Error]
    rows: int
    limit_reached: bool


def _read(
    plan: TablePlan,
    targets: Targets,
    notes: KeyNotes | None,
    suspicions: dict[Fields, pa.Array],
    limit_errors: int,
) -> _Reading:
    """One reading of the file, from the first row to the end or to the limit.

    Args:
        plan: The table.
        targets: What its foreign keys may refer to.
        notes: Where to note all keys; None if they need not be noted.
        suspicions: Keys of which every row is judged, by the fields that they are made of.
        limit_errors: Errors after which reading stops; 0 for no limit.
    """
    judge, exact_cells = RowJudge(plan, targets), _exact_cells(plan)
    errors: list[Error] = []
    rows, last_cell = 0, ""
    for batch in scan(plan.path, plan.dialect, plan.width):
        keys = BatchKeys(plan, batch)
        if notes is not None:
            notes.add(keys)
        suspects = {**batch.ragged, **_suspects(plan, batch, keys, suspicions, exact_cells)}
        for number in sorted(suspects):
            errors += judge.errors(suspects[number], number)
            if limit_errors and len(errors) >= limit_errors:
                return _Reading(errors=errors[:limit_errors], rows=number - 1, limit_reached=True)
        rows += batch.size
        last_cell = batch.last_cell if batch.size else last_cell
    if rows and ends_within_quotes(plan.path, plan.dialect, last_cell):
        raise NotFastError("it seems to end within quotes")
    return _Reading(errors=errors, rows=rows, limit_reached=False)


def _suspects(
    plan: TablePlan,
    batch: Batch,
    keys: BatchKeys,
    suspicions: dict[Fields, pa.Array],
    exact_cells: Callable[[int], list[str]],
) -> dict[int, list[str]]:
    """The cells of the rows that are not acquitted, by number."""
    suspect = _blank_rows(plan, batch)
    for acquittal, texts in zip(plan.acquittals, batch.columns, strict=True):
        good = acquittal.good(texts)
        if good is not None:
            suspect = _either(suspect, pc.invert(good))
    for fields, values in suspicions.items():
        suspect = _either(suspect, pc.is_in(keys.of(fields), value_set=values))
    if plan.primary_key:
        null = keys.of(plan.primary_key).is_null()
        suspect = _either(suspect, null) if pc.any(null).as_py() else suspect
    if suspect is None:
        return {}
    where = pc.indices_nonzero(suspect)
    cells = zip(*(column.take(where).to_pylist() for column in batch.columns), strict=True)
    rows = {batch.numbers[index]: list(row) for index, row in zip(where.to_pylist(), cells, strict=True)}
    # A blank line and a line of delimiters look the same here, and not to Frictionless.
    return {number: row if any(row) else exact_cells(number) for number, row in rows.items()}


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
