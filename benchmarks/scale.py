"""How long validation takes as tables grow, on threads of this machine and on Spark, in turn, in one run.

    python benchmarks/scale.py [--rows 1000000 10000000] [--master "local[2]"] [--repeat 3] [--rules] [--folder DIR]
                               [--format csv|parquet]

The data is that of `validate.py`, clean. Each measurement is a process of its own. Its seconds are those of
`cstodata.validate` alone: the start, up to the end of a first validation of a table of a thousand rows, which imports
libraries and starts Java, a session and its workers where there are any, is told beside it. CPU seconds are those of
all its processes, the start aside; `driver` is the peak memory of the process that asks, `JVM` of Java, `workers` of
the Python processes of executors together. All is read from `/proc`, ten times a second.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from validate import apart, make

PROGRAM = """
import json, os, sys, time
import cstodata
master, rules = sys.argv[1], json.loads(sys.argv[2])
begin, engine = time.perf_counter(), "fast"
if master:
    from cstodata.spark.session import start_session
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = start_session(master=master)
    engine = cstodata.SparkEngine(session)
first = cstodata.SparkEngine(session, min_bytes=0) if master else "fast"
cstodata.validate(".", resources=["sources"], engine=first, rules=rules)
started = time.perf_counter()
print("started", flush=True)
report = cstodata.validate(".", engine=engine, rules=rules)
assert report.valid, report.findings[:3]
seconds = time.perf_counter() - started
print(json.dumps([started - begin, seconds, [table.how for table in report.tables]]), flush=True)
sys.stdin.read()
os._exit(0)
"""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(kw_only=True)
class Seen:
    """What the processes of a measurement took."""

    cpu: dict[int, float] = field(default_factory=dict)
    peak: dict[str, int] = field(default_factory=dict)

    def look(self, root: int) -> None:
        """Look at all processes below one."""
        now: dict[str, int] = {}
        for pid, name in _family(root):
            try:
                figures = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:  # it has ended meanwhile
                continue
            self.cpu[pid] = (int(figures[11]) + int(figures[12])) / _TICKS
            kind = "driver" if pid == root else "JVM" if name == "java" else "workers"
            resident = next((line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")), "0")
            now[kind] = now.get(kind, 0) + int(resident) // 1024
        self.peak = {kind: max(now.get(kind, 0), self.peak.get(kind, 0)) for kind in now.keys() | self.peak.keys()}


def _family(root: int) -> list[tuple[int, str]]:
    """A process and its descendants, with their names."""
    parents: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (entry / "stat").read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        parents[int(entry.name)] = (int(rest.split()[1]), name)
    found = [root]
    for pid in found:
        found += [child for child, (parent, _) in parents.items() if parent == pid]
    return [(pid, parents[pid][1]) for pid in found if pid in parents]


Measured = tuple[float, float, float, dict[str, int], list[str]]


def run(folder: Path, master: str, *, rules: bool) -> Measured:
    """Seconds of the start, of validation, of the processors; peak memory in MiB; and how the tables were judged."""
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, master, json.dumps(None if rules else [])]
    process = subprocess.Popen(
        command, bufsize=0, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    if process.stdout is None or process.stdout.readline() != b"started\n":
        raise RuntimeError("it does not start")
    seen = Seen()
    seen.look(process.pid)
    before = sum(seen.cpu.values())
    while not select.select([process.stdout], [], [], 0.1)[0]:
        seen.look(process.pid)
    seen.look(process.pid)
    told = process.stdout.readline()
    process.communicate()
    if not told:
        raise RuntimeError("it fails")
    start, seconds, hows = json.loads(told)
    return start, seconds, sum(seen.cpu.values()) - before, seen.peak, [how for how in hows if how]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--rules", action="store_true", help="apply the rules too")
    parser.add_argument("--format", choices=["csv", "parquet"], default="csv")
    parser.add_argument("--folder", type=Path, help="where to put the data; a temporary folder if it is not named")
    options = parser.parse_args()
    print("| rows | where | start | time | CPU | rows a second | driver | JVM | workers |")
    print("|---|---|---|---|---|---|---|---|---|")
    for rows in options.rows:
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            folder = Path(name)
            apart(make, folder, rows, "none", options.format)
            places = {"threads": "", f"Spark {options.master}": options.master}
            runs: dict[str, list[Measured]] = {place: [] for place in places}
            for _ in range(options.repeat):
                for place, master in places.items():
                    runs[place].append(run(folder, master, rules=options.rules))
            for place, measured in runs.items():
                print(_line(rows, place, measured), flush=True)


def _line(rows: int, place: str, measured: list[Measured]) -> str:
    """A row of the table."""
    start, seconds, cpu = (statistics.median(each[at] for each in measured) for at in range(3))
    peak = [max(each[3].get(kind, 0) for each in measured) for kind in ("driver", "JVM", "workers")]
    memory = " | ".join(f"{mib} MiB" for mib in peak)
    return f"| {rows:,} | {place} | {start:.1f} s | {seconds:.2f} s | {cpu:.1f} s | {rows / seconds:,.0f} | {memory} |"


if __name__ == "__main__":
    main()
