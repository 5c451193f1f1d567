"""A contract accepts what a release holds, and nothing else, in each library."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pandera.pandas
import pandera.polars
import pandera.pyarrow
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaError, SchemaErrors

import cstodata
from cstodata.errors import ContractError, CstodataError, DescriptorError, TableReadError, UnknownNameError
from cstodata.package.descriptor import read_package
from cstodata.package.tables import read_table
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., Path]

ORIGIN = Origin(created="2026-02-20T00:00:00Z", commit=None, is_dirty=False, tool="0.1.0")
BACKENDS = ("pandas", "polars", "pyarrow")
READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "pandas": ("pandas", pd.read_parquet),
    "pandas on arrow": ("pandas", lambda path: pd.read_parquet(path, dtype_backend="pyarrow")),
    "pandas with nulls": ("pandas", lambda path: pd.read_parquet(path, dtype_backend="numpy_nullable")),
    "polars": ("polars", pl.read_parquet),
    "pyarrow": ("pyarrow", pq.read_table),
}
FRAMES: dict[str, Callable[[pa.Table], Any]] = {
    "pandas": lambda table: table.to_pandas(),
    "polars": pl.from_arrow,
    "pyarrow": lambda table: table,
}

# Of each type and format: the type, and texts of it; the last row is null.
TYPES: list[tuple[dict[str, Any], list[str]]] = [
    ({"type": "any"}, ["x", "1"]),
    ({"type": "array"}, ['"[1, 2]"', "[]"]),
    ({"type": "boolean"}, ["true", "false"]),
    ({"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]}, ["yes", "no"]),
    ({"type": "date"}, ["2020-01-31", "1999-12-31"]),
    ({"type": "date", "format": "%d.%m.%Y"}, ["31.01.2020", "01.02.2020"]),
    ({"type": "datetime"}, ["2020-01-31T10:20:30", "2020-01-31T10:20:30.5"]),
    ({"type": "datetime"}, ["2020-01-31T10:20:30Z", "2020-01-31T10:20:30+02:00"]),
    ({"type": "duration"}, ["P1Y", "PT36H"]),
    ({"type": "geojson"}, ['"{""type"": ""Point"", ""coordinates"": [1, 2]}"'] * 2),
    ({"type": "geopoint"}, ['"1.5, 2"', '"0, 90"']),
    ({"type": "geopoint", "format": "array"}, ['"[1.5, 2]"', '"[0, 90]"']),
    ({"type": "integer"}, ["9007199254740993", "-7"]),
    ({"type": "list"}, ['"a,b"', "c"]),
    ({"type": "number"}, ["1.5", "-7"]),
    ({"type": "number", "decimalChar": ",", "groupChar": " "}, ['"1 000,5"', "7"]),
    ({"type": "object"}, ['"{""a"": 1}"', "{}"]),
    ({"type": "string"}, ["x", "NA"]),
    ({"type": "string", "format": "email"}, ["a@example.org", "b@example.org"]),
    ({"type": "string", "format": "uri"}, ["https://example.org", "http://example.org/a"]),
    ({"type": "string", "format": "uuid"}, ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"] * 2),
    ({"type": "string", "format": "binary"}, ["YQ==", "Yg=="]),
    ({"type": "time"}, ["10:20:30", "23:59:59"]),
    ({"type": "year"}, ["2020", "1999"]),
    ({"type": "yearmonth"}, ["2020-01", "1999-12"]),
]

NUMBERS: dict[str, Any] = {"minimum": 2, "maximum": 4, "exclusiveMinimum": 1, "exclusiveMaximum": 5, "enum": [2, 3, 4]}
OUTSIDE = {"minimum": "1", "maximum": "5", "exclusiveMinimum": "1", "exclusiveMaximum": "5", "enum": "5"}
# Of each kind of constraint: the field, what is allowed (null always is), and what is not.
CONSTRAINTS: list[tuple[dict[str, Any], str, list[str], list[str]]] = [
    *(({"type": "integer"}, name, ["2", "4", ""], [bad]) for name, bad in OUTSIDE.items()),
    *(({"type": "number"}, name, ["2", "4", ""], [bad]) for name, bad in OUTSIDE.items()),
    ({"type": "string"}, "minLength", ["ab", "", "abc"], ["a"]),
    ({"type": "string"}, "maxLength", ["ab", "", "äöü"], ["abcd"]),
    ({"type": "string"}, "pattern", ["ab", "", "abab"], ["aba", "xab", "abx", "AB"]),
    ({"type": "string"}, "enum", ["ab", "", "c"], ["d", "AB"]),
    ({"type": "array"}, "minLength", ['"[1, 2]"', ""], ["[1]"]),
    ({"type": "list"}, "maxLength", ['"a,b"', ""], ['"a,b,c,d"']),
    ({"type": "boolean"}, "enum", ["true", ""], ["false"]),
    ({"type": "date"}, "minimum", ["2020-01-02", ""], ["2020-01-01"]),
    ({"type": "date"}, "enum", ["2020-01-02", ""], ["2020-01-01"]),
    ({"type": "datetime"}, "maximum", ["2020-01-02T00:00:00", ""], ["2020-01-02T00:00:01"]),
    ({"type": "time"}, "exclusiveMinimum", ["10:00:01", ""], ["10:00:00"]),
    ({"type": "year"}, "maximum", ["2020", ""], ["2021"]),
    ({"type": "yearmonth"}, "minimum", ["2020-02", ""], ["2020-01"]),
    ({"type": "duration"}, "enum", ["P1Y", ""], ["P2Y"]),
    ({"type": "any"}, "enum", ["x", ""], ["y"]),
    ({"type": "string"}, "categories", ["ab", "", "c"], ["d"]),
    ({"type": "integer"}, "categories", ["1", "", "2"], ["3"]),
]
DECLARED: dict[tuple[str, str], Any] = {
    **{(type_, name): value for type_ in ("integer", "number") for name, value in NUMBERS.items()},
    ("string", "minLength"): 2,
    ("string", "maxLength"): 3,
    ("string", "pattern"): "(?:(?<!b)ab|(?<=b)ab)+",  # looks around, as neither RE2 nor Rust can
    ("string", "enum"): ["ab", "c"],
    ("array", "minLength"): 2,
    ("list", "maxLength"): 3,
    ("boolean", "enum"): [True],
    ("date", "minimum"): "2020-01-02",
    ("date", "enum"): ["2020-01-02"],
    ("datetime", "maximum"): "2020-01-02T00:00:00",
    ("time", "exclusiveMinimum"): "10:00:00",
    ("year", "maximum"): 2020,
    ("yearmonth", "minimum"): "2020-02",
    ("duration", "enum"): ["P1Y"],
    ("any", "enum"): ["x"],
    ("string", "categories"): ["ab", {"value": "c", "label": "C"}],
    ("integer", "categories"): [1, 2],
}


def release(folder: Path, output: Path) -> Path:
    package = read_package(folder)
    plan = plan_release(package, cstodata.validate(folder, rules=[]), origin=ORIGIN)
    build_release(package, plan, output)
    return output / plan.folder


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    return release(repository, tmp_path_factory.mktemp("release"))


def table_of(folder: Path) -> pa.Table:
    package = read_package(folder)
    return read_table(package, package.resource("table"))


def judged(folder: Path, backend: Any, table: pa.Table) -> list[str]:
    """What the contract of a package says of a frame; nothing if it accepts it."""
    try:
        cstodata.contract("table", source=folder, backend=backend).validate(FRAMES[backend](table), lazy=True)
    except SchemaErrors as errors:
        return [f"{error.reason_code}: {error}" for error in errors.schema_errors]
    return []


@pytest.mark.parametrize("reader", READERS)
def test_every_table_of_the_dataset_as_released_keeps_its_contract(released: Path, reader: str) -> None:
    backend, read = READERS[reader]
    names = [resource.name for resource in read_package(released).resources]
    assert len(names) == 10
    for name in names:
        frame = read(released / "parquet" / f"{name}.parquet")
        columns = frame.column_names if backend == "pyarrow" else [*frame.columns]
        for source in (released, released / "datapackage.json", released / "parquet", None):
            contract: Any = cstodata.contract(name, source=source, backend=backend)  # type: ignore[arg-type]  # a text
            assert contract.validate(frame, lazy=True) is not None
            assert [*contract.columns] == columns


@pytest.mark.parametrize("reader", READERS)
def test_every_type_keeps_its_contract_with_and_without_null(make_package: Make, tmp_path: Path, reader: str) -> None:
    fields = [{"name": f"f{at}", **field} for at, (field, _) in enumerate(TYPES)]
    fields += [{**field, "name": f"r{at}", "constraints": {"required": True}} for at, (field, _) in enumerate(TYPES)]
    fields.append({"name": "id", "type": "integer"})
    header = ",".join(field["name"] for field in fields)
    rows = [",".join(texts[row] for _, texts in TYPES) for row in (0, 1)]
    lines = [header, f"{rows[0]},{rows[0]},1", f"{rows[1]},{rows[1]},2", f"{',' * (len(TYPES) - 1)},{rows[0]},3"]
    package = make_package({"table": ("".join(f"{line}\n" for line in lines), {"fields": fields, "primaryKey": "id"})})
    backend, read = READERS[reader]
    folder = release(package, tmp_path / "out")
    frame = read(folder / "parquet" / "table.parquet")
    contract: Any = cstodata.contract("table", source=folder, backend=backend)  # type: ignore[arg-type]  # a text
    contract.validate(frame, lazy=True)
    assert {name: column.nullable for name, column in contract.columns.items()} == {
        field["name"]: field["name"].startswith("f") for field in fields
    }


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("field", "name", "good", "bad"), CONSTRAINTS, ids=[f"{field['type']}-{name}" for field, name, _, _ in CONSTRAINTS]
)
def test_what_a_constraint_does_not_allow_is_told_of_its_column(
    make_package: Make, backend: str, field: dict[str, Any], name: str, good: list[str], bad: list[str]
) -> None:
    value = DECLARED[field["type"], name]
    constraint = {"categories": value} if name == "categories" else {"constraints": {name: value}}
    loose = {"fields": [{"name": "id", "type": "integer"}, {"name": "f", **field}]}
    strict = {"fields": [loose["fields"][0], {"name": "f", **field, **constraint}]}
    rows = [f"{number},{text}\n" for number, text in enumerate(good)]
    package = make_package({"table": ("id,f\n" + "".join(rows), strict)})
    assert cstodata.validate(package, rules=[]).valid
    good_table = table_of(package)
    assert judged(package, backend, good_table) == []
    for text in bad:
        make_package({"table": (f"id,f\n{''.join(rows)}9,{text}\n", loose)})
        bad_table = table_of(package)
        make_package({"table": (f"id,f\n{''.join(rows)}9,{text}\n", strict)})
        assert not cstodata.validate(package, rules=[]).valid
        (told,) = judged(package, backend, bad_table)
        assert "f: " in told
        assert name in told


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("field", "column"),
    [
        ({"type": "integer"}, pa.array(["1", "2"])),
        ({"type": "integer"}, pa.array([1.5, None])),
        ({"type": "number"}, pa.array(["1", "2"])),
        ({"type": "boolean"}, pa.array([1, 0])),
        ({"type": "string"}, pa.array([1, 2])),
        ({"type": "date"}, pa.array(["2020-01-01", None])),
        ({"type": "date"}, pa.array([0, 1], pa.timestamp("us"))),
        ({"type": "datetime"}, pa.array([0, 1], pa.date32())),
        ({"type": "time"}, pa.array(["10:00:00", None])),
        ({"type": "year"}, pa.array(["2020", None])),
        ({"type": "yearmonth"}, pa.array(["2020-13", None])),
        ({"type": "string", "format": "email"}, pa.array(["nobody", None])),
        ({"type": "object"}, pa.array(["[1]", None])),
        ({"type": "geopoint"}, pa.array(["200, 200", None])),
    ],
    ids=str,
)
def test_values_of_another_type_are_told_of_their_column(
    make_package: Make, backend: str, field: dict[str, Any], column: pa.Array
) -> None:
    package = make_package({"table": ("f\n", {"fields": [{"name": "f", **field}]})})
    told = judged(package, backend, pa.table({"f": column}))
    assert told
    assert all(re.search(r"\bf\b", each) for each in told)


def test_values_of_several_types_in_a_column_of_pandas_are_told(make_package: Make) -> None:
    package = make_package({"table": ("f\n", {"fields": [{"name": "f", "type": "date"}]})})
    contract: Any = cstodata.contract("table", source=package, backend="pandas")
    for values in (["a", 1], [10**30, None], [object(), 1]):
        with pytest.raises(SchemaError, match="f: type date"):
            contract.validate(pd.DataFrame({"f": pd.Series(values, dtype=object)}))


@pytest.mark.parametrize("backend", BACKENDS)
def test_rows_must_be_told_apart_by_their_keys(make_package: Make, backend: str) -> None:
    fields = [
        {"name": "a", "type": "integer"},
        {"name": "b", "type": "date"},
        {"name": "c", "type": "string", "constraints": {"unique": True}},
        {"name": "d", "type": "integer"},
    ]
    schema = {"fields": fields, "primaryKey": ["a", "b"], "uniqueKeys": [["c", "d"], ["d", "b"]]}
    day = "2020-01-01"
    content = f"a,b,c,d\n1,{day},x,1\n2,{day},,\n3,{day},,\n1,2020-01-02,y,1\n"
    package = make_package({"table": (content, schema)})
    assert cstodata.validate(package, rules=[]).valid
    table = table_of(package)
    assert judged(package, backend, table) == []

    def changed(name: str, *values: object) -> list[str]:
        at = table.column_names.index(name)
        column = pa.array(values, table.schema.field(name).type)
        return judged(package, backend, table.set_column(at, name, column))

    (repeated_key,) = changed("a", 1, 1, 3, 1)
    assert "a" in repeated_key
    assert "b" in repeated_key
    (repeated,) = changed("c", "x", None, None, "x")[:1]
    assert "c: unique" in repeated
    (null,) = [told for told in changed("a", None, 2, 3, 1) if "NULL" in told]
    assert re.search(r"\ba\b", null)
    (joint,) = changed("d", 1, 7, 7, 1)
    assert "d, b: unique" in joint


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_null_where_a_value_is_required_is_told(make_package: Make, backend: str) -> None:
    fields = [{"name": "f", "type": "string", "constraints": {"required": True}}, {"name": "g", "type": "string"}]
    package = make_package({"table": ("f,g\nx,\n", {"fields": fields})})
    (told,) = judged(package, backend, pa.table({"f": ["x", None], "g": [None, "y"]}))
    assert re.search(r"\bf\b", told)


@pytest.mark.parametrize("backend", BACKENDS)
def test_columns_may_be_more_and_in_any_order_but_not_fewer(make_package: Make, backend: str) -> None:
    fields = [{"name": "f", "type": "string"}, {"name": "g", "type": "integer"}]
    package = make_package({"table": ("f,g\nx,1\n", {"fields": fields})})
    assert judged(package, backend, pa.table({"new": [1.5], "g": [1], "f": ["x"]})) == []
    (told,) = judged(package, backend, pa.table({"g": [1]}))
    assert re.search(r"\bf\b", told)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_empty_table_keeps_its_contract(make_package: Make, backend: str) -> None:
    fields = [{"name": f"f{at}", **field} for at, (field, _) in enumerate(TYPES)]
    fields[0]["constraints"] = {"unique": True}
    header = ",".join(field["name"] for field in fields)
    package = make_package({"table": (f"{header}\n", {"fields": fields, "primaryKey": "f1"})})
    assert judged(package, backend, table_of(package)) == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_text_that_means_null_elsewhere_is_a_value_like_any_other(make_package: Make, backend: str) -> None:
    fields = [{"name": "f", "type": "string", "constraints": {"minLength": 1}}]
    package = make_package({"table": ("f\nx\n", {"fields": fields, "missingValues": ["-"]})})
    (told,) = judged(package, backend, pa.table({"f": ["x", ""]}))
    assert "minLength" in told


@pytest.mark.parametrize("backend", BACKENDS)
def test_bounds_of_datetimes_are_instants(make_package: Make, backend: str) -> None:
    bound = {"minimum": "2020-01-01T02:00:00+02:00"}
    fields = [{"name": "f", "type": "datetime", "constraints": bound}]
    package = make_package({"table": ("f\n2020-01-01T00:00:00Z\n", {"fields": fields})})
    table = table_of(package)
    assert judged(package, backend, table) == []
    earlier = pa.table({"f": pc_minus_one(table["f"])})
    (told,) = judged(package, backend, earlier)
    assert "f: minimum" in told


def pc_minus_one(instants: pa.ChunkedArray) -> pa.Array:
    microseconds = instants.combine_chunks().cast(pa.int64()).to_pylist()
    return pa.array([each - 1 for each in microseconds], pa.int64()).cast(instants.type)


CELLS = st.fixed_dictionaries(
    {
        "id": st.integers(0, 6).map(str),
        "size": st.sampled_from(["", "0", "5", "10", "10.5", "-1", "NaN"]),
        "code": st.sampled_from(["", "ab", "abc", "b", "ab\n"]),
        "day": st.sampled_from(["", "2020-01-01", "2019-12-31", "2021-05-06"]),
        "span": st.sampled_from(["P1Y", "P2Y", ""]),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(CELLS, min_size=1, max_size=4))
def test_a_contract_accepts_what_validation_finds_valid_and_nothing_else(
    make_package: Make, rows: list[dict[str, str]]
) -> None:
    fields = [
        {"name": "id", "type": "integer"},
        {"name": "size", "type": "number", "constraints": {"minimum": 0, "exclusiveMaximum": 10.5}},
        {"name": "code", "type": "string", "constraints": {"pattern": "ab|abc", "unique": True}},
        {"name": "day", "type": "date", "constraints": {"minimum": "2020-01-01", "required": True}},
        {"name": "span", "type": "duration", "constraints": {"enum": ["P1Y"]}},
    ]
    lines = ['{id},{size},"{code}",{day},{span}\n'.format_map(row) for row in rows]
    schema = {"fields": fields, "primaryKey": ["id"]}
    package = make_package({"table": ("id,size,code,day,span\n" + "".join(lines), schema)})
    valid = cstodata.validate(package, rules=[]).valid
    table = table_of(package)
    for backend in ("polars", "pyarrow"):
        assert (judged(package, backend, table) == []) is valid, backend
    if not any(row["size"] == "NaN" for row in rows):  # which pandas takes for null
        assert (judged(package, "pandas", table) == []) is valid


def test_the_schemas_are_those_of_pandera(repository: Path) -> None:
    modules = {"pandas": pandera.pandas, "polars": pandera.polars, "pyarrow": pandera.pyarrow}
    for backend, module in modules.items():
        contract: Any = cstodata.contract("delegations", source=repository, backend=backend)  # type: ignore[arg-type]
        assert isinstance(contract, module.DataFrameSchema)
        assert (contract.name, contract.unique) == ("delegations", ["delegation_id"])
        assert [check.name for check in contract.columns["seats_total"].checks][:2] == ["type", "minimum"]
    assert isinstance(cstodata.contract("delegations"), pandera.pyarrow.DataFrameSchema)
    assert callable(cstodata.contract)  # no module has taken its name


def test_the_data_types_are_those_of_the_released_parquet(released: Path) -> None:
    path = released / "parquet" / "delegations.parquet"
    polars: Any = cstodata.contract("delegations", source=released, backend="polars")
    assert {name: column.dtype.type for name, column in polars.columns.items()} == dict(pl.read_parquet_schema(path))


@pytest.mark.parametrize(("backend", "missing"), [*((each, f"pandera.{each}") for each in BACKENDS), ("polars",) * 2])
def test_a_library_that_is_missing_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, backend: str, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ContractError, match=rf"pip install 'pandera\[{backend}\]'"):
        cstodata.contract("delegations", backend=backend)  # type: ignore[arg-type]  # a text


def test_what_does_not_exist_is_named(make_package: Make, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean delegations"):
        cstodata.contract("delegation")
    with pytest.raises(UnknownNameError, match="did you mean polars"):
        cstodata.contract("delegations", backend="polar")  # type: ignore[arg-type]  # the mistake
    with pytest.raises(CstodataError):
        cstodata.contract("delegations", source=tmp_path / "nowhere")
    package = make_package({"table": ("^f$\nx\n", {"fields": [{"name": "^f$", "type": "string"}]})})
    with pytest.raises(ContractError, match="takes the name of the field"):
        cstodata.contract("table", source=package)


@pytest.mark.parametrize(
    "field",
    [
        {"type": "integer", "constraints": []},
        {"type": "integer", "constraints": {"minimum": "soon"}},
        {"type": "integer", "constraints": {"minimum": 10**30}},
        {"type": "integer", "constraints": {"enum": ["x"]}},
        {"type": "integer", "constraints": {"enum": "x"}},
        {"type": "integer", "categories": ["x"]},
        {"type": "string", "categories": "x y"},
        {"type": "string", "categories": [1]},
        {"type": "string", "constraints": {"pattern": "("}},
        {"type": "string", "constraints": {"minLength": "x"}},
        {"type": "date", "constraints": {"minimum": {}}},
        {"type": "yearmonth", "constraints": {"minimum": "x"}},
        {"type": "nothing"},
        {"type": ["string"]},
    ],
    ids=str,
)
def test_a_schema_that_asks_for_nonsense_has_no_contract(make_package: Make, field: dict[str, Any]) -> None:
    package = make_package({"table": ("f\n", {"fields": [{"name": "f", **field}]})})
    with pytest.raises((DescriptorError, TableReadError)):
        cstodata.contract("table", source=package)
