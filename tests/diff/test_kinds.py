"""Each kind of change is found, named, and needs the version that its rule says."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from cstodata.diff.package import diff_packages
from cstodata.model.bump import BUMPS, UNCLASSIFIED, needed, rule_of
from cstodata.model.change import Bump, Change, ChangeKind, ChangeSet
from cstodata.package.deprecation import MARK
from cstodata.package.descriptor import read_package
from cstodata.report.changes.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

K = ChangeKind
DIALECT = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}
FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "integer", "constraints": {"required": True}},
    {
        "name": "name",
        "type": "string",
        "constraints": {"maxLength": 9, "pattern": "[a-z]+", "enum": ["a", "b", "c"]},
        MARK: {"since": "1.2.0", "remove_in": "3.0.0", "use": "size"},
    },
    {"name": "size", "type": "number", "constraints": {"minimum": 0, "maximum": 10}},
    {"name": "day", "type": "date", "constraints": {"minimum": "2020-01-01"}},
]
BASE: dict[str, Any] = {
    "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
    "name": "example",
    "title": "An example",
    "version": "1.2.3",
    "licenses": [{"name": "CC-BY-4.0"}],
    "resources": [
        {
            "name": "table",
            "type": "table",
            "path": "table.csv",
            "encoding": "utf-8",
            "dialect": DIALECT,
            "schema": {"fields": FIELDS, "primaryKey": ["id"], "missingValues": [""]},
        },
        {
            "name": "other",
            "type": "table",
            "path": "other.csv",
            "encoding": "utf-8",
            "dialect": DIALECT,
            "schema": {
                "fields": [{"name": "key", "type": "string"}, {"name": "table_id", "type": "integer"}],
                "primaryKey": ["key"],
                "foreignKeys": [{"fields": ["table_id"], "reference": {"resource": "table", "fields": ["id"]}}],
            },
        },
    ],
}
FILES = {
    "table.csv": "id,name,size,day\n1,a,1.5,2020-01-05\n2,b,2,2020-01-06\n3,c,,2020-01-07\n4,a,4,\n",
    "other.csv": "key,table_id\nx,1\ny,2\nz,\n",
}


class Example:
    """A package that a case changes."""

    def __init__(self) -> None:
        self.descriptor = copy.deepcopy(BASE)
        self.files = dict(FILES)

    def resource(self, name: str = "table") -> dict[str, Any]:
        return next(each for each in self.descriptor["resources"] if each["name"] == name)

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = self.resource()["schema"]
        return schema

    def field(self, name: str) -> dict[str, Any]:
        return next(each for each in self.schema()["fields"] if each["name"] == name)

    def write(self, folder: Path) -> Path:
        folder.mkdir()
        (folder / "datapackage.json").write_text(json.dumps(self.descriptor))
        for name, content in self.files.items():
            (folder / name).write_text(content)
        return folder


def compare(tmp_path: Path, old: Example, new: Example, **options: Any) -> ChangeSet:
    before, after = read_package(old.write(tmp_path / "old")), read_package(new.write(tmp_path / "new"))
    return diff_packages(before, after, places=("old", "new"), **options)


def constraint(field: str, name: str, value: object) -> Callable[[Example], None]:
    def change(example: Example) -> None:
        constraints = example.field(field).setdefault("constraints", {})
        if value is None:
            del constraints[name]
        else:
            constraints[name] = value

    return change


def columns(*names: str) -> Callable[[Example], None]:
    """The columns of the table in this order, in file and schema."""

    def change(example: Example) -> None:
        rows = [line.split(",") for line in example.files["table.csv"].splitlines()]
        at = [rows[0].index(name) for name in names]
        example.files["table.csv"] = "".join(",".join(row[i] for i in at) + "\n" for row in rows)
        example.schema()["fields"] = [example.field(name) for name in names]

    return change


def appended(example: Example, *, at: int = 4, cells: str = ",", **field: Any) -> None:
    example.schema()["fields"].insert(at, {"name": "note", "type": "string", **field})
    rows = [line.split(",") for line in example.files["table.csv"].splitlines()]
    filling = ["note", *cells.split(","), "", "", "", ""]
    for row, cell in zip(rows, filling, strict=False):
        row.insert(at, cell)
    example.files["table.csv"] = "".join(",".join(row) + "\n" for row in rows)


def renamed_field(example: Example, *, old: str = "size", new: str = "amount") -> None:
    example.field(old)["name"] = new
    example.files["table.csv"] = example.files["table.csv"].replace(old, new, 1)


def renamed_key(example: Example) -> None:
    renamed_field(example, old="id", new="number")
    example.schema()["primaryKey"] = ["number"]
    example.resource("other")["schema"]["foreignKeys"][0]["reference"]["fields"] = ["number"]


def renamed_resource(example: Example) -> None:
    example.resource("other")["name"] = "others"


def edit(file: str, old: str, new: str) -> Callable[[Example], None]:
    def change(example: Example) -> None:
        assert old in example.files[file]
        example.files[file] = example.files[file].replace(old, new)

    return change


def put(where: Callable[[Example], dict[str, Any]], name: str, value: object) -> Callable[[Example], None]:
    return lambda example: where(example).__setitem__(name, value)


def package(example: Example) -> dict[str, Any]:
    return example.descriptor


def without_other(example: Example) -> None:
    del example.descriptor["resources"][1]


def third(example: Example) -> None:
    example.descriptor["resources"].append({**example.resource("other"), "name": "third", "path": "third.csv"})
    example.files["third.csv"] = "key,table_id\nq,4\n"


def untabled(example: Example) -> None:
    example.descriptor["resources"].append({"name": "notes", "path": "notes.txt", "format": "txt"})
    example.files["notes.txt"] = "some notes\n"


def unreadable(example: Example) -> None:
    example.files["table.csv"] = "id,name,size\n1,a,2\n"


def day(example: Example) -> dict[str, Any]:
    return example.field("day")


def mark(**changes: str | None) -> Callable[[Example], None]:
    return lambda example: example.field("name")[MARK].update(changes)


CASES: list[tuple[str, Callable[[Example], object], set[tuple[ChangeKind, str | None, str | None]]]] = [
    ("another name", put(package, "name", "sample"), {(K.PACKAGE_RENAMED, None, None)}),
    ("another licence", put(package, "licenses", [{"name": "CC0-1.0"}]), {(K.LICENCE_CHANGED, None, None)}),
    ("another source", put(package, "sources", [{"title": "A page"}]), {(K.SOURCES_CHANGED, None, None)}),
    ("another title", put(package, "title", "A sample"), {(K.DESCRIPTION_CHANGED, None, None)}),
    ("a field's title", put(day, "title", "Day"), {(K.DESCRIPTION_CHANGED, "table", "day")}),
    ("a digest", put(Example.resource, "hash", "sha256:0"), {(K.RELEASE_FACT_CHANGED, "table", None)}),
    ("an unknown property", put(package, "mood", "good"), {(K.PROPERTY_CHANGED, None, None)}),
    ("another version alone", put(package, "version", "9.0.0"), set()),
    ("a resource more", third, {(K.RESOURCE_ADDED, "third", None)}),
    ("a resource less", without_other, {(K.RESOURCE_REMOVED, "other", None)}),
    ("a renamed resource", renamed_resource, {(K.RESOURCE_RENAMED, "others", None)}),
    (
        "resources in another order",
        lambda example: example.descriptor["resources"].reverse(),
        {(K.RESOURCES_REORDERED, None, None)},
    ),
    ("another encoding", put(Example.resource, "encoding", "ascii"), {(K.FORM_CHANGED, "table", None)}),
    ("a file that cannot be read", unreadable, {(K.NOT_COMPARED, "table", None)}),
    ("a field at the end", appended, {(K.FIELD_APPENDED, "table", "note")}),
    (
        "a required field at the end",
        lambda example: appended(example, cells="p,q,r,s", constraints={"required": True}),
        {(K.FIELD_INSERTED, "table", "note")},
    ),
    ("a field in between", lambda example: appended(example, at=1), {(K.FIELD_INSERTED, "table", "note")}),
    ("a field less", columns("id", "name", "size"), {(K.FIELD_REMOVED, "table", "day")}),
    ("a renamed field", renamed_field, {(K.FIELD_RENAMED, "table", "amount")}),
    ("a renamed key", renamed_key, {(K.FIELD_RENAMED, "table", "number")}),
    ("two fields swapped", columns("id", "size", "name", "day"), {(K.FIELDS_REORDERED, "table", None)}),
    ("another type", put(day, "type", "string"), {(K.FIELD_RETYPED, "table", "day")}),
    ("another format", put(day, "format", "%Y-%m-%d"), {(K.FIELD_RETYPED, "table", "day")}),
    ("the default format said", put(day, "format", "default"), set()),
    (
        "another reading",
        lambda example: example.field("size").update(bareNumber=True),
        {(K.READING_CHANGED, "table", "size")},
    ),
    (
        "other missing values",
        lambda example: example.schema().update(missingValues=["", "-"]),
        {(K.MISSING_VALUES_CHANGED, "table", name) for name in ("id", "name", "size", "day")},
    ),
    (
        "a deprecated field",
        put(day, MARK, {"since": "1.3.0", "remove_in": "2.0.0"}),
        {(K.FIELD_DEPRECATED, "table", "day")},
    ),
    ("a mark that promises nothing", put(day, MARK, "soon"), {(K.PROPERTY_CHANGED, "table", "day")}),
    ("a mark withdrawn", lambda example: example.field("name").pop(MARK), {(K.DEPRECATION_WITHDRAWN, "table", "name")}),
    ("a mark spoilt", mark(use=None), {(K.PROPERTY_CHANGED, "table", "name")}),
    ("another field to use", mark(use="day"), {(K.FIELD_DEPRECATED, "table", "name")}),
    ("a longer promise", mark(remove_in="10.0.0"), {(K.FIELD_DEPRECATED, "table", "name")}),
    ("a shorter promise", mark(remove_in="2.0.0"), {(K.DEPRECATION_SHORTENED, "table", "name")}),
    ("a lower maximum", constraint("size", "maximum", 9), {(K.CONSTRAINT_TIGHTENED, "table", "size")}),
    ("a higher maximum", constraint("size", "maximum", "10.5"), {(K.CONSTRAINT_LOOSENED, "table", "size")}),
    ("the same maximum", constraint("size", "maximum", "10.0"), set()),
    ("a lower minimum", constraint("size", "minimum", -1), {(K.CONSTRAINT_LOOSENED, "table", "size")}),
    ("a later minimum", constraint("day", "minimum", "2020-01-02"), {(K.CONSTRAINT_TIGHTENED, "table", "day")}),
    ("an odd minimum", constraint("day", "minimum", "soon"), {(K.CONSTRAINT_CHANGED, "table", "day")}),
    ("no maximum", constraint("size", "maximum", None), {(K.CONSTRAINT_LOOSENED, "table", "size")}),
    ("a new bound", constraint("size", "exclusiveMaximum", 99), {(K.CONSTRAINT_TIGHTENED, "table", "size")}),
    ("a greater length", constraint("name", "maxLength", 10), {(K.CONSTRAINT_LOOSENED, "table", "name")}),
    ("a value more", constraint("name", "enum", ["c", "b", "a", "d"]), {(K.CONSTRAINT_LOOSENED, "table", "name")}),
    ("a value less", constraint("name", "enum", ["a", "b"]), {(K.CONSTRAINT_TIGHTENED, "table", "name")}),
    ("other values", constraint("name", "enum", ["a", "b", "z"]), {(K.CONSTRAINT_CHANGED, "table", "name")}),
    ("values in another order", constraint("name", "enum", ["c", "b", "a"]), set()),
    ("another pattern", constraint("name", "pattern", "[a-c]"), {(K.CONSTRAINT_CHANGED, "table", "name")}),
    ("no pattern", constraint("name", "pattern", None), {(K.CONSTRAINT_LOOSENED, "table", "name")}),
    ("required", constraint("day", "required", value=True), {(K.CONSTRAINT_TIGHTENED, "table", "day")}),
    ("not required", constraint("id", "required", value=False), {(K.CONSTRAINT_LOOSENED, "table", "id")}),
    ("required said to be false", constraint("day", "required", value=False), set()),
    ("unique", constraint("day", "unique", value=True), {(K.CONSTRAINT_TIGHTENED, "table", "day")}),
    (
        "categories",
        lambda example: example.field("name").update(categories=["a", {"value": "b"}]),
        {(K.CONSTRAINT_TIGHTENED, "table", "name")},
    ),
    (
        "another primary key",
        lambda example: example.schema().update(primaryKey=["id", "name"]),
        {(K.PRIMARY_KEY_CHANGED, "table", None)},
    ),
    (
        "a unique key",
        lambda example: example.schema().update(uniqueKeys=[["day"]]),
        {(K.UNIQUE_KEYS_CHANGED, "table", None)},
    ),
    (
        "no foreign key",
        lambda example: example.resource("other")["schema"].pop("foreignKeys"),
        {(K.FOREIGN_KEYS_CHANGED, "other", None)},
    ),
    ("a row more", edit("table.csv", "4,a,4,\n", "4,a,4,\n5,b,,\n"), {(K.ROWS_ADDED, "table", None)}),
    ("a row less", edit("table.csv", "4,a,4,\n", ""), {(K.ROWS_REMOVED, "table", None)}),
    (
        "a row less that another table refers to",
        edit("table.csv", "1,a,1.5,2020-01-05\n", ""),
        {(K.ROWS_REMOVED, "table", None), (K.REFERENCED_KEY_REMOVED, "table", None)},
    ),
    ("another cell", edit("table.csv", "2,b,2,", "2,b,3,"), {(K.ROWS_CHANGED, "table", None)}),
    ("another form of a cell", edit("table.csv", "2,b,2,", '2,"b",2.0,'), {(K.WRITTEN_DIFFERENTLY, "table", None)}),
    (
        "rows in another order",
        edit("table.csv", "2,b,2,2020-01-06\n3,c,,2020-01-07\n", "3,c,,2020-01-07\n2,b,2,2020-01-06\n"),
        {(K.WRITTEN_DIFFERENTLY, "table", None)},
    ),
]


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_change_is_found_and_named(
    tmp_path: Path, change: Callable[[Example], object], expected: set[tuple[ChangeKind, str | None, str | None]]
) -> None:
    old, new = Example(), Example()
    change(new)
    found = compare(tmp_path, old, new)
    assert {(each.kind, each.resource, each.field) for each in found.changes} == expected
    assert all(sentence(each) for each in found.changes)
    assert found.version.bump is needed(found.changes)
    assert found.is_same is (found.version.bump is Bump.NONE)


def test_a_file_that_is_no_table_is_told_to_have_changed(tmp_path: Path) -> None:
    old, new = Example(), Example()
    untabled(old)
    untabled(new)
    new.files["notes.txt"] = "other notes\n"
    assert [each.kind for each in compare(tmp_path, old, new).changes] == [K.FILE_CHANGED]


def test_there_is_a_case_for_every_kind_of_change() -> None:
    cases = {kind for _, _, expected in CASES for kind, _, _ in expected} | {K.FILE_CHANGED}
    assert cases == set(ChangeKind)


def test_every_kind_has_a_rule_of_its_own_and_what_has_none_is_major() -> None:
    assert set(BUMPS) == set(ChangeKind)
    ids = [rule.id for rule in (*BUMPS.values(), UNCLASSIFIED)]
    assert len(set(ids)) == len(ids)
    assert UNCLASSIFIED.bump is Bump.MAJOR


@pytest.mark.parametrize(
    ("change", "bump", "words"),
    [
        (columns("id", "size", "name", "day"), Bump.MAJOR, "another order"),
        (renamed_field, Bump.MAJOR, "was called size"),
        (constraint("size", "maximum", 9), Bump.MAJOR, "tighter: maximum was 10 and is 9"),
        (constraint("size", "maximum", 11), Bump.MINOR, "looser: maximum was 10 and is 11"),
        (
            mark(since="1.3.0"),
            Bump.MINOR,
            "deprecated since 1.3.0, and stays until 3.0.0: use size in its place",
        ),
        (
            put(day, MARK, {"since": "1.3.0", "remove_in": "2.0.0"}),
            Bump.MINOR,
            "deprecated since 1.3.0, and stays until 2.0.0: nothing takes its place",
        ),
        (
            mark(remove_in="2.0.0"),
            Bump.MAJOR,
            "stays until 2.0.0: use size in its place; it was promised to stay until 3",
        ),
    ],
)
def test_the_reason_says_what_happened(
    tmp_path: Path, change: Callable[[Example], None], bump: Bump, words: str
) -> None:
    old, new = Example(), Example()
    change(new)
    found = compare(tmp_path, old, new)
    (reason,) = found.changes
    assert rule_of(reason).bump is bump is found.version.bump
    assert words in sentence(reason)


def test_all_reasons_are_told_and_the_largest_counts(tmp_path: Path) -> None:
    old, new = Example(), Example()
    for change in (put(package, "title", "x"), edit("table.csv", "2,b,2,", "2,b,3,"), constraint("size", "maximum", 9)):
        change(new)
    found = compare(tmp_path, old, new)
    assert [each.kind for each in found.changes] == [K.DESCRIPTION_CHANGED, K.CONSTRAINT_TIGHTENED, K.ROWS_CHANGED]
    assert found.version.required == "2.0.0"


@pytest.mark.parametrize("fewer", range(6))
def test_more_changes_never_need_a_lower_version(fewer: int) -> None:
    kinds = list(ChangeKind)[fewer::6]
    changes = [Change(kind=kind) for kind in kinds]
    for count in range(len(changes)):
        assert needed(changes[:count]).weight <= needed(changes[: count + 1]).weight


def test_only_the_resources_asked_for_are_compared(tmp_path: Path) -> None:
    old, new = Example(), Example()
    put(package, "title", "x")(new)
    edit("table.csv", "2,b,2,", "2,b,3,")(new)
    edit("other.csv", "z,", "z,3")(new)
    found = compare(tmp_path, old, new, resources=["other"])
    assert [(each.kind, each.resource) for each in found.changes] == [(K.ROWS_CHANGED, "other")]


@pytest.mark.parametrize(
    ("before", "bump", "required"),
    [
        ("1.2.3", Bump.MAJOR, "2.0.0"),
        ("1.2.3", Bump.MINOR, "1.3.0"),
        ("1.2.3", Bump.PATCH, "1.2.4"),
        ("1.2.3", Bump.NONE, "1.2.3"),
        ("0.2.3", Bump.MAJOR, "0.3.0"),
        ("0.2.3", Bump.MINOR, "0.3.0"),
        ("0.2.3", Bump.PATCH, "0.2.4"),
        (None, Bump.PATCH, "0.1.0"),
    ],
)
def test_the_version_that_is_needed(tmp_path: Path, before: str | None, bump: Bump, required: str) -> None:
    old, new = Example(), Example()
    old.descriptor["version"] = before
    if before is None:
        del old.descriptor["version"]
    changes: dict[Bump, Callable[[Example], None]] = {
        Bump.MAJOR: constraint("size", "maximum", 9),
        Bump.MINOR: constraint("size", "maximum", 11),
        Bump.PATCH: put(package, "title", "x"),
        Bump.NONE: put(package, "created", "2026-01-01"),
    }
    changes[bump](new)
    found = compare(tmp_path, old, new)
    assert (found.version.bump, found.version.required) == (bump, required)
