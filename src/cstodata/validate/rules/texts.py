"""Rules about text, wherever it stands."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, ClassVar

import narwhals.stable.v1 as nw

from cstodata.validate.rules.base import ROW, VALUE, Row, Rule, Tables, View

if TYPE_CHECKING:
    from collections.abc import Iterator

_INVISIBLE = (
    (0x00, 0x1F),  # control characters
    (0x7F, 0x9F),  # control characters
    (0xAD, 0xAD),  # soft hyphen
    (0x61C, 0x61C),  # Arabic letter mark, bidi
    (0x180E, 0x180E),  # Mongolian vowel separator, zero width
    (0x200B, 0x200F),  # zero width, bidi
    (0x2028, 0x202E),  # line and paragraph separator, bidi
    (0x2060, 0x2069),  # zero width, bidi
    (0xFEFF, 0xFEFF),  # byte order mark, zero width
)
_CLASS = "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in _INVISIBLE)
DIRTY = rf"[{_CLASS}]|^\p{{Z}}|\p{{Z}}$"
"""A character that is not seen, or a blank at an end; in the syntax that RE2 and Java share."""

PERHAPS_NOT_NFC = r"[\x{300}-\x{10FFFF}]"
"""Text without such a character is in NFC (Unicode Standard Annex 15, NFC_Quick_Check)."""

_DIRTY = "__dirty__"


class TextIsClean(Rule):
    """Text holds nothing that is not seen: no control, bidi or zero-width characters, no blanks at its ends, and is in NFC.

    Two texts that look the same must be the same. Applies to every string field of every table.
    """

    id = "text-is-clean"
    resource = "*"
    field = "*"
    needs: ClassVar = {}
    message = "{problem}"
    mend = "Type the text anew, or remove the character named."

    def views(self, tables: Tables) -> Iterator[View]:
        """One for each string field."""
        for resource, frame in tables.frames.items():
            for field, dtype in frame.collect_schema().items():
                if dtype == nw.String:
                    cells = frame.select(ROW, *tables.keys[resource], nw.col(field).alias(VALUE))
                    yield View(resource=resource, field=field, frame=cells.with_columns(_is_dirty(cells).alias(_DIRTY)))

    def holds(self, tables: Tables) -> nw.Expr:
        """The text is clean."""
        return ~nw.col(_DIRTY)

    def sentence(self, row: Row) -> str:
        """Name what is not seen, and where."""
        return f'"{row[VALUE]}" {_problem(str(row[VALUE]))}'


def _is_dirty(cells: nw.LazyFrame) -> nw.Expr:  # type: ignore[type-arg]  # whatever the engine's frame is
    """Whether the value holds what it must not.

    No engine tells whether text is in NFC, so Python judges the few distinct texts that may not be.
    """
    suspects = cells.select(VALUE).filter(nw.col(VALUE).str.contains(PERHAPS_NOT_NFC)).unique().collect()
    texts = suspects[VALUE].to_list()
    not_nfc = [text for text in texts if not unicodedata.is_normalized("NFC", text)]
    return nw.col(VALUE).str.contains(DIRTY) | nw.col(VALUE).is_in(not_nfc)


def _problem(text: str) -> str:
    for position, character in enumerate(text, start=1):
        if any(first <= ord(character) <= last for first, last in _INVISIBLE):
            name = unicodedata.name(character, "control character")
            return f"holds U+{ord(character):04X} {name} at position {position}"
    if re.search(r"^\s|\s$", text):
        return "begins or ends with a blank"
    return "is not in Unicode normal form C"
