"""Doing the same with all ranges of a file at once, on Spark."""

from __future__ import annotations

import warnings
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4

import pyarrow as pa
from pyspark.errors import PySparkException

from cstodata.errors import SparkError
from cstodata.spark.hashes import repeated
from cstodata.spark.notes import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession

    Piece = TypeVar("Piece")
    Task = Callable[[Piece], Iterable[Note]]
    Keys = Callable[[Piece], Iterable[tuple[int, pa.Array]]]
    """Gives the keys of each kind, with its number, as texts without nulls; or -1, and why there are none."""
    Hashed = Callable[[Piece], Iterable[tuple[int, int, bytes]]]
    """Gives for each kind of keys its number, a bucket, and the hashes in it; or -1, 0, and why there are none."""

_FIRST_RANGES, _MOST_RANGES = 8, 1024
_NOTES = pa.schema({"part": pa.int32(), "what": pa.string(), "number": pa.int64(), "texts": pa.list_(pa.string())})
_BUCKETS = pa.schema({"kind": pa.int32(), "bucket": pa.int32(), "content": pa.binary()})
_NOTES_IN_SPARK = "part int, what string, number long, texts array<string>"
_KEYS_IN_SPARK = "kind int, key string"
_NOTES_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A Spark session, and how much it is asked for at once.

    Attributes:
        session: Connected in whatever way: nothing but DataFrames is used.
        tasks: The most tasks of one job.
    """

    session: SparkSession
    tasks: int

    def notes(self, task: Task[Piece], ranges: Sequence[Piece]) -> Iterator[list[Note]]:
        """What a task tells of each range, in their order.

        The ranges go in waves, each of twice as many as the one before, and two of them at a time, so that no executor
        waits for the slowest task of a wave. What is no longer wanted is ended.

        Raises:
            SparkError: Spark cannot go on.
        """
        tag = f"cstodata-{uuid4()}"
        pending: deque[Future[pa.Table]] = deque()
        with ThreadPoolExecutor(max_workers=2) as pool:
            try:
                for wave in _waves(ranges):
                    pending.append(pool.submit(self._collect, self._over(task, wave), tag))
                    if len(pending) > 1:
                        yield from _by_range(pending.popleft().result())
                while pending:
                    yield from _by_range(pending.popleft().result())
            finally:
                if any(not each.cancel() for each in pending):
                    self.session.interruptTag(tag)

    def repeated(self, hashed: Hashed[Piece], ranges: Sequence[Piece], *, most: int) -> pa.Table:
        """The hashes of keys that occur twice in ranges: columns `kind` and `hash`, at most so many.

        Or, with a kind below 0, `why` they cannot be told.

        Raises:
            SparkError: Spark cannot go on.
        """

        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for part in _parts(batches):
                rows = [dict(zip(_BUCKETS.names, row, strict=True)) for row in hashed(ranges[part])]
                yield from pa.Table.from_pylist(rows, schema=_BUCKETS).to_batches(max_chunksize=1)

        buckets = self._tasks(len(ranges), run, "kind int, bucket int, content binary")
        with _no_word_of_pandas():
            found = buckets.groupBy("kind", "bucket").applyInArrow(repeated_in, "kind int, hash long, why string")
        return self._collect(found.limit(most))

    def missing(
        self, keys: Keys[Piece], ranges: Sequence[Piece], targets: Keys[Piece], there: Sequence[Piece], *, most: int
    ) -> pa.Table:
        """The keys in ranges that are not among the targets in others, as `repeated` gives them.

        Raises:
            SparkError: Spark cannot go on.
        """
        mine, theirs = self._keys(keys, ranges).distinct(), self._keys(targets, there)
        unfit = theirs.where("kind < 0").limit(1)
        absent = mine.where("kind < 0").union(mine.join(theirs, "key", "left_anti").select("kind", "key"))
        return self._collect(unfit.union(absent).distinct().limit(most))

    def tables(self, read: Callable[[Piece], Iterable[pa.Table]], pieces: Sequence[Piece], schema: str) -> DataFrame:
        """What is read of each range, as one frame of that schema; it is read when it is asked for."""

        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for part in _parts(batches):
                for table in read(pieces[part]):
                    yield from table.to_batches()

        return self._tasks(len(pieces), run, schema)

    def _over(self, task: Task[Piece], ranges: Sequence[Piece]) -> DataFrame:
        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for part in _parts(batches):
                yield from _as_batches(part, list(task(ranges[part])))

        return self._tasks(len(ranges), run, _NOTES_IN_SPARK)

    def _keys(self, keys: Keys[Piece], ranges: Sequence[Piece]) -> DataFrame:
        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for part in _parts(batches):
                for kind, texts in keys(ranges[part]):
                    kinds = pa.repeat(pa.scalar(kind, pa.int32()), len(texts))
                    yield pa.record_batch({"kind": kinds, "key": texts})

        return self._tasks(len(ranges), run, _KEYS_IN_SPARK)

    def _tasks(
        self, parts: int, run: Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]], schema: str
    ) -> DataFrame:
        with _no_word_of_pandas():
            return self.session.range(0, parts, 1, min(parts, self.tasks)).mapInArrow(run, schema)

    def _collect(self, frame: DataFrame, tag: str = "") -> pa.Table:
        if tag:
            self.session.addTag(tag)  # of this thread
        try:
            return frame.toArrow()
        except PySparkException as error:
            raise _failed(error) from error


def repeated_in(bucket: pa.Table) -> pa.Table:
    """What occurs twice in a bucket that was brought together."""
    kind, content = bucket["kind"][0], bucket["content"].to_pylist()
    is_told = kind.as_py() >= 0
    found = repeated(content) if is_told else pa.nulls(1, pa.int64())
    why = pa.nulls(len(found), pa.string()) if is_told else pa.array([content[0].decode()])
    return pa.table({"kind": pa.repeat(kind, len(found)), "hash": found, "why": why})


def _waves(ranges: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    start, size = 0, _FIRST_RANGES
    while start < len(ranges):
        yield ranges[start : start + size]
        start, size = start + size, min(2 * size, _MOST_RANGES)


def _parts(batches: Iterable[pa.RecordBatch]) -> Iterator[int]:
    for batch in batches:
        yield from batch.column(0).to_pylist()


def _as_batches(part: int, notes: list[Note]) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(notes), _NOTES_AT_ONCE):
        rows = [{"part": part, **note._asdict()} for note in notes[start : start + _NOTES_AT_ONCE]]
        yield pa.RecordBatch.from_pylist(rows, schema=_NOTES)


def _by_range(notes: pa.Table) -> Iterator[list[Note]]:
    rows = (row for batch in notes.to_batches() for row in batch.to_pylist())
    for _, told in groupby(rows, key=lambda row: row["part"]):
        yield [Note(row["what"], row["number"], row["texts"]) for row in told]


@contextmanager
def _no_word_of_pandas() -> Iterator[None]:
    """Spark warns of new versions of pandas, of which nothing is used here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def _failed(error: PySparkException) -> SparkError:
    """What Spark says; of what a Python worker raised, the last line of its traceback says what it was."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return SparkError(lines[-1] if any(line.startswith("Traceback") for line in lines) else lines[0])
