"""Frictionless' judgement of a package's metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from frictionless import FrictionlessException, Package
from frictionless.errors import ResourceError

from cstodata.package.paths import unsafe_paths
from cstodata.validation.tables.findings import as_finding

if TYPE_CHECKING:
    from pathlib import Path

    from cstodata.model.finding import Finding
    from cstodata.model.json import JsonObject

_NESTED = frozenset({"catalog", "dataset", "inquiry", "package", "pipeline", "resource"})
"""What Frictionless takes some JSON files for, and then follows their paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What Frictionless makes of a descriptor: what is wrong with it, or, if nothing is, its own package."""

    findings: tuple[Finding, ...] = ()
    judged: Package | None = None


def judge_metadata(path: Path, descriptor: JsonObject) -> Metadata:
    """What is wrong with a descriptor and the schemas that it refers to; if anything is, no data may be read.

    Paths are judged first, by us: Frictionless would follow some that lead out of the package.
    """
    unsafe = [
        as_finding(ResourceError(note=str(found.error)), resource=found.resource)
        for found in unsafe_paths(path.parent, descriptor)
    ]
    if unsafe:
        return Metadata(findings=tuple(unsafe))
    try:
        judged = Package.from_descriptor(cast("dict[str, Any]", descriptor), basepath=str(path.parent))
        for resource in judged.resources:
            # Frictionless reads those that stand in files when they are asked for.
            _ = resource.dialect, resource.schema
    except FrictionlessException as error:
        return Metadata(findings=tuple(as_finding(reason) for reason in error.to_errors()))
    except Exception as error:  # noqa: BLE001 -- frictionless raises anything on wrong metadata
        return Metadata(findings=(as_finding(_stopped(error)),))
    nested = [resource for resource in judged.resources if resource.datatype in _NESTED]
    if nested:
        note = "the resource is itself a descriptor, whose paths lead anywhere; name the data files"
        return Metadata(findings=tuple(as_finding(ResourceError(note=note), resource=each.name) for each in nested))
    return Metadata(judged=judged)


def _stopped(error: Exception) -> ResourceError:
    return ResourceError(note=f"the descriptor is not of the form that is needed: {type(error).__name__}: {error}")
