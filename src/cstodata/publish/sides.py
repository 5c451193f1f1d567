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
from cstodata.publish.index import INDEX, latest, read_index
from cstodata.publish.place import folder_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cstodata.model.json import JsonObject
    from cstodata.publish.index import Index
    from cstodata.publish.store import Store


@contextmanager
def on_disk(place: str) -> Iterator[str]:
    """A side of a comparison, as `cstodata.diff.sides` takes it: what stands in a store is read into a folder.

    Args:
        place: What `open_side` takes, or a store: a folder that has an index, or an address; with `@VERSION`, that
            version of it, else the latest.

    Raises:
        StoreError: The store cannot be read.
        PublishError: Its index cannot be read, or it holds no version that is the latest.
        UnknownNameError: It does not hold the version that is named.
        SideError: A file of the version is not the one that was published.
    """
    address, version = _split(place)
    if address is None:
        yield place
        return
    from cstodata.publish.store import Store

    store = Store(address)
    index = read_index(store)
    wanted = version or latest(index.versions)
    if wanted is None:
        raise PublishError(f"{store.place} holds no version that is neither yanked nor a pre-release")
    with _opened(store, _entry(index, wanted)) as folder:
        yield folder


@contextmanager
def version_before(place: str, version: str, *, package: str | None) -> Iterator[str | None]:
    """The release before a version, as `on_disk` gives it.

    Args:
        place: As in `on_disk`; also a folder that holds releases, as `cstodata release` writes them. Of those and of a
            store it is the newest one before the version; a yanked one only if there is no other, for users had it.
        version: The version that is to be released.
        package: The name of the package.

    Yields:
        The place on disk; None if there is no release before it yet.

    Raises:
        SideError: The store holds another package.
    """
    address, named = _split(place)
    if address is None or named is not None:
        releases = [each.name for each in Path(place, "v").glob("*") if semver.Version.is_valid(each.name)]
        if not releases or Path(place, DESCRIPTOR).exists():
            with on_disk(place) as folder:
                yield folder
            return
        before = _newest_before(version, releases)
        yield None if before is None else str(Path(place, "v", before))
        return
    from cstodata.publish.store import Store

    store = Store(address)
    index = read_index(store)
    if index.versions and index.package != package:
        raise SideError(store.place, why=f"it holds the package {index.package}, not {package}")
    offered = [str(each["version"]) for each in index.versions if each.get("yanked") is None]
    before = _newest_before(version, offered) or _newest_before(version, [str(e["version"]) for e in index.versions])
    if before is None:
        yield None
        return
    with _opened(store, _entry(index, before)) as folder:
        yield folder


def _newest_before(version: str, known: Iterable[str]) -> str | None:
    """The newest of some versions that is before one; a pre-release only if there is no other."""
    older = [found for found in map(semver.Version.parse, known) if found < semver.Version.parse(version)]
    return str(max(older, key=lambda each: (not each.prerelease, each))) if older else None


def _entry(index: Index, version: str) -> JsonObject:
    entry = index.entry(version)
    if entry is None:
        raise UnknownNameError("version", version, known=[str(each["version"]) for each in index.versions])
    return entry


@contextmanager
def _opened(store: Store, entry: JsonObject) -> Iterator[str]:
    """The folder of a version: its own, or a temporary one with what a comparison needs."""
    if store.folder is not None:
        yield str(store.folder / str(entry["path"]))
        return
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
    folder = folder_at(place)
    return folder is None or ((folder / INDEX).is_file() and not (folder / DESCRIPTOR).exists())


def _fetch(store: Store, entry: JsonObject, folder: Path) -> None:
    """Read the descriptor of a version, and the files that it names; all must be those that were published."""
    from cstodata.publish.checksums import listed_digests
    from cstodata.release.lists import CHECKSUMS

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
