"""The version that the changes need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import semver

from cstodata.model.bump import needed
from cstodata.model.change import Bump, Promise, VersionNeed
from cstodata.package.deprecation import MARK, read_mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from cstodata.model.change import Change, Side
    from cstodata.package.descriptor import DataPackage

FIRST = semver.Version(0, 1, 0)
"""What a package starts with that had no version."""


def gone_promises(old: DataPackage, new: DataPackage, resources: Collection[str]) -> list[Promise]:
    """The fields that the old package promises to keep for a while, and the new one does not have.

    A field is gone if its resource has none of that name: readers of a renamed one find none either. The resource may
    be gone as a whole.

    Args:
        old: The package before, whose marks count.
        new: The package after.
        resources: The resources, by old name, to look at; none for all.
    """
    here = {
        (resource.name, each.name) for resource in new.resources if resource.schema for each in resource.schema.fields
    }
    promises = []
    for resource in old.resources:
        for field in resource.schema.fields if resource.schema else ():
            mark = read_mark(field.descriptor.get(MARK))
            if mark and (resource.name, field.name) not in here and (not resources or resource.name in resources):
                promises.append(Promise(resource=resource.name, field=field.name, until=str(mark.remove_in)))
    return promises


def version_need(old: Side, new: Side, changes: Iterable[Change], promises: Iterable[Promise] = ()) -> VersionNeed:
    """Which version the new package needs, and whether it declares one that is high enough.

    Before 1.0.0 nothing is promised yet, so what would be major is minor; but for the promises that marks make.

    Args:
        old: The package before.
        new: The package after.
        changes: All of them.
        promises: What `gone_promises` found.
    """
    bump = needed(changes)
    before, declared = _parsed(old.version), _parsed(new.version)
    required = FIRST if old.version is None else None if before is None else _raised(before, bump)
    kept = [each for each in promises if required is not None and semver.Version.parse(each.until) > required]
    required = max((semver.Version.parse(each.until) for each in kept), default=required)
    return VersionNeed(
        bump=bump,
        required=None if required is None else str(required),
        declared=new.version,
        is_enough=declared is not None and required is not None and declared >= required,
        promises=tuple(kept),
    )


def _raised(version: semver.Version, bump: Bump) -> semver.Version:
    if version.prerelease and bump is not Bump.NONE:
        return version.finalize_version()  # which a pre-release promises nothing about
    match bump:
        case Bump.NONE:
            return version
        case Bump.PATCH:
            return version.bump_patch()
        case Bump.MAJOR if version.major > 0:
            return version.bump_major()
        case _:
            return version.bump_minor()


def _parsed(version: str | None) -> semver.Version | None:
    """A declared version; None if it is none in the sense of Semantic Versioning."""
    return semver.Version.parse(version) if version is not None and semver.Version.is_valid(version) else None
