"""A cluster of its own, on this machine: what is lost on the way is done again, and the report is the same."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyspark
import pytest

import cstodata
from cstodata.report.json import to_descriptor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
PATIENCE_SECONDS = 120
SCHEMA: dict[str, Any] = {
    "fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}],
    "primaryKey": ["id"],
}
PROGRAM = """
import json, os, signal, sys
import cstodata
from cstodata.report.json import to_descriptor
from cstodata.spark.session import start_session

path, master, worker = sys.argv[1], sys.argv[2], int(sys.argv[3])
killed = []

def step(name, share):
    if 0 < share < 1 and not killed:
        os.killpg(worker, signal.SIGKILL)
        killed.append(name)

session = start_session(master=master)
engine = cstodata.SparkEngine(session, min_bytes=0, range_bytes=2_000)
report = cstodata.validate(path, rules=[], engine=engine, on_step=step)
print(json.dumps([killed, [table.how for table in report.tables], to_descriptor(report)]), flush=True)
session.stop()
"""


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


@pytest.mark.xdist_group("spark")
def test_a_worker_that_is_lost_changes_nothing(
    cluster: tuple[str, int], make_package: Callable[..., Path], tmp_path: Path
) -> None:
    rows = "".join(f'{number},"Anna\nExample"\n' for number in range(5_000, 1_000, -1))
    path = make_package({"table": (f"id,text\n{rows}1500,twice\nx,wrong\n", SCHEMA)})
    address, worker = cluster
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, str(path), address, str(worker)],
        env={**os.environ, "PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    killed, hows, descriptor = json.loads(done.stdout)
    expected: Any = to_descriptor(cstodata.validate(path, rules=[]))
    for each in (descriptor, expected):
        each["stats"]["seconds"] = each["tasks"][0]["stats"]["seconds"] = 0
    assert killed == ["table"]
    assert hows == [f"on Spark, in {hows[0].split()[3]} tasks of up to {hows[0].split()[-2]} bytes"]
    assert descriptor == expected
