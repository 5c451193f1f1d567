"""Yanking: a version that should not be used is said to be so; nothing is ever deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cstodata.errors import YankError
from cstodata.publish.feeds import write_feeds
from cstodata.publish.index import Index, change

if TYPE_CHECKING:
    from datetime import date

    from cstodata.model.json import JsonObject
    from cstodata.publish.store import Store

_REASON_CHARACTERS = 500


def yank(store: Store, version: str, *, reason: str, today: date, replaced_by: str | None = None) -> bool:
    """Say that a version should not be used; whether that is new. A yank anew states another reason or replacement.

    Args:
        store: Where it is published.
        version: Which.
        reason: Why, in one line.
        today: The day that is noted.
        replaced_by: A version to use in its place; None if there is none. It may be yanked itself later on.

    Raises:
        YankError: There is no such version; there is no reason; the replacement is none.
        PublishError: The index cannot be read or changed.
        StoreError: The store cannot be read or written.
    """
    reason = reason.strip()
    if not reason or not reason.isprintable() or len(reason) > _REASON_CHARACTERS:
        raise YankError(f"a yank needs a reason: one line of 1 to {_REASON_CHARACTERS} characters")

    def alter(index: Index) -> Index:
        there = _entry(index, version, store)
        if replaced_by == version:
            raise YankError(f"version {version} cannot replace itself")
        if replaced_by is not None and _entry(index, replaced_by, store).get("yanked") is not None:
            raise YankError(f"version {replaced_by} cannot replace {version}: it is yanked itself")
        yanked = there.get("yanked")
        if isinstance(yanked, dict) and (yanked.get("reason"), yanked.get("replaced_by")) == (reason, replaced_by):
            return index
        note = {"reason": reason, "date": today.isoformat(), "replaced_by": replaced_by}
        return _with(index, {**there, "yanked": note})

    is_new = change(store, alter)
    write_feeds(store)
    return is_new


def undo_yank(store: Store, version: str) -> None:
    """Take back a yank.

    Raises:
        YankError: There is no such version, or it is not yanked.
        PublishError: The index cannot be read or changed.
        StoreError: The store cannot be read or written.
    """

    def alter(index: Index) -> Index:
        there = _entry(index, version, store)
        if there.get("yanked") is None:
            raise YankError(f"version {version} is not yanked")
        return _with(index, {**there, "yanked": None})

    change(store, alter)
    write_feeds(store)


def _entry(index: Index, version: str, store: Store) -> JsonObject:
    entry = index.entry(version)
    if entry is None:
        raise YankError(f"{store.place} has no version {version}; `cstodata versions` lists them")
    return entry


def _with(index: Index, entry: JsonObject) -> Index:
    versions = tuple(entry if each["version"] == entry["version"] else each for each in index.versions)
    return replace(index, versions=versions)
