"""Quotes that are opened in a CSV file and never closed: what stands behind them looks like one cell."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

    from cstodata.package.plain_csv import CsvDialect

_BLOCK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuote:
    """The record in which a quote is opened that is never closed: its number and line, and the file's last line."""

    row: int
    line: int
    last_line: int


def find_open_quote(file: TextIO, dialect: CsvDialect) -> OpenQuote | None:
    """Where a quote is opened that is never closed; None if the file does not end within quotes.

    One more line is added to the file: it is a record of its own unless a quote is open.
    """
    lines = chain((line if line.endswith(("\n", "\r")) else line + "\n" for line in file), ("x\n",))
    reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)
    row, line, following = 0, 1, 1
    for row, _ in enumerate(reader, start=1):  # noqa: B007 -- the last one counts
        line, following = following, reader.line_num + 1
    added = following - 1
    return None if line == added else OpenQuote(row=row, line=line, last_line=added - 1)


def has_open_quote(path: Path, dialect: CsvDialect) -> bool:
    """Whether a file ends within quotes."""
    quote, count, block = dialect.quote.encode(), 0, bytearray(_BLOCK_BYTES)
    with path.open("rb", buffering=0) as binary:
        while size := binary.readinto(block):
            count += block.count(quote, 0, size)
    if count % 2 == 0:
        return False
    with path.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        return find_open_quote(file, dialect) is not None


def is_open_end(content: bytes, dialect: CsvDialect, last_cell: str) -> bool:
    """Whether the last cell of a file may be a quote that is never closed, as Arrow reads it.

    Args:
        content: The file, or the end of it: the last cell and what stands before it.
        dialect: How it is written.
        last_cell: As Arrow reads it.

    Returns:
        Whether it may; always of a cell that is a line end and nothing else, which begins as one ends that was closed.
    """
    if last_cell in {"\n", "\r\n", "\r"}:
        return True
    closed, delimiter, cell = closed_cell(last_cell, dialect), dialect.delimiter.encode(), last_cell.encode()
    tail = content[-len(closed) - 4 :]
    for end in (b"\r\n", b"\n", b"\r", b""):
        if tail.endswith(end):
            tail = tail.removesuffix(end)
            break
    return not tail.endswith((closed, delimiter + cell, b"\n" + cell, b"\r" + cell))


def closed_cell(cell: str, dialect: CsvDialect) -> bytes:
    """A cell as it stands within quotes."""
    return f"{dialect.quote}{cell.replace(dialect.quote, 2 * dialect.quote)}{dialect.quote}".encode()
