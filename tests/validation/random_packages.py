"""Packages that nobody would think of: random schemas, and tables that nearly fit them, as CSV and as Parquet."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

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
            "0000-01-01",
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
        if not draw(st.integers(0, 7)):
            field["missingValues"] = draw(st.sampled_from(MISSING_VALUES))
        fields.append({**field, "constraints": draw(constraints(field))})
    schema: dict[str, Any] = {"fields": fields}
    if draw(st.booleans()):
        schema["missingValues"] = draw(st.sampled_from(MISSING_VALUES))
    names = [str(field["name"]) for field in fields if field.get("type") not in {"array", "object", "list", "geopoint"}]
    if draw(st.booleans()) and names:
        key: list[str] = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        schema["primaryKey"] = key
    if draw(st.integers(0, 3)) == 0:
        every = [str(field["name"]) for field in fields]
        schema["uniqueKeys"] = [draw(st.lists(st.sampled_from(every), min_size=1, max_size=2, unique=True))]
    return schema


@dataclass(frozen=True)
class Form:
    """How a table is written: the endings of its files, and what its dialect says."""

    endings: tuple[str, ...] = (".csv",)
    delimiter: str = ","
    quote: str = '"'

    @property
    def dialect(self) -> dict[str, Any]:
        usual = {"skipInitialSpace": False, "doubleQuote": True, "header": True}
        return {**usual, "delimiter": self.delimiter, "quoteChar": self.quote}

    def line(self, cells: list[str], quote: list[bool]) -> str:
        special = {self.delimiter, self.quote, "\r", "\n"}
        return self.delimiter.join(
            self.quote + cell.replace(self.quote, 2 * self.quote) + self.quote if wish or set(cell) & special else cell
            for cell, wish in zip(cells, quote, strict=True)
        )


FORMS = st.sampled_from(
    [
        *[Form()] * 4,
        Form(delimiter=";"),
        Form(delimiter="|", quote="'"),
        Form(delimiter="\t"),
        Form(endings=(".tsv",), delimiter="\t"),
        Form(endings=(".tsv.gz",), delimiter="\t"),
        Form(endings=(".csv.gz",)),
        Form(endings=(".csv",) * 2),
        Form(endings=(".csv",) * 3, delimiter="|", quote="'"),
        Form(endings=(".csv.gz",) * 3),
        Form(endings=(".csv", ".csv.gz", ".csv")),
    ]
)


@st.composite
def files(draw: st.DrawFn, schema: dict[str, Any], form: Form) -> bytes:
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    width = len(schema["fields"])
    lines = [form.delimiter.join(str(field["name"]) for field in schema["fields"])]
    for _ in range(draw(st.integers(0, 7))):
        exact = draw(st.integers(0, 9)) > 0
        cells = draw(st.lists(CELLS, min_size=width if exact else 0, max_size=width if exact else width + 1))
        lines.append(form.line(cells, [bool(draw(st.integers(0, 1))) for _ in cells]))
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


DATES = [dt.date(2020, 1, 5), dt.date(1999, 12, 31), dt.date(2006, 11, 16), dt.date(1, 1, 1), dt.date(9999, 12, 31)]
TIMES = [dt.datetime(2020, 1, 5, 10), dt.datetime(1999, 12, 31, 23, 59, 59, 123456), dt.datetime(2020, 1, 5)]  # noqa: DTZ001 -- zones are those of columns
WHOLE = [0, 1, 2, 5, 2020, -1, 127]
FLOATS = [0.0, 1.0, 1.5, -2.5, 2020.0, 1e300, 1e-7, 0.1, 2.0**53, float("inf"), float("nan"), -0.0]

COLUMNS: dict[str, tuple[pa.DataType, list[Any]]] = {
    "string": (pa.string(), ["", "a", "b", "ab", "1", "5", "NA", "-", "2020-01-05", "true", "nan", "a\0", " ", "[1]"]),
    "large string": (pa.large_string(), ["a", "b", "http://a.example"]),
    "dictionary": (pa.dictionary(pa.int8(), pa.string()), ["a", "b"]),
    "int64": (pa.int64(), [*WHOLE, 2**53, 2**53 + 1, -(2**63)]),
    "int8": (pa.int8(), WHOLE[:4] + WHOLE[5:]),
    "uint32": (pa.uint32(), [0, 1, 5]),
    "uint64": (pa.uint64(), [0, 1, 2**64 - 1]),
    "double": (pa.float64(), FLOATS),
    "whole double": (pa.float64(), [0.0, 1.0, 5.0, 2020.0]),
    "float": (pa.float32(), [0.0, 1.5]),
    "bool": (pa.bool_(), [True, False]),
    "date": (pa.date32(), DATES),
    "decimal": (pa.decimal128(10, 2), [Decimal("1.50"), Decimal("5.00"), Decimal("-2.50"), Decimal(0)]),
    "instant": (pa.timestamp("us"), TIMES),
    "UTC": (pa.timestamp("ms", "UTC"), [time.replace(microsecond=0) for time in TIMES]),
    "elsewhere": (pa.timestamp("us", "Europe/Minsk"), TIMES),
    "nanoseconds": (pa.timestamp("ns"), TIMES),
    "time": (pa.time64("us"), [dt.time(10), dt.time(23, 59, 59)]),
    "list": (pa.list_(pa.int64()), [[1], []]),
}

FIELDS: Mapping[str, list[dict[str, Any]]] = {
    "string": [{"type": "string"}] * 3
    + [{"type": "integer"}, {"type": "date"}, {"type": "boolean"}, {"type": "array"}],
    "double": [{"type": "number"}] * 3 + [{"type": "integer"}],
    "whole double": [{"type": "integer"}, {"type": "number"}],
    "bool": [{"type": "boolean"}] * 3 + [{"type": "boolean", "trueValues": ["yes", "True"]}],
    "date": [{"type": "date"}] * 3 + [{"type": "date", "format": "any"}, {"type": "date", "format": "%Y-%d-%m"}],
    "decimal": [{"type": "number"}, {"type": "number"}, {"type": "integer"}],
    "time": [{"type": "time"}],
    "list": [{"type": "array"}],
    **dict.fromkeys(
        ["int64", "int8", "uint32", "uint64"], [{"type": "integer"}] * 3 + [{"type": "number"}, {"type": "year"}]
    ),
    **dict.fromkeys(["instant", "UTC", "elsewhere", "nanoseconds"], [{"type": "datetime"}] * 3 + [{"type": "date"}]),
}
OTHERS = [
    {"type": "string"},
    {"type": "any"},
    {"type": "number", "groupChar": ","},
    {"type": "integer", "bareNumber": False},
]
USUAL = ["string", "string", "int64", "int64", "double", "whole double", "bool", "date", "decimal", "instant"]
NULLS = [[""], ["", "NA", "-"], ["", "1"], ["nan"], [], ["", "True", "2020-01-05"]]


@st.composite
def tables(draw: st.DrawFn) -> tuple[pa.Table, dict[str, Any]]:
    """A table and its schema."""
    rows = draw(st.integers(0, 8))
    columns, fields = {}, []
    for number in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(USUAL if draw(st.integers(0, 9)) else sorted(COLUMNS)))
        type_, values = COLUMNS[kind]
        cells = st.sampled_from(values)
        column = draw(st.lists(cells | st.none() if draw(st.booleans()) else cells, min_size=rows, max_size=rows))
        columns[f"f{number}"] = pa.array(column, type_, from_pandas=False)
        of_kind = FIELDS.get(kind, FIELDS["string"])
        field: dict[str, Any] = draw(st.sampled_from(of_kind if draw(st.integers(0, 9)) else OTHERS))
        field = {"name": f"f{number}", **field}
        fields.append({**field, "constraints": draw(constraints(field))} if draw(st.booleans()) else field)
    schema: dict[str, Any] = {"fields": fields}
    if draw(st.booleans()):
        schema["missingValues"] = draw(st.sampled_from(NULLS))
    keyed = [field["name"] for field in fields if field["type"] not in {"array", "any"}]
    if draw(st.booleans()) and keyed:
        schema["primaryKey"] = draw(st.lists(st.sampled_from(keyed), min_size=1, max_size=2, unique=True))
    table = pa.table(columns)
    return table if draw(st.integers(0, 3)) else pa.Table.from_pandas(table.to_pandas()), schema


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A resource without a name: its schema, its files by what their names end with, and what its dialect says."""

    schema: dict[str, Any]
    files: dict[str, bytes]
    dialect: dict[str, Any] | None = None

    @property
    def names(self) -> list[str]:
        return [str(field["name"]) for field in self.schema["fields"]]


@st.composite
def csv_drafts(draw: st.DrawFn) -> Draft:
    schema, form = draw(schemas()), draw(FORMS)
    contents = {}
    for number, ending in enumerate(form.endings):
        content = draw(files(schema, form))
        contents[f"{number}{ending}"] = gzip.compress(content, mtime=0) if ending.endswith(".gz") else content
    return Draft(schema=schema, files=contents, dialect=form.dialect)


@st.composite
def parquet_drafts(draw: st.DrawFn) -> Draft:
    table, schema = draw(tables())
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=draw(st.sampled_from([1, 3, 100])))
    content = file.getvalue()
    if not draw(st.integers(0, 19)):
        at = draw(st.integers(0, len(content) - 1))
        content = draw(st.sampled_from([content[:at], content[:at] + b"\0" + content[at + 1 :]]))
    return Draft(schema=schema, files={".parquet": content})


@st.composite
def packages(
    draw: st.DrawFn, drafts: st.SearchStrategy[Draft] | None = None
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A descriptor, and its files by name."""
    of_any_kind = st.one_of(csv_drafts(), csv_drafts(), csv_drafts(), parquet_drafts())
    one, two = draw(drafts or of_any_kind), draw(drafts or of_any_kind)
    if draw(st.booleans()):
        here = draw(st.lists(st.sampled_from(two.names), min_size=1, max_size=2, unique=True))
        there = draw(st.lists(st.sampled_from(one.names), min_size=len(here), max_size=len(here)))
        referred = draw(st.sampled_from(["one", "one", ""]))
        if referred == "":
            there = here
        key = {"fields": here, "reference": {"resource": referred, "fields": there}}
        two.schema["foreignKeys"] = [key] * draw(st.sampled_from([1, 1, 2]))
    described = draw(st.integers(0, 9)) > 0
    resources: list[dict[str, Any]] = []
    contents: dict[str, bytes] = {}
    for name, draft in (("one", one), ("two", two)):
        paths = {f"{name}{ending}": content for ending, content in draft.files.items()}
        contents |= paths
        first, *others = paths
        resource: dict[str, Any] = {"name": name, "type": "table", "path": first, "schema": draft.schema}
        if others:
            resource["extrapaths"] = others
        if not draw(st.integers(0, 19)):
            del resource["schema"]
        elif not draw(st.integers(0, 9)):
            draft.schema["fieldsMatch"] = draw(st.sampled_from(["equal", "subset", "superset", "partial"]))
        if described and draft.dialect is not None:
            resource |= {"encoding": "utf-8", "dialect": draft.dialect}
        resources.append(resource)
    profile = "https://datapackage.org/profiles/2.0/datapackage.json"
    return {"$schema": profile, "name": "fuzz", "resources": resources}, contents
