"""Relations on Spark: frames by name, which are kept where they were made, and asked in SQL."""

# ruff: noqa: S608 -- the queries hold names that are made here, and queries of our own

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pyspark.errors import PySparkException

from cstodata.spark.jobs import failed

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True, slots=True)
class _Kept:
    """A frame, and the view of it that only we know of: a session may have views of any other name."""

    frame: DataFrame
    view: str


class SparkRelations:
    """Relations of one session; whoever makes them closes them."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        self._named: dict[str, _Kept] = {}
        self._replaced: list[_Kept] = []

    def add(self, name: str, frame: DataFrame) -> None:
        """Keep a frame by a name; one that was kept by it before is let go."""
        if before := self._named.pop(name, None):
            self._let_go(before)
        self._keep(name, frame)

    def define(self, name: str, select: str) -> None:
        """Keep what a query gives by a name; it may ask a relation that had this name.

        Raises:
            SparkError: Spark does not understand it.
        """
        frame = self._frame(select)
        if before := self._named.get(name):
            self._replaced.append(before)  # the new one is made of it when it is asked
        self._keep(name, frame)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives, in any order.

        Args:
            query: A SELECT without a WITH, of columns with different names.

        Raises:
            SparkError: Spark cannot go on.
        """
        found = collected(self._frame(query))
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def close(self) -> None:
        """Let all go."""
        for each in (*self._replaced, *self._named.values()):
            self._let_go(each)
        self._replaced.clear()
        self._named.clear()

    def _frame(self, query: str) -> DataFrame:
        views = ", ".join(f"{name} AS (SELECT * FROM {kept.view})" for name, kept in self._named.items())
        try:
            return self._session.sql(f"WITH {views} {query}")
        except PySparkException as error:
            raise failed(error) from error

    def _keep(self, name: str, frame: DataFrame) -> None:
        kept = _Kept(frame, f"cstodata_{uuid4().hex}")
        frame.persist()
        frame.createOrReplaceTempView(kept.view)
        self._named[name] = kept

    def _let_go(self, kept: _Kept) -> None:
        self._session.catalog.dropTempView(kept.view)
        kept.frame.unpersist()


def collected(frame: DataFrame) -> pa.Table:
    """The rows of a frame.

    Raises:
        SparkError: Spark cannot go on.
    """
    try:
        return frame.toArrow()
    except PySparkException as error:
        raise failed(error) from error
