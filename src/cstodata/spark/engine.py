"""Spark as an engine of validation and of comparison."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pyspark.sql import SparkSession


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """Validation and comparison on Spark.

    Large tables are looked at by executors. If they are checked, what is suspected is judged on the driver; if two are
    compared, executors make hashes of their rows, which Spark joins.

    Executors need cstodata installed, and read the files of the package by the same paths as the driver; those of a
    package that is checked may be at a place of their own.

    Attributes:
        session: A session, of Spark or Spark Connect; it is not stopped.
        files: Where executors find the folder of the package that is checked: its path there, or an address such as
            `s3://bucket/prefix`; None for the path of the driver.
        min_bytes: Tables smaller than this are read on the driver; of two that are compared, if both are.
        range_bytes: How much of a file a task reads; an executor holds a few times as much.
        tasks: The most tasks of one job.
        checkpoints: A folder of the driver in which what jobs tell of rows is kept until the report is there: whoever
            asks the same again after it broke off goes on where it did. None if nothing is kept.
    """

    session: SparkSession
    _: KW_ONLY
    files: str | None = None
    min_bytes: int = 64 * 1024 * 1024
    range_bytes: int = 64 * 1024 * 1024
    tasks: int = 1024
    checkpoints: Path | None = None
