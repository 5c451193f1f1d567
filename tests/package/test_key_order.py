"""Rows are told to be in the order of their key exactly if sorting them would change nothing."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.package.key_order import OutOfOrderError, in_order, sorted_texts
from cstodata.package.pieces import Piece

TYPES = {"a": pa.string(), "b": pa.int64(), "c": pa.float64()}
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "ab", "é", None]),
        st.sampled_from([-1, 0, 2, None]),
        st.sampled_from([0.5, -0.0, 0.0, float("nan"), None]),
    ),
    max_size=9,
)


def pieces(rows: list[tuple[Any, ...]], size: int) -> list[Piece]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(TYPES)
    table = pa.table({name: pa.array(column, TYPES[name]) for name, column in zip(TYPES, columns, strict=True)})
    numbers = pa.table({"n": pa.array([str(number) for number in range(len(rows))], pa.string())})
    starts = range(0, max(len(rows), 1), size)
    return [Piece(texts=numbers.slice(start, size), table=table.slice(start, size)) for start in starts]


@given(rows=ROWS, size=st.integers(1, 4), key=st.sampled_from([["a"], ["a", "b"], ["c", "a"], ["b", "c", "a"]]))
def test_rows_are_in_order_exactly_if_a_stable_sort_leaves_them_so(
    rows: list[tuple[Any, ...]], size: int, key: list[str]
) -> None:
    cut = pieces(rows, size)
    whole = pa.concat_tables([piece.table for piece in cut])
    expected = pc.sort_indices(whole, sort_keys=[(name, "ascending") for name in key]).to_pylist()
    if expected == list(range(len(rows))):
        assert list(in_order(iter(cut), key)) == cut
    else:
        with pytest.raises(OutOfOrderError):
            list(in_order(iter(cut), key))
    for held in (0, 2**20):  # on disk, and in memory
        ordered = sorted_texts(iter(cut), key, held_bytes=held, memory_limit="64MB")
        assert [int(text) for piece in ordered for text in piece["n"].to_pylist()] == expected
