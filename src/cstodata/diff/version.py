"""The version that the changes need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import semver

from cstodata.errors import VersionError
from cstodata.model.bump import needed
from cstodata.model.change import Bump, VersionNeed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.model.change import Change, Side

FIRST = semver.Version(0, 1, 0)
"""What a package starts with that had no version."""


def version_need(old: Side, new: Side, changes: Iterable[Change]) -> VersionNeed:
    """Which version the new package needs, and whether it declares one that is high enough.

    Before 1.0.0 nothing is promised yet, so what would be major is minor.

    Args:
        old: The package before.
        new: The package after.
        changes: All of them.

    Raises:
        VersionError: A package declares something that is no version.
    """
    bump = needed(changes)
    required = FIRST if old.version is None else _raised(_parse(old, "old"), bump)
    declared = None if new.version is None else _parse(new, "new")
    return VersionNeed(
        bump=bump,
        required=str(required),
        declared=new.version,
        is_enough=declared is not None and declared >= required,
    )


def _raised(version: semver.Version, bump: Bump) -> semver.Version:
    match bump:
        case Bump.NONE:
            return version
        case Bump.PATCH:
            return version.bump_patch()
        case Bump.MAJOR if version.major > 0:
            return version.bump_major()
        case _:
            return version.bump_minor()


def _parse(side: Side, whose: str) -> semver.Version:
    try:
        return semver.Version.parse(str(side.version))
    except ValueError as error:
        problem = f'the {whose} package declares the version "{side.version}", which is no semantic version'
        raise VersionError(problem) from error
