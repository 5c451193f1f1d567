"""Where Frictionless is silent and Data Package v2 is not, a finding of our own says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import frictionless
import pytest

import cstodata
from cstodata.model.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIELDS: list[dict[str, Any]] = [
    {"name": "a", "type": "string"},
    {"name": "b", "type": "integer"},
    {"name": "c", "type": "string"},
]


def told(package: Path, **options: Any) -> list[tuple[str, int | None, str | None]]:
    report = cstodata.validate(package, rules=[], **options)
    return [(found.type.removeprefix("cstodata/"), found.row, found.field) for found in report.findings]


@pytest.mark.parametrize("engine", ["auto", "frictionless"])
def test_rows_that_repeat_a_unique_key_are_found(make_package: Callable[..., Path], engine: str) -> None:
    content = "a,b,c\nx,1,p\nx,2,p\nx,01,q\ny,1,p\nx,1,p\n"
    package = make_package({"table": (content, {"fields": FIELDS, "uniqueKeys": [["a", "b"], ["c", "b"]]})})
    assert told(package, engine=engine) == [
        ("unique-key", 4, "a, b"),
        ("unique-key", 6, "a, b"),
        ("unique-key", 5, "c, b"),
        ("unique-key", 6, "c, b"),
    ]
    assert frictionless.validate(str(package / "datapackage.json")).valid  # or the finding is not needed any more


def test_null_in_a_unique_key_exempts_the_row(make_package: Callable[..., Path]) -> None:
    package = make_package({"table": ("a,b,c\nx,,p\nx,,p\n,,\n,,z\n", {"fields": FIELDS, "uniqueKeys": [["a", "b"]]})})
    assert [type_ for type_, _, _ in told(package)] == ["blank-row"]


@pytest.mark.parametrize("keys", [[["nowhere"]], [[]], [["a", "nowhere"]]])
def test_a_unique_key_of_no_field_is_an_error(make_package: Callable[..., Path], keys: list[list[str]]) -> None:
    package = make_package({"table": ("a,b,c\nx,1,p\n", {"fields": FIELDS, "uniqueKeys": keys})})
    assert told(package) == [("unique-key", None, None)]


@pytest.mark.parametrize("engine", ["auto", "frictionless"])
def test_a_cell_that_is_no_category_is_found(make_package: Callable[..., Path], engine: str) -> None:
    fields = [
        {**FIELDS[0], "categories": ["x", "y"]},
        {**FIELDS[1], "categories": [{"value": 1, "label": "one"}, {"value": 2, "label": "two"}]},
        FIELDS[2],
    ]
    package = make_package({"table": ("a,b,c\nx,1,p\nz,3,p\n,2,p\ny,,p\n", {"fields": fields})})
    assert told(package, engine=engine) == [("category", 3, "a"), ("category", 3, "b")]
    assert frictionless.validate(str(package / "datapackage.json")).valid


def test_categories_of_another_type_are_an_error_of_the_schema(make_package: Callable[..., Path]) -> None:
    package = make_package({"table": ("b\n1\n", {"fields": [{**FIELDS[1], "categories": ["one"]}]})})
    assert told(package) == [("category", None, "b")]


@pytest.mark.parametrize("engine", ["auto", "frictionless"])
def test_a_null_part_of_a_primary_key_is_found(make_package: Callable[..., Path], engine: str) -> None:
    package = make_package({"table": ("a,b,c\nx,1,p\nx,,p\n,2,p\n", {"fields": FIELDS, "primaryKey": ["a", "b"]})})
    assert told(package, engine=engine) == [("primary-key-null", 4, "a"), ("primary-key-null", 3, "b")]
    assert frictionless.validate(str(package / "datapackage.json")).valid


def test_a_field_without_a_type_is_a_warning(make_package: Callable[..., Path]) -> None:
    package = make_package({"table": ("a,z\nx,1\n", {"fields": [FIELDS[0], {"name": "z"}]})})
    report = cstodata.validate(package, rules=[])
    (found,) = report.findings
    assert (found.type, found.field, found.severity) == ("cstodata/untyped-field", "z", Severity.WARNING)
    assert report.valid


def test_findings_are_cut_at_the_limit_and_have_their_lines(make_package: Callable[..., Path]) -> None:
    content = "a,b,c\n" + '"two\nlines",1,p\n' * 9
    package = make_package({"table": (content, {"fields": FIELDS, "uniqueKeys": [["a"]]})})
    found = cstodata.validate(package, rules=[], limit_errors=3).findings
    assert [(each.row, each.line) for each in found] == [(3, 4), (4, 6), (5, 8)]


def test_a_field_that_cannot_be_read_is_not_looked_at_further(make_package: Callable[..., Path]) -> None:
    schema = {"fields": FIELDS, "uniqueKeys": [["b"], ["c"]], "primaryKey": ["a", "b"]}
    assert told(make_package({"table": ("a,b,c\nx,one,p\ny,two,p\n", schema)})) == [
        ("type-error", 2, "b"),
        ("type-error", 3, "b"),
        ("unique-key", 3, "c"),
    ]


def test_a_table_that_frictionless_fails_on_after_the_limit_is_still_reported_on(
    make_package: Callable[..., Path],
) -> None:
    fields = [{"name": "a", "type": "string"}, {"name": "b", "type": "year", "constraints": {"minimum": "5"}}]
    schema = {"fields": fields, "primaryKey": ["a", "b"]}
    package = make_package({"table": ("a,b\n,x\n,y\n,2020\n", schema)}, table={"dialect": {}})
    assert "unique-key" in {type_ for type_, _, _ in told(package, engine="frictionless", limit_errors=1)}
