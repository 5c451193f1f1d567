"""Whether two tables are the same."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PIECES_AHEAD = 4


def same_tables(one: Iterable[pa.Table], other: Iterable[pa.Table]) -> bool:
    """Whether two tables that come in pieces have the same columns of the same types with the same rows in order.

    Args:
        one: The pieces of a table, one at least, of as many rows each as they like; none for an empty table too.
        other: The same. It is read no further than to the first difference.

    Returns:
        As `same_table` of the whole would.
    """
    ones, others = _pieces(one), _pieces(other)
    left, right = next(ones, None), next(others, None)
    while left is not None and right is not None:
        rows = min(left.num_rows, right.num_rows)
        if not same_table(left.slice(0, rows), right.slice(0, rows)):
            return False
        left = left.slice(rows) if left.num_rows > rows else next(ones, None)
        right = right.slice(rows) if right.num_rows > rows else next(others, None)
    return left is right is None


def ahead(pieces: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same pieces, a few of them read in another thread while the one before them is looked at."""
    with ThreadPoolExecutor(1) as other:
        following = deque(other.submit(next, pieces, None) for _ in range(_PIECES_AHEAD))
        while (piece := following.popleft().result()) is not None:
            following.append(other.submit(next, pieces, None))
            yield piece


def same_table(one: pa.Table, other: pa.Table) -> bool:
    """Whether two tables have the same columns of the same types with the same values; NaN is the same as NaN."""
    return one.column_names == other.column_names and all(map(_same_column, one.columns, other.columns))


def _pieces(pieces: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The first piece, which tells the columns, and all others that have rows."""
    for number, piece in enumerate(pieces):
        if number == 0 or piece.num_rows:
            yield piece


def _same_column(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    if one.type != other.type:
        return False
    if pa.types.is_floating(one.type):
        return bool(
            pc.is_nan(one).equals(pc.is_nan(other))
            and pc.if_else(pc.is_nan(one), 0.0, one).equals(pc.if_else(pc.is_nan(other), 0.0, other))
        )
    return bool(one.equals(other))
