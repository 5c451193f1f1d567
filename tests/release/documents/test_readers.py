"""The programs that people have read a release: the right types, and from Parquet the same values as from CSV."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FRICTIONLESS = Path(sys.executable).with_name("frictionless")

# How a cell of the CSV file is read by hand, by field; all others are texts.
CELLS: Mapping[str, Callable[[str], Any]] = {
    "id": int,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "datetime": datetime.fromisoformat,
    "instant": lambda text: datetime.fromisoformat(text).astimezone(UTC),
    "year": int,
}
DUCKDB = {
    "id": "BIGINT",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
    "instant": "TIMESTAMP WITH TIME ZONE",
    "year": "INTEGER",
}
POLARS = {
    "id": pl.Int64(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "time": pl.Time(),
    "datetime": pl.Datetime("us"),
    "instant": pl.Datetime("us", "UTC"),
    "year": pl.Int32(),
}
PANDAS = {
    "id": "int64[pyarrow]",
    "integer": "int64[pyarrow]",
    "number": "double[pyarrow]",
    "boolean": "bool[pyarrow]",
    "date": "date32[day][pyarrow]",
    "time": "time64[us][pyarrow]",
    "datetime": "timestamp[us][pyarrow]",
    "instant": "timestamp[us, tz=UTC][pyarrow]",
    "year": "int32[pyarrow]",
}


@pytest.fixture(scope="module")
def parquet(every_type: Path) -> Path:
    return every_type / "parquet" / "every-type.parquet"


@pytest.fixture(scope="module")
def rows(every_type: Path) -> list[dict[str, Any]]:
    """The rows of the CSV file."""
    with (every_type / "data" / "every-type.csv").open(encoding="utf-8", newline="") as file:
        return [
            {name: CELLS.get(name, str)(cell) if cell else None for name, cell in line.items()}
            for line in csv.DictReader(file)
        ]


def frictionless(descriptor: Path) -> tuple[int, list[tuple[str, str]]]:
    """How `frictionless validate` ends, and the type and field of each of its errors."""
    command: list[str | Path] = [FRICTIONLESS, "validate", descriptor.name, "--json"]
    done = subprocess.run(command, cwd=descriptor.parent, capture_output=True, text=True, check=False)
    tasks = json.loads(done.stdout)["tasks"]
    assert all(task["stats"]["fields"] for task in tasks)
    return done.returncode, [(each["type"], each["fieldName"]) for task in tasks for each in task["errors"]]


def test_frictionless_accepts_the_csv_files_of_every_type(every_type: Path) -> None:
    assert frictionless(every_type / "datapackage.json") == (0, [])


def test_frictionless_accepts_the_parquet_files_of_the_dataset(real: Path) -> None:
    assert frictionless(real / "parquet" / "datapackage.json") == (0, [])


def test_frictionless_accepts_all_in_parquet_but_whole_numbers_beside_nulls(every_type: Path) -> None:
    # It reads Parquet through pandas, which makes them floats, so 2020 becomes 2020.0 and a null no number.
    code, errors = frictionless(every_type / "parquet" / "datapackage.json")
    assert (code, set(errors)) == (1, {("type-error", "integer"), ("type-error", "year")})


def test_duckdb_reads_parquet(parquet: Path, rows: list[dict[str, Any]]) -> None:
    with duckdb.connect() as connection:
        read = connection.read_parquet(str(parquet))
        assert dict(zip(read.columns, map(str, read.types), strict=True)) == {
            name: DUCKDB.get(name, "VARCHAR") for name in rows[0]
        }
        found = read.to_arrow_table().to_pylist()
    assert found == rows
    assert found[0]["instant"] is None
    assert found[1]["instant"].tzinfo is not None


def test_polars_reads_parquet(parquet: Path, rows: list[dict[str, Any]]) -> None:
    read = pl.read_parquet(parquet)
    assert dict(read.schema) == {name: POLARS.get(name, pl.String()) for name in rows[0]}
    assert read.to_dicts() == rows


def test_pandas_reads_parquet(parquet: Path, rows: list[dict[str, Any]]) -> None:
    read = pd.read_parquet(parquet, dtype_backend="pyarrow")
    assert {name: str(kind).replace("large_string", "string") for name, kind in read.dtypes.items()} == {
        name: PANDAS.get(name, "string[pyarrow]") for name in rows[0]
    }
    found = [
        {name: None if pd.isna(value) else value for name, value in row.items()}
        for row in read.to_dict(orient="records")
    ]
    assert found == rows
