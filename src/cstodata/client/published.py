"""A version in a store: what its index, its checksums and its manifest say, each verified by the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.client.manifest import MANIFEST, File, Manifest, parse_manifest
from cstodata.client.transfer import fetch
from cstodata.client.versions import choose, is_exact
from cstodata.errors import NotVerifiedError, StaleIndexWarning, UnreachableError, YankedVersionWarning
from cstodata.publish.checksums import listed_digests
from cstodata.publish.index import INDEX, MAX_BYTES, parse_index
from cstodata.release.lists import CHECKSUMS
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from cstodata.client.cache import Cache
    from cstodata.client.source import Source
    from cstodata.errors import CstodataWarning
    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnStep
    from cstodata.publish.index import Index

_LONG = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A version in a store; its files are fetched when they are asked for.

    Attributes:
        source: The store.
        cache: What keeps the files.
        digests: The digest of each file, by path.
        manifest: Its tables and their files.
        notices: What a user should know.
        on_step: Called with the path of a file, and the share of it that was fetched.
    """

    source: Source
    cache: Cache
    digests: Mapping[str, str]
    manifest: Manifest
    notices: tuple[CstodataWarning, ...]
    on_step: OnStep

    @property
    def version(self) -> str:
        """The version."""
        return self.manifest.version

    @property
    def place(self) -> str:
        """The store."""
        return self.source.place

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        return tuple(self.manifest.tables)

    def listed(self, resource: str, form: str) -> File:
        """The file of a table, which need not be here yet; raises as `Manifest.file`."""
        return self.manifest.file(resource, form)

    def table_file(self, resource: str, form: str) -> Path:
        """A verified copy of a table's file on this machine.

        Raises:
            UnknownNameError: There is no such table.
            StoreError: It cannot be read.
            NotVerifiedError: It is not what was published.
            ClientError: The cache cannot be written.
        """
        return _get(self.source, self.cache, self.version, self.listed(resource, form), self.on_step)

    def file(self, path: str) -> Path:
        """A verified copy of any file of the version; raises as `table_file`."""
        if path not in self.digests:
            raise NotVerifiedError(self.place, why=f"version {self.version} has no {path}")
        known = {file.path: file for files in self.manifest.tables.values() for file in files}
        file = known.get(path) or File(path=path, sha256=self.digests[path])
        return _get(self.source, self.cache, self.version, file, self.on_step)

    def other(self, version: str) -> Published:
        """Another version in the same store; raises as `open_published`."""
        return open_published(self.source, version, self.cache, on_step=self.on_step)


def open_published(source: Source, wanted: str, cache: Cache, *, on_step: OnStep) -> Published:
    """Choose a version of a store, and learn what files it has.

    Args:
        source: The store.
        wanted: An exact version, or a range, as `versions.choose` takes it.
        cache: What keeps files.
        on_step: As in `Published`.

    Raises:
        UnknownNameError: There is no such version.
        ClientError: All that could be meant are yanked; the cache cannot be written.
        StoreError: The store cannot be read.
        PublishError: Its index cannot be.
        NotVerifiedError: It holds something else than was published.
    """
    index, seen = _index(source, cache)
    entry = choose(index.versions, wanted, place=source.place)
    version = str(entry["version"])
    checksums = File(path=CHECKSUMS, sha256=str(entry["checksums_sha256"]))
    digests = listed_digests(_get(source, cache, version, checksums, on_step).read_bytes())
    if MANIFEST not in digests:
        raise NotVerifiedError(source.place, why=f"{CHECKSUMS} of version {version} does not name {MANIFEST}")
    told = _get(source, cache, version, File(path=MANIFEST, sha256=digests[MANIFEST]), on_step).read_bytes()
    return Published(
        source=source,
        cache=cache,
        digests=digests,
        manifest=parse_manifest(told, digests, version=version, place=source.place),
        notices=tuple(filter(None, (_stale(source, wanted, version, seen), _yanked(entry)))),
        on_step=on_step,
    )


def _get(source: Source, cache: Cache, version: str, file: File, on_step: OnStep) -> Path:
    return cache.get(file.sha256, lambda path: fetch(source, file, path, folder=f"v/{version}/", on_step=on_step))


def _index(source: Source, cache: Cache) -> tuple[Index, datetime | None]:
    """The index of a store; if it cannot be reached, as it was seen last, and when that was."""
    last = cache.recall(source.key) if source.key is not None else None
    try:
        content = source.read(INDEX, max_bytes=MAX_BYTES, is_patient=last is None)
    except UnreachableError:
        if last is None:
            raise
        return parse_index(last[0], place=source.place), last[1]
    index = parse_index(content, place=source.place)
    if source.key is not None:
        cache.remember(source.key, content)
    return index, None


def _stale(source: Source, wanted: str, version: str, seen: datetime | None) -> StaleIndexWarning | None:
    """What to say if a range had to be resolved by an old index."""
    if seen is None or is_exact(wanted):
        return None
    return StaleIndexWarning(source.place, version=version, seen=f"{seen:%Y-%m-%d %H:%M} UTC")


def _yanked(entry: JsonObject) -> YankedVersionWarning | None:
    yanked = entry.get("yanked")
    if not isinstance(yanked, dict):
        return None
    instead = yanked.get("replaced_by")
    reason = shown(yanked.get("reason"), _LONG)
    return YankedVersionWarning(str(entry["version"]), reason=reason, replaced_by=str(instead) if instead else None)
