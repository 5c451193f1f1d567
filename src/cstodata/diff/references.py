"""Whether rows that were removed were referred to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.diff.row_changes import ROW
from cstodata.package.tables import read_canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cstodata.model.change import RowChange
    from cstodata.package.descriptor import DataPackage, Resource


def referenced_keys(
    package: DataPackage, resource: Resource, removed: Iterable[RowChange]
) -> Iterator[tuple[str, int]]:
    """What referred to rows that were removed: the name of each table, and how many of the rows it referred to.

    Args:
        package: The package before.
        resource: The resource before.
        removed: The rows that were removed from it.

    Raises:
        TableReadError: A table that refers to it cannot be read.
    """
    for other in package.resources:
        for fields, referred in _references(other, resource):
            gone = {tuple(row.before[name] for name in referred) for row in removed if row.before is not None}
            gone -= {key for key in gone if None in key}
            found = {key for piece in read_canonical(package, other, row_numbers=ROW) for key in _keys(piece, fields)}
            if count := len(gone & found):
                yield other.name, count


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
