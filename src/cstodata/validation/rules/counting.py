"""What several rules count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v1 as nw

if TYPE_CHECKING:
    from typing import Any


def with_count_of_same(frame: nw.LazyFrame[Any], columns: list[str], *, count: str) -> nw.LazyFrame[Any]:
    """The rows, each with the number of rows that have the same cells in `columns`; null where one of these is null."""
    counts = frame.group_by(columns).agg(nw.len().alias(count))
    return frame.join(counts, on=columns, how="left")


def number_of_filled(*columns: str) -> nw.Expr:
    """How many of the columns are not null in a row."""
    return nw.sum_horizontal(*((~nw.col(column).is_null()).cast(nw.Int64) for column in columns))
