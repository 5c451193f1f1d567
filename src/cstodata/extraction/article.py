"""The article of a page: where it begins, its title, its date and its body."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from cstodata.extraction.grammar.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cstodata.extraction.grammar.language import Language
    from cstodata.extraction.lines import Line, Words

_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_DATE = 40
_TELLING, _TELLING_LINES = 2000, 50
"""How many characters, of how many lines, tell the language."""
_START = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article.

    Attributes:
        title: Its title as published; None if the page goes straight to the body.
        published_on: Its date; None likewise.
        head: The lines that tell title and date.
        body: Its text, without title and date.
        language: The language that it is in; None if that is none of the known ones.
    """

    title: str | None
    published_on: date | None
    head: tuple[Line, ...]
    body: tuple[Line, ...]
    language: Language | None

    @property
    def is_titled_twice(self) -> bool:
        """Whether the title stands above and below the date."""
        return len(self.head) > 2  # noqa: PLR2004 -- title, date, title

    @property
    def word_count(self) -> int:
        """Number of words of the body, separated by blanks."""
        return sum(len(line.text.split()) for line in self.body)


def has_head(lines: Sequence[Line], at: int) -> bool:
    """Whether an article with title and date begins at this line."""
    return at + 1 < len(lines) and _date_of(lines[at + 1]) is not None and _date_of(lines[at]) is None


def is_date(line: Line) -> bool:
    """Whether a line is a date, and nothing else."""
    return _date_of(line) is not None


def read_article(lines: Sequence[Line]) -> Article:
    """The article that these lines are, with title, date and perhaps the title again before the body, or without."""
    if not has_head(lines, 0):
        return Article(title=None, published_on=None, head=(), body=tuple(lines), language=_language(lines))
    again = len(lines) > 2 and _alike(lines[0], lines[2])  # noqa: PLR2004 -- title, date, title
    head = tuple(lines[: 3 if again else 2])
    return Article(
        title=unicodedata.normalize("NFC", lines[0].text),
        published_on=_date_of(lines[1]),
        head=head,
        body=tuple(lines[len(head) :]),
        language=_language(lines),
    )


def place_of(article: Article) -> Words | None:
    """Where the event took place: told by the first words of the body, and by other words of the article.

    Two witnesses are asked for, as the first words alone may name a host who is no place.
    """
    language = article.language
    found = language and language.place and article.body and language.place.match(article.body[0].plain, 0, _START)
    if not (found and language):
        return None
    words = article.body[0].words(*found.span("place"))
    witness = re.compile(rf"\b{re.escape(language.witness.format(found['place']))}(?!\w)")
    return words if any(witness.search(line.plain) for line in (*article.head[:1], *article.body)) else None


def _date_of(line: Line) -> date | None:
    """The date that a line is, and nothing else."""
    if len(line.plain) > _LONGEST_DATE:
        return None
    for language in LANGUAGES:
        found = language.date.fullmatch(line.plain)
        if found and found["month"].casefold() in language.months:
            month = language.months.index(found["month"].casefold()) + 1
            try:
                return date(int(found["year"]), month, int(found["day"]))
            except ValueError:  # such as 31 February
                return None
    return None


def _alike(line: Line, other: Line) -> bool:
    return line.plain.casefold() == other.plain.casefold()


def _language(lines: Sequence[Line]) -> Language | None:
    """The language that most letters of the first lines are of; None if it is none of the known ones."""
    start = " ".join(line.plain[:_TELLING] for line in lines[:_TELLING_LINES])[:_TELLING]
    letters = _count(_LETTERS, start)
    return next((each for each in LANGUAGES if 2 * _count(each.alphabet, start) > letters), None)


def _count(letters: re.Pattern[str], text: str) -> int:
    return sum(map(len, letters.findall(text)))
