"""Who carries the readings of the fast engine: Spark, or a stand-in that needs no Java."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyspark import cloudpickle

from cstodata.spark.cluster import repeated_in
from cstodata.spark.session import start_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyspark.sql import SparkSession

    from cstodata.spark.cluster import Hashed, Keys, Piece, Task
    from cstodata.spark.notes import Note


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """Spark on this machine, with two threads."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = start_session(master="local[2]")
    yield session
    session.stop()


class HereCluster:
    """In the place of `Cluster`: it does the same tasks, pickled as for executors, one after the other."""

    def __init__(self, **_: Any) -> None:
        pass

    def notes(self, task: Task[Piece], ranges: Sequence[Piece]) -> Iterator[list[Note]]:
        for piece in ranges:
            yield list(_sent(task)(piece))

    def repeated(self, hashed: Hashed[Piece], ranges: Sequence[Piece], *, most: int) -> pa.Table:
        buckets: dict[tuple[int, int], list[bytes]] = {}
        for piece in ranges:
            for kind, bucket, content in _sent(hashed)(piece):
                buckets.setdefault((kind, bucket), []).append(content)
        kinds = pa.schema({"kind": pa.int32(), "content": pa.binary()})
        tables = [
            repeated_in(pa.table({"kind": [kind] * len(parts), "content": parts}, schema=kinds))
            for (kind, _), parts in buckets.items()
        ]
        schema = pa.schema({"kind": pa.int32(), "hash": pa.int64(), "why": pa.string()})
        return pa.concat_tables([schema.empty_table(), *tables]).slice(0, most)

    def missing(
        self, keys: Keys[Piece], ranges: Sequence[Piece], targets: Keys[Piece], there: Sequence[Piece], *, most: int
    ) -> pa.Table:
        mine, theirs = _keys(keys, ranges), _keys(targets, there)
        unfit = pa.concat_tables([each.filter(pc.less(each["kind"], 0)) for each in (mine, theirs)])
        absent = mine.join(theirs, "key", join_type="left anti").select(["kind", "key"])
        return pa.concat_tables([unfit, absent]).group_by(["kind", "key"]).aggregate([]).slice(0, most)


def _keys(keys: Keys[Piece], ranges: Sequence[Piece]) -> pa.Table:
    made = [each for piece in ranges for each in _sent(keys)(piece)]
    kinds = [pa.repeat(pa.scalar(kind, pa.int32()), len(texts)) for kind, texts in made]
    return pa.table(
        {
            "kind": pa.chunked_array(kinds, pa.int32()),
            "key": pa.chunked_array([texts for _, texts in made], pa.string()),
        }
    )


def _sent(task: Any) -> Any:
    return cloudpickle.loads(cloudpickle.dumps(task))  # type: ignore[no-untyped-call]  # it has no types


@pytest.fixture
def here_cluster() -> type[HereCluster]:
    return HereCluster
