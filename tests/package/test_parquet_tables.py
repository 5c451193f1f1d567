"""A Parquet file gives the table that the CSV file gives which it was made of."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cstodata.errors import TableReadError
from cstodata.package.descriptor import read_package
from cstodata.package.tables import read_canonical, read_numbered, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "integer"},
    {"name": "name", "type": "string"},
    {"name": "share", "type": "number"},
    {"name": "day", "type": "date"},
    {"name": "at", "type": "datetime"},
    {"name": "seen", "type": "boolean"},
    {"name": "since", "type": "year"},
    {"name": "words", "type": "list"},
]
CSV = """id,name,share,day,at,seen,since,words
1,Anna,0.5,2020-01-05,2020-01-05T10:00:00,true,2020,"a,b"
,,,,,,,
-7,"B
ert",-3,0999-12-31,1999-12-31T23:59:59,false,1999,
"""


@pytest.fixture
def read(make_package: Callable[..., Path]) -> Callable[..., Any]:
    """Read a table of a package from its CSV file, or from a Parquet file of other columns in its place."""

    def reading(columns: pa.Table | None, reader: Any = read_table, *, schema: Any = FIELDS, **options: Any) -> Any:
        folder = make_package({"people": (CSV, {"fields": schema})})
        if columns is not None:
            pq.write_table(columns, folder / "people.parquet", row_group_size=2)
            descriptor = json.loads((folder / "datapackage.json").read_text())
            descriptor["resources"][0] |= {"path": "people.parquet"}
            del descriptor["resources"][0]["dialect"]
            (folder / "datapackage.json").write_text(json.dumps(descriptor))
        package = read_package(folder)
        read = reader(package, package.resource("people"), **options)
        return read if isinstance(read, pa.Table) else pa.concat_tables(read)

    return reading


def test_it_is_the_table_of_the_csv_file(read: Callable[..., Any]) -> None:
    of_csv = read(None)
    assert read(of_csv).equals(of_csv)
    numbered = {"fields": ["share", "id"], "row_numbers": "row"}
    assert read(of_csv, read_numbered, **numbered).equals(read(None, read_numbered, **numbered))
    assert read(of_csv, read_canonical, row_numbers="row").equals(read(None, read_canonical, row_numbers="row"))


def test_a_file_without_rows_has_its_columns(read: Callable[..., Any]) -> None:
    of_csv = read(None)
    assert read(of_csv.slice(0, 0)).equals(of_csv.slice(0, 0))


WIDER: Mapping[str, tuple[pa.Array, list[Any]]] = {
    "id": (pa.array([1, None], pa.int8()), [1, None]),
    "name": (pa.array(["Anna", None], pa.large_string()), ["Anna", None]),
    "share": (pa.array([Decimal("0.50"), None], pa.decimal128(5, 2)), [0.5, None]),
    "at": (pa.array([dt.datetime(2020, 1, 5), None], pa.timestamp("s")), [dt.datetime(2020, 1, 5), None]),  # noqa: DTZ001 -- as in the file
    "day": (pa.array(["2020-01-05", ""]), [dt.date(2020, 1, 5), None]),
    "id of floats": (pa.array([1.0, None]), [1, None]),
    "name of a dictionary": (pa.array(["Anna", None]).dictionary_encode(), ["Anna", None]),
    "since": (pa.array([2020, None], pa.int16()), [2020, None]),
}


@pytest.mark.parametrize("name", WIDER)
def test_other_types_that_hold_the_same_values_are_read(read: Callable[..., Any], name: str) -> None:
    column, values = WIDER[name]
    name = name.partition(" ")[0]
    fields = [field for field in FIELDS if field["name"] == name]
    table = read(pa.table({name: column}), schema=fields)
    assert table.to_pydict() == {name: values}


def test_what_cannot_be_held_is_refused(read: Callable[..., Any]) -> None:
    with pytest.raises(TableReadError, match=r"people\.id.*cannot be stored as int64"):
        read(pa.table({"id": pa.array([2**64 - 1], pa.uint64())}), schema=FIELDS[:1])


@pytest.mark.parametrize("means_null", ["True", "nan", "1.5"])
def test_what_may_mean_null_is_left_to_frictionless(read: Callable[..., Any], means_null: str) -> None:
    columns = {"seen": pa.array([True, False]), "share": pa.array([1.5, 2.5])}
    fields = [{**field, "missingValues": ["", means_null]} for field in FIELDS if field["name"] in columns]
    table = read(pa.table(columns), schema=sorted(fields, key=lambda field: list(columns).index(field["name"])))
    expected = {"True": ([None, False], [1.5, 2.5]), "1.5": ([True, False], [None, 2.5])}
    assert tuple(table.to_pydict().values()) == expected.get(means_null, ([True, False], [1.5, 2.5]))


def test_a_damaged_file_is_refused(read: Callable[..., Any], tmp_path: Path) -> None:
    read(read(None))
    file = tmp_path / "package" / "people.parquet"
    content = file.read_bytes()
    package = read_package(tmp_path / "package")
    for damaged in (b"", content[:-20], content[:4] + b"\xff" * 200 + content[204:]):
        file.write_bytes(damaged)
        with pytest.raises(TableReadError, match="people"):
            read_table(package, package.resource("people"))
