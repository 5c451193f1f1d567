"""Which version is meant by an exact one, by `1`, `1.0` or `latest`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import semver

from cstodata.errors import ClientError, UnknownNameError
from cstodata.publish.index import channels, latest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cstodata.model.json import JsonObject

LATEST = "latest"
_LINE = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))?")


def is_exact(wanted: str) -> bool:
    """Whether a version is named, and no range of them."""
    return semver.Version.is_valid(wanted)


def choose(versions: Sequence[JsonObject], wanted: str, *, place: str) -> JsonObject:
    """The version that is meant.

    Args:
        versions: The entries of an index, the newest first.
        wanted: An exact version, which may be yanked or a pre-release; or `1`, `1.0` or `latest` for the newest one of
            that line, or of all, that is neither.
        place: Where they are.

    Raises:
        UnknownNameError: There is no such version.
        ClientError: All that could be meant are yanked or pre-releases.
    """
    if is_exact(wanted):
        name: str | None = wanted
    else:
        name = latest(versions) if wanted == LATEST else channels(versions).get(wanted)
    entry = next((each for each in versions if each["version"] == name), None)
    if entry is not None:
        return entry
    if any(_is_in(str(each["version"]), wanted) for each in versions):
        why = f"all versions that {wanted} could mean are yanked or pre-releases; name one exactly"
        raise ClientError(place, why=why)
    raise UnknownNameError("version", wanted, known=[str(each["version"]) for each in versions])


def _is_in(version: str, wanted: str) -> bool:
    """Whether a version is of a line, or of all."""
    return wanted == LATEST or (_LINE.fullmatch(wanted) is not None and version.startswith(f"{wanted}."))
