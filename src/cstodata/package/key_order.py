"""The rows of a table in the order of its primary key, in pieces, within bounded memory."""

# ruff: noqa: S608 -- the query holds names that are made here, and nothing else

from __future__ import annotations

import tempfile
from collections import deque
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cstodata.package.pieces import Piece


_ROWS_AT_ONCE = 65_536


class OutOfOrderError(Exception):
    """A row stands behind one whose key comes after its own."""


def in_order(pieces: Iterator[Piece], key: Sequence[str]) -> Iterator[Piece]:
    """The same pieces, as long as their rows are in ascending order of the key.

    Args:
        pieces: The rows.
        key: Names of columns; strings are ordered by code point, numbers and dates by value, null is last.

    Raises:
        OutOfOrderError: They are not.
    """
    last: pa.Table | None = None
    for piece in pieces:
        keys = piece.table.select(list(key))
        joined = keys if last is None else pa.concat_tables([last, keys])
        if not _is_in_order(joined, key):
            raise OutOfOrderError
        last = joined.slice(max(joined.num_rows - 1, 0))
        yield piece


def _is_in_order(keys: pa.Table, key: Sequence[str]) -> bool:
    if any(column.null_count or pa.types.is_floating(column.type) for column in keys.columns):
        # Nulls come last, and NaN before them; a stable sort that changes nothing says so.
        order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in key])
        return bool(order.equals(pa.array(range(keys.num_rows), pa.uint64())))
    before, after = keys.slice(0, max(keys.num_rows - 1, 0)), keys.slice(1)
    *first, last = key
    fits = pc.less_equal(before[last], after[last])
    for name in reversed(first):
        tie = pc.and_(pc.equal(before[name], after[name]), fits)
        fits = pc.or_(pc.less(before[name], after[name]), tie)
    return bool(pc.all(fits, min_count=0).as_py())


def sorted_texts(
    pieces: Iterator[Piece], key: Sequence[str], *, held_bytes: int, memory_limit: str
) -> Iterator[pa.Table]:
    """The rows as text in ascending order of the key, those of equal keys in theirs.

    Arrow sorts what fits in memory; of more, DuckDB does, and spills to disk.

    Args:
        pieces: The rows, one piece at least.
        key: Names of columns, ordered as `in_order` says.
        held_bytes: How large a table may be that is sorted in memory; for some time it takes twice that.
        memory_limit: What DuckDB may take before it spills, such as `256MB`.
    """
    held: deque[Piece] = deque()
    size = 0
    for piece in pieces:
        held.append(replace(piece, table=piece.table.select(list(key))))
        size += piece.texts.nbytes
        if size > held_bytes:
            return _sorted_by_duckdb(_released(held, pieces), key, memory_limit)
    return _sorted_in_memory(held, key)


def _released(held: deque[Piece], others: Iterator[Piece]) -> Iterator[Piece]:
    """All pieces; what is given is held no longer."""
    while held:
        yield held.popleft()
    yield from others


def _sorted_in_memory(held: deque[Piece], key: Sequence[str]) -> Iterator[pa.Table]:
    keys = pa.concat_tables([piece.table for piece in held])
    # In one chunk, of which rows are taken many times as fast.
    texts = pa.concat_tables([piece.texts for piece in held]).combine_chunks()
    held.clear()
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in key])
    for start in range(0, max(len(order), 1), _ROWS_AT_ONCE):
        yield texts.take(order.slice(start, _ROWS_AT_ONCE))


def _sorted_by_duckdb(pieces: Iterator[Piece], key: Sequence[str], memory_limit: str) -> Iterator[pa.Table]:
    import duckdb

    first = next(pieces)
    labels = first.texts.column_names
    texts = [(f"c{number}", pa.string()) for number in range(len(labels))]
    keys = [(f"k{number}", first.table.schema.field(name).type) for number, name in enumerate(key)]
    schema = pa.schema([*texts, *keys, ("n", pa.int64())])

    def batches() -> Iterator[pa.RecordBatch]:
        count = 0
        for piece in chain((first,), pieces):
            numbers = pa.arange(count, count + piece.texts.num_rows)
            count += piece.texts.num_rows
            columns = [*piece.texts.columns, *(piece.table[name] for name in key), numbers]
            yield from pa.table(columns, names=schema.names).cast(schema).to_batches()

    order = ", ".join(f"{name} ASC NULLS LAST" for name, _ in keys)
    chosen = ", ".join(name for name, _ in texts)
    with tempfile.TemporaryDirectory(prefix="cstodata-") as folder, duckdb.connect() as database:
        database.execute(f"SET memory_limit = '{memory_limit}'; SET temp_directory = '{folder}'").fetchall()
        database.register("source", pa.RecordBatchReader.from_batches(schema, batches()))
        ordered = database.sql(f"SELECT {chosen} FROM source ORDER BY {order}, n")
        for batch in ordered.to_arrow_reader(_ROWS_AT_ONCE):
            yield pa.Table.from_batches([batch]).rename_columns(labels)
