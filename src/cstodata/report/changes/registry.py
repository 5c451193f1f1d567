"""The forms in which changes are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.change import ChangeSet

DEFAULT_ROWS: Final[dict[str, int | None]] = {"text": 10, "json": None, "markdown": 3, "html": 200, "csv": None}
"""Forms, and how many rows of a kind each tells of a table if nobody says; None is all."""


def render(changes: ChangeSet, form: str, *, limit: int | None, colour: bool = False) -> Iterator[str]:
    """The changes in one of the forms, in pieces of text.

    Args:
        changes: What to tell.
        form: One of `DEFAULT_ROWS`.
        limit: Rows of a kind to tell of a table; None for all.
        colour: Whether to colour text for a terminal.
    """
    match form:
        case "json":
            from cstodata.report.changes.json import render as renderer
        case "markdown":
            from cstodata.report.changes.markdown import render as renderer
        case "html":
            from cstodata.report.changes.html import render as renderer
        case "csv":
            from cstodata.report.changes.csv import render as renderer
        case _:
            from cstodata.report.changes.text import render as renderer
    yield from renderer(changes, limit=limit, colour=colour)
