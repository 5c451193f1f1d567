"""Laws of the canonical form."""

from __future__ import annotations

import csv
import io
import random
from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cstodata.package.canonical import sort_by_key, to_csv
from cstodata.package.cells import arrow_type, parse
from cstodata.package.descriptor import Field, Schema
from cstodata.package.parquet import to_parquet

TYPES = ("string", "integer", "number", "boolean", "date")
FIELDS = tuple(
    Field(name=type_, type=type_, format="default", missing_values=("",), descriptor={"name": type_, "type": type_})
    for type_ in TYPES
)
SCHEMA = Schema(fields=FIELDS, primary_key=("integer", "string"), descriptor={})

ROWS = st.lists(
    st.tuples(
        st.none() | st.text(st.characters(codec="utf-8"), min_size=1),
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | st.booleans(),
        st.none() | st.dates(),
    ),
    max_size=8,
)


def table_of(rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((),) * len(FIELDS)
    return pa.table({f.name: pa.array(c, arrow_type(f)) for f, c in zip(FIELDS, columns, strict=True)})


def read_back(content: bytes) -> pa.Table:
    header, *records = csv.reader(io.StringIO(content.decode(), newline=""))
    columns = zip(*records, strict=True) if records else ((),) * len(header)
    return pa.table(
        {
            field.name: parse(pa.array(list(cells), pa.string()), field)
            for field, cells in zip(FIELDS, columns, strict=True)
        }
    )


@given(rows=ROWS)
def test_a_table_written_as_csv_reads_back_as_the_same_table(rows: list[tuple[Any, ...]]) -> None:
    table = table_of(rows)
    assert read_back(to_csv(table, SCHEMA)).equals(table)


@given(rows=ROWS)
def test_csv_to_parquet_to_csv_is_identity(rows: list[tuple[Any, ...]]) -> None:
    import pyarrow.parquet as pq

    table = table_of(rows)
    stored = pq.read_table(pa.BufferReader(to_parquet(table, SCHEMA)))
    assert to_csv(stored, SCHEMA) == to_csv(table, SCHEMA)


@given(rows=ROWS)
def test_canonicalising_twice_is_once(rows: list[tuple[Any, ...]]) -> None:
    once = to_csv(sort_by_key(table_of(rows), SCHEMA), SCHEMA)
    assert to_csv(sort_by_key(read_back(once), SCHEMA), SCHEMA) == once


@given(
    rows=st.lists(st.tuples(st.text(min_size=1, alphabet='abé,"\n'), st.integers(0, 99)), unique=True),
    seed=st.integers(),
)
def test_the_order_of_the_rows_does_not_change_the_bytes(rows: list[tuple[str, int]], seed: int) -> None:
    full = [(text, number, None, None, None) for text, number in rows]
    shuffled = random.Random(seed).sample(full, len(full))  # noqa: S311 -- no secret
    assert to_csv(sort_by_key(table_of(shuffled), SCHEMA), SCHEMA) == to_csv(
        sort_by_key(table_of(full), SCHEMA), SCHEMA
    )


@given(rows=ROWS)
def test_the_same_table_gives_the_same_parquet_bytes(rows: list[tuple[Any, ...]]) -> None:
    assert to_parquet(table_of(rows), SCHEMA) == to_parquet(table_of(rows), SCHEMA)


def test_the_form_is_as_described() -> None:
    table = table_of(
        [("a,b", 2, 1.50, True, date(2026, 2, 20)), ('say "x"', 10, None, False, None), (None, 1, -0.5, None, None)]
    )
    assert to_csv(sort_by_key(table, SCHEMA), SCHEMA).decode() == (
        'string,integer,number,boolean,date\n,1,-0.5,,\n"a,b",2,1.5,true,2026-02-20\n"say ""x""",10,,false,\n'
    )
