"""Relations on Spark: frames by name, which are kept where they were made, and asked in SQL."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pyspark.errors import PySparkException

from cstodata.errors import CstodataError, SparkError
from cstodata.spark.jobs import failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

_RELATION = re.compile(r"\b(?<!DISTINCT )(FROM|JOIN) (\w+)(?: AS (\w+))?")
"""A relation in a query. A WITH could say which view it is, but Spark takes minutes for views of views with a WITH."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A frame, and the view of it that only we know of: a session may have views of any other name."""

    frame: DataFrame
    view: str


class SparkRelations:
    """Relations of one session; whoever makes them closes them.

    All it does may raise a SparkError: Spark cannot go on.
    """

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
        """Keep what a query gives by a name; it may ask a relation that had this name."""
        frame = self._frame(select)
        if before := self._named.get(name):
            self._replaced.append(before)  # the new one is made of it when it is asked
        self._keep(name, frame)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives, in any order.

        Args:
            query: A SELECT of columns with different names, that names relations only behind FROM and JOIN.
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
        def view(match: re.Match[str]) -> str:
            word, name, alias = match.groups()
            return f"{word} {self._named[name].view} AS {alias or name}"

        with asking_spark():
            return self._session.sql(_RELATION.sub(view, query))

    def _keep(self, name: str, frame: DataFrame) -> None:
        kept = _Kept(frame, f"cstodata_{uuid4().hex}")
        with asking_spark():
            frame.persist()
            frame.createOrReplaceTempView(kept.view)
        self._named[name] = kept

    def _let_go(self, kept: _Kept) -> None:
        with asking_spark():
            self._session.catalog.dropTempView(kept.view)
            kept.frame.unpersist()


def collected(frame: DataFrame) -> pa.Table:
    """The rows of a frame.

    Raises:
        SparkError: Spark cannot go on.
    """
    with asking_spark():
        return frame.toArrow()


@contextmanager
def asking_spark() -> Iterator[None]:
    """Whatever goes wrong within it, where nothing is done but to ask Spark, becomes an error that can be told.

    Raises:
        SparkError: Spark cannot go on, or is gone.
    """
    try:
        yield
    except CstodataError:
        raise
    except PySparkException as error:
        raise failed(error) from error
    except Exception as error:  # what Java throws is of many kinds, and so is what the way to it does
        raise SparkError(f"it does not answer any more ({type(error).__name__})") from error
