"""Foreign keys, as far as Croissant can follow them.

A reader of Croissant joins the table that a field refers to, one after the other, by that field alone. So a reference
must lead to a field that is a primary key by itself, or rows would be doubled; never back to where the reader comes
from; and to a field of the same type, no date, because Croissant's own reader types dates only after it has joined.
`datapackage.json` declares all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cstodata.release.documents.about import objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import Field, Resource

Place: TypeAlias = tuple[str, str]
"""A table and a field in it."""


def references(resources: Sequence[Resource]) -> Mapping[Place, Place]:
    """The field that each field refers to; the first, if there are several.

    Args:
        resources: All tables of a package; of references that lead around in a circle, the later ones are left out.
    """
    tables = {resource.name: resource for resource in resources}
    found: dict[Place, Place] = {}
    leads: dict[str, set[str]] = {name: set() for name in tables}
    for resource in resources:
        for key in objects(resource.schema.descriptor.get("foreignKeys") if resource.schema else None):
            here, there = _ends(resource, key, tables)
            if here and there and here not in found and resource.name not in _reached(there[0], leads):
                found[here] = there
                leads[resource.name].add(there[0])
    return found


def _ends(resource: Resource, key: JsonObject, tables: Mapping[str, Resource]) -> tuple[Place | None, Place | None]:
    """From which field to which a foreign key leads; None where it cannot be followed."""
    target = key.get("reference")
    if not isinstance(target, dict) or "package" in target:
        return None, None
    other = tables.get(str(target.get("resource") or resource.name))
    field, referred = _only(resource, key.get("fields")), _only(other, target.get("fields"))
    if not field or not referred or other is None or other.schema is None:
        return None, None
    if other.schema.primary_key != (referred.name,) or field.type != referred.type or field.type == "date":
        return None, None
    return (resource.name, field.name), (other.name, referred.name)


def _only(resource: Resource | None, names: object) -> Field | None:
    """The field that `fields` of a foreign key names, if it is one that is there."""
    if resource is None or resource.schema is None:
        return None
    name = names[0] if isinstance(names, list) and len(names) == 1 else names
    return next((field for field in resource.schema.fields if field.name == name), None)


def _reached(table: str, leads: Mapping[str, set[str]]) -> Iterator[str]:
    """A table, and all that can be reached from it."""
    seen, waiting = {table}, [table]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += leads[here] - seen
        seen |= leads[here]
