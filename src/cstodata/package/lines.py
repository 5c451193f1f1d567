"""From record numbers to the lines of a file: a quoted cell may span several lines, so the two differ."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from cstodata.package.plain_csv import CsvDialect


def line_numbers(path: Path, dialect: CsvDialect, rows: Collection[int]) -> dict[int, int]:
    """The physical line, from 1, on which each record begins.

    Args:
        path: A CSV file.
        dialect: How it is written; bytes that its encoding cannot decode do not matter here.
        rows: Numbers of records, the header being 1.

    Returns:
        A line for each record that the file has; nothing for those beyond its end.
    """
    wanted, lines = set(rows), {}
    last, begin = max(wanted, default=0), 1
    with path.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote)
        for number, _ in enumerate(reader, start=1):
            if number in wanted:
                lines[number] = begin
            if number >= last:
                break
            begin = reader.line_num + 1
    return lines
