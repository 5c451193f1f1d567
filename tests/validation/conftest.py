"""Who carries the readings of the fast engine: Spark, or a stand-in that needs no Java."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyspark
import pytest
from pyspark import cloudpickle

from cstodata.report.json import to_descriptor
from cstodata.spark.cluster import repeated_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cstodata.model.report import Report
    from cstodata.spark.cluster import Hashed, Keys, Piece, Task
    from cstodata.spark.notes import Note


SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
PATIENCE_SECONDS = 120


def timeless(descriptor: Any) -> str:
    """A report as JSON, but for the time that it took."""
    for each in (descriptor, *descriptor["tasks"]):
        each["stats"]["seconds"] = 0
    return json.dumps(descriptor)


def told(report: Report) -> str:
    """The same of a report."""
    return timeless(to_descriptor(report))


@pytest.fixture
def collected() -> Iterator[None]:
    """What Frictionless leaves open is closed before the next test, which may mind."""
    yield
    gc.collect()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """A process of Spark, with all that it starts in a group of its own."""
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": str(folder / "work")}
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [str(SPARK_CLASS), *arguments], cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def await_port(port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"nothing listens on port {port}")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """The address of a master with two workers, and the id of the group of processes of one of these."""
    port = free_port()
    address, host = f"spark://127.0.0.1:{port}", ("--host", "127.0.0.1", "--webui-port", "0")
    processes = [start(tmp_path, "org.apache.spark.deploy.master.Master", *host, "--port", str(port))]
    try:
        await_port(port)
        worker = ("org.apache.spark.deploy.worker.Worker", *host, "--cores", "1", "--memory", "1g", address)
        processes += [start(tmp_path, *worker) for _ in range(2)]
        yield address, processes[-1].pid
    finally:
        for process in processes:
            with suppress(ProcessLookupError):  # the test has ended one
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class HereCluster:
    """In the place of `Cluster`: it does the same tasks, pickled as for executors, one after the other."""

    def __init__(self, **_: Any) -> None:
        pass

    def notes(self, task: Task[Piece], ranges: Sequence[Piece], **_: Any) -> Iterator[list[Note]]:
        for piece in ranges:
            yield list(sent(task)(piece))

    def repeated(self, hashed: Hashed[Piece], ranges: Sequence[Piece], *, most: int, **_: Any) -> pa.Table:
        buckets: dict[tuple[int, int], list[bytes]] = {}
        for piece in ranges:
            for kind, bucket, content in sent(hashed)(piece):
                buckets.setdefault((kind, bucket), []).append(content)
        kinds = pa.schema({"kind": pa.int32(), "content": pa.binary()})
        tables = [
            repeated_in(pa.table({"kind": [kind] * len(parts), "content": parts}, schema=kinds))
            for (kind, _), parts in buckets.items()
        ]
        schema = pa.schema({"kind": pa.int32(), "hash": pa.int64(), "why": pa.string()})
        return pa.concat_tables([schema.empty_table(), *tables]).slice(0, most)

    def missing(
        self,
        keys: Keys[Piece],
        ranges: Sequence[Piece],
        targets: Keys[Piece],
        there: Sequence[Piece],
        *,
        most: int,
        **_: Any,
    ) -> pa.Table:
        mine, theirs = _keys(keys, ranges), _keys(targets, there)
        unfit = pa.concat_tables([each.filter(pc.less(each["kind"], 0)) for each in (mine, theirs)])
        absent = mine.join(theirs, "key", join_type="left anti").select(["kind", "key"])
        return pa.concat_tables([unfit, absent]).group_by(["kind", "key"]).aggregate([]).slice(0, most)


def _keys(keys: Keys[Piece], ranges: Sequence[Piece]) -> pa.Table:
    made = [each for piece in ranges for each in sent(keys)(piece)]
    kinds = [pa.repeat(pa.scalar(kind, pa.int32()), len(texts)) for kind, texts in made]
    return pa.table(
        {
            "kind": pa.chunked_array(kinds, pa.int32()),
            "key": pa.chunked_array([texts for _, texts in made], pa.string()),
        }
    )


def sent(task: Any) -> Any:
    """The same as an executor would have it."""
    return cloudpickle.loads(cloudpickle.dumps(task))  # type: ignore[no-untyped-call]  # it has no types


@pytest.fixture
def here_cluster() -> type[HereCluster]:
    return HereCluster
