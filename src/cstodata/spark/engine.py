"""Spark as an engine of validation."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """Validation on Spark: large tables are looked at by executors, and what they suspect is judged on the driver.

    Executors need cstodata installed, and read the files of the package by the same paths as the driver, or at a place
    of their own.

    Attributes:
        session: A session, of Spark or Spark Connect; it is not stopped.
        files: Where executors find the folder of the package: its path there, or an address such as
            `s3://bucket/prefix`; None for the path of the driver.
        min_bytes: Tables smaller than this are judged on the driver.
        range_bytes: How much of a file a task reads; an executor holds a few times as much.
        tasks: The most tasks of one job.
    """

    session: SparkSession
    _: KW_ONLY
    files: str | None = None
    min_bytes: int = 64 * 1024 * 1024
    range_bytes: int = 64 * 1024 * 1024
    tasks: int = 1024
