"""Rules about text, wherever it stands."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, ClassVar

import narwhals.stable.v1 as nw

from cstodata.validation.rules.base import ANY, FIELD, RESOURCE, ROW, VALUE, Row, Rule, Tables

if TYPE_CHECKING:
    from collections.abc import Iterator

UNSEEN = (
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
"""Code points of what nobody sees: the first and the last of each range."""

_UNSEEN_CLASS = "".join(rf"\x{{{first:X}}}-\x{{{last:X}}}" for first, last in UNSEEN)
_BLANK = r"[ \x{A0}\x{1680}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}]"

# The patterns are in the syntax that RE2 and Java share.
CERTAINLY_CLEAN = "^([!-~]([ -~]*[!-~])?)?$"
"""Visible ASCII, with blanks inside only: nothing that this rule looks for."""

DIRTY = f"[{_UNSEEN_CLASS}]|^{_BLANK}|{_BLANK}$"
"""A character that is not seen, or a blank at an end."""

PERHAPS_NOT_NFC = r"[\x{300}-\x{10FFFF}]"
"""Text without such a character is in NFC (Unicode Standard Annex 15, NFC_Quick_Check)."""


_NFC = "__nfc__"


class TextIsClean(Rule):
    """Text holds nothing that is not seen, and is in Unicode normal form C.

    That is: no control, bidirectional or zero-width characters, and no blanks at its ends. Two texts that look the same
    must be the same. Applies to every string field of every table.
    """

    id = "text-is-clean"
    resource = ANY
    field = ANY
    needs: ClassVar = {}
    message = "{problem}"
    mend = "Type the text anew, or remove the character named."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """The string cells that are not certainly clean; they are few, so they are collected."""
        cells = [cell for resource, frame in tables.frames.items() for cell in _suspects(resource, frame)]
        view = nw.concat(cells) if cells else _nothing(tables)
        return view.with_columns(_in_nfc(view).alias(_NFC)).lazy()

    def holds(self) -> nw.Expr:
        """The text is clean."""
        return ~nw.col(VALUE).str.contains(DIRTY) & nw.col(_NFC)

    def sentence(self, row: Row) -> str:
        """Name what is not seen, and where."""
        text = str(row[VALUE])
        return super().sentence({"problem": f'"{text}" {_problem(text)}'})


def _suspects(resource: str, frame: nw.LazyFrame[Any]) -> Iterator[nw.DataFrame[Any]]:
    """The cells of a table that are not certainly clean, one frame a field."""
    not_clean = {
        field: ~nw.col(field).str.contains(CERTAINLY_CLEAN).fill_null(value=True)
        for field, dtype in frame.collect_schema().items()
        if dtype == nw.String
    }
    rows = frame.filter(nw.any_horizontal(*not_clean.values())).collect() if not_clean else None
    if rows is None or rows.is_empty():
        return
    for field, expression in not_clean.items():
        cells = rows.filter(expression).select(ROW, nw.col(field).alias(VALUE))
        yield cells.with_columns(nw.lit(resource).alias(RESOURCE), nw.lit(field).alias(FIELD))


def _nothing(tables: Tables) -> nw.DataFrame[Any]:
    rows = next(iter(tables.frames.values())).select(ROW).head(0).collect()
    return rows.with_columns(nw.lit("").alias(name) for name in (VALUE, RESOURCE, FIELD))


def _in_nfc(view: nw.DataFrame[Any]) -> nw.Expr:
    """Whether the text is in NFC; no engine can tell, so Python judges the texts that may not be."""
    suspects = view.filter(nw.col(VALUE).str.contains(PERHAPS_NOT_NFC))[VALUE].to_list()
    not_nfc = sorted({text for text in suspects if not unicodedata.is_normalized("NFC", text)})
    return ~nw.col(VALUE).is_in(not_nfc) if not_nfc else nw.lit(value=True)


def _problem(text: str) -> str:
    for position, character in enumerate(text, start=1):
        if any(first <= ord(character) <= last for first, last in UNSEEN):
            name = unicodedata.name(character, "control character")
            return f"holds U+{ord(character):04X} {name} at position {position}"
    if re.search(r"^\s|\s$", text):
        return "begins or ends with a blank"
    return "is not in Unicode normal form C"
