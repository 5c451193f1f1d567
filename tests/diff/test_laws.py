"""Laws of differences, over random packages."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cstodata.diff.apply import apply_changes
from cstodata.diff.package import diff_packages
from cstodata.model.change import ChangeKind, ChangeSet
from cstodata.package.descriptor import DataPackage, read_package
from cstodata.report.changes.json import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from cstodata.spark.engine import SparkEngine

EXAMPLES = int(os.environ.get("CSTODATA_FUZZ", "60"))
DIALECT = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}
TYPES: dict[str, list[str]] = {
    "string": ["", "a", "b", "1", "é", "x\ny", 'say "x"', "a,b", "NA", " "],
    "integer": ["", "1", "01", "2", "-3", "x", "9" * 30, "NA"],
    "number": ["", "1", "1.0", "1.50", "1e3", "NaN", "x", "-0"],
    "date": ["", "2020-01-05", "2020-1-5", "2021-02-30"],
    "boolean": ["", "true", "True", "0", "no"],
    "datetime": ["", "2020-01-05T10:00:00Z", "2020-01-05T12:00:00+02:00", "2020-01-05T10:00:00"],
}
NAMES = ["a", "b", "c", "d"]


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    fields = [{"name": name, "type": draw(st.sampled_from(sorted(TYPES)))} for name in names]
    schema: dict[str, Any] = {"fields": fields}
    if draw(st.booleans()):
        schema["primaryKey"] = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    if draw(st.integers(0, 3)) == 0:
        schema["missingValues"] = ["", "NA"]
    return schema


@st.composite
def tables(draw: st.DrawFn, schema: dict[str, Any]) -> list[list[str]]:
    row = st.tuples(*(st.sampled_from(TYPES[field["type"]]) for field in schema["fields"]))
    return [list(cells) for cells in draw(st.lists(row, max_size=6))]


@st.composite
def changed(draw: st.DrawFn, schema: dict[str, Any], rows: list[list[str]]) -> tuple[dict[str, Any], list[list[str]]]:
    """The table with fields renamed, removed, added and moved, and some rows changed."""
    schema, rows = json.loads(json.dumps(schema)), [list(row) for row in rows]
    fields = schema["fields"]
    match draw(st.integers(0, 5)):
        case 0:
            field = draw(st.sampled_from(fields))
            old, field["name"] = field["name"], "z"
            if "primaryKey" in schema:
                schema["primaryKey"] = ["z" if name == old else name for name in schema["primaryKey"]]
        case 1 if len(fields) > 1:
            at = draw(st.integers(0, len(fields) - 1))
            name = fields.pop(at)["name"]
            rows = [[*row[:at], *row[at + 1 :]] for row in rows]
            if name in schema.get("primaryKey", ()):
                del schema["primaryKey"]
        case 2:
            at = draw(st.integers(0, len(fields)))
            fields.insert(at, {"name": "n", "type": "string"})
            rows = [[*row[:at], draw(st.sampled_from(["", "n"])), *row[at:]] for row in rows]
        case 3:
            order = draw(st.permutations(range(len(fields))))
            schema["fields"] = [fields[at] for at in order]
            rows = [[row[at] for at in order] for row in rows]
        case _:
            pass
    edits = draw(st.lists(st.integers(0, max(0, len(rows) - 1)), max_size=3))
    for at in edits:
        if at < len(rows):
            column = draw(st.integers(0, len(schema["fields"]) - 1))
            rows[at][column] = draw(st.sampled_from(TYPES[schema["fields"][column]["type"]]))
    rows = draw(st.permutations(rows))[draw(st.integers(0, 1)) :]
    return schema, [*rows, *draw(tables(schema))]


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def write(folder: Path, tables: dict[str, tuple[dict[str, Any], list[list[str]]]], *, title: str) -> DataPackage:
    folder.mkdir()
    resources = []
    for name, (schema, rows) in tables.items():
        lines = [[field["name"] for field in schema["fields"]], *rows]
        text = "".join(",".join(map(quoted, line)) + "\n" for line in lines)
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        resources.append({"name": name, "type": "table", "path": f"{name}.csv", "dialect": DIALECT, "schema": schema})
    descriptor = {"name": "laws", "title": title, "version": "1.0.0", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return read_package(folder)


def compare(one: DataPackage, other: DataPackage) -> ChangeSet:
    return diff_packages(one, other, places=("one", "other"))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for name in ("one", "two"):
        schema = draw(schemas())
        rows = draw(tables(schema))
        old[name] = schema, rows
        where = draw(st.integers(0, 5))
        if where:
            new[name if where > 1 else "three"] = draw(changed(schema, rows))
    return old, new


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(pair=pairs())
def test_applying_the_changes_gives_the_new_package(pair: tuple[Any, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        old = write(Path(folder) / "old", pair[0], title="old")
        new = write(Path(folder) / "new", pair[1], title="new")
        delta = json.loads("".join(render(compare(old, new), limit=None)))
        made = apply_changes(old, delta, Path(folder) / "made")
        left = compare(made, new)
        assert {change.kind for change in left.changes} <= {ChangeKind.WRITTEN_DIFFERENTLY}
        assert made.descriptor == new.descriptor


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(pair=pairs())
def test_what_is_added_in_one_direction_is_removed_in_the_other(pair: tuple[Any, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        old = write(Path(folder) / "old", pair[0], title="same")
        new = write(Path(folder) / "new", pair[1], title="same")
        there, back = compare(old, new), compare(new, old)
        assert there.is_same == back.is_same
        for table in there.tables:
            mirror = next((each for each in back.tables if each.resource == table.resource_before), None)
            if mirror is None:
                continue
            keyed = table.key and mirror.key and len(table.key) == len(mirror.key)
            if {change.kind for change in there.changes} & {
                ChangeKind.FIELD_RENAMED,
                ChangeKind.FIELD_REMOVED,
                ChangeKind.FIELD_APPENDED,
                ChangeKind.FIELD_INSERTED,
                ChangeKind.PRIMARY_KEY_CHANGED,
            }:
                continue  # a cell of a field that is gone is not told of as a change of its row
            assert bool(keyed) == bool(table.key)
            assert (len(table.added), len(table.removed)) == (len(mirror.removed), len(mirror.added))
            assert len(table.changed) == len(mirror.changed)


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(pair=pairs(), data=st.data())
def test_a_package_does_not_differ_from_itself_however_its_rows_stand(
    pair: tuple[Any, Any], data: st.DataObject
) -> None:
    mixed = {name: (schema, data.draw(st.permutations(rows))) for name, (schema, rows) in pair[0].items()}
    with tempfile.TemporaryDirectory() as folder:
        one = write(Path(folder) / "one", pair[0], title="same")
        other = write(Path(folder) / "other", mixed, title="same")
        assert not compare(one, one).changes
        assert {change.kind for change in compare(one, other).changes} <= {ChangeKind.WRITTEN_DIFFERENTLY}


@settings(max_examples=max(EXAMPLES // 2, 1), suppress_health_check=list(HealthCheck))
@given(pair=pairs(), size=st.integers(40, 200))
def test_ranges_that_are_read_apart_give_the_same_bytes(
    here_engine: Callable[[int], SparkEngine], pair: tuple[Any, Any], size: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        old = write(Path(folder) / "old", pair[0], title="old")
        new = write(Path(folder) / "new", pair[1], title="new")
        apart = diff_packages(old, new, places=("one", "other"), engine=here_engine(size))
        assert "".join(render(apart, limit=None)) == "".join(render(compare(old, new), limit=None))
