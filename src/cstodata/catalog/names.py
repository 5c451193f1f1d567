"""Names of pages and of places in them, made of keys from data.

A key may be anything: a path, a name that a system keeps for itself, three hundred letters, the same as another but for
case. A name is lower-case ASCII, short, and no two keys of a set have the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from slugify import slugify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Key = tuple[str, ...]

LONGEST_NAME, _DIGEST = 60, 12
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9_]+")
_RESERVED: Final = frozenset(
    {"index", "con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
"""What means a folder's own page, or a device on Windows."""


def names_of(keys: Iterable[Key]) -> Mapping[Key, str]:
    """A name for each of some keys: its words, with a digest where they alone would not do.

    Args:
        keys: The cells of each key; a key that comes twice has one name.
    """
    words = {key: _words(key) for key in keys}
    counts = Counter(words.values())
    return {
        key: word if _is_good(word) and counts[word] == 1 else _told_apart(word, key) for key, word in words.items()
    }


def _words(key: Key) -> str:
    # Only so much of a text is looked at: it may be a megabyte.
    text = "-".join(cell[: 4 * LONGEST_NAME] for cell in key)
    return slugify(text, regex_pattern=_NOT_IN_A_NAME)


def _is_good(word: str) -> bool:
    return 0 < len(word) <= LONGEST_NAME and word not in _RESERVED


def _told_apart(word: str, key: Key) -> str:
    # Words have no dot, so such a name is none that another key has as its words.
    digest = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:_DIGEST]
    return f"{word[: LONGEST_NAME - _DIGEST - 1].strip('-') or 'key'}.{digest}"
