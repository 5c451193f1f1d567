"""A cluster of its own, on this machine: what is lost on the way is done again, and the report is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import cstodata
from cstodata.report.json import to_descriptor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
    if "rows" in name and 0 < share < 1 and not killed:
        os.killpg(worker, signal.SIGKILL)
        killed.append(name)

session = start_session(master=master)
engine = cstodata.SparkEngine(session, min_bytes=0, range_bytes=2_000)
report = cstodata.validate(path, rules=[], engine=engine, on_step=step)
print(json.dumps([killed, [table.how for table in report.tables], to_descriptor(report)]), flush=True)
session.stop()
"""


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
    assert len(killed) == 1
    assert hows == [f"on Spark, in {hows[0].split()[3]} tasks of up to {hows[0].split()[-2]} bytes"]
    assert descriptor == expected
