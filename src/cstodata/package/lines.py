"""From record numbers to the lines of a file: a quoted cell may span several lines, so the two differ."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path
    from typing import TextIO

    from cstodata.package.plain_csv import CsvDialect


_BLOCK_BYTES = 4 * 1024 * 1024


def record_lines(
    path: Path, dialect: CsvDialect, rows: Collection[int], *, records: int | None = None
) -> dict[int, range]:
    """The physical lines, from 1, that each record takes.

    Args:
        path: A CSV file.
        dialect: How it is written; bytes that its encoding cannot decode do not matter here.
        rows: Numbers of records, the header being 1.
        records: How many records the file has; None if it is not known. If it has as many lines, records are lines.

    Returns:
        One line or more for each record that the file has; nothing for those beyond its end.
    """
    if records is not None and count_lines(path) == records:
        return {row: range(row, row + 1) for row in rows if row <= records}
    wanted, lines = set(rows), {}
    last, begin = max(wanted, default=0), 1
    with open_text(path, dialect) as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote)
        for number, _ in enumerate(reader, start=1):
            if number in wanted:
                lines[number] = range(begin, reader.line_num + 1)
            if number >= last:
                break
            begin = reader.line_num + 1
    return lines


def line_after(path: Path, dialect: CsvDialect, records: int) -> int:
    """The physical line, from 1, that follows on the first so many records of a CSV file."""
    with open_text(path, dialect) as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote)
        for _ in islice(reader, records):
            pass
        return reader.line_num + 1


def open_text(path: Path, dialect: CsvDialect) -> TextIO:
    """A CSV file as text, with its line ends as they are and without a byte order mark."""
    encoding = "utf-8-sig" if dialect.encoding.lower() in {"utf-8", "utf8"} else dialect.encoding
    return path.open(encoding=encoding, errors="replace", newline="")


def count_lines(path: Path) -> int | None:
    """How many lines a file has; None if some end with CR, which make them hard to count."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            if b"\r" in block:
                return None
            count, last = count + block.count(b"\n"), block[-1:]
    return count + (last != b"\n")
