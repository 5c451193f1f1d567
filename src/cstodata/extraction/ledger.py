"""Where what a page states is entered, row by row, and what was not understood."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from cstodata.extraction.extraction import Problem, Row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cstodata.extraction.extraction import Span
    from cstodata.extraction.lines import Words

Cells: TypeAlias = "dict[str, str | int | date | None]"


@dataclass(slots=True)
class _Entry:
    cells: Cells
    spans: dict[Span, None]
    """A set that keeps its order."""


@dataclass(slots=True)
class Ledger:
    """Rows and problems of one page, as they are found.

    Attributes:
        problems: In the order in which they were found.
        confirmed: Rows that the package has already.
    """

    problems: list[Problem] = field(default_factory=list)
    confirmed: list[Row] = field(default_factory=list)
    _entries: dict[tuple[str, tuple[str | None, ...]], _Entry] = field(default_factory=dict)

    def enter(self, resource: str, key: tuple[str | None, ...], cells: Cells, *said: Words) -> None:
        """Enter a row; one that is entered already under its key must be equal, and then has more words that say so.

        Args:
            resource: The table.
            key: What tells it from the table's other rows of this page.
            cells: Its values by field, without nulls if need be.
            said: The words that state it.
        """
        entry = self._entries.setdefault((resource, key), _Entry(cells, {}))
        if entry.cells != cells:
            self.refuse(said[0], f"the page states this row of {resource} twice, and not alike", _COMPARE)
            return
        entry.spans |= dict.fromkeys(words.span for words in said)

    def mark(self, resource: str, key: tuple[str | None, ...], said: Words) -> None:
        """Note that these words state a row, too."""
        self._entries[resource, key].spans[said.span] = None

    def holds(self, resource: str, key: tuple[str | None, ...]) -> bool:
        """Whether a row is entered."""
        return (resource, key) in self._entries

    def refuse(self, words: Words, message: str, mend: str | None = None) -> None:
        """Note that some words were not understood."""
        self.problems.append(Problem(line=words.line, text=words.text, message=message, mend=mend, span=words.span))

    def rows(self, resources: Sequence[str]) -> tuple[Row, ...]:
        """The rows, table by table, each in the order of the page."""
        rows = [
            Row(resource=resource, cells=entry.cells, spans=tuple(sorted(entry.spans)))
            for (resource, _), entry in self._entries.items()
        ]
        order = {resource: at for at, resource in enumerate(resources)}
        return tuple(sorted(rows, key=lambda row: (order.get(row.resource, len(order)), row.spans[:1])))


_COMPARE = "Compare the two places with the page; the table holds only one."


def as_row(*cells: str | None) -> str:
    """Cells as a line of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()
