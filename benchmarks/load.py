"""What loading costs: ours against `pyarrow.parquet.read_table` of the same cached file, and against importing pyarrow.

    python benchmarks/load.py [--rows 1000000] [--repeat 15] [--folder DIR]

The data is that of `benchmarks/validate.py`, released and published to a folder, which Python's web server serves. The
first table is of one process that does all in turn, again and again: what `load` adds is to ask for the index, to
verify three lists and the file, and to read them. The second is of whole processes, in turn as well. Medians, and
their ratio to the line above that is the limit.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from validate import apart, make, run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BESIDE = {
    "import pyarrow.parquet": "import pyarrow.parquet",
    'cstodata.load("delegations"), bundled': 'import cstodata; cstodata.load("delegations")',
    "import pyarrow.parquet, read_table of the file": "import sys, pyarrow.parquet as p; p.read_table(sys.argv[2])",
    "cstodata.load of it, store in a folder": 'import sys, cstodata; cstodata.load("news", source=sys.argv[1])',
    "cstodata.load of it, store on the web": 'import sys, cstodata; cstodata.load("news", source=sys.argv[3])',
}
LIMITS = {name: list(BESIDE)[0 if number < 2 else 2] for number, name in enumerate(BESIDE)}  # noqa: PLR2004 -- the first two


def publish(folder: Path, rows: int) -> None:
    """Make the data, release it, and publish it to `store`."""
    make(folder, rows, "none")
    descriptor = json.loads((folder / "datapackage.json").read_text())
    (folder / "datapackage.json").write_text(json.dumps({**descriptor, "version": "1.0.0"}))
    command = str(Path(sys.executable).parent / "cstodata")
    for arguments in (
        ["release", ".", "--no-rules", "--no-zip", "--output", "release"],
        ["publish", "release", "store"],
    ):
        subprocess.run([command, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def cached(folder: Path) -> Path:
    """Where the cache keeps the table."""
    content = (folder / "store" / "v" / "1.0.0" / "parquet" / "news.parquet").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return folder / "cache" / "objects" / digest[:2] / digest


def within(folder: Path, address: str, repeat: int) -> None:
    """Print the table of one process."""
    import pyarrow.parquet as pq

    import cstodata

    file, store, columns = cached(folder), folder / "store", ["news_id", "word_count"]
    cstodata.load("news", source=address)

    def digest() -> None:
        with file.open("rb") as opened:
            hashlib.file_digest(opened, "sha256")

    doings: dict[str, Callable[[], object]] = {
        "read_table": lambda: pq.read_table(file),
        "cstodata.load, store in a folder": lambda: cstodata.load("news", source=store),
        "cstodata.load, store on the web": lambda: cstodata.load("news", source=address),
        "SHA-256 of the file": digest,
        "read_table of two columns": lambda: pq.read_table(file, columns=columns),
        "cstodata.load of two columns": lambda: cstodata.load("news", source=store, columns=columns),
    }
    told: dict[str, list[float]] = {name: [] for name in doings}
    for _ in range(repeat):
        for name, do in doings.items():
            begin = time.perf_counter()
            do()
            told[name].append(time.perf_counter() - begin)
    limits = {name: "read_table of two columns" if "two columns" in name else "read_table" for name in doings}
    show(f"in one process, {file.stat().st_size / 1e6:.0f} MB", told, limits)


def beside(folder: Path, address: str, repeat: int) -> None:
    """Print the table of whole processes."""
    arguments = [str(folder / "store"), str(cached(folder)), address]
    told: dict[str, list[float]] = {name: [] for name in BESIDE}
    for _ in range(repeat):
        for name, code in BESIDE.items():
            told[name].append(run([sys.executable, "-c", code, *arguments], folder)[0])
    show("whole processes", told, LIMITS)


def show(title: str, told: Mapping[str, list[float]], limits: Mapping[str, str]) -> None:
    """Print medians."""
    print(f"\n| {title} | median | fastest | times the limit |\n|---|---|---|---|")
    for name, seconds in told.items():
        median = statistics.median(seconds)
        ratio = median / statistics.median(told[limits[name]])
        print(f"| {name} | {median * 1000:.0f} ms | {min(seconds) * 1000:.0f} ms | {ratio:.2f} |", flush=True)


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--folder", type=Path, help="where to put the data; a temporary folder if it is not named")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        os.environ["CSTODATA_CACHE"] = str(folder / "cache")
        os.environ.pop("CSTODATA_STORE", None)
        apart(publish, folder, options.rows)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = str(listener.getsockname()[1])
        command = [
            sys.executable,
            "-m",
            "http.server",
            "--bind",
            "127.0.0.1",
            "--directory",
            str(folder / "store"),
            port,
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            time.sleep(2)
            apart(within, folder, f"http://127.0.0.1:{port}", options.repeat)
            apart(beside, folder, f"http://127.0.0.1:{port}", options.repeat)
            server.kill()


if __name__ == "__main__":
    main()
