"""Judging the rows of a table at columnar speed: masks acquit, Frictionless judges the rest."""

from __future__ import annotations

import csv
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.package.lines import line_after
from cstodata.validation.tables import scan as scanning
from cstodata.validation.tables.keys import BatchKeys, KeyNotes
from cstodata.validation.tables.refusal import RECORD_BYTES, too_large
from cstodata.validation.tables.rows import RowJudge
from cstodata.validation.tables.scan import (
    Batch,
    Digest,
    NotFastError,
    RecordTooLargeError,
    digest,
    ends_within_quotes,
    scan,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Executor

    from frictionless import Error

    from cstodata.model.progress import OnShare
    from cstodata.validation.limits import Limits
    from cstodata.validation.tables.keys import Fields
    from cstodata.validation.tables.plan import TablePlan
    from cstodata.validation.tables.rows import Targets
    from cstodata.validation.tables.standard import StandardChecks

    Suspicions = dict[Fields, pa.Array]

T = TypeVar("T")

_SMALL_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What judging the rows of a table found.

    Attributes:
        errors: Frictionless' errors, in its order, cut at the limit.
        rows: How many rows were read; the last one reached the limit, if it was reached.
        digest: Of the whole file; None if Frictionless gives none, as it does not read on after the limit.
        limit_reached: Whether the limit was reached.
    """

    errors: list[Error]
    rows: int
    digest: Digest | None
    limit_reached: bool


def judge_rows(plan: TablePlan, targets: Targets, limits: Limits, checks: StandardChecks, on_share: OnShare) -> Verdict:
    """What Frictionless finds in the rows of a table, without the header's errors.

    Args:
        plan: The table.
        targets: What its foreign keys may refer to.
        limits: How much may be found, and taken.
        checks: What else looks at the rows.
        on_share: Called with the share of the file that has been read, from 0 to 1; twice if it is read twice.

    Raises:
        NotFastError: The table is left to Frictionless after all.
        RefusedError: A record is too large for anybody.
    """
    with ThreadPoolExecutor(max_workers=limits.threads + 1) as pool:  # one is busy with the digests for long
        digesting = pool.submit(digest, plan.digested)
        passes = _Passes(plan, targets, limits, checks, pool, on_share)
        notes, reading = _with_large_blocks(plan, passes.first)
        suspicions = notes.suspicions(limits)
        if suspicions:
            reading = _with_large_blocks(plan, lambda size: passes.run(size, None, suspicions))
        digested = digesting.result()
    if reading.limit_reached and not plan.is_digested_first:
        if digested.size < _SMALL_BYTES:
            # How much Frictionless has read at the limit, and so whether it gives a digest, depends on its buffers.
            raise NotFastError("it is small, and has as many errors as are looked for")
        return Verdict(errors=reading.errors, rows=reading.rows, digest=None, limit_reached=True)
    return Verdict(errors=reading.errors, rows=reading.rows, digest=digested, limit_reached=reading.limit_reached)


def read_targets(plan: TablePlan, fields: Fields) -> pa.Array:
    """The keys of a table that foreign keys may refer to, joined, each once; a key all null is none.

    Raises:
        NotFastError: The table cannot be read fast.
        RefusedError: A record is too large for anybody.
    """
    if not plan.handlers.keys() >= set(fields):
        raise NotFastError("a foreign key refers to a field that is not there")

    def read(block_size: int) -> pa.Array:
        chunks = [pa.array([], pa.string())]
        for batch in scan(plan.path, plan.dialect, plan.width, block_size=block_size):
            keys = BatchKeys(plan, batch)
            chunks += [pc.unique(each.drop_null()) for each in (keys.of(fields), keys.ragged(fields))]
        return pc.unique(pa.chunked_array(chunks, pa.string()))

    return _with_large_blocks(plan, read)


def _with_large_blocks(plan: TablePlan, read: Callable[[int], T]) -> T:
    """Read a file in blocks of the usual size, or, if a record is larger, of the largest."""
    try:
        return read(scanning.BLOCK_BYTES)
    except RecordTooLargeError:
        pass
    try:
        return read(RECORD_BYTES)
    except RecordTooLargeError as error:
        raise too_large(line_after(plan.path, plan.dialect, error.number - 1)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    errors: list[Error]
    rows: int
    limit_reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """A batch, its keys, and for each column which cells are certainly good; None if that is all of them."""

    batch: Batch
    keys: BatchKeys
    cleared: tuple[pa.Array | None, ...]


@dataclass(frozen=True, slots=True)
class _Passes:
    """Readings of one file, from the first row to the end or to the limit."""

    plan: TablePlan
    targets: Targets
    limits: Limits
    checks: StandardChecks
    pool: Executor
    on_share: OnShare

    def first(self, block_size: int) -> tuple[KeyNotes, _Reading]:
        """The reading that notes all keys."""
        notes = KeyNotes(self.plan, self.targets)
        self.checks.restart()
        return notes, self.run(block_size, notes, {})

    def run(self, block_size: int, notes: KeyNotes | None, suspicions: Suspicions) -> _Reading:
        """One reading.

        Args:
            block_size: In bytes.
            notes: Where to note all keys; None if they need not be noted.
            suspicions: Keys of which every row is judged, by the fields that they are made of.
        """
        plan, limit = self.plan, self.limits.errors
        judge, exact_cells = RowJudge(plan, self.targets), _exact_cells(plan)
        errors: list[Error] = []
        rows, last_cell, read, size = 0, "", 0, plan.path.stat().st_size
        wanted = {name: plan.position(name) for name in self.checks.fields & plan.handlers.keys()}
        keys = suspicions.keys() | (notes.fields if notes else set())
        for looked in self._looked(block_size, keys):
            batch = looked.batch
            if notes is not None:
                notes.add(looked.keys)
                if wanted:
                    self.checks.add(batch.numbers, {name: batch.columns[at] for name, at in wanted.items()})
            suspects = {**batch.ragged, **_suspects(plan, looked, suspicions, exact_cells)}
            for number in sorted(suspects):
                errors += judge.errors(suspects[number], number)
                if limit and len(errors) >= limit:
                    return _Reading(errors=errors[:limit], rows=number - 1, limit_reached=True)
            rows += batch.size
            last_cell = batch.last_cell if batch.size else last_cell
            read += batch.bytes
            self.on_share(min(1.0, read / size))
        if rows and ends_within_quotes(plan.path, plan.dialect, last_cell):
            raise NotFastError("it seems to end within quotes")
        return _Reading(errors=errors, rows=rows, limit_reached=False)

    def _looked(self, block_size: int, keys: Iterable[Fields]) -> Iterator[_Looked]:
        """The batches in order; some threads look at the following ones meanwhile."""
        plan, pending = self.plan, deque[Future[_Looked]]()
        # Of large blocks, only one is held.
        pool, ahead = (None, 0) if block_size == RECORD_BYTES else (self.pool, self.limits.threads)
        for batch in scan(plan.path, plan.dialect, plan.width, pool=pool, block_size=block_size):
            pending.append(self.pool.submit(_look, plan, batch, keys))
            if len(pending) > ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def _look(plan: TablePlan, batch: Batch, keys: Iterable[Fields]) -> _Looked:
    """What Arrow can tell of a batch: a pure function, whoever runs it."""
    cleared = tuple(acquittal.cleared(texts) for acquittal, texts in zip(plan.acquittals, batch.columns, strict=True))
    made = BatchKeys(plan, batch)
    made.make({*keys, *((plan.primary_key,) if plan.primary_key else ())})
    return _Looked(batch=batch, keys=made, cleared=cleared)


def _suspects(
    plan: TablePlan, looked: _Looked, suspicions: Suspicions, exact_cells: Callable[[int], list[str]]
) -> dict[int, list[str]]:
    """The cells of the rows that are not acquitted, by number."""
    batch, keys = looked.batch, looked.keys
    suspect = _blank_rows(plan, batch)
    for acquittal, texts, cleared in zip(plan.acquittals, batch.columns, looked.cleared, strict=True):
        good = acquittal.good(texts, cleared)
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
