"""The tables that foreign keys refer to, each read once.

To look up a foreign key, Frictionless copies the resource that it refers to, reads the copy, and does so anew for every
foreign key of every resource. It asks the resource's package for it, so a package that hands out one shared reading in
the place of each copy gives the same lookups for a fraction of the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from frictionless import Package
    from frictionless.resources import TableResource


class SharedReferences:
    """In the place of a package: what Frictionless asks it for when it looks up foreign keys."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._shared: dict[str, _SharedTable] = {}

    def has_resource(self, name: str) -> bool:
        """Whether the package has the resource."""
        return self._package.has_resource(name)

    def get_resource(self, name: str) -> _SharedTable:
        """The resource's one shared reading."""
        if name not in self._shared:
            self._shared[name] = _SharedTable(self._package.get_table_resource(name), self._fields_of(name))
        return self._shared[name]

    def _fields_of(self, name: str) -> frozenset[str]:
        """The fields of a resource that any foreign key refers to."""
        keys = (key for each in self._package.resources if each.schema for key in each.schema.foreign_keys)
        return frozenset(
            field for key in keys if key["reference"]["resource"] == name for field in key["reference"]["fields"]
        )


class _SharedTable:
    """In the place of a copy of a resource: opened and read the first time, remembered after."""

    schema = None
    """A copy has its foreign keys taken away before it is read; this one never had any."""

    def __init__(self, resource: TableResource, fields: frozenset[str]) -> None:
        self._resource = resource
        self._fields = fields
        self._rows: list[dict[str, Any]] | None = None

    def to_copy(self) -> Self:
        return self

    def __enter__(self) -> Self:
        if self._rows is None:
            copy = self._resource.to_copy()
            if copy.schema:  # else it would have one, and none would be inferred
                copy.schema.foreign_keys = []
            with copy:
                self._rows = [{field: row.get(field) for field in self._fields} for row in copy.row_stream]
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def row_stream(self) -> Iterator[dict[str, Any]]:
        return iter(self._rows or ())
