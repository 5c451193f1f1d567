"""Texts from data as a page may hold them; what puts them into HTML escapes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cstodata.release.documents.about import web_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.model.json import JsonValue

_NOT_IN_HTML = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?")
_UNITS: Final = ("B", "kB", "MB", "GB", "TB")
_STEP, _LONG_ADDRESS = 1000, 1000


def cut(text: str, limit: int) -> str:
    """A text of a page: what HTML has no place for is replaced, and what is too long is cut and counted."""
    short = text if len(text) <= limit else f"{text[:limit]}… ({len(text):,} characters)"
    plain = _NOT_IN_HTML.sub("\N{REPLACEMENT CHARACTER}", short)
    # The last two characters of each plane are none.
    return "".join("\N{REPLACEMENT CHARACTER}" if ord(each) & 0xFFFE == 0xFFFE else each for each in plain)  # noqa: PLR2004


def address_in(text: JsonValue) -> str:
    """The address on the web that a text is; empty if it is anything else, or longer than an address ought to be."""
    is_one = isinstance(text, str) and text.startswith(("http://", "https://")) and len(text) <= _LONG_ADDRESS
    return web_address(text) if is_one else ""


def mail_to(address: str) -> str:
    """A link to an address of mail."""
    return f"mailto:{quote(address, safe='@')}"


def language_of(text: str | None) -> str:
    """The language that a text names, as HTML does; empty if it names none."""
    return text if text is not None and _LANGUAGE.fullmatch(text) else ""


def size(count: int) -> str:
    """A number of bytes for people: 712 B, 4.1 kB."""
    value, unit = float(count), 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{count} B" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def how_many_fit(sizes: Iterable[int], budget: int) -> int:
    """How many of the first of some things fit into so many bytes."""
    count = 0
    for each in sizes:
        budget -= each
        if budget < 0:
            break
        count += 1
    return count
