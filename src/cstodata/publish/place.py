"""What the place of a store names: a folder, or an address of an object store."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

_LOCAL = "file://"


def folder_at(place: str) -> Path | None:
    """The folder that a place names; None if it is the address of an object store.

    Args:
        place: A path, or an address. In one such as `file:///my%20data` the host is this machine, and %20 is a space.
    """
    if place.lower().startswith(_LOCAL):
        return Path(unquote(place[len(_LOCAL) :].removeprefix("localhost")))
    return None if "://" in place else Path(place)
