"""Laws of the canonical form."""

from __future__ import annotations

import csv
import io
import random
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st

from cstodata.package.canonical import rendered, sort_by_key
from cstodata.package.cells import arrow_type, parse
from cstodata.package.csv_lines import csv_lines, header_line
from cstodata.package.descriptor import Field, Schema
from cstodata.package.parquet import ROW_GROUP_ROWS, ParquetFile
from cstodata.package.plain_csv import CsvDialect, write_texts

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


def csv_of(table: pa.Table) -> bytes:
    return write_texts(rendered(table, SCHEMA), CsvDialect())


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
    assert read_back(csv_of(table)).equals(table)


CELLS = st.text(st.characters(codec="utf-8") | st.sampled_from(",;\"'\n\r\t "))


def to_parquet(*pieces: pa.Table, schema: Schema = SCHEMA) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.parquet")
        with ParquetFile(path, schema, pieces[0].schema) as file:
            for piece in pieces:
                file.write(piece)
        return path.read_bytes()


@given(rows=ROWS)
def test_csv_to_parquet_to_csv_is_identity(rows: list[tuple[Any, ...]]) -> None:
    table = table_of(rows)
    stored = pq.read_table(pa.BufferReader(to_parquet(table)))
    assert csv_of(stored) == csv_of(table)


@given(rows=ROWS)
def test_canonicalising_twice_is_once(rows: list[tuple[Any, ...]]) -> None:
    once = csv_of(sort_by_key(table_of(rows), SCHEMA))
    assert csv_of(sort_by_key(read_back(once), SCHEMA)) == once


@given(
    rows=st.lists(st.tuples(st.text(min_size=1, alphabet='abé,"\n'), st.integers(0, 99)), unique=True),
    seed=st.integers(),
)
def test_the_order_of_the_rows_does_not_change_the_bytes(rows: list[tuple[str, int]], seed: int) -> None:
    full = [(text, number, None, None, None) for text, number in rows]
    shuffled = random.Random(seed).sample(full, len(full))  # noqa: S311 -- no secret
    assert csv_of(sort_by_key(table_of(shuffled), SCHEMA)) == csv_of(sort_by_key(table_of(full), SCHEMA))


@given(rows=ROWS, cut=st.integers(0, 8))
def test_the_same_table_gives_the_same_parquet_bytes_however_it_is_cut(rows: list[tuple[Any, ...]], cut: int) -> None:
    table = table_of(rows)
    assert to_parquet(table.slice(0, cut), table.slice(cut)) == to_parquet(table)


def test_row_groups_have_the_same_length_however_the_table_is_cut() -> None:
    schema = Schema(fields=FIELDS[1:2], primary_key=(), descriptor={})
    table = pa.table({"integer": pa.array(range(ROW_GROUP_ROWS * 2 + 5), pa.int64())})
    content = to_parquet(*(table.slice(start, 100_000) for start in range(0, table.num_rows, 100_000)), schema=schema)
    metadata = pq.read_metadata(pa.BufferReader(content))
    assert [metadata.row_group(number).num_rows for number in range(3)] == [ROW_GROUP_ROWS, ROW_GROUP_ROWS, 5]
    assert content == to_parquet(table, schema=schema)


@given(
    rows=st.integers(1, 3).flatmap(
        lambda width: st.lists(
            st.lists(
                st.text(st.characters(codec="utf-8") | st.sampled_from(",;\"'\n\r\t ")), min_size=width, max_size=width
            ),
            max_size=6,
        )
    ),
    delimiter=st.sampled_from(",;\t|"),
    quote=st.sampled_from("\"'"),
    cut=st.integers(0, 6),
)
def test_lines_are_those_of_the_csv_module(rows: list[list[str]], delimiter: str, quote: str, cut: int) -> None:
    labels = [f"c{number}" for number in range(len(rows[0]) if rows else 1)]
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, quotechar=quote, lineterminator="\r\n")
    lines = []
    for row in [labels, *rows]:
        writer.writerow(row)
        lines.append(written.getvalue().removesuffix("\r\n") + "\n")
        written.seek(0)
        written.truncate()
    dialect = CsvDialect(delimiter=delimiter, quote=quote)
    table = pa.table({label: pa.array([row[at] for row in rows], pa.string()) for at, label in enumerate(labels)})
    pieces = [table.slice(0, cut), table.slice(cut)]
    made = [bytes(lines) for piece in pieces for lines in csv_lines(piece, dialect)]
    assert b"".join([header_line(labels, dialect), *made]).decode() == "".join(lines)


def test_the_form_is_as_described() -> None:
    table = table_of(
        [("a,b", 2, 1.50, True, date(2026, 2, 20)), ('say "x"', 10, None, False, None), (None, 1, -0.5, None, None)]
    )
    assert csv_of(sort_by_key(table, SCHEMA)).decode() == (
        'string,integer,number,boolean,date\n,1,-0.5,,\n"a,b",2,1.5,true,2026-02-20\n"say ""x""",10,,false,\n'
    )
