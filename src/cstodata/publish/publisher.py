"""Publishing a release: every file once, the index last.

Readers find versions by the index alone. It is replaced in one step, and only if nobody else replaced it meanwhile; so
whoever reads sees the old state whole or the new one, wherever a publisher is stopped. Running it again completes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import semver

from cstodata.errors import PublishError
from cstodata.model.progress import unheard
from cstodata.package.descriptor import read_json
from cstodata.package.digest import sha256_of_file
from cstodata.package.formatting import to_json
from cstodata.publish.verify import verify_files
from cstodata.release.build import CHECKSUMS

if TYPE_CHECKING:
    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnStep
    from cstodata.publish.store import Object, Store

INDEX = "index.json"
FORMAT = "1.0"
_ATTEMPTS = 50
_MEDIA_TYPES = {
    ".cff": "application/yaml",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
}


class Published(StrEnum):
    """What came of publishing."""

    PUBLISHED = "published"
    ALREADY = "already published, with the same bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What an index says: the package, and its versions, the newest first."""

    package: str | None
    versions: tuple[JsonObject, ...]
    read: Object | None

    def entry(self, version: str) -> JsonObject | None:
        """What it says of a version; None if it does not know it."""
        return next((each for each in self.versions if each["version"] == version), None)


def read_index(store: Store) -> Index:
    """The index of a store; an empty one if it has none.

    Raises:
        PublishError: It is not of the form that this program knows.
        StoreError: The store cannot be read.
    """
    found = store.read(INDEX)
    if found is None:
        return Index(package=None, versions=(), read=None)
    try:
        told = json.loads(found.content)
        if not str(told["format"]).startswith("1."):
            raise PublishError(f"the index of {store.place} has the format {told['format']}, which is not known")
        versions = tuple(dict(each) for each in told["versions"])
        for each in versions:
            semver.Version.parse(each["version"])
        return Index(package=told["package"], versions=versions, read=found)
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise PublishError(f"the index of {store.place} cannot be read: {type(error).__name__}: {error}") from error


def publish(folder: Path, store: Store, *, on_step: OnStep = unheard) -> Published:
    """Publish a release.

    Args:
        folder: The folder of its version, as `cstodata release` writes it.
        store: Where to.
        on_step: Called with each file before it is written, and the share of all files that are.

    Raises:
        PublishError: It is not what it says it is; the store is of another package, or has the version with other
            bytes.
        StoreError: The store cannot be read or written.
    """
    problems = verify_files(folder)
    if problems:
        raise PublishError(f"{folder} is not the release that it says it is: {problems[0].path} is {problems[0].fault}")
    manifest = read_json(folder / "release.json")
    entry = entry_of(folder, manifest)
    version = str(entry["version"])
    _check(read_index(store), manifest, entry, store)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    # The checksums come last: a version that has them is whole.
    names.sort(key=lambda name: name == CHECKSUMS)
    for number, name in enumerate(names):
        on_step(name, number / len(names))
        store.create(f"v/{version}/{name}", folder / name, media_type=_media_type(name))
    for _ in range(_ATTEMPTS):
        index = read_index(store)
        _check(index, manifest, entry, store)
        if index.entry(version) is not None:
            return Published.ALREADY
        content = to_json(_with(index, manifest, entry))
        if store.replace(INDEX, content, media_type="application/json", expected=index.read):
            return Published.PUBLISHED
    raise PublishError(f"others replaced the index of {store.place} {_ATTEMPTS} times meanwhile; run this again")


def entry_of(folder: Path, manifest: JsonObject) -> JsonObject:
    """What the index says of a release, once it is published."""
    bump = manifest.get("bump")
    git = manifest.get("git")
    return {
        "version": manifest["version"],
        "path": f"v/{manifest['version']}/",
        "created": manifest.get("created"),
        "commit": git.get("commit") if isinstance(git, dict) else None,
        "previous": manifest.get("previous"),
        "bump": bump.get("level") if isinstance(bump, dict) else None,
        "checksums_sha256": sha256_of_file(folder / CHECKSUMS),
        "yanked": None,
    }


def _check(index: Index, manifest: JsonObject, entry: JsonObject, store: Store) -> None:
    if index.read is not None and index.package != manifest.get("package"):
        raise PublishError(f"{store.place} holds the package {index.package}, not {manifest.get('package')}")
    there = index.entry(str(entry["version"]))
    if there is not None and there["checksums_sha256"] != entry["checksums_sha256"]:
        raise PublishError(f"version {entry['version']} is published already, with other bytes")


def _with(index: Index, manifest: JsonObject, entry: JsonObject) -> JsonObject:
    """The index with one version more, the newest first; pre-releases are never the latest."""
    versions = sorted(
        [*index.versions, entry], key=lambda each: semver.Version.parse(str(each["version"])), reverse=True
    )
    return {
        "format": FORMAT,
        "package": manifest.get("package"),
        "title": manifest.get("title"),
        "latest": latest(versions),
        "versions": cast("Any", versions),
    }


def latest(versions: list[JsonObject]) -> str | None:
    """The newest version that is neither yanked nor a pre-release; None if there is none."""
    for each in versions:
        if each.get("yanked") is None and not semver.Version.parse(str(each["version"])).prerelease:
            return str(each["version"])
    return None


def _media_type(name: str) -> str:
    return _MEDIA_TYPES.get(Path(name).suffix, "text/plain; charset=utf-8")
