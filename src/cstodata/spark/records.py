"""The records of a range of a CSV file, which proves in the end that it was cut where a record ends."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.package.csv_batches import BLOCK_BYTES, read_batches
from cstodata.package.open_quotes import is_open_end
from cstodata.package.plain_csv import labels_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cstodata.package.plain_csv import CsvDialect
    from cstodata.spark.ranges import Range

_MOST_TO_A_CELL = 3
"""Quotes around a cell, and what ends it."""


class UnfitRangeError(Exception):
    """A range cannot be read by itself as it would be read as a part of its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A range, and the number of its first record behind the header."""

    range: Range
    first: int


def read_records(
    piece: Numbered, labels: list[str], dialect: CsvDialect, *, columns: Collection[str], row_numbers: str
) -> Iterator[pa.Table]:
    """The records of a range, without the header, a few megabytes at a time.

    If the first range of a file begins with its header, and all are read to their ends without an error, then all begin
    with records, and each is read as the whole file would be.

    Args:
        piece: What to read, in UTF-8.
        labels: The cells of the header of the file.
        dialect: How it is written.
        columns: The labels of the columns to give, the last one among them.
        row_numbers: Name of the int64 column that is appended.

    Raises:
        UnfitRangeError: It ends within quotes, or within the header, as far as can be told, or a record may be too
            large for a block.
        pa.ArrowInvalid: It is not UTF-8, or a record has another number of cells than the header.
        OSError: It cannot be read.
    """
    content = piece.range.read(after=b"" if piece.range.is_first else stand_in(dialect, len(labels)))
    if content.count(dialect.quote.encode()) % 2:
        raise UnfitRangeError("a quote is left open, or is no quote")
    if piece.range.is_first and labels_of(content.removeprefix(BOM_UTF8), dialect) != labels:
        raise UnfitRangeError("its header is cut")
    first, header, last_cell = piece.first, 1, labels[-1]
    for batch in read_batches(content, labels, dialect, columns=columns):
        if _may_straddle(batch):
            raise UnfitRangeError("a record is very large")
        texts = pa.Table.from_batches([batch]).slice(header)
        if texts.num_rows:
            last_cell = texts[labels[-1]][-1].as_py()
        yield texts.append_column(row_numbers, pa.arange(first, first + texts.num_rows))
        first, header = first + texts.num_rows, 0
    if is_open_end(content, dialect, last_cell):
        raise UnfitRangeError("its end is within quotes")


def _may_straddle(batch: pa.RecordBatch) -> bool:
    """Whether a record is so large that where blocks begin may tell if it can be read."""
    lengths = reduce(pc.add, (pc.binary_length(column) for column in batch.columns))
    longest = pc.max(lengths).as_py() or 0
    # Each character may be a doubled quote.
    return bool(2 * longest + _MOST_TO_A_CELL * batch.num_columns >= BLOCK_BYTES)


def stand_in(dialect: CsvDialect, width: int) -> bytes:
    """A line that stands for the header before bytes that do not begin a file.

    So a byte order mark among them does not begin a file here either.
    """
    cell = next(character for character in "abc" if character not in dialect.delimiter + dialect.quote)
    return f"{dialect.delimiter.join([cell] * width)}\n".encode()
