"""How text from data is shown to people: what is not seen is escaped, what is too long is cut, and colours are few."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Paint = Callable[[str, str], str]

SHOWN_CHARACTERS = 100
"""Of a cell or message; the rest is counted."""

_SGR = {"bold": "1", "dim": "2", "red": "1;31", "green": "32", "yellow": "1;33", "cyan": "36", "heading": "1;36"}


def painter(*, colour: bool) -> Paint:
    """A function that puts text in a style, or leaves it as it is."""

    def paint(text: str, style: str) -> str:
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if colour else text

    return paint


def shown(text: object, limit: int = SHOWN_CHARACTERS) -> str:
    """Text from data as it may be shown: what is not seen is escaped, what is too long is cut."""
    whole = str(text)
    cut = whole if len(whole) <= limit else f"{whole[:limit]}… ({len(whole):,} characters)"
    if cut.isprintable():
        return cut
    return "".join(character if character.isprintable() else f"\\u{{{ord(character):x}}}" for character in cut)
