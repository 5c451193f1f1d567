"""How CSV files are read by Arrow's threads, which outlive the reading."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 2_000_000

READ = """
import sys
from pathlib import Path
from cstodata.package.csv_batches import read_batches
from cstodata.package.plain_csv import CsvDialect

batches = read_batches(Path(sys.argv[1]), ["id", "text"], CsvDialect())
"""


@pytest.fixture(scope="module")
def many_blocks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.csv"
    path.write_text("id,text\n" + "".join(f"{number},text\n" for number in range(ROWS)))
    return path


@pytest.mark.parametrize(
    ("then", "printed"),
    [("print(next(batches).num_columns)", "2"), ("print(sum(map(len, batches)))", str(ROWS + 1))],
    ids=["in the middle of a file", "at its end"],
)
def test_a_process_may_end(then: str, printed: str, many_blocks: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ + then, many_blocks], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{printed}\n", "")
