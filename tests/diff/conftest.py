"""In the place of Spark: the same tasks and the same SQL, without Java."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pytest
from pyspark import cloudpickle

import cstodata
from cstodata.diff.spark import relations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cstodata.spark.cluster import Piece, Task
    from cstodata.spark.notes import Note


@dataclass(frozen=True)
class HereFrame:
    """In the place of a `DataFrame`: it is read when it is asked for, each time."""

    read: Callable[[Any], Iterable[pa.Table]]
    pieces: Sequence[Any]
    columns: list[str]

    def toArrow(self) -> pa.Table:  # noqa: N802 -- as PySpark calls it
        tables = [table for piece in self.pieces for table in _sent(self.read)(_sent(piece))]
        assert all(table.column_names == self.columns for table in tables)
        return pa.concat_tables(tables)


class HereCluster:
    """In the place of `Cluster`: it does the same tasks, pickled as for executors, one after the other."""

    def __init__(self, **_: Any) -> None:
        pass

    def notes(self, task: Task[Piece], ranges: Sequence[Piece], **_: Any) -> Iterator[list[Note]]:
        for piece in ranges:
            yield list(_sent(task)(piece))

    def tables(self, read: Callable[[Any], Iterable[pa.Table]], pieces: Sequence[Any], schema: str) -> HereFrame:
        return HereFrame(read, pieces, [each.split()[0] for each in schema.split(", ")])


class HereRelations:
    """In the place of `SparkRelations`: DuckDB is asked in the same words."""

    def __init__(self, _: Any) -> None:
        self._database = duckdb.connect()

    def add(self, name: str, frame: HereFrame) -> None:
        self._database.register("read", frame.toArrow())
        self.define(name, "SELECT * FROM read")

    def define(self, name: str, select: str) -> None:
        self.rows(f"CREATE OR REPLACE TABLE {name} AS {select}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._database.execute(query).fetchall()

    def close(self) -> None:
        self._database.close()


def _sent(task: Any) -> Any:
    return cloudpickle.loads(cloudpickle.dumps(task))  # type: ignore[no-untyped-call]  # it has no types


@pytest.fixture
def here_engine() -> Iterator[Callable[[int], cstodata.SparkEngine]]:
    """An engine without Spark, by how many bytes a task is to read."""

    def engine(range_bytes: int) -> cstodata.SparkEngine:
        return cstodata.SparkEngine(None, min_bytes=0, range_bytes=range_bytes)  # type: ignore[arg-type]  # nobody asks it

    with patch.object(relations, "Cluster", HereCluster), patch.object(relations, "SparkRelations", HereRelations):
        yield engine
