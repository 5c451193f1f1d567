"""Publishing a release: every file once, then the index, then the feeds.

Readers find versions by the index alone, so a version is there as a whole or not at all, wherever a publisher is
stopped. Running it again completes it.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.errors import PublishError
from cstodata.model.bump import SCHEMA_RULES
from cstodata.model.progress import unheard
from cstodata.package.descriptor import read_json
from cstodata.package.digest import sha256_of_file
from cstodata.publish.feeds import write_feeds
from cstodata.publish.index import Index, change, read_index, render
from cstodata.publish.verify import verify_files
from cstodata.release.lists import CHECKSUMS
from cstodata.release.signature import SIGNATURE

if TYPE_CHECKING:
    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.model.progress import OnStep
    from cstodata.publish.store import Store

_SUMMARY_SENTENCES, _SUMMARY_CHARACTERS = 8, 200
_MEDIA_TYPES = {
    ".cff": "application/yaml",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".zip": "application/zip",
}


class Published(StrEnum):
    """What came of publishing."""

    PUBLISHED = "published"
    ALREADY = "already published, with the same bytes"


def publish(folder: Path, store: Store, *, on_step: OnStep = unheard) -> Published:
    """Publish a release.

    Args:
        folder: The folder of its version, as `cstodata release` writes it.
        store: Where to.
        on_step: Called with each file before it is written, and the share of all bytes that are.

    Raises:
        PublishError: It is not what it says it is; the store is of another package, or has the version with other
            bytes.
        StoreError: The store cannot be read or written.
    """
    if store.folder is not None and store.folder.is_relative_to(folder.resolve()):
        raise PublishError(f"{store.place} is in the release itself: publish it to another place")
    problems = verify_files(folder)
    if problems:
        raise PublishError(f"{folder} is not the release that it says it is: {problems[0].path} is {problems[0].fault}")
    manifest = read_json(folder / "release.json")
    entry = entry_of(folder, manifest)

    def with_it(index: Index) -> Index:
        return _with(index, manifest, entry, store)

    render(with_it(read_index(store)))  # whatever stands against it is said before anything is written
    _write_files(folder, store, f"v/{entry['version']}", on_step)
    _check_alone(folder, store, f"v/{entry['version']}")
    is_new = change(store, with_it)
    write_feeds(store)
    return Published.PUBLISHED if is_new else Published.ALREADY


def _write_files(folder: Path, store: Store, target: str, on_step: OnStep) -> None:
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    total, done = sum(sizes.values()), 0
    # The checksums come last: a version that has them is whole.
    for name in sorted(sizes, key=lambda name: (name == CHECKSUMS, name)):
        on_step(name, done / total)
        store.create(f"{target}/{name}", folder / name, media_type=_media_type(name))
        done += sizes[name]


def _check_alone(folder: Path, store: Store, target: str) -> None:
    """Make sure that nothing stands beside the files of the release; but for a signature, which may come by itself."""
    own = {f"{target}/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*") if path.is_file()}
    for path in store.list(f"{target}/"):
        if path not in own and path != f"{target}/{SIGNATURE}":
            raise PublishError(f"{store.place} has {path}, which is no file of the release: take it away first")


def entry_of(folder: Path, manifest: JsonObject) -> JsonObject:
    """What the index says of a release, once it is published."""
    bump = _object(manifest.get("bump"))
    reasons = bump.get("reasons")
    told = [_object(reason) for reason in reasons] if isinstance(reasons, list) else []
    words = bump.get("words")
    return {
        "version": manifest.get("version"),
        "path": f"v/{manifest.get('version')}/",
        "created": manifest.get("created"),
        "commit": _object(manifest.get("git")).get("commit"),
        "previous": manifest.get("previous"),
        "bump": bump.get("level"),
        "schema_changed": any(reason.get("rule") in SCHEMA_RULES for reason in told),
        "summary": _summary([*(words if isinstance(words, list) else []), *map(_reason, told)]),
        "checksums_sha256": sha256_of_file(folder / CHECKSUMS),
        "yanked": None,
    }


def _reason(reason: JsonObject) -> str:
    where = ".".join(str(reason[name]) for name in ("table", "field") if reason.get(name))
    return f"{where}: {reason.get('text')}" if where else str(reason.get("text"))


def _summary(sentences: list[JsonValue]) -> list[str]:
    """What changed, as short as an index should be; `changes/` of the version has all of it."""
    lines = [str(each) for each in sentences[:_SUMMARY_SENTENCES]]
    lines = [line if len(line) <= _SUMMARY_CHARACTERS else f"{line[: _SUMMARY_CHARACTERS - 1]}…" for line in lines]
    more = len(sentences) - len(lines)
    return [*lines, f"and {more} more"] if more else lines


def _with(index: Index, manifest: JsonObject, entry: JsonObject, store: Store) -> Index:
    """The index with one version more, or as it is if it has that version."""
    if index.read is not None and index.package != manifest.get("package"):
        raise PublishError(f"{store.place} holds the package {index.package}, not {manifest.get('package')}")
    there = index.entry(str(entry["version"]))
    if there is None:
        package, title = _text(manifest.get("package")), _text(manifest.get("title"))
        return replace(index, package=package, title=title, versions=(*index.versions, entry))
    if there["checksums_sha256"] != entry["checksums_sha256"]:
        raise PublishError(f"version {entry['version']} is published already, with other bytes")
    return index


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _media_type(name: str) -> str:
    return _MEDIA_TYPES.get(Path(name).suffix, "text/plain; charset=utf-8")
