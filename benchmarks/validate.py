"""How long validation takes: frictionless-py, ours, and two limits, in turn, in one run, each in a process of its own.

    python benchmarks/validate.py [--rows 10000 100000 1000000] [--bad none rare many] [--repeat 3] [--folder DIR]
                                  [--format csv|parquet]

The data is made here: news-like rows with a pattern, an enum, bounds, a date, a URI, a primary key and a foreign key.
`rare` is one bad cell in 10,000 rows, `many` one in 10. The limits are reading the file with `pyarrow`, which finds
nothing, and DuckDB's own typed scan with the same checks, which says how many rows are bad and not which. Times are
wall times of whole processes, the median of the repetitions; memory is the peak of the process. frictionless-py runs
once: it takes long enough.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.csv
import pyarrow.parquet

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ["speech", "session", "visit", "treaty", "election"]
WORDS = ["seat", "chamber", "parliament", "assembly", "treaty", "observer", "election", "session", "report", "vote"]
DIALECT = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}
SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "news_id", "type": "string", "constraints": {"required": True, "pattern": "[a-z0-9]+(-[a-z0-9]+)*"}},
        {"name": "published_on", "type": "date", "constraints": {"required": True, "minimum": "2006-11-16"}},
        {"name": "title", "type": "string", "constraints": {"required": True}},
        {"name": "kind", "type": "string", "constraints": {"enum": KINDS}},
        {"name": "word_count", "type": "integer", "constraints": {"minimum": 1}},
        {"name": "address", "type": "string", "format": "uri"},
        {"name": "source_id", "type": "string"},
    ],
    "primaryKey": ["news_id"],
    "foreignKeys": [{"fields": ["source_id"], "reference": {"resource": "sources", "fields": ["source_id"]}}],
}
BAD_EVERY = {"none": 0, "rare": 10_000, "many": 10}

SCANS = {"csv": "read_csv('{}.csv', header = true, all_varchar = true)", "parquet": "'{}.parquet'"}
READERS = {
    "csv": 'csv.read_csv("news.csv", parse_options=csv.ParseOptions(newlines_in_values=True))',
    "parquet": 'parquet.read_table("news.parquet")',
}
ARROW = """
from pyarrow import {format}
print({reader}.num_rows)
"""
DUCKDB = """
import duckdb
print(duckdb.sql('''
select count(*), count(distinct news_id),
  count(*) filter (not regexp_full_match(news_id, '[a-z0-9]+(-[a-z0-9]+)*')),
  count(*) filter (try_cast(published_on as date) is null or try_cast(published_on as date) < date '2006-11-16'),
  count(*) filter (title is null),
  count(*) filter (kind not in ('speech', 'session', 'visit', 'treaty', 'election')),
  count(*) filter (try_cast(word_count as bigint) is null or try_cast(word_count as bigint) < 1),
  count(*) filter (not regexp_full_match(address, '[a-z][a-z0-9+.-]*://.*')),
  count(*) filter (source_id not in (select source_id from {sources}))
from {news}
''').fetchall())
"""


def make(folder: Path, rows: int, bad: str, form: str = "csv") -> None:
    """Write the package, its tables as CSV or as Parquet."""
    chance, every = random.Random(1), BAD_EVERY[bad]
    wrong = "many" if form == "csv" else "0"  # no text stands in a column of integers
    with (folder / "sources.csv").open("w") as file:
        file.write("source_id\n" + "".join(f"source-{number}\n" for number in range(1000)))
    with (folder / "news.csv").open("w") as file:
        file.write(",".join(str(field["name"]) for field in SCHEMA["fields"]) + "\n")
        for i in range(rows):
            title = " ".join(chance.choice(WORDS) for _ in range(6))
            title = f'"{title}, ""quoted"""' if i % 17 == 0 else title
            day = f"20{10 + i % 15:02d}-{1 + i % 12:02d}-{1 + i % 28:02d}"
            count = wrong if every and i % every == every - 1 else str(50 + i % 2000)
            address = f"https://parliament.example/events/{WORDS[i % 10]}-{i}"
            file.write(f"news-{i},{day},{title},{KINDS[i % 5]},{count},{address},source-{i % 1000}\n")
    resources = [
        {
            "name": "sources",
            "schema": {"fields": [{"name": "source_id", "type": "string"}], "primaryKey": ["source_id"]},
        },
        {"name": "news", "schema": SCHEMA},
    ]
    common = {"type": "table"} | ({"encoding": "utf-8", "dialect": DIALECT} if form == "csv" else {})
    profile = "https://datapackage.org/profiles/2.0/datapackage.json"
    described = [{**resource, "path": f"{resource['name']}.{form}", **common} for resource in resources]
    if form == "parquet":
        for path in folder.glob("*.csv"):
            types = {"published_on": pyarrow.date32(), "word_count": pyarrow.int64()}
            table = pyarrow.csv.read_csv(path, convert_options=pyarrow.csv.ConvertOptions(column_types=types))
            pyarrow.parquet.write_table(table, path.with_suffix(".parquet"), compression="zstd", row_group_size=122_880)
    (folder / "datapackage.json").write_text(json.dumps({"$schema": profile, "name": "news", "resources": described}))


def apart(work: Callable[..., None], *arguments: Any) -> None:
    """Do work in a process of its own: what it takes would count as memory of the commands that this one starts."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{work.__name__} failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a process took: wall time and processor time in seconds, and memory at its peak in MiB."""

    seconds: float
    processor: float
    memory: int


def run(command: list[str], folder: Path) -> Run:
    """Run a command, and tell what it took."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code and not (code == 1 and command[0] != sys.executable):  # with 1 a validator ends that found something
        raise RuntimeError(f"{' '.join(command)} failed")
    return Run(
        seconds=time.perf_counter() - begin,
        processor=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss // 1024,
    )


def measure(rows: int, bad: str, form: str, repeat: int, folder: Path) -> list[str]:
    """The rows of the table for one package."""
    apart(make, folder, rows, bad, form)
    duckdb = DUCKDB.format(**{name: SCANS[form].format(name) for name in ("news", "sources")})
    here = Path(sys.executable).parent
    all_errors = ["--limit-errors", "0"]
    commands = {
        "frictionless-py": ([str(here / "frictionless"), "validate", "datapackage.json", *all_errors], 1),
        "cstodata --no-rules": ([str(here / "cstodata"), "validate", "--no-rules", *all_errors], repeat),
        "cstodata": ([str(here / "cstodata"), "validate", *all_errors], repeat),
        "DuckDB, typed scan": ([sys.executable, "-c", duckdb], repeat),
        f"pyarrow.{form}, reading": (
            [sys.executable, "-c", ARROW.format(format=form, reader=READERS[form])],
            repeat,
        ),
    }
    measured = {name: [run(command, folder) for _ in range(times)] for name, (command, times) in commands.items()}
    seconds = {name: statistics.median(each.seconds for each in runs) for name, runs in measured.items()}
    size = (folder / f"news.{form}").stat().st_size / 1e6
    return [
        f"| {rows:,} ({size:,.0f} MB) | {bad} | {name} | {seconds[name]:.2f} s | "
        f"{seconds['frictionless-py'] / seconds[name]:.1f} | {seconds[name] / seconds['DuckDB, typed scan']:.1f} | "
        f"{max(each.memory for each in runs)} MiB |"
        for name, runs in measured.items()
    ]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--bad", choices=BAD_EVERY, nargs="+", default=list(BAD_EVERY))
    parser.add_argument("--format", choices=SCANS, default="csv")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to put the data; a temporary folder if it is not named")
    options = parser.parse_args()
    print("| rows | bad | what | time | times as fast as frictionless-py | times DuckDB's time | peak memory |")
    print("|---|---|---|---|---|---|---|")
    for rows in options.rows:
        for bad in options.bad:
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                print("\n".join(measure(rows, bad, options.format, options.repeat, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
