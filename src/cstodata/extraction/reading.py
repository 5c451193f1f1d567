"""One page while it is read: what its rows have in common, and whom its names mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.extraction.grammar.languages import LANGUAGES
from cstodata.extraction.ledger import as_row
from cstodata.extraction.names import is_cyrillic, key
from cstodata.extraction.people import given_first, has_patronymic, id_of, is_name

if TYPE_CHECKING:
    from datetime import date

    from cstodata.extraction.known import Known
    from cstodata.extraction.ledger import Ledger
    from cstodata.extraction.lines import Words
    from cstodata.extraction.people import People
    from cstodata.extraction.positions import Position

SOURCE_UNKNOWN = "<source>"
MAX_ADDED = 200
"""No page introduces more people than this."""


@dataclass(slots=True, kw_only=True)
class Reading:
    """A page while it is read.

    Attributes:
        known: What the package knows.
        people: The people known so far: the package's, and those added.
        ledger: Where rows and problems are entered.
        source_id: The id of the page; None if its address is not known.
        published_on: Its date; None if it tells none.
        add_people: Whether people who are not known are added.
    """

    known: Known
    people: People
    ledger: Ledger
    source_id: str | None
    published_on: date | None
    add_people: bool

    @property
    def source(self) -> str:
        """The id of the page, as a row to add names it."""
        return self.source_id or SOURCE_UNKNOWN

    def person(self, words: Words) -> str | None:
        """Whom the sidebar names; None if that is a problem, which is then noted."""
        if person_id := self.people.find(words.text):
            self.note_named(person_id, words)
            return person_id
        if self.people.means_several(words.text):
            self.ledger.refuse(words, f'several people are called "{words.text}"', "Tell them apart in names.")
            return None
        if not is_name(words.text) or any(each.nameless & set(key(words.text).split()) for each in LANGUAGES):
            self.ledger.refuse(words, f'"{words.text}" is not the name of one person', "Compare it with the page.")
            return None
        name = given_first(words.text)
        is_certain = not is_cyrillic(name) or has_patronymic(words.text)
        if self.add_people and is_certain and not self.people.misspelt(name):
            return self._add(name, words)
        self._refuse(name, words)
        return None

    def new_person(self, words: Words) -> str | None:
        """The id of a person whom the article names and nobody knows; None if they cannot be added."""
        if self.people.misspelt(words.text):
            self._refuse(words.text, words)
            return None
        return self._add(words.text, words)

    def hold(self, person_id: str, position: Position, *said: Words) -> None:
        """Enter that a person holds a position."""
        body = position.body
        self.ledger.enter(
            "positions",
            (person_id, position.words),
            {
                "person_id": person_id,
                "position": position.words,
                "source_id": self.source_id,
                "parliament_id": body.parliament_id if body and not body.chamber_id else None,
                "chamber_id": body.chamber_id if body else None,
                "as_of": self.published_on,
            },
            *said,
        )

    def _add(self, name: str, words: Words) -> str | None:
        person_id = id_of(name)
        is_full = len(self.people.names) - len(self.known.people.names) >= MAX_ADDED
        if not person_id or person_id in self.people.names or is_full:
            self._refuse(name, words)
            return None
        self.people = self.people.joined_by(person_id, name)
        cells = {"person_id": person_id, "name": name, "source_id": self.source_id}
        self.ledger.enter("people", (person_id,), {**cells}, words)
        return person_id

    def note_named(self, person_id: str, words: Words) -> None:
        """Note that words name a person, if it is one whom this page adds."""
        if self.ledger.holds("people", (person_id,)):
            self.ledger.mark("people", (person_id,), words)

    def _refuse(self, name: str, words: Words) -> None:
        """Note that nobody has this name, with the rows that would change that."""
        near = self.people.misspelt(name)
        rows = []
        if id_of(name) not in self.people.names:
            rows.append(f"of people: {as_row(id_of(name), name, self.source)}")
        if near:
            language, person_id = "ru" if is_cyrillic(name) else "en", self.people.find(near[0])
            alias = as_row(words.text, language, None, None, self.source, person_id)
            rows.append(f"of names, if it is {near[0]}: {alias}")
        self.ledger.refuse(
            words,
            f'nobody is called "{words.text}"{nearest_known(near or self.people.nearest(name))}',
            f"Correct the name, or add the row {', or '.join(rows)}" if rows else "Correct the name.",
        )


def nearest_known(names: list[str]) -> str:
    """The known names that are near to an unknown one, as a sentence ends with them; empty if there are none."""
    return f"; the nearest known: {', '.join(names)}" if names else ""
