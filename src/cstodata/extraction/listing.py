"""What was read from a page, for people: each row beside the words that state it."""

from __future__ import annotations

from itertools import chain, repeat, zip_longest
from typing import TYPE_CHECKING, NamedTuple

from cstodata.extraction.documents import line_and_words
from cstodata.extraction.plan import PROVENANCE
from cstodata.report.columns import padded, wrapped
from cstodata.report.terminal import painter, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.extraction.extraction import Extraction, Row

SHOWN_WORDS = 400
"""Characters of the words that state a row; an article may be one."""
_NARROWEST = 40
_GAP = 2


def as_listing(extraction: Extraction, *, width: int, colour: bool) -> str:
    """A table for each page: a row's cells, its line, and the words.

    Args:
        extraction: What was read from the page.
        width: Columns that the terminal has; what is longer is wrapped.
        colour: Whether to use colours.
    """
    paint = painter(colour=colour)
    page = extraction.page
    columns = _columns(width, page.text.count("\n") + 1)
    lines = [f"{paint(shown(page.place, 1000), 'bold')} {shown(page.address or 'no address', 1000)}"]
    lines += [paint(columns.line("row", "line", "what the page says"), "dim")] if extraction.rows else ["no rows"]
    resource = None
    for row in extraction.rows:
        if row.resource != resource:
            resource = row.resource
            lines.append(paint(shown(resource), "heading"))
        lines += _row(row, page.text, columns)
    return "\n".join([*lines, "", ""])


class _Columns(NamedTuple):
    """How wide each column is; two blanks stand behind each."""

    cells: int
    number: int
    words: int

    def line(self, cells: str, number: str, words: str) -> str:
        """A line of the table."""
        if not (number or words):
            return cells
        return f"{padded(cells, self.cells)}  {number:>{self.number}}  {words}".rstrip()


def _columns(width: int, last_line: int) -> _Columns:
    """Columns of a table of this width, two fifths of it for the cells; a terminal that is too narrow breaks lines."""
    number = max(len("line"), len(str(last_line)))
    rest = max(width, _NARROWEST) - number - _GAP
    cells = -(-2 * rest // 5)
    return _Columns(cells - _GAP, number, rest - cells - _GAP)


def _row(row: Row, text: str, columns: _Columns) -> Iterator[str]:
    """The lines of a row."""
    number, words = line_and_words(text, row.spans)
    cells = [line for cell in _cells(row) for line in wrapped(cell, columns.cells)]
    said = wrapped(shown(words, SHOWN_WORDS), columns.words)
    numbers = chain((str(number),), repeat(""))
    for line in zip_longest(cells, said, fillvalue=""):
        yield columns.line(line[0], next(numbers), line[1])


def _cells(row: Row) -> Iterator[str]:
    """The cells that are not empty; the source is left out, as it is the page's."""
    for name, value in row.cells.items():
        if value is not None and (name != PROVENANCE or row.resource == "sources"):
            yield f"{shown(name)}={shown(value, SHOWN_WORDS)}"
