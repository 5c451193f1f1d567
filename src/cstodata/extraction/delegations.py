"""What the sidebar states: delegations with their seats, representatives, websites."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cstodata.extraction.bodies import Body
from cstodata.extraction.extraction import Row
from cstodata.extraction.positions import Position, is_whole, misspelt_body, positions_in
from cstodata.extraction.reading import nearest_known
from cstodata.extraction.resolve import find_chamber, find_parliament, find_seats
from cstodata.extraction.sentences import DelegationSentence, RepresentativeSentence
from cstodata.validation.rules.people import REPRESENTATIVE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.extraction.ledger import Cells
    from cstodata.extraction.lines import Words
    from cstodata.extraction.reading import Reading
    from cstodata.extraction.sentences import Part, Sentence, WebsiteSentence

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::[0-9]{1,5})?")
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seats:
    """A part of a delegation, understood."""

    chamber_id: str
    seats: int
    title: str
    words: Words


@dataclass(slots=True)
class _Sidebar:
    """The sidebar while it is read.

    Attributes:
        block: The parliament whose delegation was spoken of last.
        delegations: For each parliament, its sentence, and the seats that it states.
        representatives: For each parliament, the person, and the sentence that names them.
        websites: For each chamber, its address.
    """

    block: str | None = None
    delegations: dict[str, tuple[Words, list[_Seats]]] = field(default_factory=dict)
    representatives: dict[str, tuple[str, Words]] = field(default_factory=dict)
    websites: dict[str, str] = field(default_factory=dict)


def enter_sidebar(reading: Reading, sentences: Iterable[Sentence]) -> None:
    """Enter what the sentences of a sidebar state."""
    sidebar = _Sidebar()
    for sentence in sentences:
        match sentence:
            case DelegationSentence():
                _read_delegation(reading, sidebar, sentence)
            case RepresentativeSentence():
                _read_representative(reading, sidebar, sentence)
            case _:
                _enter_website(reading, sidebar, sentence)
    for parliament_id in sidebar.delegations:
        _enter_delegation(reading, sidebar, parliament_id)


def _read_delegation(reading: Reading, sidebar: _Sidebar, sentence: DelegationSentence) -> None:
    sidebar.block = None
    parliament = find_parliament(reading, sentence.parliament)
    if not parliament:
        return
    sidebar.block = parliament.parliament_id
    seats = []
    for part in sentence.parts:
        chamber = find_seats(reading, part, parliament, sentence.parliament)
        number = _number(reading, part)
        if chamber and number:
            seats.append(_Seats(chamber_id=chamber.chamber_id, seats=number, title=part.title, words=part.words))
    if len(seats) < len(sentence.parts):
        return
    if len({part.chamber_id for part in seats}) < len(seats):
        reading.ledger.refuse(sentence.words, "it gives seats to the same chamber twice", _COMPARE)
    elif not _agrees(sidebar.delegations.get(parliament.parliament_id), seats):
        reading.ledger.refuse(sentence.words, "the page states this delegation twice, and not alike", _COMPARE)
    else:
        sidebar.delegations.setdefault(parliament.parliament_id, (sentence.words, seats))


def _agrees(before: tuple[Words, list[_Seats]] | None, seats: list[_Seats]) -> bool:
    def facts(parts: list[_Seats]) -> set[tuple[str, int, str]]:
        return {(part.chamber_id, part.seats, part.title) for part in parts}

    return before is None or facts(before[1]) == facts(seats)


def _number(reading: Reading, part: Part) -> int | None:
    """The number of seats of a part; None if it is no plausible number in digits, which is then noted."""
    if _NUMBER.fullmatch(part.number.text):
        return int(part.number.text)
    reading.ledger.refuse(part.number, f'"{part.number.text}" is no number of seats in digits', _COMPARE)
    return None


def _read_representative(reading: Reading, sidebar: _Sidebar, sentence: RepresentativeSentence) -> None:
    parliament = find_parliament(reading, sentence.parliament, sidebar.block)
    others = _other_positions(reading, sentence)
    person_id = reading.person(sentence.person)
    if not (parliament and person_id):
        return
    code = parliament.parliament_id
    if sidebar.representatives.setdefault(code, (person_id, sentence.words))[0] != person_id:
        reading.ledger.refuse(sentence.words, "the page names another representative before", _COMPARE)
        return
    for position in (Position(REPRESENTATIVE, Body(code, None)), *others):
        reading.hold(person_id, position, sentence.words)


def _other_positions(reading: Reading, sentence: RepresentativeSentence) -> tuple[Position, ...]:
    """The other positions of a representative; none if there is none, or it is a problem."""
    words, language = sentence.position, sentence.language
    if words and not language.offices.match(words.text):
        reading.ledger.refuse(words, f'"{words.text}" begins with no known word of office', _COMPARE)
    elif words and not is_whole(words.text, language):
        reading.ledger.refuse(words, f'"{words.text}" is no position, or more than one', _COMPARE)
    elif words:
        bodies = reading.known.bodies
        found = positions_in(words.text, bodies, language, joints=(", ", language.conjunction))
        for near in filter(None, (misspelt_body(each, bodies, language) for each in found)):
            reading.ledger.refuse(words, f'"{words.text}" names no known body{nearest_known(near)}', _COMPARE)
        return found
    return ()


def _enter_website(reading: Reading, sidebar: _Sidebar, sentence: WebsiteSentence) -> None:
    """Enter the chamber with its website, if the package has another one or none."""
    chamber = find_chamber(reading, sentence.chamber, sidebar.block)
    if not chamber or not sentence.address:
        return
    address = sentence.address.text
    if not _is_address(address):
        reading.ledger.refuse(sentence.address, f'"{address}" is no address of a website', _COMPARE)
        return
    if sidebar.websites.setdefault(chamber.chamber_id, address) != address:
        reading.ledger.refuse(sentence.words, "the page names another website before", _COMPARE)
        return
    cells: Cells = {
        "chamber_id": chamber.chamber_id,
        "parliament_id": chamber.parliament_id,
        "name": chamber.name,
        "kind": chamber.kind,
        "website": address,
        "source_id": reading.source_id,
    }
    if address == chamber.website:
        reading.ledger.confirmed.append(Row(resource="chambers", cells=cells, spans=(sentence.words.span,)))
    else:
        reading.ledger.enter("chambers", (chamber.chamber_id,), cells, sentence.words)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # such as brackets that hold no address
        return False
    return parts.scheme in {"http", "https"} and bool(_HOST.fullmatch(parts.netloc)) and not re.search(r"\s", text)


def _enter_delegation(reading: Reading, sidebar: _Sidebar, parliament_id: str) -> None:
    words, seats = sidebar.delegations[parliament_id]
    person_id, *named = sidebar.representatives.get(parliament_id, (None,))
    day = reading.published_on
    delegation_id = f"{parliament_id}-{day}" if day else None
    reading.ledger.enter(
        "delegations",
        (parliament_id,),
        {
            "delegation_id": delegation_id,
            "parliament_id": parliament_id,
            "as_of": day,
            "seats_total": sum(part.seats for part in seats),
            "representative_id": person_id,
            "source_id": reading.source_id,
        },
        words,
        *named,
    )
    for part in seats:
        reading.ledger.enter(
            "delegation_seats",
            (part.chamber_id,),
            {
                "delegation_id": delegation_id,
                "chamber_id": part.chamber_id,
                "seats": part.seats,
                "member_title": part.title,
            },
            part.words,
        )


_COMPARE = "Compare it with the page."
