"""What a store holds, as pages tell of it: its versions, and what each says of itself and of its tables."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.catalog.files import Files
from cstodata.catalog.said import number
from cstodata.errors import PublishError
from cstodata.package.descriptor import DESCRIPTOR, read_package
from cstodata.publish.index import latest
from cstodata.release.documents.about import about, objects, text
from cstodata.release.documents.facts import CSV, PARQUET, SCHEMA, FileFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.package.descriptor import Resource
    from cstodata.publish.index import Index
    from cstodata.publish.store import Store
    from cstodata.release.documents.about import About

_MANIFEST, _REPORT, _CROISSANT = "release.json", "report/validation.json", "croissant.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Yank:
    """Why and since when a version should not be used, and what should be in its place, if there is such."""

    reason: str
    date: str
    replaced_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What the index says of a version.

    Attributes:
        number: It.
        created: When it was made; empty if nobody says.
        previous: The version that it was compared with; None if with none.
        bump: What it is since then: major, minor or patch; None if it was compared with none.
        summary: What changed, in sentences.
        yanked: None if it is not.
        is_latest: Whether it is what readers get who do not name one.
    """

    number: str
    created: str
    previous: str | None
    bump: str | None
    summary: tuple[str, ...]
    yanked: Yank | None
    is_latest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a release: what it is a table of, how many rows it has, and its files, relative to the release."""

    resource: Resource
    rows: int
    csv: FileFacts
    parquet: FileFacts

    @property
    def name(self) -> str:
        """Its name."""
        return self.resource.name

    @property
    def title(self) -> str:
        """What people call it."""
        return text(self.resource.descriptor.get("title")) or self.name

    @property
    def description(self) -> str:
        """What it holds; empty if it does not say."""
        return text(self.resource.descriptor.get("description"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version, and all that its files say; `files` are those on disk.

    Attributes:
        version: What the index says.
        about: What the package says of itself.
        manifest: `release.json`.
        report: `report/validation.json`.
        citation: How to cite it, in one line; empty if it does not say.
        sources: Where the data comes from, as the package declares it: titles and addresses.
        tables: In the descriptor's order.
        archive: The zip file of all of it; None if it has none.
    """

    version: Version
    about: About
    manifest: JsonObject
    report: JsonObject
    citation: str
    sources: tuple[JsonObject, ...]
    tables: tuple[Table, ...]
    archive: FileFacts | None
    files: Files


@contextmanager
def opened(store: Store, index: Index) -> Iterator[tuple[Release, ...]]:
    """All versions in a store, the newest first, with all that their files say.

    What is read of an object store stands in a temporary folder until the end.

    Raises:
        PublishError: A file is not the one that was published, or says not what a release must.
        StoreError: The store cannot be read.
        CstodataError: What a file holds cannot be read.
    """
    newest = latest(index.versions)
    with tempfile.TemporaryDirectory(prefix="cstodata-") as aside:
        yield tuple(_release(store, entry, _version(entry, newest), Path(aside)) for entry in index.versions)


def _release(store: Store, entry: JsonObject, version: Version, aside: Path) -> Release:
    files = Files(store, version.number, str(entry["checksums_sha256"]), aside / version.number)
    manifest = files.json(_MANIFEST)
    told = [(each, _files_of(each)) for each in objects(manifest.get("tables"))]
    for _, kinds in told:
        if SCHEMA in kinds:
            files.locate(kinds[SCHEMA].path)
    package = read_package(files.locate(DESCRIPTOR))
    resources = {resource.name: resource for resource in package.resources}
    if not told or any(
        not {CSV, PARQUET} <= kinds.keys() or str(each.get("name")) not in resources for each, kinds in told
    ):
        raise PublishError(f"v/{version.number}/{_MANIFEST} names no tables, or one that is not there as a whole")
    return Release(
        version=version,
        about=about(package.descriptor),
        manifest=manifest,
        report=files.json(_REPORT),
        citation=text(files.json(_CROISSANT).get("citeAs")),
        sources=tuple(objects(package.descriptor.get("sources"))),
        tables=tuple(
            Table(
                resource=resources[str(each.get("name"))],
                rows=number(each.get("rows")),
                csv=kinds[CSV],
                parquet=kinds[PARQUET],
            )
            for each, kinds in told
        ),
        archive=next((files.facts(name) for name in files.digests if name.endswith(".zip") and "/" not in name), None),
        files=files,
    )


def _files_of(table: JsonObject) -> dict[str, FileFacts]:
    return {
        str(each.get("mediaType")): FileFacts(
            path=str(each.get("path")),
            bytes=number(each.get("bytes")),
            sha256=str(each.get("sha256")),
            media_type=str(each.get("mediaType")),
        )
        for each in objects(table.get("files"))
    }


def _version(entry: JsonObject, newest: str | None) -> Version:
    yanked, summary = entry.get("yanked"), entry.get("summary")
    return Version(
        number=str(entry["version"]),
        created=str(entry.get("created") or ""),
        previous=_or_none(entry.get("previous")),
        bump=_or_none(entry.get("bump")),
        summary=tuple(map(str, summary)) if isinstance(summary, list) else (),
        yanked=_yank(yanked) if isinstance(yanked, dict) else None,
        is_latest=entry["version"] == newest,
    )


def _yank(told: JsonObject) -> Yank:
    replacement = _or_none(told.get("replaced_by"))
    return Yank(reason=str(told.get("reason")), date=str(told.get("date")), replaced_by=replacement)


def _or_none(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
