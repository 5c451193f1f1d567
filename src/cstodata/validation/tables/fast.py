"""Judging the rows of a table at columnar speed: masks acquit, Frictionless judges the rest."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.package.lines import line_after
from cstodata.validation.tables import scan as scanning
from cstodata.validation.tables.keys import BatchKeys, KeyNotes
from cstodata.validation.tables.looking import look, suspects
from cstodata.validation.tables.reading import Summary, read_on, verdict
from cstodata.validation.tables.refusal import RECORD_BYTES, RefusedError, through_reference, too_large
from cstodata.validation.tables.scan import NotFastError, RecordTooLargeError, digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Executor

    from cstodata.model.progress import OnShare
    from cstodata.validation.limits import Limits
    from cstodata.validation.tables.contents import Content
    from cstodata.validation.tables.keys import Fields
    from cstodata.validation.tables.looking import Looked, Suspicions
    from cstodata.validation.tables.plan import ForeignKey, TablePlan
    from cstodata.validation.tables.reading import Reading, Verdict
    from cstodata.validation.tables.scan import Batch
    from cstodata.validation.tables.standard import StandardChecks

T = TypeVar("T")


class Target:
    """The keys of a table that foreign keys may refer to, read once, when they are asked for."""

    def __init__(self, plan: TablePlan, fields: Fields) -> None:
        self.plan, self.fields = plan, fields

    @cached_property
    def keys(self) -> pa.Array:
        """The keys, joined, each once; a key all null is none.

        Raises:
            NotFastError: The table cannot be read fast.
            RefusedError: A record is too large for anybody.
        """
        plan, fields = self.plan, self.fields

        def read(block_size: int) -> pa.Array:
            chunks = [pa.array([], pa.string())]
            for batch in plan.content().batches(block_size=block_size):
                keys = BatchKeys(plan, batch)
                chunks += [pc.unique(each.drop_null()) for each in (keys.of(fields), keys.ragged(fields))]
            return pc.unique(pa.chunked_array(chunks, pa.string()))

        return _with_large_blocks(plan, read)

    @cached_property
    def texts(self) -> frozenset[str]:
        """The same, to look single keys up in."""
        return frozenset(self.keys.to_pylist())

    def __contains__(self, key: object) -> bool:
        return key in self.texts


def judge_rows(
    plan: TablePlan, targets: Mapping[ForeignKey, Target], limits: Limits, checks: StandardChecks, on_share: OnShare
) -> Verdict:
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
    _ = plan.content()  # whether it can be read shows before anything else
    for key, target in targets.items():
        try:
            _ = target.keys
        except RefusedError as refusal:
            raise refusal if target.plan is plan else through_reference(key.resource, refusal) from None
    with ThreadPoolExecutor(max_workers=limits.threads + 1) as pool:  # one is busy with the digests for long
        digesting = pool.submit(digest, plan.digested_blocks()) if plan.is_digested else None
        passes = _Passes(plan, targets, limits, checks, pool, on_share)
        notes, reading = _with_large_blocks(plan, passes.first)
        suspicions = notes.suspicions(limits)
        if suspicions:
            reading = _with_large_blocks(plan, lambda size: passes.run(size, None, suspicions))
        return verdict(plan, reading, digesting.result() if digesting else None, how="")


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


@dataclass(frozen=True, slots=True)
class _Passes:
    """Readings of one file, from the first row to the end or to the limit."""

    plan: TablePlan
    targets: Mapping[ForeignKey, Target]
    limits: Limits
    checks: StandardChecks
    pool: Executor
    on_share: OnShare

    def first(self, block_size: int) -> tuple[KeyNotes, Reading]:
        """The reading that notes all keys."""
        notes = KeyNotes(self.plan, {key: target.keys for key, target in self.targets.items()})
        self.checks.restart()
        return notes, self.run(block_size, notes, {})

    def run(self, block_size: int, notes: KeyNotes | None, suspicions: Suspicions) -> Reading:
        """One reading.

        Args:
            block_size: In bytes.
            notes: Where to note all keys; None if they need not be noted.
            suspicions: Keys of which every row is judged, by the fields that they are made of.
        """
        summaries = self._summaries(block_size, notes, suspicions)
        return read_on(self.plan, self.targets, summaries, self.limits, self.on_share)

    def _summaries(self, block_size: int, notes: KeyNotes | None, suspicions: Suspicions) -> Iterator[Summary]:
        plan, content = self.plan, self.plan.content()
        exactly = content.exact_cells()
        for looked in self._looked(content, block_size, suspicions.keys() | (notes.fields if notes else set())):
            batch = looked.batch
            if notes is not None:
                notes.add(looked.keys)
                if self.checks.fields:
                    self.checks.add(batch.numbers, plan.cells(batch, self.checks.fields))
            suspicious = suspects(plan, looked, suspicions, exactly)
            yield Summary(rows=batch.size, suspects=suspicious, share=batch.share)

    def _looked(self, content: Content, block_size: int, keys: Iterable[Fields]) -> Iterator[Looked]:
        """The batches in order; some threads look at the following ones meanwhile."""
        pending = deque[Future["Looked"]]()
        # Of large blocks, only one is held.
        pool, ahead = (None, 0) if block_size == RECORD_BYTES else (self.pool, self.limits.threads)
        for looked in self._submitted(content.batches(pool=pool, block_size=block_size), keys):
            pending.append(looked)
            if len(pending) > ahead:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def _submitted(self, batches: Iterator[Batch], keys: Iterable[Fields]) -> Iterator[Future[Looked]]:
        """What becomes of each batch; and in its place among them, if it comes to that, why there is no further one."""
        try:
            for batch in batches:
                yield self.pool.submit(look, self.plan, batch, keys)
        except NotFastError as error:
            failed = Future["Looked"]()
            failed.set_exception(error)
            yield failed
