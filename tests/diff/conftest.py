"""In the place of Spark: the same tasks and the same SQL, without Java."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pytest
from tests.validation import conftest

import cstodata
from cstodata.diff.spark import relations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


@dataclass(frozen=True)
class HereFrame:
    """In the place of a `DataFrame`: it is read when it is asked for, each time."""

    read: Callable[[Any], Iterable[pa.Table]]
    pieces: Sequence[Any]
    columns: list[str]

    def toArrow(self) -> pa.Table:  # noqa: N802 -- as PySpark calls it
        tables = [table for piece in self.pieces for table in conftest.sent(self.read)(conftest.sent(piece))]
        assert all(table.column_names == self.columns for table in tables)
        return pa.concat_tables(tables)


class HereCluster(conftest.HereCluster):
    """In the place of `Cluster`, for tables as well."""

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


@pytest.fixture
def here_engine() -> Iterator[Callable[[int], cstodata.SparkEngine]]:
    """An engine without Spark, by how many bytes a task is to read."""

    def engine(range_bytes: int) -> cstodata.SparkEngine:
        return cstodata.SparkEngine(None, min_bytes=0, range_bytes=range_bytes)  # type: ignore[arg-type]  # nobody asks it

    with patch.object(relations, "Cluster", HereCluster), patch.object(relations, "SparkRelations", HereRelations):
        yield engine
