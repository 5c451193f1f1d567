"""What a release costs: ours, plain pyarrow without any proof as the limit, and frictionless-py's own conversion.

    python benchmarks/release.py [--rows 1000000 10000000] [--frictionless-rows 100000] [--repeat 3] [--folder DIR]

The data is that of `benchmarks/validate.py`, sorted by its key and mixed. `cstodata release` validates it, without
rules as nothing else here has any, and in a run of its own with them; it writes canonical CSV, Parquet, all documents
and digests, and proves that both files hold the same. The limit reads the file with `pyarrow.csv`, writes CSV and
Parquet, and takes SHA-256 of both: it checks, sorts and proves nothing. frictionless-py reads the table by its schema
and writes CSV and Parquet. All run in turn, each in a process of its own, in the same run; times are wall times of
whole processes, the median of the repetitions (frictionless-py runs once), and beside them the seconds that all
processors together were busy, which tell more where others use the machine too; memory is the peak of the process.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from validate import Run, apart, make, run

OURS = (
    "cstodata release --no-zip",
    "cstodata release, with a zip file",
    "cstodata release --no-zip, with rules",
)
LIMIT = """
import hashlib, pyarrow.csv, pyarrow.parquet
options = pyarrow.csv.ParseOptions(newlines_in_values=True)
table = pyarrow.csv.read_csv("news.csv", parse_options=options)
pyarrow.csv.write_csv(table, "limit.csv")
pyarrow.parquet.write_table(table, "limit.parquet", compression="zstd")
for name in ("limit.csv", "limit.parquet"):
    with open(name, "rb") as file:
        print(hashlib.file_digest(file, "sha256").hexdigest())
"""
FRICTIONLESS = """
from frictionless import Package
resource = Package("datapackage.json").get_resource("news")
resource.write("frictionless.csv")
resource.write("frictionless.parquet")
"""


def prepare(folder: Path, rows: int, order: str) -> None:
    """Write the package; its rows are sorted by their key unless they should stay mixed."""
    make(folder, rows, "none")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    (folder / "datapackage.json").write_text(json.dumps({**descriptor, "version": "1.0.0"}))
    if order == "sorted":
        header, *lines = (folder / "news.csv").read_text().splitlines(keepends=True)
        lines.sort(key=lambda line: line.partition(",")[0])
        (folder / "news.csv").write_text("".join([header, *lines]))


def measure(rows: int, names: list[str], repeat: int, folder: Path, order: str) -> list[str]:
    """The rows of the table for one size and order."""
    apart(prepare, folder, rows, order)
    here = str(Path(sys.executable).parent / "cstodata")
    release = [here, "release", "--no-rules", "--output", "release"]
    commands = {
        "cstodata release --no-zip": ([*release, "--no-zip"], repeat),
        "cstodata release, with a zip file": (release, repeat),
        "cstodata release --no-zip, with rules": ([here, "release", "--no-zip", "--output", "release"], repeat),
        "pyarrow, without a proof": ([sys.executable, "-c", LIMIT], repeat),
        "frictionless-py": ([sys.executable, "-c", FRICTIONLESS], 1),
    }
    measured: dict[str, list[Run]] = {name: [] for name in names}
    for number in range(repeat):
        for name in names:
            command, times = commands[name]
            if number < times:
                measured[name].append(run(command, folder))
                shutil.rmtree(folder / "release", ignore_errors=True)
    seconds = {name: statistics.median(each.seconds for each in runs) for name, runs in measured.items()}
    processor = {name: statistics.median(each.processor for each in runs) for name, runs in measured.items()}
    limit = seconds["pyarrow, without a proof"]
    return [
        f"| {rows:,} {order} | {name} | {seconds[name]:.2f} s | {seconds[name] / limit:.1f} | "
        f"{processor[name]:.2f} s | "
        f"{max(each.memory for each in runs):,} MiB |"
        for name, runs in measured.items()
    ]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--frictionless-rows", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to put the data; a temporary folder if it is not named")
    options = parser.parse_args()
    ours = [*OURS, "pyarrow, without a proof"]
    print("| rows | what | time | times the limit | processor time | peak memory |")
    print("|---|---|---|---|---|---|")
    for rows in (options.frictionless_rows, *options.rows):
        names = [*ours, "frictionless-py"] if rows == options.frictionless_rows else ours
        for order in ("sorted", "mixed"):
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                print("\n".join(measure(rows, names, options.repeat, Path(folder), order)), flush=True)


if __name__ == "__main__":
    main()
