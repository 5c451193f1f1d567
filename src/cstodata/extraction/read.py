"""A captured page, read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cstodata.extraction.article import has_head, is_date, read_article
from cstodata.extraction.delegations import enter_sidebar
from cstodata.extraction.extraction import Extraction, Span
from cstodata.extraction.known import Dated
from cstodata.extraction.ledger import Ledger
from cstodata.extraction.lines import Line, Words, lines_of
from cstodata.extraction.news import enter_mentions, enter_news, enter_positions, enter_source
from cstodata.extraction.reading import Reading
from cstodata.extraction.sentences import read_sentence
from cstodata.extraction.sidebar import split_sidebar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cstodata.extraction.article import Article
    from cstodata.extraction.extraction import Page
    from cstodata.extraction.known import Known
    from cstodata.extraction.sentences import Sentence

_NO_TEXT = re.compile(r"[\x1b\x80-\x84\x86-\x9f\ufffd-\uffff]")
"""What steers a terminal, is left of a wrong encoding, or stands for what was lost; other controls only go unseen."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_page(page: Page, known: Known, *, add_people: bool = False) -> Extraction:
    """What a page states, each row with the words that say so, and what was not understood.

    A page without an address or a date is read as well, for looking at: cells that depend on it are null, and there is
    a problem. A page that goes straight to the body has title and date if it is a source already.

    Args:
        page: The page.
        known: The names that are known, and what they mean.
        add_people: Whether people whom nobody knows become rows of `people`: representatives, and those whom the
            article names with a position. One whose name is near to a known one is a problem, as it may be a
            misspelling.

    Returns:
        Rows of `sources`, `people`, `positions`, `delegations`, `delegation_seats`, `news` and `mentions`; and of
        `chambers` where the page gives a website that the package does not have. Bad pages never raise.
    """
    ledger = Ledger()
    source_id = _source_id(page, ledger)
    lines = lines_of(page.text)
    sentences, rest = split_sidebar(lines, ledger)
    article = read_article(rest)
    dated = _dated(known, source_id, article)
    if not dated:
        _refuse_undated(ledger, lines, rest)
    elif article.title is None and rest and not _begins_a_body(rest):
        ledger.refuse(rest[0].words(), "it is no sentence of the sidebar, nor does the article begin here", _MEND)
    if article.title is not None:
        _refuse_in_body(ledger, article)
    _refuse_no_text(ledger, page.text, [*(sentence.words for sentence in sentences), *map(Line.words, article.head)])
    reading = Reading(
        known=known,
        people=known.people,
        ledger=ledger,
        source_id=source_id,
        published_on=dated.published_on if dated else None,
        add_people=add_people,
    )
    _enter(reading, page, sentences, article, dated)
    problems = sorted(ledger.problems, key=lambda problem: problem.span)
    rows = ledger.rows(known.resources)
    return Extraction(page=page, rows=rows, problems=tuple(problems), confirmed=tuple(ledger.confirmed))


def _enter(reading: Reading, page: Page, sentences: Sequence[Sentence], article: Article, dated: Dated | None) -> None:
    """Enter all that a page states; people first named in the sidebar are known in the article."""
    language = _language(reading.ledger, article, sentences)
    enter_source(reading, page, article, dated, language)
    enter_sidebar(reading, sentences)
    enter_positions(reading, article)
    if article.body and dated:
        enter_news(reading, article, dated, language)
        enter_mentions(reading, article)


def _source_id(page: Page, ledger: Ledger) -> str | None:
    """The last segment of the page's address; None if that is a problem, which is then noted."""
    nowhere = Words("", 1, Span(0, 0))
    if page.address is None:
        ledger.refuse(nowhere, "nobody has said where the page was captured from", "Give its address: --url ADDRESS.")
        return None
    try:
        parts = urlsplit(page.address)
    except ValueError:  # such as brackets that hold no address
        parts = urlsplit("")
    last = parts.path.rstrip("/").rpartition("/")[2]
    if parts.scheme != "https" or not parts.hostname or not _ID.fullmatch(last):
        ledger.refuse(
            nowhere,
            f'"{page.address}" is no address of a page of the Assembly',
            "It must begin with https:// and end with words in lower case that hyphens join.",
        )
        return None
    return last


def _dated(known: Known, source_id: str | None, article: Article) -> Dated | None:
    """Title and date of a page: its own, or those that it has as a source already."""
    if article.title is not None and article.published_on is not None:
        return Dated(article.title, article.published_on)
    return known.sources.get(source_id) if source_id else None


def _refuse_undated(ledger: Ledger, lines: Sequence[Line], rest: Sequence[Line]) -> None:
    """Note that a page has no title and date."""
    if not lines:
        ledger.refuse(Words("", 1, Span(0, 0)), "the page is empty", "Capture it again.")
    elif not rest:
        ledger.refuse(lines[-1].words(), "no article follows the sidebar, so that nothing tells the page's date", _MEND)
    else:
        ledger.refuse(rest[0].words(), "no title is here with a date on the next line", _MEND)


def _begins_a_body(lines: Sequence[Line]) -> bool:
    """Whether an article may go straight to its body here: it begins as text does, and no sidebar or title follows."""
    begins = not lines[0].text[0].islower() and any(map(str.isalnum, lines[0].text))
    return begins and not any(read_sentence(line) or has_head(lines, at) for at, line in enumerate(lines))


def _refuse_in_body(ledger: Ledger, article: Article) -> None:
    """Note what belongs to no article: a sentence of the sidebar, and the title and date of another article."""
    if article.body and is_date(article.body[0]):
        ledger.refuse(article.body[0].words(), "a second date stands behind the title", _COMPARE)
    heads = [at for at in range(len(article.body)) if has_head(article.body, at)]
    for at, line in enumerate(article.body):
        if read_sentence(line):
            ledger.refuse(line.words(), "it is a sentence of the sidebar, and stands in the article", _ORDER)
        elif at in heads and (len(heads) > 1 or read_article(article.body[at : at + 3]).is_titled_twice):
            ledger.refuse(line.words(), "another article begins here", _ORDER)  # a date alone may be a signature's


def _refuse_no_text(ledger: Ledger, text: str, used: Iterable[Words]) -> None:
    """Note characters that are no text in words that become cells."""
    for words in used:
        if found := _NO_TEXT.search(text, words.span.start, words.span.end):
            ledger.refuse(words, f"it holds the character U+{ord(found[0]):04X}, which is no text", _MEND_TEXT)


def _language(ledger: Ledger, article: Article, sentences: Sequence[Sentence]) -> str | None:
    """The language of the page: the article's, or the sidebar's if there is no article; a third one is a problem."""
    lines = (*article.head, *article.body)
    if article.language:
        return article.language.tag
    if lines:
        ledger.refuse(lines[0].words(), "the article is in no known language", "Known are English and Russian.")
        return None
    return sentences[0].language.tag if sentences else None


_COMPARE = "Compare it with the page."
_MEND_TEXT = "Capture the page again, in its own encoding, or correct the character."
_ORDER = "Capture the page again: the sidebar comes first, then one article."
_MEND = "Capture the page again with its title and its date, such as 6 June 2022, on lines of their own."
