"""`croissant.json` is what mlcroissant, Croissant's own reader, accepts and reads."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

BIN = Path(sys.executable).parent


def complaints(release: Path) -> str:
    """What `mlcroissant validate` says of a release; nothing if it has neither errors nor warnings."""
    command: list[str | Path] = [BIN / "mlcroissant", "validate", "--jsonld", release / "croissant.json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return "" if done.returncode == 0 and len(said.splitlines()) == 1 and said.endswith("Done.\n") else said


def described(release: Path) -> dict[str, Any]:
    descriptor: dict[str, Any] = json.loads((release / "croissant.json").read_text(encoding="utf-8"))
    return descriptor


def midnight(value: Any) -> Any:
    """A value of a Parquet file as mlcroissant gives it: a date is its midnight."""
    if not hasattr(value, "isoformat"):
        return value
    return f"{value.isoformat()}T00:00:00" if not hasattr(value, "hour") else value.isoformat()


@pytest.mark.parametrize("name", ["real", "every_type"])
def test_mlcroissant_has_no_errors_and_no_warnings(name: str, request: pytest.FixtureRequest) -> None:
    assert complaints(request.getfixturevalue(name)) == ""


def test_mlcroissant_complains_of_what_is_wrong(every_type: Path, tmp_path: Path) -> None:
    wrong = described(every_type)
    del wrong["distribution"][0]["sha256"]
    (tmp_path / "croissant.json").write_text(json.dumps(wrong), encoding="utf-8")
    assert "sha256" in complaints(tmp_path)


@pytest.mark.parametrize("name", ["real", "every_type"])
def test_mlcroissant_reads_the_rows_of_every_table(
    name: str, request: pytest.FixtureRequest, read_croissant: Callable[..., list[Any]]
) -> None:
    release = request.getfixturevalue(name)
    expected = {
        path.stem: [
            {column: midnight(value) for column, value in row.items()} for row in pq.read_table(path).to_pylist()
        ]
        for path in release.glob("parquet/*.parquet")
    }
    assert read_croissant([release]) == [expected]


def test_every_file_has_its_size_and_digest(every_type: Path) -> None:
    told = {file["contentUrl"]: (file["contentSize"], file["sha256"]) for file in described(every_type)["distribution"]}
    there = [*every_type.glob("data/*.csv"), *every_type.glob("parquet/*.parquet")]
    assert told == {
        path.relative_to(every_type).as_posix(): (
            f"{path.stat().st_size} B",
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in there
    }


def test_every_field_has_its_type(every_type: Path) -> None:
    record_set = described(every_type)["recordSet"][0]
    assert {field["name"]: field["dataType"] for field in record_set["field"]} == {
        "id": "sc:Integer",
        "string": "sc:Text",
        "digits": "sc:Text",
        "uri": "sc:URL",
        "email": "sc:Text",
        "integer": "sc:Integer",
        "number": "sc:Float",
        "boolean": "sc:Boolean",
        "date": "sc:Date",
        "time": "sc:Time",
        "datetime": "sc:DateTime",
        "instant": "sc:DateTime",
        "year": "sc:Integer",
        **dict.fromkeys(("yearmonth", "duration", "object", "array", "list", "geopoint", "geojson", "any"), "sc:Text"),
    }


def test_keys_and_references_name_fields(every_type: Path) -> None:
    record_set = described(every_type)["recordSet"][1]
    every, days = record_set["field"]
    assert record_set["key"] == [{"@id": every["@id"]}, {"@id": days["@id"]}]
    assert every["references"] == {"field": {"@id": "every-type/id"}}
    assert "references" not in days


def test_it_is_a_dataset_of_schema_org(every_type: Path) -> None:
    told = described(every_type)
    assert (told["@type"], told["conformsTo"]) == ("sc:Dataset", "http://mlcommons.org/croissant/1.1")
    assert {key: told[key] for key in ("name", "version", "datePublished", "url", "identifier", "license")} == {
        "name": "Every type",
        "version": "1.0.0",
        "datePublished": "2026-02-20T09:30:00Z",
        "url": "https://example.org/types",
        "identifier": "https://example.org/types",
        "license": ["https://opendatacommons.org/licenses/pddl/"],
    }
    assert told["creator"] == [
        {"@type": "sc:Organization", "name": "An author", "url": "https://example.org/author"},
        {"@type": "sc:Person", "name": "Given Family", "email": "given@example.org"},
    ]
    assert told["publisher"] == [{"@type": "sc:Organization", "name": "A publisher"}]
    assert told["citeAs"] == ("An author; Given Family (2026). Every type. Version 1.0.0. https://example.org/types")


def test_an_address_is_told_only_if_there_is_one(real: Path) -> None:
    assert "url" not in described(real)


def key(field: str, table: str, other: str) -> dict[str, Any]:
    return {"fields": field, "reference": {"resource": table, "fields": other}}


def numbers(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "type": "integer"} for name in names]


TREE = {"fields": numbers("id", "parent"), "primaryKey": "id", "foreignKeys": [key("parent", "", "id")]}
HEN = {"fields": numbers("id", "egg"), "primaryKey": "id", "foreignKeys": [key("egg", "eggs", "id")]}
EGG = {"fields": numbers("id", "hen"), "primaryKey": "id", "foreignKeys": [key("hen", "hens", "id")]}
LEFT = {"fields": numbers("id"), "primaryKey": "id", "foreignKeys": [key("id", "right", "id")]}
RIGHT = {"fields": numbers("id"), "primaryKey": "id", "foreignKeys": [key("id", "left", "id")]}
DAY = [{"name": "day", "type": "date"}]


@pytest.mark.parametrize(
    ("tables", "referring"),
    [
        ({"tree": ("id,parent\n1,\n2,1\n", TREE)}, set()),
        ({"hens": ("id,egg\n1,1\n2,1\n", HEN), "eggs": ("id,hen\n1,2\n", EGG)}, {"hens/egg"}),
        ({"left": ("id\n1\n2\n", LEFT), "right": ("id\n1\n2\n", RIGHT)}, {"left/id"}),
        (
            {
                "many": ("x\n1\n1\n2\n", {"fields": numbers("x"), "foreignKeys": [key("x", "more", "y")]}),
                "more": ("y\n1\n1\n2\n", {"fields": numbers("y")}),
            },
            set(),
        ),
        (
            {
                "meetings": ("day\n2020-01-01\n", {"fields": DAY, "foreignKeys": [key("day", "days", "day")]}),
                "days": ("day\n2020-01-01\n", {"fields": DAY, "primaryKey": "day"}),
            },
            set(),
        ),
    ],
    ids=["to itself", "to each other", "by the same field", "to many", "by a date"],
)
def test_references_that_mlcroissant_cannot_follow_do_not_spoil_the_rows(
    tables: dict[str, tuple[str, dict[str, Any]]],
    referring: set[str],
    make_package: Callable[..., Path],
    release: Callable[..., Path],
    read_croissant: Callable[..., list[Any]],
    tmp_path: Path,
) -> None:
    built = release(make_package(tables), tmp_path / "out")
    fields = [field for each in described(built)["recordSet"] for field in each["field"]]
    assert {field["@id"] for field in fields if "references" in field} == referring
    (rows,) = read_croissant([built])
    for name, (text, _) in tables.items():
        assert len(rows[name]) == text.count("\n") - 1, name
