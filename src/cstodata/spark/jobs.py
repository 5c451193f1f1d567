"""Asking Spark for all rows of a frame: as a job that has a name, tells how far it is, and can be ended."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from pyspark.errors import PySparkException

from cstodata.errors import SparkError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pyarrow as pa
    from pyspark import SparkContext
    from pyspark.sql import DataFrame, SparkSession

    from cstodata.spark.checkpoints import Checkpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job that was sent.

    Attributes:
        tag: What it is called by Spark.
        told: All rows; or `SparkError`, if Spark cannot go on.
    """

    tag: str
    told: Future[pa.Table]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """The jobs of a session.

    Attributes:
        session: Connected in whatever way.
        checkpoints: Where what is told is kept; None if it is not.
    """

    session: SparkSession
    checkpoints: Checkpoints | None

    def send(self, frame: DataFrame, pool: Executor, *, doing: str, kept_as: str | None) -> Job:
        """A job for all rows of a frame.

        Args:
            frame: What to ask for.
            pool: Whose threads wait for Spark: not that of the caller, as tags and groups of jobs are a thread's.
            doing: What is done, in a few words; Spark's own pages show it.
            kept_as: By which name it is among the checkpoints; None if it is not kept.
        """
        tag = f"cstodata-{uuid4()}"

        def collect() -> pa.Table:
            self.session.addTag(tag)
            if context := self._context:
                context.setJobGroup(tag, f"cstodata: {doing}")
            try:
                return frame.toArrow()
            except PySparkException as error:
                raise failed(error) from error
            finally:
                self.session.removeTag(tag)

        checkpoints = self.checkpoints if kept_as else None
        told = pool.submit(checkpoints.table, str(kept_as), collect) if checkpoints else pool.submit(collect)
        return Job(tag=tag, told=told)

    def table(self, frame: DataFrame, *, doing: str, kept_as: str) -> pa.Table:
        """All rows of a frame, waited for.

        Raises:
            SparkError: Spark cannot go on.
        """
        with ThreadPoolExecutor(max_workers=1) as pool:
            return self.send(frame, pool, doing=doing, kept_as=kept_as).told.result()

    def share(self, job: Job) -> float:
        """Which share of a job's tasks is done, from 0 to 1; 0 where nobody tells, as with Spark Connect."""
        if (context := self._context) is None:
            return 0
        tracker = context.statusTracker()
        jobs = [tracker.getJobInfo(number) for number in tracker.getJobIdsForGroup(job.tag)]
        stages = [tracker.getStageInfo(number) for each in jobs if each for number in each.stageIds]
        tasks = sum(stage.numTasks for stage in stages if stage)
        return sum(stage.numCompletedTasks for stage in stages if stage) / max(tasks, 1)

    def end(self, job: Job) -> None:
        """End a job that is no longer wanted."""
        if not job.told.cancel():
            self.session.interruptTag(job.tag)

    @property
    def _context(self) -> SparkContext | None:
        return getattr(self.session, "sparkContext", None)


def failed(error: PySparkException) -> SparkError:
    """What Spark says; of what a Python worker raised, the last line of its traceback says what it was."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return SparkError(lines[-1] if any(line.startswith("Traceback") for line in lines) else lines[0])
