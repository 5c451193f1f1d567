"""What the article of a page states: the source, the news, positions and mentions."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from cstodata.extraction.article import place_of
from cstodata.extraction.mentions import finder_of
from cstodata.extraction.people import is_name
from cstodata.extraction.positions import appositions

if TYPE_CHECKING:
    from cstodata.extraction.article import Article
    from cstodata.extraction.extraction import Page
    from cstodata.extraction.grammar.language import Language
    from cstodata.extraction.known import Dated
    from cstodata.extraction.ledger import Cells
    from cstodata.extraction.lines import Line, Words
    from cstodata.extraction.positions import Apposition
    from cstodata.extraction.reading import Reading

_NAME = 2
"""Words of a name: the given name and the family name."""
_QUOTES = "\"'(["
_SENTENCE_ENDS = (".", "!", "?", ":", ";", ",", '"')


def enter_source(reading: Reading, page: Page, article: Article, dated: Dated | None, language: str | None) -> None:
    """Enter the page as a source; `dated` is its title and date, if they are known."""
    cells: Cells = {
        "source_id": reading.source_id,
        "address": page.address,
        "title": dated.title if dated else None,
        "published_on": dated.published_on if dated else None,
        "language": language,
        "sha256": page.sha256,
    }
    if page.captured_on:
        cells["captured_on"] = page.captured_on
    reading.ledger.enter("sources", (), cells, *(line.words() for line in article.head[:2]))


def enter_news(reading: Reading, article: Article, dated: Dated, language: str | None) -> None:
    """Enter an article that has a body, its title and date being known."""
    place = place_of(article)
    cells: Cells = {
        "news_id": reading.source_id,
        "published_on": dated.published_on,
        "title": dated.title,
        "language": language,
        "place": place.text if place else None,
        "word_count": article.word_count,
        "source_id": reading.source_id,
    }
    said = [line.words() for line in article.head] + ([place] if place else [])
    reading.ledger.enter("news", (), cells, *said)


def enter_positions(reading: Reading, article: Article) -> None:
    """Enter the positions that stand behind people's names in the body."""
    if not article.language:
        return
    for line in article.body:
        for found in appositions(line, reading.known.bodies, article.language):
            if named := _known(reading, line, found) or _unknown(reading, line, found, article.language):
                person_id, start = named
                for position in found.positions:
                    reading.hold(person_id, position, line.words(start, found.end))


def enter_mentions(reading: Reading, article: Article) -> None:
    """Enter how often the article's title and body mention each known body and person."""
    known = reading.known
    finder = known.finder if reading.people is known.people else finder_of(known.bodies, reading.people)
    found: dict[str, list[Words]] = defaultdict(list)
    for line in (*article.head[:1], *article.body):
        for start, end, mentioned in finder.find(line):
            for thing in mentioned.things:
                found[thing].append(line.words(start, end))
    for thing, places in found.items():
        cells: Cells = {
            "mention_id": f"{reading.source_id}/{thing}" if reading.source_id else None,
            "news_id": reading.source_id,
            "parliament_id": thing if thing in known.bodies.parliaments else None,
            "chamber_id": thing if thing in known.bodies.chambers else None,
            "person_id": thing if thing in reading.people.names else None,
            "count": len(places),
        }
        reading.ledger.enter("mentions", (thing,), cells, *places)


def _known(reading: Reading, line: Line, found: Apposition) -> tuple[str, int] | None:
    """The known person whose name stands before the comma, the longest one, and where it begins."""
    for start, word in found.before[:-1]:
        first = start + len(word) - len(word.lstrip(_QUOTES))
        name = line.words(first, found.name_end)
        if person_id := reading.people.find(name.text):
            reading.note_named(person_id, name)
            return person_id, first
    return None


def _unknown(reading: Reading, line: Line, found: Apposition, language: Language) -> tuple[str, int] | None:
    """A person whom nobody knows yet, added, and where the name begins; None if it may be no name, or none is wanted.

    Strict: a given name and a family name, and before them nothing that could be a part of the name: the beginning of
    a sentence, a word without a capital, or a rank.
    """
    if not reading.add_people or len(found.before) < _NAME:
        return None
    before = found.before[-_NAME - 1][1] if len(found.before) > _NAME else ""
    start, word = found.before[-_NAME]
    first = start + len(word) - len(word.lstrip(_QUOTES))
    name = line.words(first, found.name_end)
    words = name.text.casefold().split()
    is_clear = first > start or not before or before[0].islower() or before.endswith(_SENTENCE_ENDS)
    if not (is_clear or before.casefold() in language.ranks) or before.casefold() in language.articles:
        return None
    if not is_name(name.text) or language.nameless.intersection(words) or reading.known.bodies.meanings(name.text):
        return None
    person_id = None if reading.people.means_several(name.text) else reading.new_person(name)
    return (person_id, first) if person_id else None
