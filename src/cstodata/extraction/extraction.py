"""What was read from a captured page: rows, each with the words that say so, and what was not understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A captured page, as text.

    Attributes:
        place: Where it was captured to, as errors name it: a path, `-`, or `capture.warc#3` for its third page.
        text: What stands on it; lines end with a line feed, as many as the page has, and characters are as captured.
        sha256: SHA-256 digest, in lower-case hexadecimal, of what was captured.
        address: Where it was captured from; None if nobody has said.
        captured_on: When; None if nobody has said.
    """

    place: str
    text: str
    sha256: str
    address: str | None = None
    captured_on: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of a page's text.

    Attributes:
        start: Its first character, from 0.
        end: The character behind its last.
    """

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that a page states.

    Attributes:
        resource: The table that it belongs to.
        cells: Its values by field, typed as the table's schema says; a field that is not named is null.
        spans: The words that state it, in their order.
    """

    resource: str
    cells: Mapping[str, str | int | date | None]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What was not understood: nothing of the page is used until a human has looked.

    Attributes:
        line: Line of the page's text, from 1.
        text: The words, as they stand there.
        message: One sentence: what is wrong with them.
        mend: What to do, such as the row to add; None if nothing general can be said.
        span: Where they stand.
    """

    line: int
    text: str
    message: str
    mend: str | None
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What was read from one page.

    Attributes:
        page: The page.
        rows: The rows that it states, table by table in the order of the package, each in the order of the page.
        problems: What was not understood, in the order of the page; none if all of it was.
        confirmed: Rows that the page states and the package has just so, where only what is new becomes a row: chambers
            with their website.
    """

    page: Page
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    confirmed: tuple[Row, ...] = ()

    @property
    def is_understood(self) -> bool:
        """Whether there are no problems."""
        return not self.problems
