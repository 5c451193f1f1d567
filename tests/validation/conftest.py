"""Who carries the readings of the fast engine: Spark, or a stand-in that needs no Java."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from moto.server import ThreadedMotoServer
from pyspark import cloudpickle

from cstodata.spark.cluster import repeated_in
from cstodata.spark.session import start_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pyspark.sql import SparkSession

    from cstodata.spark.cluster import Hashed, Keys, Piece, Task
    from cstodata.spark.notes import Note


@pytest.fixture
def collected() -> Iterator[None]:
    """What Frictionless leaves open is closed before the next test, which may mind."""
    yield
    gc.collect()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket of an S3 server on this machine, and what the environment must hold to reach it."""

    client: Any
    environment: dict[str, str]

    def fill(self, folder: Path, prefix: str) -> str:
        """Upload the files of a folder; the address of where they are."""
        for path in folder.rglob("*"):
            if path.is_file():
                self.client.put_object(
                    Bucket="data", Key=f"{prefix}/{path.relative_to(folder).as_posix()}", Body=path.read_bytes()
                )
        return f"s3://data/{prefix}"


@pytest.fixture(scope="session")
def bucket() -> Iterator[Bucket]:
    """A bucket that is empty at first."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    names = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 -- no secret
    )
    client.create_bucket(Bucket="data")
    yield Bucket(client=client, environment={**names, "AWS_ENDPOINT_URL": address})
    server.stop()


@pytest.fixture(scope="session")
def spark(bucket: Bucket) -> Iterator[SparkSession]:
    """Spark on this machine, with two threads; executors may read the bucket."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**bucket.environment, "PYSPARK_PYTHON": sys.executable}.items():
            patch.setenv(name, value)
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
