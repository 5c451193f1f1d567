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
        ("unique-key", 5, "c, b"),
        ("unique-key", 6, "a, b"),
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
    assert told(package, engine=engine) == [("primary-key-null", 3, "b"), ("primary-key-null", 4, "a")]
    assert frictionless.validate(str(package / "datapackage.json")).valid


def test_a_field_without_a_type_is_a_warning(make_package: Callable[..., Path]) -> None:
    package = make_package({"table": ("a,z\nx,1\n", {"fields": [FIELDS[0], {"name": "z"}]})})
    report = cstodata.validate(package, rules=[])
    (found,) = report.findings
    assert (found.type, found.field, found.severity) == ("cstodata/untyped-field", "z", Severity.WARNING)
    assert report.valid


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (None, "is no object"),
        ("soon", "is no object"),
        ([], "is no object"),
        ({"remove_in": "2.0.0"}, "as `since`"),
        ({"since": "1.2", "remove_in": "2.0.0"}, "as `since`"),
        ({"since": "1.2.0", "remove_in": 2}, "as `remove_in`"),
        ({"since": "1.2.0", "remove_in": "9" * 5000 + ".0.0"}, "as `remove_in`"),
        ({"since": "1.2.0", "remove_in": "1.2.0"}, "1.2.0 is not after 1.2.0"),
        ({"since": "2.0.0", "remove_in": "2.0.0-rc.1"}, "is not after"),
        ({"since": "1.2.0", "remove_in": "2.0.0", "use": "nowhere"}, "as `use`"),
        ({"since": "1.2.0", "remove_in": "2.0.0", "use": "b"}, "as `use`"),
        ({"since": "1.2.0", "remove_in": "2.0.0", "use": ["a"]}, "as `use`"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_mark_of_a_deprecated_field_that_promises_nothing_is_an_error(
    make_package: Callable[..., Path], mark: object, words: str
) -> None:
    fields = [FIELDS[0], {**FIELDS[1], "cstodata:deprecated": mark}]
    (found,) = cstodata.validate(make_package({"table": ("a,b\nx,1\n", {"fields": fields})}), rules=[]).findings
    assert (found.type, found.field, found.severity) == ("cstodata/deprecated-mark", "b", Severity.ERROR)
    assert words in found.message


def test_a_mark_of_a_deprecated_field_may_name_the_field_to_use(make_package: Callable[..., Path]) -> None:
    mark = {"since": "1.2.0", "remove_in": "2.0.0", "reason": "a says the same"}
    marks = [{**FIELDS[1], "cstodata:deprecated": {**mark, **use}} for use in ({}, {"use": "a"})]
    for field in marks:
        package = make_package({"table": ("a,b\nx,1\n", {"fields": [FIELDS[0], field]})})
        assert told(package) == []
        assert frictionless.validate(str(package / "datapackage.json")).valid


def test_findings_are_cut_at_the_limit_and_have_their_lines(make_package: Callable[..., Path]) -> None:
    content = "a,b,c\n" + '"two\nlines",1,p\n' * 9
    package = make_package({"table": (content, {"fields": FIELDS, "uniqueKeys": [["a"]]})})
    found = cstodata.validate(package, rules=[], limit_errors=3).findings
    assert [(each.row, each.line) for each in found] == [(3, 4), (4, 6), (5, 8)]


@pytest.mark.parametrize("engine", ["auto", "frictionless"])
@pytest.mark.parametrize(
    "content", ["a,b,c\nx,1,p\n\nx,1,q\n", "a,b,c\nx,1,p\ny\nx,1,q\n", "a,b,c\nx,1,p\ny,one,p\nx,1,q\n"]
)
def test_other_errors_hide_no_repeated_key(make_package: Callable[..., Path], content: str, engine: str) -> None:
    package = make_package({"table": (content, {"fields": FIELDS, "uniqueKeys": [["a", "b"]]})})
    assert ("unique-key", 4, "a, b") in told(package, engine=engine)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "integer", "categories": [10**30]},
        {"type": "string", "categories": [{"label": "x"}]},
        {"type": "string", "categories": None},
        {"type": "date", "categories": ["2020-01-01"]},
        {"type": "any", "categories": "x"},
    ],
    ids=str,
)
def test_categories_of_any_form_never_raise(make_package: Callable[..., Path], field: dict[str, Any]) -> None:
    report = cstodata.validate(make_package({"table": ("a\n2020-01-01\n", {"fields": [{"name": "a", **field}]})}))
    assert {found.type for found in report.findings} <= {"cstodata/category", "type-error", "schema-error"}


@pytest.mark.parametrize("name", ["__row__", "__row___min", "__row___max"])
def test_a_field_may_have_any_name(make_package: Callable[..., Path], name: str) -> None:
    schema = {"fields": [{"name": name, "type": "string"}], "uniqueKeys": [[name]]}
    assert told(make_package({"table": (f"{name}\nx\nx\n", schema)})) == [("unique-key", 3, name)]


@pytest.mark.parametrize("cell", ["9" * 30, "1.123456789012345678901", "1e400", "NaN"])
def test_values_of_any_size_may_be_part_of_a_key(make_package: Callable[..., Path], cell: str) -> None:
    fields = [{"name": "a", "type": "number"}, {"name": "b", "type": "string"}]
    schema = {"fields": fields, "uniqueKeys": [["a", "b"]], "primaryKey": ["a", "b"]}
    assert told(make_package({"table": (f"a,b\n{cell},x\n{cell}1,x\n", schema)})) in ([], [("type-error", 3, "a")])


def test_columns_in_another_order_are_looked_at_too(make_package: Callable[..., Path]) -> None:
    schema = {"fields": FIELDS, "uniqueKeys": [["a"]], "fieldsMatch": "equal"}
    assert told(make_package({"table": ("c,b,a\np,1,x\nq,2,x\n", schema)})) == [("unique-key", 3, "a")]
