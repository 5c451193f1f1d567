"""Tables in pieces are compared as tables are."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cstodata.package.descriptor import read_package
from cstodata.package.parquet import ParquetFile, read_parquet_in_pieces
from cstodata.package.pieces import typed_pieces
from cstodata.package.same import same_table, same_tables
from cstodata.package.tables import read_table, schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TYPES = {"a": pa.int64(), "b": pa.string(), "c": pa.float64()}
ROWS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 2)),
        st.one_of(st.none(), st.sampled_from(["", "x"])),
        st.one_of(st.none(), st.sampled_from([0.0, float("nan")])),
    ),
    max_size=8,
)
CUTS = st.lists(st.integers(0, 8), max_size=5)


def table(rows: list[tuple[object, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(TYPES)
    return pa.table({name: pa.array(each, TYPES[name]) for name, each in zip(TYPES, columns, strict=True)})


def cut(whole: pa.Table, cuts: list[int]) -> list[pa.Table]:
    edges = [0, *sorted(min(each, whole.num_rows) for each in cuts), whole.num_rows]
    return [whole.slice(begin, end - begin) for begin, end in pairwise(edges)]


@given(ROWS, ROWS, CUTS, CUTS)
def test_pieces_are_the_same_exactly_if_the_tables_are(
    one: list[tuple[object, ...]], other: list[tuple[object, ...]], cuts: list[int], more_cuts: list[int]
) -> None:
    same = same_table(table(one), table(other))
    assert same_tables(cut(table(one), cuts), cut(table(other), more_cuts)) is same
    assert same_tables(cut(table(one), cuts), cut(table(one), more_cuts))


def test_columns_count_where_there_are_no_rows() -> None:
    empty = table([])
    assert same_tables([empty], [empty, empty])
    assert same_tables([], [])
    assert not same_tables([empty], [])
    assert not same_tables([empty], [empty.select(["a", "b"])])
    assert not same_tables([empty], [empty.rename_columns(["a", "b", "d"])])
    assert not same_tables([empty.select(["a"])], [empty.select(["a"]).cast(pa.schema({"a": pa.int32()}))])
    assert not same_tables(
        [pa.table({"a": pa.array([None], pa.int64())})], [pa.table({"a": pa.array([0], pa.int64())})]
    )


def test_nothing_is_read_beyond_the_first_difference() -> None:
    def pieces() -> Iterator[pa.Table]:
        yield table([(1, "x", 0.0)])
        raise AssertionError("read on")

    assert not same_tables(pieces(), [table([(2, "x", 0.0)])])


def test_a_large_file_comes_in_pieces_that_make_up_the_table(make_package: Callable[..., Path], tmp_path: Path) -> None:
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "text"}], "primaryKey": ["id"]}
    rows = "".join(f'{number},"a text\nof some {number} lines"\n' for number in range(1_200_000))
    package = read_package(make_package({"large": (f"id,text\n{rows}", schema)}))
    (resource,) = package.resources
    pieces = list(typed_pieces(package, resource))
    whole = read_table(package, resource)
    assert len(pieces) > 1
    assert pa.concat_tables(pieces).equals(whole)
    path = tmp_path / "large.parquet"
    with ParquetFile(path, schema_of(resource), whole.schema) as file:
        file.write(whole)
    batches = list(read_parquet_in_pieces(path))
    assert (batches[0].num_rows, sum(each.num_rows for each in batches)) == (0, 1_200_000)
    assert same_tables(pieces, batches)
