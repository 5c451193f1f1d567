"""What changed in what a descriptor declares of the package, and of each resource."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from cstodata.model.change import Change, ChangeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cstodata.model.json import JsonObject, JsonValue

_BOTH: Final[Mapping[str, ChangeKind]] = {
    "title": ChangeKind.DESCRIPTION_CHANGED,
    "description": ChangeKind.DESCRIPTION_CHANGED,
    "homepage": ChangeKind.DESCRIPTION_CHANGED,
    "sources": ChangeKind.SOURCES_CHANGED,
    "contributors": ChangeKind.SOURCES_CHANGED,
    "licenses": ChangeKind.LICENCE_CHANGED,
    "created": ChangeKind.RELEASE_FACT_CHANGED,
}

PACKAGE: Final[Mapping[str, ChangeKind]] = {
    **_BOTH,
    "name": ChangeKind.PACKAGE_RENAMED,
    "id": ChangeKind.PACKAGE_RENAMED,
    "keywords": ChangeKind.DESCRIPTION_CHANGED,
    "image": ChangeKind.DESCRIPTION_CHANGED,
}
"""What each property of a package is a change of; other ones are properties that nobody has classified."""

RESOURCE: Final[Mapping[str, ChangeKind]] = {
    **_BOTH,
    "bytes": ChangeKind.RELEASE_FACT_CHANGED,
    "hash": ChangeKind.RELEASE_FACT_CHANGED,
    "path": ChangeKind.RELEASE_FACT_CHANGED,
    "dialect": ChangeKind.FORM_CHANGED,
    "encoding": ChangeKind.FORM_CHANGED,
    "format": ChangeKind.FORM_CHANGED,
    "mediatype": ChangeKind.FORM_CHANGED,
    "compression": ChangeKind.FORM_CHANGED,
    "type": ChangeKind.FORM_CHANGED,
}
"""The same of a resource."""

_NOT_OF_PACKAGE = frozenset({"version", "resources"})
_NOT_OF_RESOURCE = frozenset({"name", "schema", "data"})
"""What is compared elsewhere, or stands beside the changes."""


def is_same_json(one: JsonValue, other: JsonValue) -> bool:
    """Whether two values are the same in JSON, where 1 is not true."""
    return one == other and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def metadata_changes(before: JsonObject, after: JsonObject, resource: str | None) -> Iterator[Change]:
    """What changed in the properties of a package, or of a resource.

    Args:
        before: The descriptor.
        after: The descriptor now.
        resource: The new name of the resource; None for the package.
    """
    kinds, elsewhere = (PACKAGE, _NOT_OF_PACKAGE) if resource is None else (RESOURCE, _NOT_OF_RESOURCE)
    for name in {**before, **after}:
        if name in elsewhere or is_same_json(before.get(name), after.get(name)):
            continue
        kind = kinds.get(name, ChangeKind.PROPERTY_CHANGED)
        yield Change(kind=kind, resource=resource, subject=name, before=before.get(name), after=after.get(name))
