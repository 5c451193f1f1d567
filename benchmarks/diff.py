"""How long it takes to tell what changed between two tables: ours, csv-diff, daff, and DuckDB's own join as the limit.

    python benchmarks/diff.py [--rows 1000000] [--daff-rows 100000] [--repeat 3] [--master "local[2]"] [--folder DIR]

The tables are news-like and made here: of the second, 0.3 % of the rows are new, 0.3 % are gone and 0.4 % changed in
one cell, and its rows are mixed. All run in turn, each in a process of its own, in the same run; times are wall times
of whole processes, the median of the repetitions (csv-diff and daff run once: they take long enough), memory is the
peak of the process. csv-diff and daff come from PyPI: pip install csv-diff daff. With a master, Spark too tells what
changed in the larger tables: its time has the start of Java in it, and its memory is that of the driver alone.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from validate import apart, make, run

GONE, NEW, CHANGED = 0.003, 0.003, 0.004
SPARK = "cstodata diff --engine spark, all rows as JSON"

DUCKDB = """
import duckdb
c = duckdb.connect()
for side in ("old", "new"):
    c.execute(f"create table {side} as from read_csv('{side}/news.csv', header = true, all_varchar = true)").fetchall()
columns = [name for (name, *_) in c.execute("describe old").fetchall() if name != "news_id"]
other = " or ".join(f"old.{name} is distinct from new.{name}" for name in columns)
rows = c.execute(f"select * from old full join new using (news_id) "
                 f"where old.title is null or new.title is null or {other}").fetchall()
print(len(rows))
"""


def change(folder: Path, rows: int) -> None:
    """Write the second package beside the first."""
    chance = random.Random(3)
    shutil.copytree(folder / "old", folder / "new")
    header, *lines = (folder / "old" / "news.csv").read_text().splitlines()
    after = []
    for line in lines:
        fate = chance.random()
        if fate < GONE:
            continue
        if fate < GONE + CHANGED:
            before, count, address, source = line.rsplit(",", 3)
            after.append(f"{before},{int(count) + 1},{address},{source}")
        else:
            after.append(line)
    address = "https://parliament.example/events/new"
    after += [
        f"news-new-{number},2024-01-01,a new title,speech,60,{address},source-5" for number in range(rows * 3 // 1000)
    ]
    chance.shuffle(after)
    (folder / "new" / "news.csv").write_text("\n".join([header, *after]) + "\n")


def measure(rows: int, names: list[str], repeat: int, folder: Path, master: str | None) -> list[str]:
    """The rows of the table for one size."""
    (folder / "old").mkdir()
    apart(make, folder / "old", rows, "none")
    apart(change, folder, rows)
    here = Path(sys.executable).parent
    spark = ["--engine", "spark", "--master", master or "", "-f", "json", "-o", "spark.json"]
    commands = {
        SPARK: ([str(here / "cstodata"), "diff", "old", "new", *spark], repeat),
        "cstodata diff, all rows as JSON": (
            [str(here / "cstodata"), "diff", "old", "new", "-f", "json", "-o", "changes.json"],
            repeat,
        ),
        "DuckDB, load and join": ([sys.executable, "-c", DUCKDB], repeat),
        "csv-diff": ([str(here / "csv-diff"), "old/news.csv", "new/news.csv", "--key=news_id", "--json"], 1),
        "daff": ([str(here / "daff"), "old/news.csv", "new/news.csv"], 1),
        "daff --id news_id --unordered": (
            [str(here / "daff"), "--id", "news_id", "--unordered", "old/news.csv", "new/news.csv"],
            1,
        ),
    }
    measured = {name: [run(commands[name][0], folder) for _ in range(commands[name][1])] for name in names}
    if SPARK in names and (folder / "spark.json").read_bytes() != (folder / "changes.json").read_bytes():
        raise RuntimeError("Spark finds other changes")
    seconds = {name: statistics.median(each.seconds for each in runs) for name, runs in measured.items()}
    ours = seconds["cstodata diff, all rows as JSON"]
    return [
        f"| {rows:,} | {name} | {seconds[name]:.2f} s | {seconds[name] / ours:.1f} | "
        f"{max(each.memory for each in runs):,} MiB |"
        for name, runs in measured.items()
    ]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--daff-rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--master", help="where Spark is, to measure it too")
    parser.add_argument("--folder", type=Path, help="where to put the data; a temporary folder if it is not named")
    options = parser.parse_args()
    ours, limit = "cstodata diff, all rows as JSON", "DuckDB, load and join"
    print("| rows in each | what | time | times our time | peak memory |")
    print("|---|---|---|---|---|")
    for rows, names in (
        (options.daff_rows, [ours, limit, "csv-diff", "daff", "daff --id news_id --unordered"]),
        (options.rows, [ours, limit, "csv-diff", *([SPARK] if options.master else [])]),
    ):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            print("\n".join(measure(rows, names, options.repeat, Path(folder), options.master)), flush=True)


if __name__ == "__main__":
    main()
