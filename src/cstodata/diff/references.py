"""Whether rows that were removed were referred to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.diff.row_changes import ROW
from cstodata.package.tables import read_canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.diff.rows import RowsDiff
    from cstodata.package.descriptor import DataPackage, Resource


def referenced_keys(
    old: DataPackage, new: DataPackage, before: Resource, after: Resource, found: RowsDiff
) -> Iterator[tuple[str, int]]:
    """What referred to keys that are gone: the name of each table, and how many of the keys it referred to.

    Args:
        old: The package before.
        new: The package after.
        before: The resource before.
        after: The resource after.
        found: What became of its rows.

    Raises:
        TableReadError: A table that refers to it cannot be read.
    """
    for other in old.resources:
        for fields, referred in _references(other, before):
            gone = {
                tuple(row.before[name] for name in referred) for row in found.changes.removed if row.before is not None
            }
            gone -= {key for key in gone if None in key}
            gone &= _all_keys(old, other, fields)
            now = [found.pairs.new_name(name) for name in referred]
            if gone and after.schema and set(now) <= {field.name for field in after.schema.fields}:
                gone -= _all_keys(new, after, now)
            if gone:
                yield other.name, len(gone)


def _all_keys(package: DataPackage, resource: Resource, fields: list[str]) -> set[tuple[str | None, ...]]:
    return {key for piece in read_canonical(package, resource, row_numbers=ROW) for key in _keys(piece, fields)}


def _keys(piece: object, fields: list[str]) -> Iterator[tuple[str | None, ...]]:
    columns = [piece[name].unique().to_pylist() if len(fields) == 1 else piece[name].to_pylist() for name in fields]  # type: ignore[index]  # an Arrow table
    return zip(*columns, strict=True)


def _references(other: Resource, resource: Resource) -> Iterator[tuple[list[str], list[str]]]:
    """The foreign keys of a resource that refer to another: its fields, and the other's."""
    declared = other.schema.descriptor.get("foreignKeys") if other.schema else None
    for key in declared if isinstance(declared, list) else []:
        reference = key.get("reference") if isinstance(key, dict) else None
        if not isinstance(key, dict) or not isinstance(reference, dict):
            continue
        name = reference.get("resource") or other.name
        if name == resource.name and other.name != resource.name:
            yield _names(key.get("fields")), _names(reference.get("fields"))


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else [str(value)]
