"""The mark of a deprecated field: a promise of how long it stays.

    "cstodata:deprecated": {"since": "1.2.0", "remove_in": "2.0.0", "use": "other_field"}

The standard has no such property, so it has a prefix. What else the object holds is for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import semver

if TYPE_CHECKING:
    from collections.abc import Collection

    from cstodata.model.json import JsonValue

MARK = "cstodata:deprecated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """That a field goes, and not before a version.

    Attributes:
        since: The first version of the package whose readers are told.
        remove_in: The first version that may lack the field, or have it under another name.
        use: The field to read in its place; None if there is none.
    """

    since: semver.Version
    remove_in: semver.Version
    use: str | None


def read_mark(mark: JsonValue) -> Deprecation | None:
    """What a mark promises; None if there is no mark, or one that is not of the form needed: that promises nothing."""
    return None if mark is None or why_no_mark(mark) else _read(mark)


def why_no_mark(mark: JsonValue, *, others: Collection[str] | None = None) -> str | None:
    """Why something is no mark of a deprecated field; None if it is one.

    Args:
        mark: What the field declares.
        others: The other fields of the table, one of which `use` must name; None if any name will do.
    """
    if not isinstance(mark, dict):
        return "is no object"
    for name in ("since", "remove_in"):
        if not isinstance(mark.get(name), str) or not semver.Version.is_valid(mark[name]):
            return f"needs a version such as 1.2.0 as `{name}`"
    read = _read(mark)
    if read.remove_in <= read.since:
        return f"promises nothing: {read.remove_in} is not after {read.since}"
    if "use" in mark and not (isinstance(mark["use"], str) and (others is None or mark["use"] in others)):
        return "names no other field of the table as `use`"
    return None


def _read(mark: Any) -> Deprecation:
    since, remove_in = semver.Version.parse(mark["since"]), semver.Version.parse(mark["remove_in"])
    return Deprecation(since=since, remove_in=remove_in, use=mark.get("use"))
