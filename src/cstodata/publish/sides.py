"""Versions in a store, as one side of a comparison."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import semver

from cstodata.diff.sides import GIT
from cstodata.errors import PublishError, SideError, UnknownNameError
from cstodata.package.descriptor import DESCRIPTOR, read_json
from cstodata.package.digest import sha256_of_file
from cstodata.package.paths import named_files
from cstodata.publish.index import INDEX, read_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cstodata.model.json import JsonObject
    from cstodata.publish.store import Store


@contextmanager
def on_disk(place: str, *, before: str | None = None) -> Iterator[str | None]:
    """A side of a comparison, as `cstodata.diff.sides` takes it: what stands in a store is read into a folder.

    Args:
        place: What `open_side` takes, or a store: a folder that has an index, or an address; with `@VERSION`, that
            version of it.
        before: The latest version of a store is one before this; None for the latest of all. Nothing that is yanked is
            the latest.

    Yields:
        The place on disk; None if the store has no such version yet.

    Raises:
        StoreError: The store cannot be read.
        PublishError: Its index cannot be read, or it holds no version.
        UnknownNameError: It does not hold the version that is named.
        SideError: A file of the version is not the one that was published.
    """
    address, version = _split(place)
    if address is None:
        yield place
        return
    from cstodata.publish.store import Store

    store = Store(address)
    entry = _entry(store, version, before)
    if entry is None:
        yield None
    elif store.folder is not None:
        yield str(store.folder / str(entry["path"]))
    else:
        with tempfile.TemporaryDirectory(prefix="cstodata-") as folder:
            _fetch(store, entry, Path(folder))
            yield folder


def _split(place: str) -> tuple[str | None, str | None]:
    """The store that a place is in, and the version that it names; None for what it does not."""
    address, _, version = place.rpartition("@")
    if semver.Version.is_valid(version) and _is_store(address):
        return address, version
    return (place, None) if _is_store(place) else (None, None)


def _is_store(place: str) -> bool:
    if place.startswith(GIT):
        return False
    folder = Path(place.removeprefix("file://"))
    is_address = "://" in place and not place.startswith("file://")
    return is_address or ((folder / INDEX).is_file() and not (folder / DESCRIPTOR).exists())


def _entry(store: Store, version: str | None, before: str | None) -> JsonObject | None:
    index = read_index(store)
    if version is not None:
        entry = index.entry(version)
        if entry is None:
            raise UnknownNameError("version", version, known=[str(each["version"]) for each in index.versions])
        return entry
    for each in index.versions:
        found = semver.Version.parse(str(each["version"]))
        if each.get("yanked") is None and not found.prerelease and (before is None or found.compare(before) < 0):
            return each
    if before is None:
        raise PublishError(f"{store.place} holds no version that is neither yanked nor a pre-release")
    return None


def _fetch(store: Store, entry: JsonObject, folder: Path) -> None:
    """Read the descriptor of a version, and the files that it names; all must be those that were published."""
    from cstodata.publish.checksums import listed_digests
    from cstodata.release.build import CHECKSUMS

    version = str(entry["version"])
    checksums = folder / CHECKSUMS
    if not store.fetch(f"v/{version}/{CHECKSUMS}", checksums) or sha256_of_file(checksums) != entry["checksums_sha256"]:
        raise SideError(store.place, why=f"{CHECKSUMS} of version {version} is not the one that was published")
    digests = listed_digests(checksums.read_bytes())
    _fetch_file(store, version, folder / DESCRIPTOR, folder, digests)
    for file in named_files(folder, read_json(folder / DESCRIPTOR)):
        _fetch_file(store, version, file, folder, digests)


def _fetch_file(store: Store, version: str, file: Path, folder: Path, digests: Mapping[str, str]) -> None:
    name = file.relative_to(folder).as_posix()
    is_there = store.fetch(f"v/{version}/{name}", file)
    if not is_there or sha256_of_file(file) != digests.get(name):
        raise SideError(store.place, why=f"{name} of version {version} is not the one that was published")
