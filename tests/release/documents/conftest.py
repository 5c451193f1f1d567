"""Releases that the documents are read from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

import pytest
from pyshacl import validate
from rdflib import Graph

import cstodata
from cstodata.package.descriptor import read_package
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HERE = Path(__file__).parent
CREATED = "2026-02-20T09:30:00Z"

EVERY_TYPE: dict[str, tuple[str, str, str]] = {
    # by type or by name: type, format, a cell of the first row; the second row is null but for its key
    "id": ("integer", "default", "9007199254740993"),  # more than a float holds
    "string": ("string", "default", 'Ж, “x”, "y" and more'),
    "digits": ("string", "default", "007"),
    "uri": ("string", "uri", "https://example.org/a?b=c#d"),
    "email": ("string", "email", "a@example.org"),
    "integer": ("integer", "default", "-7"),
    "number": ("number", "default", "1.5"),
    "boolean": ("boolean", "default", "true"),
    "date": ("date", "default", "2020-02-29"),
    "time": ("time", "default", "23:59:59"),
    "datetime": ("datetime", "default", "2020-02-29T12:30:15"),
    "instant": ("datetime", "default", "2020-02-29T12:30:15+03:00"),
    "year": ("year", "default", "2020"),
    "yearmonth": ("yearmonth", "default", "2020-02"),
    "duration": ("duration", "default", "P1Y2M"),
    "object": ("object", "default", '{"a": 1}'),
    "array": ("array", "default", '["a", 1]'),
    "list": ("list", "default", "a,b"),
    "geopoint": ("geopoint", "default", "90.5,45.25"),
    "geojson": ("geojson", "default", '{"type": "Point", "coordinates": [1.0, 2.0]}'),
    "any": ("any", "default", "anything"),
}
DIALECT = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}


class Release(Protocol):
    def __call__(self, folder: Path, output: Path, *, previous: Path | None = None) -> Path: ...


def build(folder: Path, output: Path, *, previous: Path | None = None) -> Path:
    """Release a package that must be valid; the folder of its version."""
    package = read_package(folder)
    report = cstodata.validate(folder)
    origin = Origin(created=CREATED, commit=None, is_dirty=False, tool="0.1.0")
    plan = plan_release(package, report, origin=origin, previous=str(previous) if previous else None)
    build_release(package, plan, output)
    return output / plan.folder


def write_package(folder: Path, tables: Mapping[str, tuple[str, Mapping[str, Any]]], **told: Any) -> Path:
    """A package of CSV texts and Table Schemas by name; `told` goes into its descriptor."""
    folder.mkdir(parents=True)
    resources = []
    for name, (content, schema) in tables.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
        resources.append(
            {"name": name, "path": f"{name}.csv", "encoding": "utf-8", "dialect": DIALECT, "schema": schema}
        )
    descriptor = {"version": "1.0.0", **told, "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


@pytest.fixture(scope="session")
def release() -> Release:
    return build


@pytest.fixture(scope="session")
def read_croissant() -> Callable[[Sequence[Path]], list[dict[str, list[dict[str, Any]]]]]:
    """The rows of each table of some releases as mlcroissant reads them, their names as they are in the table."""

    def read(releases: Sequence[Path]) -> list[dict[str, list[dict[str, Any]]]]:
        command: list[str | Path] = [
            sys.executable,
            HERE / "read_croissant.py",
            *(release / "croissant.json" for release in releases),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [
            {
                table: [{unquote(name.partition("/")[2]): value for name, value in row.items()} for row in rows]
                for table, rows in tables.items()
            }
            for tables in json.loads(done.stdout)
        ]

    return read


@pytest.fixture(scope="session")
def refused_by_shacl() -> Callable[[Graph], str]:
    """What the shapes of DCAT-AP say against a graph; nothing if they accept it."""
    shapes = Graph().parse(HERE / "dcat_ap.ttl")

    def refused(data: Graph) -> str:
        conforms, _, text = validate(data, shacl_graph=shapes)
        return "" if conforms else str(text)

    return refused


@pytest.fixture(scope="session")
def refused_by_cff() -> Callable[..., str]:
    """What the schema of the Citation File Format, which check-jsonschema brings, says against files."""

    def refused(*files: Path) -> str:
        program = Path(sys.executable).with_name("check-jsonschema")
        command: list[str | Path] = [program, "--builtin-schema", "vendor.citation-file-format", *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    return refused


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The release of the real dataset."""
    return build(repository, tmp_path_factory.mktemp("real"))


@pytest.fixture(scope="session")
def every_type(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of a package with a field of every type, a row of values and a row of nulls, and two more tables."""
    folder = tmp_path_factory.mktemp("types")
    lines = [
        ",".join(EVERY_TYPE),
        ",".join(quoted(cell) for _, _, cell in EVERY_TYPE.values()),
        ",".join(["2", *[""] * (len(EVERY_TYPE) - 1)]),
    ]
    fields = [
        {"name": name, "type": kind, "format": form, "description": f"A field: {name}."}
        for name, (kind, form, _) in EVERY_TYPE.items()
    ]
    tables: dict[str, tuple[str, Mapping[str, Any]]] = {
        "every-type": ("\n".join(lines) + "\n", {"fields": fields, "primaryKey": "id"}),
        "two-keys": (
            "every,число дней\n2,1\n2,2\n9007199254740993,1\n",
            {
                "fields": [{"name": "every", "type": "integer"}, {"name": "число дней", "type": "integer"}],
                "primaryKey": ["every", "число дней"],
                "foreignKeys": [{"fields": "every", "reference": {"resource": "every-type", "fields": "id"}}],
            },
        ),
        "empty": ("id\n", {"fields": [{"name": "id", "type": "string"}]}),
    }
    package = write_package(
        folder / "package",
        tables,
        name="types",
        id="https://example.org/types",
        title="Every type",
        description="A field of each type of Table Schema.",
        homepage="https://example.org/types",
        keywords=["types", "tests"],
        licenses=[{"name": "ODC-PDDL-1.0", "path": "https://opendatacommons.org/licenses/pddl/"}],
        contributors=[
            {"title": "An author", "roles": ["author"], "path": "https://example.org/author"},
            {"givenName": "Given", "familyName": "Family", "roles": ["creator"], "email": "given@example.org"},
            {"title": "A publisher", "role": "publisher"},
        ],
    )
    return build(package, folder / "out")
