"""Tables and metadata are judged by Frictionless, and nothing in a package can make validation fail to report."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import frictionless
import pytest

import cstodata
from cstodata.errors import DescriptorError, EngineError, PackageNotFoundError, UnknownNameError
from cstodata.report.json import to_descriptor

if TYPE_CHECKING:
    from collections.abc import Callable

    from cstodata.model.finding import Finding
    from cstodata.model.report import Report

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "id", "type": "integer", "constraints": {"required": True, "maximum": 99}},
        {"name": "code", "type": "string", "constraints": {"pattern": "[A-Z]+", "unique": True}},
        {"name": "day", "type": "date"},
    ],
    "primaryKey": ["id"],
}
OTHER: dict[str, Any] = {
    "fields": [{"name": "key", "type": "string"}, {"name": "id", "type": "integer"}],
    "foreignKeys": [
        {"fields": ["id"], "reference": {"resource": "table", "fields": ["id"]}},
        {"fields": ["key"], "reference": {"resource": "table", "fields": ["code"]}},
        {"fields": ["key"], "reference": {"resource": "", "fields": ["key"]}},
    ],
}
GOOD = "id,code,day\n1,A,2026-02-20\n"

BAD_TABLES = {
    "types": "id,code,day\nx,A,2026-02-30\n2,B,\n",
    "constraints": "id,code,day\n100,a,\n,B,\n",
    "ragged": "id,code,day\n1,A\n2,B,,more\n",
    "blank rows": "id,code,day\n\n1,A,\n,,\n",
    "keys": "id,code,day\n1,A,\n1,A,\n",
    "header order": "code,id,day\nA,1,\n",
    "header names": "id,cod,day\n1,A,\n",
    "header too long": "id,code,day,more\n1,A,,x\n",
    "header too short": "id,code\n1,A\n",
    "header twice": "id,id,day\n1,A,\n",
    "blank label": "id,,day\n1,A,\n",
    "blank header": ",,\n1,A,\n",
    "header only": "id,code,day\n",
    "quoted newlines": 'id,code,day\n1,"A\nB",\nx,C,\n',
    "an open quote": 'id,code,day\n1,"A,\n2,B,\n',
    "CR only": "id,code,day\r1,A,\rx,B,\r",
    "NUL": "id,code,day\n1,A\0,\n",
    "a byte order mark": "\ufeffid,code,day\n1,A,\n",
    "nothing": "",
    "a line feed": "\n",
    "not UTF-8": "id,code,day\n1,Ä,\n".encode("latin-1"),
    "binary": bytes(range(256)) * 8,
    "a cell of 10 MB": "id,code,day\n" + "9" * 10_000_000 + ",A,\n",
}


def spoken(report: frictionless.Report) -> list[list[Any]]:
    spec = ["taskNumber", "rowNumber", "fieldNumber", "fieldName", "type", "note", "message", "cells"]
    found: list[list[Any]] = report.flatten(spec)
    return found


def as_frictionless(report: Report) -> frictionless.Report:
    return frictionless.Report.from_descriptor(json.loads(json.dumps(to_descriptor(report))))


@pytest.mark.parametrize(("name", "table"), BAD_TABLES.items(), ids=BAD_TABLES)
def test_the_findings_in_a_table_are_those_of_frictionless(
    make_package: Callable[..., Path], name: str, table: str | bytes
) -> None:
    folder = make_package({"table": (table, SCHEMA), "other": ("key,id\nA,1\nZ,9\n,\n", OTHER)})
    theirs = frictionless.Package(str(folder / "datapackage.json")).validate()
    ours = as_frictionless(cstodata.validate(folder))
    assert spoken(ours) == spoken(theirs)
    assert [task.labels for task in ours.tasks] == [task.labels for task in theirs.tasks]
    assert [{**task.stats, "seconds": 0} for task in ours.tasks] == [
        {**task.stats, "seconds": 0} for task in theirs.tasks
    ]
    assert ours.valid == (theirs.valid and not name.startswith("an open quote"))


@pytest.mark.parametrize("limit", [0, 1, 2, 1000])
def test_the_limit_cuts_where_frictionless_cuts(make_package: Callable[..., Path], limit: int) -> None:
    folder = make_package({"table": ("id,code,day\n" + "x,a,b\n" * 5, SCHEMA)})
    theirs = frictionless.Package(str(folder / "datapackage.json")).validate(limit_errors=limit)
    ours = as_frictionless(cstodata.validate(folder, limit_errors=limit))
    assert spoken(ours) == spoken(theirs)
    assert ours.tasks[0].warnings == theirs.tasks[0].warnings


BAD_METADATA: dict[str, dict[str, Any]] = {
    "an unknown field type": {"schema": {"fields": [{"name": "id", "type": "quaternion"}]}},
    "a schema that is not there": {"schema": "schemas/none.json"},
    "a schema of the wrong form": {"schema": {"fields": "id"}},
    "fields without names": {"schema": {"fields": [{"type": "string"}]}},
    "a key of no field": {"schema": {**SCHEMA, "primaryKey": ["other"]}},
    "no path": {"path": None},
    "a path of the wrong form": {"path": 5},
    "a number for a schema": {"schema": 5},
    "path and data": {"data": [["id"], [1]]},
}


@pytest.mark.parametrize("change", BAD_METADATA.values(), ids=BAD_METADATA)
def test_wrong_metadata_is_reported_as_frictionless_reports_it(
    make_package: Callable[..., Path], change: dict[str, Any]
) -> None:
    folder = make_package({"table": (GOOD, SCHEMA)})
    descriptor = json.loads((folder / "datapackage.json").read_text())
    merged = {**descriptor["resources"][0], **change}
    descriptor["resources"] = [{key: value for key, value in merged.items() if value is not None}]
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    report = cstodata.validate(folder)
    assert (report.valid, report.tables, report.rules) == (False, (), ())
    with pytest.raises(frictionless.FrictionlessException) as raised:
        frictionless.Package(str(folder / "datapackage.json")).validate()
    assert [finding.message for finding in report.metadata] == [e.message for e in raised.value.to_errors()]


@pytest.mark.parametrize("resources", [None, {}, "a", 5, [5], [None], [[]], [{}], [{"name": 5}]], ids=repr)
def test_resources_of_any_wrong_form_are_reported(tmp_path: Path, resources: object) -> None:
    (tmp_path / "datapackage.json").write_text(json.dumps({"name": "a", "resources": resources}))
    assert not cstodata.validate(tmp_path).valid


@pytest.mark.parametrize(
    "constraints",
    [
        {"minimum": "x"},
        {"pattern": "("},
        {"pattern": 5},
        {"enum": 5},
        {"maxLength": "x"},
        {"unique": "x"},
        {"required": []},
    ],
    ids=repr,
)
@pytest.mark.parametrize("type_", ["integer", "string", "date"])
def test_a_constraint_that_makes_no_sense_never_raises(
    make_package: Callable[..., Path], constraints: dict[str, Any], type_: str
) -> None:
    schema = {"fields": [{"name": "id", "type": type_, "constraints": constraints}]}
    report = cstodata.validate(make_package({"table": ("id\n5\n", schema)}))
    try:
        theirs = frictionless.Package(str(Path(report.place))).validate()
    except Exception:  # noqa: BLE001 -- where frictionless itself fails, we must not call the package valid
        assert not report.valid
    else:
        assert spoken(as_frictionless(report)) == spoken(theirs)


def unsafe(report: Report) -> list[Finding]:
    return [finding for finding in report.metadata if "is not safe" in finding.message]


@pytest.mark.parametrize(
    "path",
    [
        "../secret.csv",
        "/etc/passwd",
        "https://127.0.0.1:9/a.csv",
        "file:///etc/passwd",
        "~/a.csv",
        "link.csv",
        "pipe.csv",
    ],
)
def test_a_path_out_of_the_package_is_a_finding_and_is_not_followed(
    make_package: Callable[..., Path], path: str
) -> None:
    folder = make_package({"table": (GOOD, SCHEMA)}, table={"path": path})
    (folder.parent / "secret.csv").write_text("secret\n")
    (folder / "link.csv").symlink_to(folder.parent / "secret.csv")
    os.mkfifo(folder / "pipe.csv")
    report = cstodata.validate(folder)
    (finding,) = unsafe(report)
    assert finding.type == "resource-error"
    assert report.tables == ()
    assert "secret\n" not in json.dumps(to_descriptor(report))


def test_a_missing_file_is_a_finding_that_names_it(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": (GOOD, SCHEMA)})
    (folder / "table.csv").unlink()
    (finding,) = cstodata.validate(folder).findings
    assert finding.type == "scheme-error"
    assert "table.csv" in finding.message


def test_a_table_in_a_format_that_is_not_read_is_never_valid(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": (GOOD, SCHEMA)})
    (folder / "table.dat").write_text(GOOD)
    descriptor = json.loads((folder / "datapackage.json").read_text())
    descriptor["resources"][0]["path"] = "table.dat"
    del descriptor["resources"][0]["type"]
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    report = cstodata.validate(folder)
    assert [finding.type for finding in report.findings] == ["format-error"]


UNREADABLE = {
    "not JSON": b"{",
    "no object": b"[]",
    "not UTF-8": b'{"name": "\xff"}',
    "too deep": b"[" * 100_000,
    "nothing": b"",
    "a number too long": b'{"a": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_a_descriptor_that_cannot_be_read_raises_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "datapackage.json"
    path.write_bytes(content)
    with pytest.raises(DescriptorError) as raised:
        cstodata.validate(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


def test_where_there_is_no_package_an_error_says_so(tmp_path: Path) -> None:
    for path, why in ((tmp_path, r"holds no datapackage\.json"), (tmp_path / "none.json", "no such file")):
        with pytest.raises(PackageNotFoundError, match=why):
            cstodata.validate(path)


def test_an_unknown_resource_or_rule_is_refused_with_the_nearest_name(dataset: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean delegations\?"):
        cstodata.validate(dataset, resources=["delegation"])
    with pytest.raises(UnknownNameError, match=r"did you mean seats-add-up\?"):
        cstodata.validate(dataset, rules=["seats-add-ups"])


def test_only_the_resources_named_are_checked_with_the_rules_about_them(dataset: Path) -> None:
    people = dataset / "data" / "people.csv"
    people.write_text(people.read_text().replace("Viktor Kogut", "Viktor  Kogut\t"))
    report = cstodata.validate(dataset, resources=["delegations"])
    assert [table.name for table in report.tables] == ["delegations"]
    assert {rule.rule for rule in report.rules} == {
        "seats-add-up",
        "one-delegation-per-date",
        "delegation-has-seats",
        "representative-holds-position",
        "text-is-clean",
    }
    assert report.valid


def test_one_changed_cell_is_found_in_the_row_of_the_total(dataset: Path) -> None:
    seats = dataset / "data" / "delegation_seats.csv"
    seats.write_text(seats.read_text().replace("BY-2026-02-20,BY-LC01,7", "BY-2026-02-20,BY-LC01,8"))
    (finding,) = [each for each in cstodata.validate(dataset).findings if each.type.startswith("cstodata/")]
    assert (finding.type, finding.path, finding.row) == ("cstodata/seats-add-up", "data/delegations.csv", 3)
    assert finding.message == "BY-2026-02-20: chambers add up to 12, total says 11"


def test_news_of_tomorrow_is_not_yet_news(dataset: Path) -> None:
    results = {each.rule: each for each in cstodata.validate(dataset, today=date(2026, 2, 19)).rules}
    assert results["news-dated-sensibly"].count == 1


NESTED = {
    "by name": ("datapackage.json", '{"resources": []}'),
    "by content": ("data.json", '{"resources": [{"name": "a", "path": "../secret.csv"}]}'),
    "a resource": ("data.json", '{"name": "a", "path": "../secret.csv"}'),
}


@pytest.mark.parametrize(("name", "content"), NESTED.values(), ids=NESTED)
def test_a_descriptor_within_a_package_is_a_finding_and_is_not_followed(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / "package" / "inner").mkdir(parents=True)
    (tmp_path / "package" / "inner" / name).write_text(content)
    descriptor = {"name": "outer", "resources": [{"name": "inner", "path": f"inner/{name}"}]}
    (tmp_path / "package" / "datapackage.json").write_text(json.dumps(descriptor))
    report = cstodata.validate(tmp_path / "package")
    assert [(finding.type, finding.resource) for finding in report.findings] == [("resource-error", "inner")]


def test_a_field_with_a_name_that_rules_reserve_only_skips_the_rules(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": ("__row__\na\n", {"fields": [{"name": "__row__", "type": "string"}]})})
    report = cstodata.validate(folder)
    assert report.valid
    (rule,) = report.rules
    assert rule.skipped is not None
    assert "reserved name __row__" in rule.skipped


def test_a_name_in_the_place_of_a_list_is_a_programming_error(dataset: Path) -> None:
    with pytest.raises(TypeError, match="lists of names"):
        cstodata.validate(dataset, rules="seats-add-up")
    with pytest.raises(ValueError, match="limit_errors"):
        cstodata.validate(dataset, limit_errors=-1)


FAILURES: dict[str, tuple[dict[str, Any], str, str]] = {
    "a pattern": (
        {"type": "string", "constraints": {"pattern": "(a"}},
        "a",
        'the pattern "(a" of field "f" is no regular',
    ),
    "a bound": (
        {"type": "integer", "constraints": {"minimum": "x"}},
        "5",
        'the minimum "x" of field "f" is no integer',
    ),
    "sNaN and a bound": ({"type": "number", "constraints": {"minimum": 1}}, "sNaN", "a cell is sNaN"),
    "sNaN and unique": ({"type": "number", "constraints": {"unique": True}}, "sNaN", "a cell is sNaN"),
    "unique arrays": (
        {"type": "array", "constraints": {"unique": True}},
        "[1]",
        'field "f" is part of a key and of type array',
    ),
    "offsets": (
        {"type": "datetime", "constraints": {"minimum": "2020-01-01T00:00:00Z"}},
        "2020-01-01T00:00:00",
        "a datetime with an offset from UTC is compared with one without",
    ),
}


@pytest.mark.parametrize(("field", "cell", "why"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("engine", ["auto", "frictionless"])
def test_where_frictionless_fails_an_error_says_what_is_wrong(
    make_package: Callable[..., Path], field: dict[str, Any], cell: str, why: str, engine: Any
) -> None:
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "f", **field}]}
    folder = make_package({"table": (f"id,f\n1,{cell}\n", schema)})
    with pytest.raises(Exception):  # noqa: B017, PT011 -- whatever Python raises
        frictionless.Package(str(folder / "datapackage.json")).validate()
    report = cstodata.validate(folder, engine=engine)
    assert not report.valid
    (finding,) = report.findings
    assert finding.type == "schema-error"
    assert why in finding.message
    assert finding.message.endswith("not all rows were checked")


def test_the_fast_engine_alone_refuses_what_it_may_not_judge(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": (GOOD, SCHEMA)}, table={"dialect": {"commentChar": "#"}})
    assert cstodata.validate(folder, engine="frictionless").valid
    with pytest.raises(EngineError, match="table cannot be judged by the fast engine: its dialect says comment_char"):
        cstodata.validate(folder, engine="fast")


def test_the_report_tells_who_read_each_table_and_why(make_package: Callable[..., Path]) -> None:
    folder = make_package({"one": (GOOD, SCHEMA), "two": (GOOD, SCHEMA)}, two={"encoding": "windows-1251"})
    tables = cstodata.validate(folder).tables
    assert [(table.engine, table.why) for table in tables] == [
        ("fast", None),
        ("frictionless", "its encoding is cp1251"),
    ]


@pytest.mark.parametrize("engine", ["auto", "frictionless"])
@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["nothing", "LF", "CRLF"])
def test_a_quote_that_is_never_closed_is_found_where_it_begins(
    make_package: Callable[..., Path], end: str, engine: Any
) -> None:
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]}
    lines = ["id,text", '1,"two', 'lines"', '2,"open', "3,c", "4,d"]
    report = cstodata.validate(make_package({"table": ("\n".join(lines) + end, schema)}), engine=engine)
    assert not report.valid
    (finding,) = [each for each in report.findings if each.type == "cstodata/open-quote"]
    assert (finding.row, finding.line) == (3, 4)
    assert finding.message == "a quote in the record on line 4 is never closed, and holds all up to line 6"


def test_a_quote_that_is_closed_at_the_very_end_is_no_finding(make_package: Callable[..., Path]) -> None:
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]}
    folder = make_package({"table": ('id,text\n1,"a\nb"', schema)})
    assert cstodata.validate(folder, rules=[], engine="frictionless").findings == ()


@pytest.mark.parametrize("fields", [2, 3])
def test_a_table_without_a_schema_has_the_fields_of_its_header(make_package: Callable[..., Path], fields: int) -> None:
    package = make_package({"table": ("a,b\n1,x\n", {"fields": []})}, table={"fields": fields})
    descriptor = json.loads((package / "datapackage.json").read_text())
    del descriptor["resources"][0]["schema"]
    (package / "datapackage.json").write_text(json.dumps(descriptor))
    ours = cstodata.validate(package, rules=[])
    theirs = frictionless.Package(str(package / "datapackage.json")).validate()
    assert ours.valid is theirs.valid is (fields == 2)
    assert [found.message for found in ours.findings] == [error.message for error in theirs.tasks[0].errors]


def test_a_foreign_key_of_a_column_that_is_not_there_is_looked_at_all_the_same(
    make_package: Callable[..., Path],
) -> None:
    schema = {
        "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}],
        "fieldsMatch": "superset",
        "foreignKeys": [{"fields": ["b"], "reference": {"resource": "nowhere", "fields": ["x"]}}],
    }
    (found,) = cstodata.validate(make_package({"table": ("a\n1\n", schema)}), rules=[]).findings
    assert 'resource "nowhere" does not exist' in found.message


def test_many_repeated_keys_are_found_without_a_word_on_standard_error(make_package: Callable[..., Path]) -> None:
    content = "a\n" + "".join(f"{number % 250_000}\n" for number in range(250_002))
    schema = {"fields": [{"name": "a", "type": "integer"}], "primaryKey": ["a"]}
    report = cstodata.validate(make_package({"table": (content, schema)}), rules=[])
    assert report.tables[0].engine == "fast"
    assert [found.row for found in report.findings] == [250_002, 250_003]


@pytest.mark.parametrize("engine", ["auto", "frictionless"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
def test_a_finding_tells_line_and_column_of_its_cell(
    make_package: Callable[..., Path], engine: Any, end: str, mark: str
) -> None:
    schema = {
        "fields": [
            {"name": "id", "type": "integer"},
            {"name": "text", "type": "string", "constraints": {"required": True}},
            {"name": "day", "type": "date"},
        ],
        "primaryKey": ["id"],
        "uniqueKeys": [["text"]],
    }
    lines = ["id,text,day", '1,"two', 'lines",x', "2,,2026-01-01", "2,c ,2026-01-01", "4,c,", '5,c,""', ""]
    folder = make_package({"t": (mark + end.join(lines), schema)})
    found = cstodata.validate(folder, engine=engine).findings
    assert {(each.type, each.line, each.cell_line, each.column, each.end_column) for each in found} == {
        ("type-error", 2, 3, 8, 9),
        ("cstodata/text-is-clean", 2, 2, 3, None),
        ("constraint-error", 4, 4, 3, 3),
        ("primary-key", 5, 5, 1, 2),
        ("cstodata/text-is-clean", 5, 5, 3, 5),
        ("cstodata/unique-key", 7, 7, 3, 4),
    }


def test_a_fault_of_the_header_stands_on_its_line(make_package: Callable[..., Path]) -> None:
    fields = [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]
    (found,) = cstodata.validate(make_package({"t": ("id,txt\n1,a\n", {"fields": fields})}), rules=[]).findings
    assert (found.type, found.row, found.line, found.column) == ("incorrect-label", None, 1, 4)


def test_a_report_explains_what_it_asked_and_what_it_found(make_package: Callable[..., Path]) -> None:
    report = cstodata.validate(make_package({"t": ("id\nx\n", {"fields": [{"name": "id", "type": "integer"}]})}))
    assert set(report.explanations) == {"type-error", *(f"cstodata/{rule.rule}" for rule in report.rules)}
    assert report.explanations["type-error"].startswith("type-error  (error, found by Frictionless)")
