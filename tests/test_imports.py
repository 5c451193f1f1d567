"""What importing costs: a verb pays only for what it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def imported_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_importing_cstodata_imports_no_heavy_library() -> None:
    assert not imported_by("import cstodata") & {"pyarrow", "frictionless", "pandera", "duckdb", "narwhals", "numpy"}


def test_loading_a_table_needs_no_validator_and_nothing_that_the_web_needs() -> None:
    heavy = {
        "frictionless",
        "pandera",
        "narwhals",
        "jinja2",
        "duckdb",
        "pandas",
        "pooch",
        "requests",
        "obstore",
        "rich",
    }
    assert not imported_by("import cstodata; cstodata.load('news')") & heavy


@pytest.mark.parametrize("heavy", ["frictionless", "pandera", "pyarrow"])
def test_help_is_given_without_a_heavy_library(heavy: str) -> None:
    code = "from cstodata.cli.main import run; run(['validate', '--help'], debug=False)"
    assert heavy not in imported_by(code)


@pytest.mark.parametrize("verb", ["validate", "release --allow-dirty --output {folder}"])
def test_a_command_imports_no_library_that_only_happens_to_be_installed(verb: str, tmp_path: Path) -> None:
    arguments = [*verb.format(folder=tmp_path).split(), str(ROOT)]
    code = f"from cstodata.cli.main import run; assert not run({arguments}, debug=True, alone=True)"
    assert not imported_by(code) & {"hypothesis", "pandas", "polars", "pyspark"}


def test_merging_a_page_imports_no_library_that_only_happens_to_be_installed(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("A Title of Our Own\n6 March 2026\nThe Mazhilis met.")
    address = "https://pacsto.org/events/an-example"
    arguments = ["extract", str(page), "--url", address, "--into", str(ROOT), "--dry-run"]
    code = f"from cstodata.cli.main import run; assert not run({arguments}, debug=True, alone=True)"
    assert not imported_by(code) & {"hypothesis", "pandas", "polars", "pyspark"}


def test_the_first_release_without_rules_needs_neither_rules_nor_a_database(tmp_path: Path) -> None:
    arguments = ["release", "--no-rules", "--allow-dirty", "--output", str(tmp_path), str(ROOT)]
    code = f"from cstodata.cli.main import run; assert not run({arguments}, debug=True, alone=True)"
    assert not imported_by(code) & {"duckdb", "narwhals", "pandera"}


def test_the_public_functions_stay_functions_after_use() -> None:
    code = "import cstodata; cstodata.validate('.'); cstodata.validate('.'); cstodata.load('news')"
    assert "cstodata" in imported_by(code)
