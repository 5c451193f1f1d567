"""Which patterns mean the same to RE2 as to Python.

Frictionless compiles `^<pattern>$` with Python's `re`. Arrow has RE2, which is fast and linear, and differs: its word
characters, digits and blanks are ASCII only, `$` matches the very end only, back references and looking around are
missing; and what stands beside a `|` at the top level belongs to `^` or `$` alone. A pattern of the grammar below
avoids all of these: what RE2 matches as a whole, Python matches too. Nothing follows from what RE2 does not match.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

_TOKEN = re.compile(
    r"""
    (?P<literal> [A-Za-z0-9\ _\-/:@%&=,;~'"<>!`\#] )
  | (?P<escape>  \\[.\-/+*?()\[\]{}|^$\\:@] )
  | (?P<digits>  \\d )
  | (?P<any>     \. )
  | (?P<class>   \[ \^? (?: [A-Za-z0-9\ _/:@%&=,;~'"<>!`\#.+*?()|{}$\-] | \\[.\-/+*?()\[\]{}|^$\\] )+ \] )
  | (?P<open>    \( (?: \?: )? )
  | (?P<close>   \) )
  | (?P<or>      \| )
  | (?P<repeat>  (?: [*+?] | \{ [0-9]{1,3} (?: , [0-9]{0,3} )? \} ) \?? )
    """,
    re.VERBOSE | re.ASCII,
)
_REPEATABLE = frozenset({"literal", "escape", "digits", "any", "class", "close"})


@lru_cache
def re2_pattern(pattern: str) -> str | None:
    """A pattern for RE2 that matches only what Python's `^<pattern>$` matches; None if none is known."""
    inner = pattern.removeprefix("^")
    if inner.endswith("$") and not inner.endswith("\\$"):
        inner = inner[:-1]
    depth, position, last = 0, 0, ""
    while position < len(inner):
        token = _TOKEN.match(inner, position)
        if token is None:
            return None
        kind = str(token.lastgroup)
        depth += (kind == "open") - (kind == "close")
        if (kind == "or" and depth == 0) or (kind == "repeat" and last not in _REPEATABLE) or depth < 0:
            return None
        position, last = token.end(), kind
    whole = f"^(?:{inner})$"
    return whole if depth == 0 and _compiles(pattern, whole) else None


def _compiles(python: str, re2: str) -> bool:
    """Whether both engines take it: neither likes a range that runs backwards."""
    try:
        re.compile(f"^{python}$")
        pc.match_substring_regex(pa.array([""]), re2)
    except (re.error, pa.ArrowInvalid):
        return False
    return True
