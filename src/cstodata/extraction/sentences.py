"""Sentences of the sidebar: what each says, in its own words, before anybody asks whom the names mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cstodata.extraction.grammar.languages import LANGUAGES

if TYPE_CHECKING:
    from cstodata.extraction.grammar.language import Language
    from cstodata.extraction.lines import Line, Words

MAX_LENGTH = 2000
"""No sentence of the sidebar is half as long; a longer line is none."""
_OPENING = re.compile("|".join(opening for each in LANGUAGES for opening in each.openings), re.IGNORECASE)
_STOP = re.compile(r"\. ")
_SIMILAR = 0.6
"""Low, as it costs little: an article with title and date is never taken for a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the seats of a delegation.

    Attributes:
        words: All of it.
        number: How many seats, as the page words it.
        title: What those who fill them are called: deputies, members or senators.
        body: Whose they are; None if the page names nobody.
    """

    words: Words
    number: Words
    title: str
    body: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationSentence:
    """The delegation of a parliament, with its seats in parts."""

    language: Language
    words: Words
    parliament: Words
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepresentativeSentence:
    """The representative of a parliament; `position` is a second position, None if there is none."""

    language: Language
    words: Words
    parliament: Words
    position: Words | None
    person: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class WebsiteSentence:
    """The website of a chamber; `address` is None if the page leaves it out."""

    language: Language
    words: Words
    chamber: Words
    address: Words | None


Sentence = DelegationSentence | RepresentativeSentence | WebsiteSentence


def read_sentence(line: Line) -> Sentence | None:
    """The sentence of the sidebar that a line is; None if it is none, or of no known form."""
    if len(line.plain) > MAX_LENGTH or not _OPENING.match(line.plain):
        return None
    end = len(line.plain.removesuffix(".").rstrip())
    for language in LANGUAGES:
        if found := language.delegation.fullmatch(line.plain, 0, end):
            return _delegation(line, found, language)
        if found := language.representative.fullmatch(line.plain, 0, end):
            return _representative(line, found, language)
        if found := language.website.fullmatch(line.plain, 0, end):
            return _website(line, found, language)
    return None


def begins_with_a_sentence(line: Line) -> bool:
    """Whether more text stands behind a sentence of the sidebar, on the same line."""
    ends = [stop.start() for stop in _STOP.finditer(line.plain, 0, MAX_LENGTH)]
    return any(read_sentence(replace(line, text=line.text[:end], plain=line.plain[:end])) for end in ends)


def looks_like_a_sentence(line: Line) -> bool:
    """Whether a line begins as the sentences of the sidebar do, or nearly so."""
    from rapidfuzz.distance import OSA

    first = line.plain[: 2 * max(map(len, LANGUAGES[0].openings))].partition(" ")[0].casefold()
    openings = (opening.casefold() for language in LANGUAGES for opening in language.openings)
    return any(OSA.normalized_similarity(first, opening) >= _SIMILAR for opening in openings)


def _delegation(line: Line, found: re.Match[str], language: Language) -> DelegationSentence | None:
    start, end = found.span("seats")
    cuts = [(start, start)]
    cuts += [cut.span() for cut in language.between.finditer(line.plain, start, end)]
    ends = [cut for cut, _ in cuts[1:]] + [end]
    parts = [_part(line, first, last, language) for (_, first), last in zip(cuts, ends, strict=True)]
    if not all(parts):
        return None
    return DelegationSentence(
        language=language,
        words=line.words(),
        parliament=line.words(*found.span("parliament")),
        parts=tuple(part for part in parts if part),
    )


def _part(line: Line, start: int, end: int, language: Language) -> Part | None:
    found = language.part.fullmatch(line.plain, start, end)
    if not found:
        return None
    return Part(
        words=line.words(start, end),
        number=line.words(*found.span("number")),
        title=language.titles[found["title"].casefold()],
        body=line.words(*found.span("body")) if found["body"] else None,
    )


def _representative(line: Line, found: re.Match[str], language: Language) -> RepresentativeSentence | None:
    start, end = found.span("head")
    joint = language.joint.search(line.plain, start, end)
    person = line.words(*found.span("person"))
    if not person.text:
        return None
    return RepresentativeSentence(
        language=language,
        words=line.words(),
        parliament=line.words(start, joint.start() if joint else end),
        position=line.words(joint.end(), end) if joint else None,
        person=person,
    )


def _website(line: Line, found: re.Match[str], language: Language) -> WebsiteSentence:
    address = line.words(*found.span("address"))
    return WebsiteSentence(
        language=language,
        words=line.words(),
        chamber=line.words(*found.span("chamber")),
        address=address if address.text else None,
    )
