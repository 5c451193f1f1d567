"""Frictionless is the judge: whatever the engine, the findings are its own.

`CSTODATA_FUZZ` is the number of examples; `make fuzz` sets a large one.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

import frictionless
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

import cstodata
from cstodata.report.json import to_descriptor
from cstodata.validation.tables import keys, scan

EXAMPLES = int(os.environ.get("CSTODATA_FUZZ", "150"))
SPEC = ["taskNumber", "rowNumber", "fieldNumber", "fieldName", "type", "note", "message", "cells", "cell"]

TYPES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "uri": {"type": "string", "format": "uri"},
    "email": {"type": "string", "format": "email"},
    "uuid": {"type": "string", "format": "uuid"},
    "binary": {"type": "string", "format": "binary"},
    "integer": {"type": "integer"},
    "bare integer": {"type": "integer", "bareNumber": False},
    "number": {"type": "number"},
    "grouped number": {"type": "number", "groupChar": ".", "decimalChar": ","},
    "boolean": {"type": "boolean"},
    "own boolean": {"type": "boolean", "trueValues": ["yes", "1"], "falseValues": ["no"]},
    "date": {"type": "date"},
    "any date": {"type": "date", "format": "any"},
    "own date": {"type": "date", "format": "%d.%m.%Y"},
    "datetime": {"type": "datetime"},
    "time": {"type": "time"},
    "year": {"type": "year"},
    "yearmonth": {"type": "yearmonth"},
    "duration": {"type": "duration"},
    "geopoint": {"type": "geopoint"},
    "array": {"type": "array"},
    "object": {"type": "object"},
    "list": {"type": "list"},
    "any": {"type": "any"},
    "untyped": {},
}

MISSING_VALUES: list[list[str]] = [[""], ["", "NA"], ["-"], ["", "0", "a"], []]

# Cells that lie on both sides of what the types and constraints below take.
WORDS = st.sampled_from(
    [
        *(
            "",
            " ",
            "NA",
            "-",
            "a",
            "b",
            "A",
            "ab",
            "aa",
            "abc",
            "Ä",
            "é",
            "e\u0301",
            "👍🏽",
            "0",
            "1",
            "2",
            "5",
            "05",
            "-0",
            "+1",
            " 5 ",
        ),
        *(
            "1_0",
            "9" * 19,
            "9" * 30,
            "1.0",
            "1.50",
            "-2.5",
            "1e3",
            "NaN",
            "INF",
            "-INF",
            "1,5",
            "1.234,5",
            "5%",
            "٣",
            "１２",
        ),
        *(
            "true",
            "false",
            "TRUE",
            "yes",
            "no",
            "2020-01-05",
            "2020-1-5",
            "2021-02-30",
            "2006-11-16",
            "2020-01-05 ",
            "5.1.2020",
        ),
        *(
            "2020-01-05T10:00:00",
            "2020-01-05T10:00:00Z",
            "2020-01-05T10:00:00+03:00",
            "10:00:00",
            "24:00:00",
            "2020",
            "2020-05",
        ),
        *(
            "P1Y",
            "1,2",
            "[1]",
            "{}",
            '{"a": 1}',
            "http://a.example/b?c=d#e",
            "http://",
            "a@b.example",
            "https://é.example/",
        ),
        *("x\ny", "x\r\ny", "x,y", 'say "x"', "a\u00a0", "\u200b", "\0", "\u2028", "null", "None"),
    ]
)
CELLS = st.one_of(WORDS, WORDS, st.text(st.characters(codec="utf-8"), max_size=4))


@st.composite
def constraints(draw: st.DrawFn, field: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, st.SearchStrategy[Any]] = {"required": st.booleans(), "unique": st.booleans()}
    match field.get("type", "string"):
        case "string":
            patterns = [
                "[a-z]+",
                "a|b",
                "[a-zA-Z0-9]{1,2}",
                r"\d+",
                r"\w+",
                "^[a-z]+$",
                "(a|b)+",
                ".",
                "[^a]*",
                "a*b?",
                r"a\.b",
            ]
            options |= {
                "pattern": st.sampled_from(patterns),
                "minLength": st.integers(0, 3),
                "maxLength": st.integers(0, 3),
                "enum": st.lists(st.sampled_from(["a", "b", "ab", "1"]), min_size=1),
            }
        case "integer" | "year":
            numbers = st.sampled_from([0, 1, 2, 5, 2020, "1", "5"])
            options |= {
                "minimum": numbers,
                "maximum": numbers,
                "exclusiveMinimum": numbers,
                "enum": st.just([1, 5, "2"]),
            }
        case "number":
            numbers = st.sampled_from([0, 1, 1.5, "1.50", "-2.5"])
            options |= {"minimum": numbers, "exclusiveMaximum": numbers, "enum": st.just([1, 1.5])}
        case "date":
            options |= {"minimum": st.just("2006-11-16"), "maximum": st.just("2020-01-05")}
        case _:
            pass
    if field.get("type") in {"array", "object", "list", "geopoint"}:
        del options["unique"]  # Frictionless fails on these: another test
    chosen = draw(st.lists(st.sampled_from(sorted(options)), max_size=2, unique=True))
    return {name: draw(options[name]) for name in chosen}


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    width = draw(st.integers(1, 4))
    fields = []
    for number in range(width):
        field = {"name": f"f{number}", **TYPES[draw(st.sampled_from(sorted(TYPES)))]}
        fields.append({**field, "constraints": draw(constraints(field))})
    schema: dict[str, Any] = {"fields": fields}
    if draw(st.booleans()):
        schema["missingValues"] = draw(st.sampled_from(MISSING_VALUES))
    names = [str(field["name"]) for field in fields if field.get("type") not in {"array", "object", "list", "geopoint"}]
    if draw(st.booleans()) and names:
        key: list[str] = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        schema["primaryKey"] = key
    return schema


def quoted(cell: str, *, quote: bool) -> str:
    return '"' + cell.replace('"', '""') + '"' if quote or set(cell) & set(',"\r\n') else cell


@st.composite
def files(draw: st.DrawFn, schema: dict[str, Any]) -> bytes:
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    width = len(schema["fields"])
    lines = [",".join(str(field["name"]) for field in schema["fields"])]
    for _ in range(draw(st.integers(0, 7))):
        exact = draw(st.integers(0, 9)) > 0
        cells = draw(st.lists(CELLS, min_size=width if exact else 0, max_size=width if exact else width + 1))
        lines.append(",".join(quoted(cell, quote=bool(draw(st.integers(0, 1)))) for cell in cells))
    text = end.join(lines) + (end if draw(st.booleans()) else "")
    content = text.encode()
    damage = draw(st.integers(0, 19))
    if damage == 0:
        content += b"\xff\xfe,"
    elif damage == 1:
        content = b"\xef\xbb\xbf" + content
    elif damage == 2:
        content += b'"open,'
    elif damage == 3:
        at = draw(st.integers(0, len(content)))
        content = content[:at] + draw(st.sampled_from([b'"', b",", b"\n", b"\r", b"\0"])) + content[at:]
    return content


@st.composite
def packages(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, bytes]]:
    schema, other = draw(schemas()), draw(schemas())
    names = [field["name"] for field in schema["fields"]]
    if draw(st.booleans()):
        here = draw(
            st.lists(st.sampled_from([field["name"] for field in other["fields"]]), min_size=1, max_size=2, unique=True)
        )
        there = draw(st.lists(st.sampled_from(names), min_size=len(here), max_size=len(here)))
        resource = draw(st.sampled_from(["one", "one", ""]))
        if resource == "":
            there = here
        other["foreignKeys"] = [{"fields": here, "reference": {"resource": resource, "fields": there}}]
    dialect = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}
    described = draw(st.integers(0, 9)) > 0
    resources = [
        {
            "name": name,
            "type": "table",
            "path": f"{name}.csv",
            "schema": each,
            **({"encoding": "utf-8", "dialect": dialect} if described else {}),
        }
        for name, each in (("one", schema), ("two", other))
    ]
    profile = "https://datapackage.org/profiles/2.0/datapackage.json"
    return {"$schema": profile, "name": "fuzz", "resources": resources}, {
        "one": draw(files(schema)),
        "two": draw(files(other)),
    }


def by_frictionless(path: str, limit: int) -> Any:
    try:
        report = frictionless.Package(path).validate(limit_errors=limit)
    except Exception as error:  # noqa: BLE001 -- Frictionless failing is an outcome of its own
        return error
    return report


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(
    package=packages(), limit=st.sampled_from([0, 0, 0, 1000, 1000, 3]), block=st.sampled_from([64, 256, 4 * 1024**2])
)
def test_every_engine_finds_what_frictionless_finds(
    package: tuple[dict[str, Any], dict[str, bytes]], limit: int, block: int
) -> None:
    descriptor, tables = package
    with tempfile.TemporaryDirectory() as folder:
        for name, content in tables.items():
            (Path(folder) / f"{name}.csv").write_bytes(content)
        path = Path(folder) / "datapackage.json"
        path.write_text(json.dumps(descriptor))
        theirs = by_frictionless(str(path), limit)
        # Small blocks, and DuckDB for few keys, so that small files go the way of large ones.
        with patch.object(scan, "BLOCK_BYTES", block), patch.object(keys, "SMALL", 0 if block == 64 else 1000):
            report = cstodata.validate(path, rules=[], limit_errors=limit)
    for table in report.tables:
        event(f"{table.engine}: {table.why}")
    if isinstance(theirs, Exception):
        event(f"Frictionless fails: {type(theirs).__name__}")
        assert not report.valid
        return
    ours = frictionless.Report.from_descriptor(json.loads(json.dumps(to_descriptor(report))))
    assert ours.flatten(SPEC) == theirs.flatten(SPEC)
    for mine, their in zip(ours.tasks, theirs.tasks, strict=True):
        assert (mine.labels, mine.warnings, mine.valid) == (their.labels, their.warnings, their.valid)
        assert {**mine.stats, "seconds": 0} == {**their.stats, "seconds": 0}
