"""Positions: which part of some words is the office, and which the body that it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cstodata.extraction.lines import folded
from cstodata.extraction.names import key, misspelt
from cstodata.validation.rules.people import REPRESENTATIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.extraction.bodies import Bodies, Body
    from cstodata.extraction.grammar.language import Language
    from cstodata.extraction.lines import Line

_LONGEST = 400
"""Longest position that is read, in characters."""
_BEFORE = 120
_STOP = re.compile(r"[,;]|\.(?=[\"')]*(?: \W*[^\W\d_a-z\u0430-\u0451]|$))|$")
_LISTED = re.compile(r", [^\W\d_]\w*(?: [\w-]+){0,2}(?:,| and | и )")
_ABBREVIATED = re.compile(r"(?:^|[ .])(?:\w|St|Dr|Mr|Mrs|Ms|Gen|Col|\u0438\u043c|\u0433)$")
_UNCLEAR = re.compile(r"[()\":]| - |\b(?:19|20)[0-9]{2}\b")
_WORDS = 5


@dataclass(frozen=True, slots=True)
class Position:
    """A position.

    Attributes:
        words: The position, its first letter in upper case, without the name of the body.
        body: The body that it belongs to; None if it is none that is known.
    """

    words: str
    body: Body | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apposition:
    """A name with positions behind it: "Anna Example, Speaker of the House and Member of the Council,".

    Attributes:
        before: The words before the comma that follows the name, at most five, each with its offset in the line.
        end: Where the last position ends.
        positions: The positions.
    """

    before: tuple[tuple[int, str], ...]
    end: int
    positions: tuple[Position, ...]

    @property
    def name_end(self) -> int:
        """Where the name ends."""
        start, word = self.before[-1]
        return start + len(word)


def position_of(text: str, bodies: Bodies, language: Language) -> Position:
    """What a position says: the name of a known body at its end is taken off."""
    at = text.find(language.link)
    while at >= 0:
        if body := bodies.find(text[at + len(language.link) :]):
            return Position(_capital(text[:at], language), body)
        at = text.find(language.link, at + 1)
    return Position(_capital(text, language), None)


def misspelt_body(position: Position, bodies: Bodies, language: Language) -> list[str]:
    """The bodies whose name a position may end with, misspelt; none if it ends with none that is nearly known."""
    if position.body:
        return []
    parts = position.words.split(language.link)
    tails = [language.link.join(parts[at:]) for at in range(1, len(parts))]
    near = (_near(tail, tuple(bodies.anywhere)) for tail in tails if key(tail) not in bodies.anywhere)
    return bodies.meanings(next(filter(None, near), ""))


@lru_cache(maxsize=1024)  # sidebars name the same positions again and again
def _near(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that this one may be a misspelling of."""
    return next(iter(misspelt(name, {each: each for each in known})), None)


def positions_in(text: str, bodies: Bodies, language: Language, *, joints: tuple[str, ...]) -> tuple[Position, ...]:
    """The positions in a text, which a joint parts where a word of office follows it."""
    cuts = [0]
    for joint in re.finditer("|".join(map(re.escape, joints)), text):
        if language.offices.match(text, joint.end()):
            cuts += joint.span()
    cuts.append(len(text))
    pieces = [text[first:last] for first, last in zip(cuts[::2], cuts[1::2], strict=True)]
    return tuple(position_of(piece, bodies, language) for piece in pieces)


def is_whole(text: str, language: Language) -> bool:
    """Whether a text can be positions from its beginning to its end, with nothing said by the way."""
    return not _UNCLEAR.search(folded(text)) and text.rsplit(maxsplit=1)[-1].casefold() not in language.unfinished


def appositions(line: Line, bodies: Bodies, language: Language) -> Iterator[Apposition]:
    """The appositions in a line of an article.

    Strict: what is behind the comma must begin with a word of office, and it must be certain where it ends. It ends at
    a full stop or a comma; but what goes on as a list would, as in "Minister of Culture, Sport and Youth", is left
    alone, unless a known body stands before that comma.
    """
    comma = line.plain.find(", ")
    while comma >= 0:
        start = comma + 2
        if language.offices.match(line.plain, start) and (end := _end(line.plain, start, bodies, language)):
            positions = _certain(line.words(start, end).text, bodies, language)
            before = tuple(_last_words(line.plain, comma))
            if positions and before:
                yield Apposition(before=before, end=end, positions=positions)
        comma = line.plain.find(", ", start)


def _end(text: str, start: int, bodies: Bodies, language: Language) -> int | None:
    """Where a position ends that starts here; None if that is not certain."""
    limit = min(len(text), start + _LONGEST)
    for stop in _STOP.finditer(text, start, limit):
        end = stop.start()
        if text[end : end + 1] == "." and _ABBREVIATED.search(text, start, end):
            continue
        is_closed = text[end : end + 1] != "," or _goes_on(text, end)
        if not (is_closed or position_of(text[start:end], bodies, language).body):
            return None
        return end if end < limit or limit == len(text) else None
    return None


def _goes_on(text: str, comma: int) -> bool:
    """Whether a sentence goes on behind a comma, and no list does."""
    following = text[comma + 2 : comma + 3]
    return following.islower() and not _LISTED.match(text, comma, comma + _BEFORE)


def _certain(text: str, bodies: Bodies, language: Language) -> tuple[Position, ...]:
    """The positions in a text; none if one of several does not say where it is held, or a word is odd."""
    if not _is_clear(folded(text), language):
        return ()
    found = positions_in(text, bodies, language, joints=(language.conjunction,))
    is_certain = all(position.body or language.link in position.words for position in found[:-1])
    return found if is_certain else ()


def _is_clear(text: str, language: Language) -> bool:
    """Whether nothing but a position can be meant: its words are names, or words that positions are made of."""
    words = text.split()
    if not is_whole(text, language):
        return False
    if any(word.endswith(".") and not _ABBREVIATED.search(word[:-1]) for word in words):
        return False
    known = language.small_words
    return known is None or all(
        word in known or language.offices.fullmatch(word) for word in words if word[0].islower()
    )


def _last_words(text: str, end: int) -> list[tuple[int, str]]:
    """The last words before an offset, each with where it starts."""
    first = max(0, end - _BEFORE)
    words = [(first + word.start(), word[0]) for word in re.finditer(r"\S+", text[first:end])]
    return words[-_WORDS:]


def _capital(position: str, language: Language) -> str:
    """As the table holds a position; a representative's is always worded alike, in every language."""
    text = position.strip()
    return REPRESENTATIVE if text.casefold() == language.envoy.casefold() else text[:1].upper() + text[1:]
