"""Whether two tables are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator


def same_pieces(one: Iterator[pa.Table], other: Iterator[pa.Table]) -> bool:
    """Whether two tables that are read in pieces are the same, however they are cut; see `same_table`."""
    before = after = None
    while True:
        before, after = _more(one, before), _more(other, after)
        if before is None or after is None:
            return before is after
        rows = min(before.num_rows, after.num_rows)
        if not same_table(before.slice(0, rows), after.slice(0, rows)):
            return False
        before, after = before.slice(rows), after.slice(rows)


def same_table(one: pa.Table, other: pa.Table) -> bool:
    """Whether two tables have the same columns of the same types with the same values; NaN is the same as NaN."""
    return one.column_names == other.column_names and all(map(_same_column, one.columns, other.columns))


def _more(pieces: Iterator[pa.Table], rest: pa.Table | None) -> pa.Table | None:
    """Rows that were not compared yet; None if there are no more."""
    while rest is None or not rest.num_rows:
        rest = next(pieces, None)
        if rest is None:
            return None
    return rest


def _same_column(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    if one.type != other.type:
        return False
    if pa.types.is_floating(one.type):
        return bool(
            pc.is_nan(one).equals(pc.is_nan(other))
            and pc.if_else(pc.is_nan(one), 0.0, one).equals(pc.if_else(pc.is_nan(other), 0.0, other))
        )
    return bool(one.equals(other))
