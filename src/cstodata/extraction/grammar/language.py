"""How one language words what the pages of the Assembly state."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The forms of one language; the engine that reads them is one for all.

    A form is matched against a whole line whose blanks, quotes and dashes are plain and whose last full stop is taken
    off. Each reads a line from left to right once: no line can make it go back and forth.

    Attributes:
        tag: Its BCP 47 tag.
        alphabet: Matches its letters.
        openings: The first words of the sentences of the sidebar.
        delegation: A delegation: its `parliament`, and its `seats` in parts.
        part: A part of the seats: their `number`, what those who fill them are called (`title`), and the `body`.
        between: What stands between two parts.
        titles: What the members of a chamber may be called, and what `member_title` calls them then.
        representative: A representative: the `head`, which is the parliament and perhaps a second position, and the
            `person`.
        joint: What stands between the parliament and the second position.
        website: A website: the `chamber`, and its `address`, which may be empty.
        link: What joins a position to its body, and a chamber to its parliament.
        date: A date that stands alone: `day`, `month` and `year`.
        months: The months, as a date words them, from January on.
        place: The first words of an article that tell its `place`; None if no such form is known.
        witness: Words that show that a name is a place's, which stands for `{}`.
        offices: The words that a position begins with.
        conjunction: What joins two positions.
        envoy: The position of a representative.
        small_words: The words without a capital that a position is made of, besides its office; None if it may hold
            any, as a comma always tells where it ends.
        unfinished: Words that no position ends with.
        ranks: Words that may stand before a name and are no part of it.
        articles: Words before a name that show that it is no person's.
        nameless: Words that are part of no person's name.
    """

    tag: str
    alphabet: re.Pattern[str]
    openings: tuple[str, ...]
    delegation: re.Pattern[str]
    part: re.Pattern[str]
    between: re.Pattern[str]
    titles: Mapping[str, str]
    representative: re.Pattern[str]
    joint: re.Pattern[str]
    website: re.Pattern[str]
    link: str
    date: re.Pattern[str]
    months: tuple[str, ...]
    place: re.Pattern[str] | None
    witness: str
    offices: re.Pattern[str]
    conjunction: str
    envoy: str
    small_words: frozenset[str] | None
    unfinished: frozenset[str]
    ranks: frozenset[str]
    articles: frozenset[str]
    nameless: frozenset[str]


def form(pattern: str) -> re.Pattern[str]:
    """A form, in which capitals do not matter."""
    return re.compile(pattern, re.IGNORECASE)


def words(*lines: str) -> frozenset[str]:
    """The words in these lines."""
    return frozenset(" ".join(lines).split())
