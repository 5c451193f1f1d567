"""The examples of using the data run as they stand: over files, over the web, and over S3."""

from __future__ import annotations

import ast
import io
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import fsspec
import pytest
from tests.client.conftest import moto, serving
from tests.publish.conftest import SETTINGS, release

from cstodata.client.snippets import Snippet, snippets
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.publish.conftest import Server

__all__ = ["moto"]

REPOSITORY = Path(__file__).parents[1]
COLUMNS = ["delegation_id", "parliament_id", "as_of", "seats_total", "representative_id", "source_id"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as `make release` leaves it: versions 1.0.0 and 1.1.0 of the dataset."""
    folder = tmp_path_factory.mktemp("use")
    first = release(REPOSITORY / "history" / "1.0.0", folder)
    for made in (first, release(REPOSITORY, folder, previous=first)):
        publish(made, Store(str(folder / "build" / "store")))
    return folder / "build" / "store"


@pytest.fixture(autouse=True)
def at_home(store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with `build/store`, and no cache and no settings."""
    shutil.copytree(store, tmp_path / "build" / "store")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CSTODATA_STORE", raising=False)
    monkeypatch.setenv("CSTODATA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def run(code: str, names: dict[str, Any] | None = None) -> dict[str, Any]:
    known: dict[str, Any] = {} if names is None else names
    exec(code, known)  # noqa: S102 -- our own example
    return known


def examples(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (REPOSITORY / page).read_text(encoding="utf-8"), re.DOTALL)


def shape(table: Any) -> tuple[int, list[str]]:
    """Rows and names of the columns, in whichever library."""
    if isinstance(table, list):
        return len(table), list(table[0])
    return len(table), list(getattr(table, "column_names", table.columns))


def of(store: str) -> dict[str, Snippet]:
    return {each.title: each for each in snippets(store, "1.1.0", "delegations")}


def test_the_first_example_of_the_readme_runs() -> None:
    names = run(examples("README.md", "python")[0])
    assert shape(names["delegations"]) == (10, COLUMNS)
    assert names["release"].version == "1.1.0"
    assert (names["large"].num_rows, names["news"].height) == (8, 2)
    assert [row["seats"] for row in names["seats"].to_pylist()] == [67, 67]
    assert names["changes"].old.version == "1.0.0"
    assert names["citation"].endswith("Version 1.1.0")


def test_the_lines_of_the_readme_are_those_of_the_release_and_run() -> None:
    lines = of("build/store")
    others = [f"{each.code}\n" for each in lines.values() if each.title != "cstodata" and each.language == "python"]
    assert examples("README.md", "python")[1:] == others
    assert examples("README.md", "r") == [f"{lines['R'].code}\n"]
    for code in others:
        assert shape(run(code)["table"]) == (10, COLUMNS)
    (query,) = examples("README.md", "sql")
    assert query == f"{lines['DuckDB'].code}\n"
    assert duckdb.connect().sql(query).columns == COLUMNS


@pytest.mark.parametrize("title", ["cstodata", "pandas", "Polars", "Frictionless"])
def test_a_line_of_python_reads_a_store_on_the_web(store: Path, title: str) -> None:
    with serving(store, has_ranges=title == "Polars") as web:  # Python's own server cannot send a part, as Polars asks
        assert shape(run(of(web.address)[title].code)["table"]) == (10, COLUMNS)


class OverHttp(fsspec.AbstractFileSystem):  # type: ignore[misc]  # it has no types
    """What reads the web for DuckDB where its own extension for that is not installed, which it would download."""

    protocol = "http"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        return {"name": path, "size": len(self.open(path).read()), "type": "file"}

    def open(self, path: str, mode: str = "rb", **_: Any) -> io.BytesIO:
        assert mode == "rb"
        with urllib.request.urlopen(path) as answer:  # noqa: S310 -- our own server
            return io.BytesIO(answer.read())

    def glob(self, path: str, **_: Any) -> list[str]:
        return [path]

    def modified(self, _: str) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def over_http() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.register_filesystem(OverHttp())
        yield connection
        connection.unregister_filesystem("http")


def test_the_line_of_sql_reads_a_store_on_the_web(store: Path, over_http: duckdb.DuckDBPyConnection) -> None:
    with serving(store, has_ranges=False) as web:
        answer = over_http.sql(of(web.address)["DuckDB"].code)
        assert (len(answer.fetchall()), answer.columns) == (10, COLUMNS)


@pytest.mark.parametrize("title", ["cstodata", "pandas", "Polars"])
def test_a_line_of_python_reads_an_object_store(
    store: Path, moto: Server, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": moto.address, "AWS_ALLOW_HTTP": "true"}.items():
        monkeypatch.setenv(name, value)
    for file in (path for path in store.rglob("*") if path.is_file()):
        moto.client.upload_file(str(file), "data", f"use/{file.relative_to(store).as_posix()}")
    code = of("s3://data/use")[title].code
    # In a process of its own: each library reads the environment once.
    told = f"{code}\nprint(len(table), list(getattr(table, 'column_names', table.columns)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == (f"10 {COLUMNS}\n", 0), done.stderr


def test_the_commands_of_the_page_run_and_print_what_it_says(at_home: Path) -> None:
    page = "docs/how-to/use-the-data.md"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    commands = ["bash", "-euo", "pipefail", "-c", "".join(examples(page, "sh"))]
    done = subprocess.run(commands, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for expected in examples(page, "text"):
        assert expected in done.stdout
    assert len(list((at_home / "tables").glob("*.csv"))) == 10


def test_the_python_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for example in examples("docs/how-to/use-the-data.md", "python"):
        ast.parse(example)
        run(example, names)
    assert capsys.readouterr().out.startswith("1.1.0 ('sources', 'parliaments',")
    assert (names["table"].num_rows, names["seats"].num_rows) == (10, 8)
    assert (len(names["people"]), names["news"].height, names["totals"].num_rows) == (8, 2, 2)
