"""What a release would hold; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import semver

from cstodata.errors import ReleaseRefusedError
from cstodata.package.paths import is_reserved
from cstodata.release.documents.registry import DOCUMENTS
from cstodata.report.places import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.report import Report
    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.release.origin import Origin

CHANGES = {"changes/changes.json": "json", "changes/changes.md": "markdown", "changes/changes.html": "html"}
"""The files that tell what changed since the previous release, and their forms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """One table of a release: where its files go, relative to the version's folder."""

    resource: Resource
    csv: str
    parquet: str
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlan:
    """What a release would hold.

    Attributes:
        version: The package's version, a semantic version.
        folder: Folder of the version, relative to the output: `v/<version>`.
        tables: In the descriptor's order.
        report: What checking the package found.
        origin: Where it comes from.
        previous: The release before it, as `cstodata diff` takes it; None if there is none to compare with.
        archive: The zip file of the release; None if there is none.
    """

    version: str
    folder: str
    tables: tuple[TablePlan, ...]
    report: Report
    origin: Origin
    previous: str | None
    archive: str | None

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of the version, relative to its folder, sorted."""
        tables = (path for table in self.tables for path in (table.csv, table.parquet, table.schema))
        always = ("SHA256SUMS", "registry.txt", "datapackage.json", "parquet/datapackage.json")
        changes = CHANGES if self.previous else {}
        archive = (self.archive,) if self.archive else ()
        return tuple(sorted((*always, *DOCUMENTS, *changes, *archive, *tables)))


def plan_release(
    package: DataPackage,
    report: Report,
    *,
    origin: Origin,
    previous: str | None = None,
    allow_dirty: bool = False,
    with_archive: bool = True,
) -> ReleasePlan:
    """The release of a package that was checked.

    Args:
        package: What to release.
        report: What checking it found.
        origin: Where it comes from.
        previous: The release before it, as `cstodata diff` takes it; None if there is none to compare with.
        allow_dirty: Whether changes that are not committed may be released.
        with_archive: Whether to write a zip file of all files, too.

    Raises:
        ReleaseRefusedError: The package has errors, no version, no tables, a name that cannot name a file, or changes
            that are not committed.
    """
    version = package.descriptor.get("version")
    problems = list(_problems(package, report, is_dirty=origin.is_dirty and not allow_dirty))
    if problems:
        raise ReleaseRefusedError(problems)
    name = str(package.descriptor.get("name"))
    archive = f"{name if _can_name_a_file(name) else 'data'}-{version}.zip" if with_archive else None
    return ReleasePlan(
        version=str(version),
        folder=f"v/{version}",
        tables=tuple(
            TablePlan(
                resource=resource,
                csv=f"data/{resource.name}.csv",
                parquet=f"parquet/{resource.name}.parquet",
                schema=f"schemas/{resource.name}.json",
            )
            for resource in package.resources
        ),
        report=report,
        origin=origin,
        previous=previous,
        archive=archive,
    )


def _problems(package: DataPackage, report: Report, *, is_dirty: bool) -> Iterator[str]:
    """Why a package may not be released."""
    version = package.descriptor.get("version")
    if not report.valid:
        yield f"the package has {errors(report)}; `cstodata validate` lists them"
    if not isinstance(version, str) or not semver.Version.is_valid(version):
        yield "datapackage.json needs a `version` such as 1.0.0 (semantic versioning)"
    if is_dirty:
        yield "the package has changes that are not committed; commit them, or say --allow-dirty"
    if not package.resources:
        yield "the package has no resources"
    for resource in package.resources:
        if resource.schema is None:
            yield f"resource {resource.name} has no schema"
        if not _can_name_a_file(resource.name):
            yield f'resource "{resource.name}" has a name that cannot name a file'


def _can_name_a_file(name: str) -> bool:
    is_plain = name.isprintable() and not name.startswith(".") and name == name.strip()
    return is_plain and not set(name) & set('/\\:*?"<>|') and not is_reserved(name)
