"""Lines of a page, cleaned of what nobody sees, each character still knowing where it stands on the page."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from cstodata.extraction.extraction import Span
from cstodata.validation.rules.texts import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Callable

_LINE_END = re.compile(r"\r\n?|\n")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLANKS = r"\s" + "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSEEN)
_ODD = re.compile(rf"[{_BLANKS}]{{2,}}|[^\S ]|(?! )[{_BLANKS}]|\w[\u0300-\u036f]+|[\ud800-\udfff]")
_LIKE = str.maketrans(
    dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‘’‚‛ʼ′", "'") | dict.fromkeys("‐‑‒–—―−", "-")  # noqa: RUF001 -- look-alikes
)


@dataclass(frozen=True, slots=True)
class _Shift:
    """Where the characters of a text stood before some of it was replaced.

    Attributes:
        after: Offsets in the new text at which a replaced or kept piece begins.
        before: Their offsets in the old text.
    """

    after: tuple[int, ...]
    before: tuple[int, ...]

    def start(self, offset: int) -> int:
        """Where the character at this offset began."""
        at = bisect_right(self.after, offset) - 1
        return self.before[at] + offset - self.after[at]

    def end(self, offset: int) -> int:
        """Where what ends at this offset ended."""
        at = bisect_left(self.after, offset)
        if at < len(self.after) and self.after[at] == offset:
            return self.before[at]
        return self.before[at - 1] + offset - self.after[at - 1]


class Words(NamedTuple):
    """Some words of a page.

    Attributes:
        text: The words, cleaned, as a cell may hold them.
        line: Number of their line, from 1.
        span: Where they stand.
    """

    text: str
    line: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a page that is not blank.

    Attributes:
        number: Its number on the page, from 1.
        text: Its text as a cell may hold it: entities are read, blanks are single, nothing is unseen.
        plain: The same, and as long, for comparing: every quote is straight, every dash is a hyphen.
    """

    number: int
    text: str
    plain: str
    _start: int
    _shifts: tuple[_Shift, ...]

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Where a part of the cleaned text stands on the page."""
        last = len(self.text) if end is None else end
        for shift in self._shifts:
            start, last = shift.start(start), max(shift.end(last), shift.start(start))
        return Span(self._start + start, self._start + last)

    def words(self, start: int = 0, end: int | None = None) -> Words:
        """A part of the line, without blanks at its ends."""
        text = self.text[start:end]
        stripped = text.strip()
        first = start if len(stripped) == len(text) else start + len(text) - len(text.lstrip())
        composed = stripped if stripped.isascii() else unicodedata.normalize("NFC", stripped)
        return Words(composed, self.number, self.span(first, first + len(stripped)))


def lines_of(text: str) -> list[Line]:
    """The lines of a page that hold something; they end with a line feed, a carriage return, or both."""
    raw, start = [], 0
    for end in _LINE_END.finditer(text):
        raw.append((text[start : end.start()], start))
        start = end.end()
    raw.append((text[start:], start))
    lines = (_line(each, number, at) for number, (each, at) in enumerate(raw, start=1) if each and not each.isspace())
    return [line for line in lines if line.text]


def folded(text: str) -> str:
    """A text for comparing: cleaned, every quote straight, every dash a hyphen."""
    return _line(text, 1, 0).plain


def _line(raw: str, number: int, start: int) -> Line:
    shifts: list[_Shift] = []
    text = _replaced(raw, _ENTITY, lambda found: unescape(found[0]), shifts) if "&" in raw else raw
    if not _is_certainly_clean(text):
        text = _replaced(text, _ODD, _seen, shifts)
    stripped = text.strip()
    if stripped != text:
        cut = len(text) - len(text.lstrip())
        shifts.append(_Shift((0,), (cut,)))
    plain = stripped if stripped.isascii() else stripped.translate(_LIKE)
    return Line(number=number, text=stripped, plain=plain, _start=start, _shifts=tuple(reversed(shifts)))


def _is_certainly_clean(text: str) -> bool:
    """Whether nothing is odd in a text: most are so, and this is quickly told."""
    return text.isprintable() and "  " not in text and (text.isascii() or unicodedata.is_normalized("NFC", text))


def _replaced(text: str, odd: re.Pattern[str], new: Callable[[re.Match[str]], str], shifts: list[_Shift]) -> str:
    """The text with everything odd replaced; what that shifts is appended."""
    pieces: list[str] = []
    after, before, length, last = [0], [0], 0, 0
    for found in odd.finditer(text):
        piece = new(found)
        kept = found.start() - last
        pieces += text[last : found.start()], piece
        after += length + kept, length + kept + len(piece)
        before += found.start(), found.end()
        length, last = length + kept + len(piece), found.end()
    if not pieces:
        return text
    shifts.append(_Shift(tuple(after), tuple(before)))
    return "".join(pieces) + text[last:]


def _seen(found: re.Match[str]) -> str:
    """What is to be seen of an odd piece: a composed character, one blank, or nothing; half a character is none."""
    odd = found[0]
    if "\ud800" <= odd <= "\udfff":
        return "\ufffd"
    if odd[0].isalnum():
        return unicodedata.normalize("NFC", odd)
    return " " if any(character.isspace() for character in odd) else ""
