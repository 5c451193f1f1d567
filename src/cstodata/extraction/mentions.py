"""Names in the text of an article: all known ones are looked for at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.extraction.lines import folded
from cstodata.extraction.names import code_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ahocorasick_rs import AhoCorasick

    from cstodata.extraction.bodies import Bodies
    from cstodata.extraction.lines import Line
    from cstodata.extraction.people import People

_WHOSE = re.compile(r"(?: of(?: the)?(?: [A-Z][\w'-]*)+)+")
_LONGEST = 200
_HYPHENS = "-\u2010\u2011"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioned:
    """What a wording in an article's text mentions.

    Attributes:
        things: The ids: a chamber named along with its parliament mentions both.
        home: The country whose body a bare wording means; None if the wording leaves no doubt.
    """

    things: tuple[str, ...]
    home: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """Finds the known names in a text."""

    _automaton: AhoCorasick
    _mentioned: tuple[Mentioned, ...]

    def find(self, line: Line) -> Iterator[tuple[int, int, Mentioned]]:
        """The mentions in a line: where each begins and ends; the longest of two that overlap."""
        last = 0
        whole = [
            (start, -end, at)
            for at, start, end in self._automaton.find_matches_as_indexes(line.plain, overlapping=True)
            if _stands_alone(line.text, start, end)
        ]
        for start, negative_end, at in sorted(whole):
            if start >= last:
                last = -negative_end
                mentioned = self._mentioned[at]
                if not mentioned.home or not _is_foreign(line.plain, last, mentioned.home):
                    yield start, last, mentioned


def finder_of(bodies: Bodies, people: People) -> Finder:
    """A finder of all wordings that mean one body or one person."""
    found: dict[str, Mentioned] = {}
    for wording in bodies.wordings:
        body = wording.body
        things = tuple(
            dict.fromkeys(thing for thing in (body.chamber_id or body.parliament_id, wording.through) if thing)
        )
        home = body.parliament_id if wording.is_bare else None
        found |= dict.fromkeys(wording.spellings(), Mentioned(things=things, home=home))
    found |= {wording: Mentioned(things=(person_id,)) for wording, person_id in people.mentions()}
    return _finder(found.items())


def _finder(found: Iterable[tuple[str, Mentioned]]) -> Finder:
    from ahocorasick_rs import AhoCorasick

    known = [(folded(text), mentioned) for text, mentioned in found if text]
    return Finder(
        _automaton=AhoCorasick([text for text, _ in known]), _mentioned=tuple(mentioned for _, mentioned in known)
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no word goes on before or behind; a hyphen between letters is part of a word, a dash is not."""
    return not (_goes_on(text, start - 1, -1) or _goes_on(text, end, 1))


def _goes_on(text: str, at: int, step: int) -> bool:
    if 0 <= at < len(text) and text[at] in _HYPHENS:
        at += step
    return 0 <= at < len(text) and (text[at].isalnum() or text[at] == "_")


def _is_foreign(text: str, end: int, home: str) -> bool:
    """Whether a bare name goes on with another country's, as in "Senate of the Parliament of the Italian Republic"."""
    found = _WHOSE.match(text, end, end + _LONGEST)
    whose = found[0] if found else ""
    while whose:
        whose = whose.partition(" of ")[2]
        if code := code_of(whose):
            return code != home
    return False
