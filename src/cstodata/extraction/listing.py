"""What was read from a page, for people: each row beside the words that state it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from cstodata.extraction.documents import line_and_words
from cstodata.extraction.plan import PROVENANCE
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from cstodata.extraction.extraction import Extraction, Row

SHOWN_WORDS = 400
"""Characters of the words that state a row; an article may be one."""


def as_listing(extraction: Extraction, *, width: int, colour: bool) -> str:
    """A table for each page: a row's cells, its line, and the words.

    Args:
        extraction: What was read from the page.
        width: Columns that the terminal has; what is longer is wrapped.
        colour: Whether to use colours.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    page = extraction.page
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        legacy_windows=False,
    )
    console.print(Text(shown(page.place, 1000), style="bold"), Text(shown(page.address or "no address", 1000)))
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True, header_style="dim")
    table.add_column("row", ratio=2, overflow="fold")
    table.add_column("line", justify="right")
    table.add_column("what the page says", ratio=3, overflow="fold")
    resource = None
    for row in extraction.rows:
        if row.resource != resource:
            resource = row.resource
            table.add_row(Text(shown(resource), style="bold cyan"), "", "")
        line, words = line_and_words(page.text, row.spans)
        table.add_row(Text(_cells(row)), str(line), Text(shown(words, SHOWN_WORDS)))
    console.print(table if extraction.rows else Text("no rows"))
    console.print()
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def _cells(row: Row) -> str:
    """The cells that are not empty; the source is left out, as it is the page's."""
    named = {name: value for name, value in row.cells.items() if value is not None}
    if row.resource != "sources":
        named.pop(PROVENANCE, None)
    return "\n".join(f"{shown(name)}={shown(value, SHOWN_WORDS)}" for name, value in named.items())
