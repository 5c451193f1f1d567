"""Doing the same with all ranges of a file at once, on Spark."""

from __future__ import annotations

import warnings
from collections import deque
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from cstodata.model.progress import unheard
from cstodata.spark.hashes import repeated
from cstodata.spark.jobs import Job, Jobs
from cstodata.spark.notes import Note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyspark.sql import DataFrame, SparkSession

    from cstodata.model.progress import OnStep
    from cstodata.spark.checkpoints import Checkpoints

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
_BATCH_BYTES = 1024 * 1024
_PATIENCE_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A Spark session, and how much it is asked for at once.

    What is done has a name, which Spark's own pages show too: it says what is done with which table.

    Attributes:
        session: Connected in whatever way: nothing but DataFrames is used, and the tracker of jobs where there is one.
        tasks: The most tasks of one job.
        on_step: Called with what is done, and how much of it already; and with the share of that.
        checkpoints: Where what is told is kept; None if it is not.
    """

    session: SparkSession
    tasks: int
    on_step: OnStep = unheard
    checkpoints: Checkpoints | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def notes(
        self, task: Task[Piece], ranges: Sequence[Piece], *, doing: str, kept: bool = True
    ) -> Iterator[list[Note]]:
        """What a task tells of each range, in their order.

        The ranges go in waves, each of twice as many as the one before, and two of them at a time, so that no executor
        waits for the slowest task of a wave. What is no longer wanted is ended.

        Args:
            task: What is done with each range.
            ranges: All of them.
            doing: What that is, in a few words.
            kept: Whether what is told may be kept; not if it depends on more than the question of the checkpoints.

        Raises:
            SparkError: Spark cannot go on.
        """
        number, done, running = next(self._numbers), 0, deque[tuple[int, Job]]()

        def first() -> Iterator[list[Note]]:
            nonlocal done
            size, job = running[0]
            while not wait([job.told], timeout=_PATIENCE_SECONDS).done:
                self._tell(doing, done + sum(int(of * self._jobs.share(each)) for of, each in running), len(ranges))
            notes = job.told.result()
            running.popleft()
            done += size
            self._tell(doing, done, len(ranges))
            yield from _by_range(notes)

        with ThreadPoolExecutor(max_workers=2) as pool:
            try:
                for start, wave in _waves(ranges):
                    kept_as = f"{doing}, {number}, from {start}" if kept else None
                    running.append(
                        (len(wave), self._jobs.send(self._over(task, wave), pool, doing=doing, kept_as=kept_as))
                    )
                    if len(running) > 1:
                        yield from first()
                while running:
                    yield from first()
            finally:
                for _, job in running:
                    self._jobs.end(job)

    def repeated(self, hashed: Hashed[Piece], ranges: Sequence[Piece], *, most: int, doing: str) -> pa.Table:
        """The hashes of keys that occur twice in ranges: columns `kind` and `hash`, at most so many.

        Or, with a kind below 0, `why` they cannot be told.

        Raises:
            SparkError: Spark cannot go on.
        """

        def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for part in _parts(batches):
                rows = [dict(zip(_BUCKETS.names, row, strict=True)) for row in hashed(ranges[part])]
                table = pa.Table.from_pylist(rows, schema=_BUCKETS)
                few = max(1, table.num_rows * _BATCH_BYTES // max(1, table.nbytes))
                yield from table.to_batches(max_chunksize=few)

        buckets = self._tasks(len(ranges), run, "kind int, bucket int, content binary")
        with _no_word_of_pandas():
            found = buckets.groupBy("kind", "bucket").applyInArrow(repeated_in, "kind int, hash long, why string")
        return self._asked(found.limit(most), doing)

    def missing(
        self,
        keys: Keys[Piece],
        ranges: Sequence[Piece],
        targets: Keys[Piece],
        there: Sequence[Piece],
        *,
        most: int,
        doing: str,
    ) -> pa.Table:
        """The keys in ranges that are not among the targets in others, as `repeated` gives them.

        Raises:
            SparkError: Spark cannot go on.
        """
        mine, theirs = self._keys(keys, ranges).distinct(), self._keys(targets, there)
        unfit = theirs.where("kind < 0").limit(1)
        absent = mine.where("kind < 0").union(mine.join(theirs, "key", "left_anti").select("kind", "key"))
        return self._asked(unfit.union(absent).distinct().limit(most), doing)

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

    def _asked(self, frame: DataFrame, doing: str) -> pa.Table:
        """All rows of a frame."""
        self.on_step(doing, 0)
        told = self._jobs.table(frame, doing=doing, kept_as=f"{doing}, {next(self._numbers)}")
        self.on_step(doing, 1)
        return told

    @property
    def _jobs(self) -> Jobs:
        return Jobs(session=self.session, checkpoints=self.checkpoints)

    def _tell(self, doing: str, done: int, ranges: int) -> None:
        self.on_step(f"{doing}, {done:,} of {ranges:,} chunks", done / ranges)


def repeated_in(bucket: pa.Table) -> pa.Table:
    """What occurs twice in a bucket that was brought together."""
    kind, content = bucket["kind"][0], bucket["content"].to_pylist()
    is_told = kind.as_py() >= 0
    found = repeated(content) if is_told else pa.nulls(1, pa.int64())
    why = pa.nulls(len(found), pa.string()) if is_told else pa.array([content[0].decode()])
    return pa.table({"kind": pa.repeat(kind, len(found)), "hash": found, "why": why})


def _waves(ranges: Sequence[Piece]) -> Iterator[tuple[int, Sequence[Piece]]]:
    start, size = 0, _FIRST_RANGES
    while start < len(ranges):
        yield start, ranges[start : start + size]
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
