"""Where cells stand in a CSV file, as editors count: physical lines, and characters in them."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from cstodata.model.finding import Position
from cstodata.package.lines import open_text, record_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from cstodata.package.plain_csv import CsvDialect

Cell = tuple[int, int | None]
"""The number of a record, the header being 1, and of a cell in it, from 1; None for the record as a whole."""

_LINE_END = re.compile(r"\r\n|\r|\n")


def positions(
    path: Path, dialect: CsvDialect, cells: Collection[Cell], *, records: int | None = None
) -> dict[Cell, Position]:
    """Where cells stand in a CSV file. Only the records that are asked for are taken apart.

    Args:
        path: The file.
        dialect: How it is written; bytes that its encoding cannot decode count as one character each.
        cells: The cells.
        records: How many records the file has; None if it is not known. If it has as many lines, records are lines.

    Returns:
        A position for each cell whose record the file has. Of a cell that its record lacks, the line only.
    """
    lines = record_lines(path, dialect, {row for row, _ in cells}, records=records)
    found = {cell: Position(line=lines[cell[0]].start) for cell in cells if cell[0] in lines}
    numbers: dict[int, set[int]] = {}
    for row, number in found:
        if number is not None:
            numbers.setdefault(row, set()).add(number)
    with open_text(path, dialect) as file:
        read = 0
        for row in sorted(numbers):
            begin, end = lines[row].start, lines[row].stop
            text = "".join(islice(file, begin - read - 1, end - read - 1))
            read = end - 1
            for number, position in _in_record(text, begin, dialect, numbers[row]):
                found[row, number] = position
    return found


def _in_record(text: str, line: int, dialect: CsvDialect, numbers: set[int]) -> Iterable[tuple[int, Position]]:
    """Where cells of one record stand, whose text begins on a line."""
    begins, at = [0], 0  # of the record's lines, as offsets in its text
    begins += [match.end() for match in _LINE_END.finditer(text)]
    index = 0
    for number, cell in enumerate(islice(_cell(dialect).finditer(text), max(numbers)), start=1):
        while index + 1 < len(begins) and begins[index + 1] <= cell.start(1):
            index += 1
        if number in numbers:
            at = begins[index]
            is_one_line = _LINE_END.search(text, *cell.span(1)) is None
            yield (
                number,
                Position(
                    line=line,
                    cell_line=line + index,
                    column=cell.start(1) - at + 1,
                    end_column=cell.end(1) - at + 1 if is_one_line else None,
                ),
            )
        if cell.group(2) != dialect.delimiter:
            return


def _cell(dialect: CsvDialect) -> re.Pattern[str]:
    """A cell as it is written, quotes and all, as Python's `csv` module takes it; then a delimiter, or the end."""
    quote, delimiter = re.escape(dialect.quote), re.escape(dialect.delimiter)
    quoted = f"{quote}(?:[^{quote}]++|{quote}{quote})*+{quote}?+"
    return re.compile(rf"((?:{quoted})?+[^{delimiter}\r\n]*+)({delimiter}|\r|\n|\Z)")
