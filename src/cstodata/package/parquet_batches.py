"""Parquet files as batches of rows, in bounded memory."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import RawIOBase
    from pathlib import Path

    import pyarrow.parquet as pq

ROWS_AT_ONCE = 65_536
"""How many rows are read together, about, if they have no more than `_BYTES_AT_ONCE`."""

_BYTES_AT_ONCE: Final = 32 * 1024 * 1024


def read_parquet(
    source: Path | RawIOBase, groups: range | None = None, *, use_threads: bool = False
) -> Iterator[tuple[pa.RecordBatch, float]]:
    """The rows of a Parquet file, in order, and with each batch the share of them that was read, from 0 to 1.

    If there are none, there is a batch without rows.

    Args:
        source: The file, or what reads it.
        groups: Consecutive row groups, by number; None for all.
        use_threads: Whether columns are read side by side.

    Raises:
        OSError: It cannot be read; without a number if that is because it is damaged.
        pa.ArrowException: It is damaged, or has not as many rows as it says.
    """
    import pyarrow.parquet as pq

    # What reads ahead holds the file when the interpreter ends, and the process is aborted then.
    with pq.ParquetFile(source, pre_buffer=False) as file:
        metadata, groups = file.metadata, range(file.num_row_groups) if groups is None else groups
        total, read = sum(metadata.row_group(group).num_rows for group in groups), 0
        for batch in chain.from_iterable(
            file.iter_batches(_rows_at_once(metadata), row_groups=together, use_threads=use_threads)
            for together in groups_together(metadata, groups)
        ):
            read += batch.num_rows
            yield batch, read / total
        if not total:
            yield pa.RecordBatch.from_pylist([], file.schema_arrow), 1
    if read != total:
        raise pa.ArrowInvalid("it has not as many rows as it says")


def groups_together(metadata: pq.FileMetaData, groups: range) -> Iterator[range]:
    """Row groups of a Parquet file, cut where those that are read together end.

    Whoever reads a part of a file must not tear them apart: so the rows of a batch are the same for all.
    """
    first, rows = groups.start, 0
    for group in groups:
        rows += metadata.row_group(group).num_rows
        if rows >= ROWS_AT_ONCE or group + 1 == groups.stop:
            yield range(first, group + 1)
            first, rows = group + 1, 0


def _rows_at_once(metadata: pq.FileMetaData) -> int:
    """How many rows of a file are read together: fewer where they are long."""
    size: int = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    return max(1, min(ROWS_AT_ONCE, _BYTES_AT_ONCE * int(metadata.num_rows) // max(1, size)))
