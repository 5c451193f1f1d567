"""Foreign keys of a package, in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.release.documents.about import objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.package.descriptor import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Fields of a table that refer to fields of another, or of the same."""

    table: str
    fields: tuple[str, ...]
    target: str
    target_fields: tuple[str, ...]


def references(resources: Sequence[Resource]) -> tuple[Reference, ...]:
    """All foreign keys within a package whose tables and fields are there; each once."""
    tables = {resource.name: resource for resource in resources}
    found = (each for resource in resources for each in _of_table(resource, tables))
    return tuple(dict.fromkeys(found))


def _of_table(resource: Resource, tables: Mapping[str, Resource]) -> Iterator[Reference]:
    for key in objects(resource.schema.descriptor.get("foreignKeys") if resource.schema else None):
        there: JsonValue = key.get("reference")
        target: JsonObject = there if isinstance(there, dict) else {"package": None}
        other = tables.get(str(target.get("resource") or resource.name))
        fields, target_fields = _names(key.get("fields")), _names(target.get("fields"))
        if "package" in target or other is None or len(fields) != len(target_fields):
            continue
        if _has(resource, fields) and _has(other, target_fields):
            yield Reference(table=resource.name, fields=fields, target=other.name, target_fields=target_fields)


def _names(value: JsonValue) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (value,) if isinstance(value, str) else ()


def _has(resource: Resource, names: tuple[str, ...]) -> bool:
    known = {field.name for field in resource.schema.fields} if resource.schema else set()
    return bool(names) and known.issuperset(names)
