"""The pages that the workflow publishes: those of a store, or of one that is built for them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.catalog.conftest import package, release

from cstodata.cli.main import run
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store

if TYPE_CHECKING:
    from tests.workflows.conftest import Done

# Its target `release` has made the store already.
MAKE = """
import sys

assert sys.argv[1:] in (["release"], [".venv/installed"]), sys.argv
"""


@pytest.fixture
def clone(tmp_path: Path, repository: Path) -> Path:
    """A clone with the scripts of the repository, in which `make release` and `make .venv/installed` were run."""
    clone = tmp_path / "clone"
    (clone / ".venv" / "bin").mkdir(parents=True)
    (clone / ".venv" / "bin" / "cstodata").symlink_to(Path(sys.executable).with_name("cstodata"))
    (clone / ".github").symlink_to(repository / ".github")
    schema = {"fields": [{"name": "id", "type": "integer"}]}
    made = release(package(tmp_path / "package", "1.0.0", {"table": ("id\n1\n", schema)}), tmp_path / "release")
    publish(made, Store(str(clone / "build" / "store")))
    assert run(["site", str(clone / "build" / "store")], debug=True) == 0
    return clone


def write(runner: Any, clone: Path, store: str, address: str) -> Done:
    runner.program("make", MAKE)
    context = {"vars_STORE": store, "vars_STORE_ADDRESS": address, "github_repository": "Some-Owner/Data"}
    done: Done = runner.step(".github/workflows/pages.yml", "Write the pages", cwd=clone, **context)
    return done


def test_pages_of_a_store_lead_to_its_files(runner: Any, clone: Path) -> None:
    done = write(runner, clone, str(clone / "build" / "store"), "https://data.example.org/x")
    assert done.code == 0, done.log
    page = (clone / "build/pages/pages/1.0.0/tables/table.html").read_text()
    assert 'href="https://data.example.org/x/v/1.0.0/data/table.csv"' in page
    assert not (clone / "build/pages/v").exists()


def test_without_a_store_its_files_stand_beside_the_pages(runner: Any, clone: Path) -> None:
    done = write(runner, clone, "", "")
    assert done.code == 0, done.log
    page = (clone / "build/pages/pages/1.0.0/tables/table.html").read_text()
    assert 'href="../../../v/1.0.0/data/table.csv"' in page
    assert "https://some-owner.github.io/Data/v/1.0.0/parquet/table.parquet" in page
    assert (clone / "build/pages/v/1.0.0/data/table.csv").is_file()


def test_a_store_that_nobody_knows_how_to_read_stops_the_workflow(runner: Any, clone: Path) -> None:
    done = write(runner, clone, "s3://bucket/data", "")
    assert done.code == 1
    assert "::error::The variable STORE_ADDRESS must say where s3://bucket/data is read on the web" in done.log
