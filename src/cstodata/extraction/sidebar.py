"""The sidebar of a page: which lines it is made of."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cstodata.extraction.article import has_head
from cstodata.extraction.sentences import (
    WebsiteSentence,
    begins_with_a_sentence,
    looks_like_a_sentence,
    read_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cstodata.extraction.ledger import Ledger
    from cstodata.extraction.lines import Line
    from cstodata.extraction.sentences import Sentence

_ADDRESS = re.compile(r"https?://\S+")


def split_sidebar(lines: Sequence[Line], ledger: Ledger) -> tuple[list[Sentence], Sequence[Line]]:
    """The sentences of the sidebar, and the lines behind it.

    The sidebar goes on as long as lines are sentences of its forms. The first line that is none begins the article.
    But one that begins as these sentences do is not understood, and a problem, unless a date follows it: then it is a
    title, if no whole sentence stands before it.

    Args:
        lines: The lines of the page.
        ledger: Where problems are noted.
    """
    sentences: list[Sentence] = []
    for at, line in enumerate(lines):
        if sentence := read_sentence(line):
            sentences.append(sentence)
        elif addressed := _addressed(sentences, line):
            sentences[-1] = addressed
        elif looks_like_a_sentence(line) and (not has_head(lines, at) or begins_with_a_sentence(line)):
            ledger.refuse(line.words(), "it begins as a sentence of the sidebar does, and is of no known form", _MEND)
        else:
            return sentences, lines[at:]
    return sentences, ()


def _addressed(sentences: list[Sentence], line: Line) -> WebsiteSentence | None:
    """The last sentence with the address that stands on the next line; None if none is missing, or there is none."""
    last = sentences[-1] if sentences else None
    if not isinstance(last, WebsiteSentence) or last.address or not _ADDRESS.fullmatch(line.text):
        return None
    return replace(last, address=line.words())


_MEND = "Compare it with the page; a new form of a sentence must be added to the grammar."
