"""Spark finds what DuckDB finds here, and says so in the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

import cstodata
from cstodata.diff import rows
from cstodata.report.changes.json import render

if TYPE_CHECKING:
    from collections.abc import Callable

    Engine = Callable[[int], cstodata.SparkEngine]

DIALECT = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}


def fields(*names: str, **types: str) -> list[dict[str, Any]]:
    return [{"name": name, "type": types.get(name, "string")} for name in names]


def schema(*names: str, key: str = "id") -> dict[str, Any]:
    return {"fields": fields(*names, id="integer", number="integer", size="number"), "primaryKey": [key] if key else []}


def lines(first: int, last: int, cells: str = "Anna,1.5") -> str:
    return "".join(f"{number},{cells}\n" for number in range(first, last + 1))


HEADER = "id,name,size\n"
PLAIN = schema("id", "name", "size")
OLD = HEADER + lines(10, 60)
Tables = dict[str, tuple[str | bytes, dict[str, Any]]]
Case = tuple[str | bytes, dict[str, Any], str | bytes, dict[str, Any]]
CASES: dict[str, Case] = {
    "rows added": (OLD, PLAIN, HEADER + lines(5, 70), PLAIN),
    "rows removed": (OLD, PLAIN, HEADER + lines(12, 20) + lines(30, 58), PLAIN),
    "rows changed": (OLD, PLAIN, HEADER + lines(10, 30) + lines(31, 31, "Bert,2") + lines(32, 60), PLAIN),
    "cells written in another way": (OLD, PLAIN, HEADER + lines(10, 30) + lines(31, 60, "Anna,1.50"), PLAIN),
    "all rows changed": (OLD, PLAIN, HEADER + lines(10, 60, "Bert,1.5"), PLAIN),
    "rows in another order": (OLD, PLAIN, HEADER + lines(40, 60) + lines(10, 39), PLAIN),
    "two rows in another order": (OLD, PLAIN, HEADER + lines(10, 58) + lines(60, 60) + lines(59, 59), PLAIN),
    "a renamed field": (
        HEADER + "".join(f"{n},a{n},{n}\n" for n in range(40)),
        PLAIN,
        "id,called,size\n" + "".join(f"{n},a{n},{n}\n" for n in reversed(range(40))),
        schema("id", "called", "size"),
    ),
    "a renamed key": (OLD, PLAIN, OLD.replace("id", "number", 1), schema("number", "name", "size", key="number")),
    "a key twice": (OLD + lines(15, 20), PLAIN, OLD + lines(15, 18) + lines(19, 19, "Bert,3"), PLAIN),
    "a key twice and a renamed field": (
        HEADER + "".join(f"{n % 30},a{n},{n}\n" for n in range(40)),
        PLAIN,
        "id,called,size\n" + "".join(f"{n % 30},a{n},{n}\n" for n in range(41)),
        schema("id", "called", "size"),
    ),
    "no key": (OLD, schema("id", "name", "size", key=""), OLD[:-1] + "1\n" + OLD[13:], PLAIN),
    "a new field with cells": (
        OLD,
        PLAIN,
        "id,name,size,note\n" + lines(10, 30, "Anna,1.5,") + lines(31, 60, "Anna,1.5,new"),
        schema("id", "name", "size", "note"),
    ),
    "a field removed": (OLD, PLAIN, "id,size\n" + lines(10, 60, "1.5"), schema("id", "size")),
    "columns in another order than fields": (OLD, PLAIN, OLD, schema("size", "id", "name")),
    "cells over lines": (OLD, PLAIN, HEADER + lines(10, 60, '"An\nna, ""so""",1.5'), PLAIN),
    "broken quotes": (OLD, PLAIN, HEADER + lines(10, 60, '5" pipe,1.5'), PLAIN),
    "one broken quote": (OLD, PLAIN, OLD.replace("20,Anna", '20,5" pipe'), PLAIN),
    "an open end": (OLD, PLAIN, OLD + '61,"open,1\n', PLAIN),
    "a row of another width": (OLD, PLAIN, OLD + "61\n" + lines(62, 70), PLAIN),
    "a column that nobody knows": (OLD, PLAIN, "id,name,extra\n" + lines(10, 60), PLAIN),
    "no UTF-8": (OLD, PLAIN, OLD.encode().replace(b"40,Anna", b"40,\xff"), PLAIN),
    "a byte order mark": (OLD, PLAIN, b"\xef\xbb\xbf" + OLD.encode(), PLAIN),
    "returns": (OLD, PLAIN, OLD.replace("\n", "\r"), PLAIN),
    "returns and feeds": (OLD, PLAIN, OLD.replace("\n", "\r\n"), PLAIN),
    "no end of line": (OLD, PLAIN, OLD[:-1], PLAIN),
    "a header alone": (OLD, PLAIN, HEADER, PLAIN),
    "nothing": (OLD, PLAIN, "", PLAIN),
}


def write(folder: Path, tables: Tables, **own: Any) -> Path:
    folder.mkdir()
    resources = []
    for name, (content, declared) in tables.items():
        (folder / f"{name}.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        resource = {"name": name, "type": "table", "path": f"{name}.csv", "dialect": DIALECT, "schema": declared}
        resources.append({**resource, **own})
    descriptor = {"name": "example", "version": "1.0.0", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def pair(folder: Path, case: Case) -> tuple[Path, Path]:
    old, old_schema, new, new_schema = case
    return write(folder / "old", {"t": (old, old_schema)}), write(folder / "new", {"t": (new, new_schema)})


def told(old: Path, new: Path, **options: Any) -> str:
    """All changes as JSON."""
    return "".join(render(cstodata.compare(old, new, **options), limit=None))


LEFT_HERE = {
    "broken quotes",
    "one broken quote",
    "an open end",
    "a row of another width",
    "a column that nobody knows",
    "no UTF-8",
    "nothing",
}


@pytest.mark.parametrize("case", CASES)
def test_ranges_give_the_changes_that_whole_files_give(here_engine: Engine, tmp_path: Path, case: str) -> None:
    old, new = pair(tmp_path, CASES[case])
    expected = told(old, new)
    with patch.object(rows, "duck_relations", wraps=rows.duck_relations) as here:
        assert told(old, new, engine=here_engine(150)) == expected
    assert here.called == (case in LEFT_HERE)
