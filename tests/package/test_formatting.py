from __future__ import annotations

import json
from typing import TYPE_CHECKING

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


def test_a_delimiter_that_is_not_declared_is_found_as_frictionless_finds_it(make_package: Callable[..., Path]) -> None:
    folder = make_package({"table": ("id;day;text\n2;;b\n1;;a\n", SCHEMA)}, table={"dialect": {}})
    formatted(folder)
    assert (folder / "table.csv").read_text() == "id,day,text\n1,,a\n2,,b\n"


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
