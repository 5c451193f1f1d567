from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import cstodata
from cstodata.errors import TableReadError
from cstodata.package.descriptor import read_package
from cstodata.package.formatting import apply_format, plan_format

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCHEMA = {
    "fields": [{"name": "id", "type": "integer"}, {"name": "day", "type": "date"}, {"name": "text", "type": "string"}],
    "primaryKey": ["id"],
}
MESSY = '\ufeff"id","day","text"\r\n10,2020-1-5,"a, b"\r\n 9 ,,"plain"\r\n'
TIDY = 'id,day,text\n9,,plain\n10,2020-01-05,"a, b"\n'


def formatted(folder: Path) -> None:
    apply_format(plan_format(read_package(folder)))


def test_a_table_is_brought_into_canonical_form(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": (MESSY, SCHEMA)})
    formatted(folder)
    assert (folder / "table.csv").read_bytes().decode() == TIDY


def test_formatting_twice_is_once(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": (MESSY, SCHEMA)})
    formatted(folder)
    assert plan_format(read_package(folder)).rewrites == ()


def test_size_and_digest_are_set_where_they_are_declared(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": (MESSY, SCHEMA), "other": (TIDY, SCHEMA)}, table={"bytes": 1, "hash": "sha256:00"})
    formatted(folder)
    table, other = json.loads((folder / "datapackage.json").read_text())["resources"]
    assert table["bytes"] == len(TIDY)
    assert not {"bytes", "hash"} & other.keys()
    assert cstodata.validate(folder).valid


def test_the_declared_delimiter_and_quote_stay_and_the_encoding_becomes_utf_8(
    make_package: Callable[..., Path],
) -> None:
    dialect = {"delimiter": ";", "quoteChar": "'"}
    changes = {"encoding": "windows-1251", "dialect": dialect}
    text = "id;day;text\n2;;'Дума; Сенат'\n1;;'it''s'\n"
    folder = make_package({"table": (text.encode("windows-1251"), SCHEMA)}, table=changes)
    formatted(folder)
    assert (folder / "table.csv").read_text(encoding="utf-8") == "id;day;text\n1;;'it''s'\n2;;'Дума; Сенат'\n"
    assert cstodata.validate(folder).valid


def test_a_file_whose_delimiter_is_not_declared_is_left_alone(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": ("id;day;text\n2;;b\n1;;a\n", SCHEMA)}, table={"dialect": {}})
    plan = plan_format(read_package(folder))
    assert (plan.rewrites, plan.skipped) == ((), {"table": "its dialect declares no delimiter"})


KEPT = {
    "several missing values": ({"type": "integer", "missingValues": ["", "NA", "-99"]}, ["", "NA", "-99", "5"]),
    "a field's own missing value": ({"type": "string", "missingValues": ["-"]}, ["-", "", "x"]),
    "what stands around a bare number": ({"type": "number", "bareNumber": False}, ["95%", "€ 12.5"]),
    "an offset from UTC": ({"type": "datetime"}, ["2020-01-01T03:00:00+03:00"]),
    "a date in a form of its own": ({"type": "date", "format": "%d.%m.%Y"}, ["5.1.2020"]),
    "words for true and false": ({"type": "boolean", "trueValues": ["yes", "y"], "falseValues": ["no"]}, ["y", "no"]),
    "a carriage return": ({"type": "string"}, ['"a\rb"', '"a\r\nb"']),
    "blanks at the ends": ({"type": "string"}, [" a "]),
}


@pytest.mark.parametrize(("field", "cells"), KEPT.values(), ids=KEPT)
def test_what_is_written_stays(make_package: Callable[..., Path], field: dict[str, Any], cells: list[str]) -> None:
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "f", **field}]}
    text = "id,f\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells))
    folder = make_package({"table": (text, schema)})
    assert cstodata.validate(folder, rules=[]).valid
    formatted(folder)
    assert (folder / "table.csv").read_bytes().decode() == text


REFUSED = {
    "a value that would become a missing one": (
        "n\n099\n",
        {"type": "integer", "missingValues": ["99"]},
        "missingValues say is null",
    ),
    "a column that the schema does not know": ("n,extra\n1,precious\n", {"type": "integer"}, "does not know"),
    "a quote that is never closed": ('n\na\n"b\nc\n', {"type": "string"}, "never closed"),
    "seconds beyond microseconds": ("n\n2020-01-01T00:00:00.1234567\n", {"type": "datetime"}, "6 decimal places"),
}


@pytest.mark.parametrize(("text", "field", "why"), REFUSED.values(), ids=REFUSED)
def test_what_would_be_lost_is_refused(
    make_package: Callable[..., Path], text: str, field: dict[str, Any], why: str
) -> None:
    schema = {"fields": [{"name": "n", **field}], "fieldsMatch": "subset"}
    folder = make_package({"table": (text, schema)})
    with pytest.raises(TableReadError, match=why):
        plan_format(read_package(folder))


def test_two_resources_in_one_file_are_refused(make_package: Callable[..., Path]) -> None:
    folder = make_package({"a": (TIDY, SCHEMA), "b": (TIDY, SCHEMA)}, b={"path": "a.csv"})
    with pytest.raises(TableReadError, match="shares its file with a"):
        plan_format(read_package(folder))


def test_a_linked_file_is_written_where_it_stands(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": (MESSY, SCHEMA)})
    (folder / "table.csv").rename(folder / "real.csv")
    (folder / "table.csv").symlink_to("real.csv")
    formatted(folder)
    assert (folder / "table.csv").is_symlink()
    assert (folder / "real.csv").read_text() == TIDY


def test_what_is_no_csv_file_is_left_alone_and_named(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": (TIDY, SCHEMA)}, table={"dialect": {"commentChar": "#"}})
    plan = plan_format(read_package(folder))
    assert (plan.rewrites, [*plan.skipped]) == ((), ["table"])


def test_a_cell_that_cannot_be_read_stops_it_and_nothing_is_written(make_package: Callable[..., Path]) -> None:
    folder = make_package({"tidy": (MESSY, SCHEMA), "wrong": ("id,day,text\nx,,\n", SCHEMA)})
    with pytest.raises(TableReadError, match=r'wrong\.id: "x" cannot be read'):
        plan_format(read_package(folder))
    assert (folder / "tidy.csv").read_bytes().decode() == MESSY


def test_the_dataset_is_canonical(repository: Path) -> None:
    assert plan_format(read_package(repository)).rewrites == ()
