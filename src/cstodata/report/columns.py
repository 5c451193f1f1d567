"""Text in columns of a terminal: how many cells it takes, and where its lines break."""

from __future__ import annotations

import re
from functools import cache

_NARROW = re.compile("[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2116]*")
"""Text whose every character takes one cell, as nearly all does; it is told at once."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_LEFT_TO_RIGHT_MARK = "\u200e"
_SECOND_HALF = "\0"
"""Stands for the second cell of a wide character."""


def padded(text: str, width: int) -> str:
    """A text with blanks behind it, so that the next column begins where it should.

    Words that run from right to left are closed off: where a terminal turns them, they must not take what stands in the
    next column along.
    """
    if _NARROW.fullmatch(text):
        return text.ljust(width)
    from rich.cells import cell_len

    mark = _LEFT_TO_RIGHT_MARK if _RIGHT_TO_LEFT.search(text) else ""
    return mark + text + mark + " " * (width - cell_len(text))


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text: they break at blanks, and within a word only if it fits on no line.

    Args:
        text: Without control characters or blanks other than spaces.
        width: How many cells a line has; at least 2, as a character may take as many.
    """
    if _NARROW.fullmatch(text):
        return [text] if len(text) <= width else [line.rstrip() for line in _line(width).findall(text)]
    ruler, offsets = _ruler(text)
    spans = (found.span() for found in _line(width).finditer(ruler))
    return [text[offsets[start] : offsets[end]].rstrip() for start, end in spans] or [text]


@cache
def _line(width: int) -> re.Pattern[str]:
    return re.compile(rf"[^ ].{{0,{width - 1}}}(?= |$)|[^ ]{{{width - 1},{width}}}(?!{_SECOND_HALF})")


def _ruler(text: str) -> tuple[str, list[int]]:
    """A text with one character for each cell, and the offset in the first text at which each cell begins, and the end.

    What takes no cell, such as an accent, goes with the character before it.
    """
    from rich.cells import cell_len

    cells: list[str] = []
    offsets: list[int] = []
    before = ""
    for offset, character in enumerate(text):
        width = cell_len(before + character) - cell_len(before)
        cells += (character, _SECOND_HALF)[:width]
        offsets += [offset] * width
        if not width and cells[-1:] in ([], [" "]):  # an accent on a blank: no line breaks there
            cells[-1:], offsets[-1:] = [character], offsets[-1:] or [offset]
        before = character
    return "".join(cells), [0, *offsets[1:], len(text)]
