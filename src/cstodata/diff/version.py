"""The version that the changes need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import semver

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
    """
    bump = needed(changes)
    before, declared = _parsed(old.version), _parsed(new.version)
    required = FIRST if old.version is None else None if before is None else _raised(before, bump)
    return VersionNeed(
        bump=bump,
        required=None if required is None else str(required),
        declared=new.version,
        is_enough=declared is not None and required is not None and declared >= required,
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
