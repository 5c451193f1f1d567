"""Reading a CSV file record by record, a batch of columns at a time.

PyArrow's streaming reader, with these options, agrees with Python's `csv.reader` (which Frictionless uses) record for
record, rows of another width included.
"""

from __future__ import annotations

import csv
import hashlib
import io
from concurrent.futures import wait
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from cstodata.package.csv_batches import read_batches
from cstodata.package.open_quotes import closed_cell, is_open_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path
    from typing import Any

    from cstodata.package.plain_csv import CsvDialect

BLOCK_BYTES = 4 * 1024 * 1024


class NotFastError(Exception):
    """A resource is left to Frictionless; the message says why."""


class RecordTooLargeError(NotFastError):
    """A record is larger than a block.

    Attributes:
        number: Of the record, the header being 1.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"record {number} is very large")
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Consecutive records of a file.

    Attributes:
        columns: The cells of the records of the right width, as strings without nulls.
        numbers: The numbers of these records, the header being 1.
        ragged: The cells of the records of another width, by number.
        share: Of the file, from 0 to 1, that has been read with them.
    """

    columns: tuple[pa.Array, ...]
    numbers: range | list[int]
    ragged: dict[int, list[str]]
    share: float = 0

    @property
    def size(self) -> int:
        """How many records there are, of either kind."""
        return len(self.numbers) + len(self.ragged)

    @property
    def bytes(self) -> int:
        """About how many bytes of the file they are."""
        # Arrow keeps four bytes a cell to tell where it ends, and the file one.
        return int(sum(column.nbytes for column in self.columns)) - 3 * len(self.numbers) * len(self.columns)

    @property
    def last_cell(self) -> str:
        """The last cell of the last record; empty if it has none."""
        last = max(self.ragged, default=0)
        if len(self.numbers) and self.numbers[-1] > last:
            return str(self.columns[-1][-1].as_py())
        return self.ragged[last][-1] if self.ragged[last] else ""


def scan(
    source: Path | bytes,
    dialect: CsvDialect,
    width: int,
    *,
    pool: Executor | None = None,
    block_size: int | None = None,
) -> Iterator[Batch]:
    """The records after the header.

    Args:
        source: The file, in UTF-8, or its bytes.
        dialect: Its delimiter and quote.
        width: How many cells the header has.
        pool: What reads a batch while another is looked at; None if nothing does.
        block_size: In bytes; None for `BLOCK_BYTES`.

    Raises:
        RecordTooLargeError: A record is larger than a block.
        NotFastError: It is not UTF-8.
    """
    ragged: list[tuple[int, str]] = []

    def set_aside(row: Any) -> str:
        ragged.append((row.number, row.text))
        return "skip"

    names = [str(number) for number in range(width)]
    batches = read_batches(source, names, dialect, block_size=block_size or BLOCK_BYTES, on_ragged=set_aside)
    with closing(batches):
        yield from _numbered(_read_ahead(batches, pool) if pool else batches, ragged, dialect, width)


def _read_ahead(batches: Iterator[pa.RecordBatch], pool: Executor) -> Iterator[pa.RecordBatch]:
    """The batches, the next one being parsed while one is looked at."""
    coming = pool.submit(next, batches, None)
    try:
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch
    finally:
        wait([coming])


def _numbered(
    batches: Iterator[pa.RecordBatch], ragged: list[tuple[int, str]], dialect: CsvDialect, width: int
) -> Iterator[Batch]:
    first, header = 1, True
    while True:
        try:
            batch = next(batches, None)
        except pa.ArrowInvalid as error:
            if "straddl" in str(error):
                raise RecordTooLargeError(first + len(ragged)) from error
            raise NotFastError(f"Arrow cannot read it ({str(error)[:100]})") from error
        if batch is None:
            break
        end, taken = first + batch.num_rows, {}
        while ragged and ragged[0][0] < end:
            number, text = ragged.pop(0)
            taken[number] = _cells(text, dialect)
            end += 1
        numbers: range | list[int] = range(first, end)
        if taken:
            numbers = [number for number in numbers if number not in taken]
        columns = batch.columns
        if header and numbers:
            columns, numbers, header = [column.slice(1) for column in columns], numbers[1:], False
        yield Batch(columns=tuple(columns), numbers=numbers, ragged=taken)
        first = end
    rest = {number: _cells(text, dialect) for number, text in ragged}
    if rest:
        yield Batch(columns=(pa.array([], pa.string()),) * width, numbers=range(0), ragged=rest)


def ends_within_quotes(source: Path | bytes, dialect: CsvDialect, last_cell: str) -> bool:
    """Whether the last cell of a file, or of its bytes, may be a quote that is never closed.

    It then ends with the file's last line end for Python's `csv` module, and without it for Arrow.
    """
    tail = _tail(source, len(closed_cell(last_cell, dialect)) + 4)
    return is_open_end(tail, dialect, last_cell)


def _tail(source: Path | bytes, size: int) -> bytes:
    """The last bytes of a file."""
    if isinstance(source, bytes):
        return source[-size:]
    with source.open("rb") as file:
        file.seek(0, io.SEEK_END)
        file.seek(max(0, file.tell() - size))
        return file.read()


def _cells(text: str, dialect: CsvDialect) -> list[str]:
    lines = io.StringIO(text, newline="")
    return next(csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote), [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a whole pass over the bytes tells."""

    md5: str
    sha256: str
    size: int


def digest(blocks: Iterable[bytes]) -> Digest:
    """The digests and size of a file, read in blocks."""
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    size = 0
    for block in blocks:
        md5.update(block)
        sha256.update(block)
        size += len(block)
    return Digest(md5=md5.hexdigest(), sha256=sha256.hexdigest(), size=size)
