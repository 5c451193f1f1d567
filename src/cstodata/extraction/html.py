"""HTML as a reader sees it: lines of text, without what is not the page's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.errors import PageError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_DEPTH = 1_000
"""Elements nested deeper are refused: what takes a parser hours was made for that."""

_BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|d[dlt]|details|dialog|div|fieldset|figcaption|figure|"
    "footer|form|h[1-6]|header|hgroup|hr|html|legend|li|main|menu|ol|p|pre|search|section|summary|table|tbody|tfoot|"
    "thead|tr|ul"
)
"""Elements that begin and end a line."""

_CELL = re.compile("t[dh]")

_DROPPED = re.compile(
    "button|canvas|head|iframe|math|nav|noscript|object|script|select|style|svg|template|textarea|title"
)
"""Elements that are no text of the page."""

_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr")
"""Elements that nothing stands in."""

_PARTS = frozenset({"article", "aside", "main", "section"})
"""Within these, a header or footer belongs to the text; elsewhere it is the site's (HTML-AAM)."""

_UNSEEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))\b", re.IGNORECASE)
"""A style that hides what it stands at."""

_ROLES = frozenset({"banner", "contentinfo", "navigation", "search"})

_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)")
_SAVED_WITHIN = 4096
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """A page of HTML, read.

    Attributes:
        text: Its lines, as a browser shows them; no-break spaces are kept, other blanks are one space.
        address: Where it says that it stands: its canonical link, else what it tells social networks, else where the
            browser saved it from; None if it does not say.
    """

    text: str
    address: str | None


def read_html(place: str, source: str) -> Html:
    """The lines of an HTML page, and its address.

    Scripts, styles, navigation, forms' buttons and lists, hidden elements, and the header and footer of the site are no
    text of the page.

    Args:
        place: What to call it in an error.
        source: The page, decoded.

    Raises:
        PageError: It is nested too deep.
    """
    from lxml import etree

    reader = _Reader(place)
    parser = etree.HTMLParser(target=reader, encoding="utf-8", huge_tree=True)
    content = source.encode()
    for start in range(0, len(content), _PIECE):
        parser.feed(content[start : start + _PIECE])
    if content:
        parser.close()
    saved = _SAVED_FROM.search(source, 0, _SAVED_WITHIN)
    told = (reader.canonical, reader.shared, saved and saved[1])
    address = next((each for each in told if each and _WEB.fullmatch(each)), None)
    text = "\n".join(reader.lines)
    reader.lines.clear()  # lxml's parser and its target hold each other, until the collector of garbage comes by
    return Html(text=text, address=address)


class _Reader:
    """What lxml tells of the page, element by element."""

    def __init__(self, place: str) -> None:
        self.canonical: str | None = None
        self.shared: str | None = None
        self.lines: list[str] = []
        self._place = place
        self._open: list[str] = []
        self._dropped_at: int | None = None
        self._line: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if _BLOCK.fullmatch(tag):
            self._break()
        elif _CELL.fullmatch(tag):
            self._line.append(" ")
        self._note_address(tag, attributes)
        if _VOID.fullmatch(tag):
            return
        self._open.append(tag)
        if len(self._open) > MAX_DEPTH:
            raise PageError(self._place, why=f"its elements are nested deeper than {MAX_DEPTH:,}")
        if self._dropped_at is None and self._is_dropped(tag, attributes):
            self._dropped_at = len(self._open)

    def end(self, tag: str) -> None:
        if _VOID.fullmatch(tag) or not self._open:
            return
        if self._dropped_at == len(self._open):
            self._dropped_at = None
        self._open.pop()
        if _BLOCK.fullmatch(tag):
            self._break()

    def data(self, text: str) -> None:
        if self._dropped_at is None:
            self._line.append(text)

    def comment(self, _text: str) -> None:
        """A comment is no text."""

    def close(self) -> None:
        self._break()

    def _is_dropped(self, tag: str, attributes: Mapping[str, str]) -> bool:
        if tag in {"header", "footer"} and not _PARTS.intersection(self._open):
            return True
        if _DROPPED.fullmatch(tag):
            return True
        if "hidden" in attributes or _UNSEEN.search(attributes.get("style", "")):
            return True
        return attributes.get("role", "").strip().lower() in _ROLES

    def _note_address(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "link" and "canonical" in attributes.get("rel", "").lower().split():
            self.canonical = self.canonical or attributes.get("href", "").strip()
        elif tag == "meta" and attributes.get("property", "").strip().lower() == "og:url":
            self.shared = self.shared or attributes.get("content", "").strip()

    def _break(self) -> None:
        line = _BLANKS.sub(" ", "".join(self._line)).strip(" ")
        self._line.clear()
        if line:
            self.lines.append(line)
