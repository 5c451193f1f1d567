"""What changed from one data package to another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.diff.fields import FieldPairs, Names, schema_changes
from cstodata.diff.metadata import is_same_json, metadata_changes
from cstodata.diff.references import referenced_keys
from cstodata.diff.rows import RowsDiff, Table, all_rows, diff_rows
from cstodata.diff.version import version_need
from cstodata.diff.words import words
from cstodata.errors import CstodataError, SideError, TableReadError, UnsafePathError
from cstodata.model.change import Change, ChangeKind, ChangeSet, Side, TableChanges
from cstodata.model.progress import unheard
from cstodata.package.digest import sha256_of_file
from cstodata.package.paths import resolve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnStep
    from cstodata.package.descriptor import DataPackage, Resource

MEMORY_LIMIT = "256MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ResourceDiff:
    """What became of one resource.

    Attributes:
        name: Its new name.
        declared: What changed in its properties.
        pairs: Its schemas; None if they need not be compared.
        rows: What became of its rows, as changes of a few kinds.
        table: Its rows; None if they did not change, or cannot be told.
    """

    name: str
    declared: tuple[Change, ...] = ()
    pairs: FieldPairs | None = None
    rows: tuple[Change, ...] = ()
    table: TableChanges | None = None


def diff_packages(
    old: DataPackage,
    new: DataPackage,
    *,
    places: tuple[str, str],
    resources: Collection[str] = (),
    memory_limit: str = MEMORY_LIMIT,
    on_step: OnStep = unheard,
) -> ChangeSet:
    """What changed from one data package to another.

    Args:
        old: The package before.
        new: The package after.
        places: What to call the two.
        resources: Names, old or new, of the resources to compare; none for all, and the packages' own properties.
        memory_limit: What comparing the rows of a table may take before it spills to disk, such as `256MB`.
        on_step: Called with the name of each resource, and the share of it that is done.

    Raises:
        UnknownNameError: Neither package has a resource that was asked for.
        SideError: Two resources of a package have the same name.
    """
    for package, place in zip((old, new), places, strict=True):
        called = [resource.name for resource in package.resources]
        if twice := [name for name in called if called.count(name) > 1]:
            raise SideError(place, why=f"two of its resources are called {twice[0]}")
    for name in resources:
        if name not in {resource.name for resource in old.resources}:
            new.resource(name)
    sides = _side(old, places[0]), _side(new, places[1])
    renamed = _renamed_resources(old, new)
    changes: list[Change] = []
    listing = list(_listing_changes(old, new, renamed))
    if not resources:
        changes += [*metadata_changes(old.descriptor, new.descriptor, None), *listing]
    else:
        changes += [each for each in listing if each.resource and {each.resource, each.before} & set(resources)]
    found: list[_ResourceDiff] = []
    before = {renamed.get(resource.name, resource.name): resource for resource in old.resources}
    for resource in new.resources:
        was = before.get(resource.name)
        if resources and not {resource.name, was.name if was else None} & set(resources):
            continue
        on_step(resource.name, 0)
        found.append(
            _added(new, resource)
            if was is None
            else _Resources(old, new, was, resource, sides, memory_limit, on_step).diff()
        )
    names = Names(resources=renamed, fields={each.name: each.pairs.renamed for each in found if each.pairs})
    for each in found:
        schema = schema_changes(each.pairs, each.name, names) if each.pairs else ()
        changes += (*each.declared, *schema, *each.rows)
    tables = [each.table for each in found if each.table]
    return ChangeSet(
        old=sides[0],
        new=sides[1],
        changes=tuple(changes),
        tables=tuple(tables),
        version=version_need(*sides, changes),
        is_complete=not resources,
        words=words(new, tables),
    )


def _added(new: DataPackage, resource: Resource) -> _ResourceDiff:
    added = Change(kind=ChangeKind.RESOURCE_ADDED, resource=resource.name)
    if resource.schema is None:
        return _ResourceDiff(name=resource.name, declared=(added,))
    try:
        table = all_rows(Table(package=new, resource=resource, schema=resource.schema))
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with it, the rest can be compared
        return _ResourceDiff(name=resource.name, declared=(added, _not_compared(resource, error)))
    return _ResourceDiff(name=resource.name, declared=(added,), table=table)


@dataclass(frozen=True, slots=True)
class _Resources:
    """One resource of the old package, and what it is in the new one."""

    old: DataPackage
    new: DataPackage
    before: Resource
    after: Resource
    sides: tuple[Side, Side]
    memory_limit: str
    on_step: OnStep

    def diff(self) -> _ResourceDiff:
        """What changed: what is declared, then the rows."""
        before, after = self.before, self.after
        declared = list(metadata_changes(before.descriptor, after.descriptor, after.name))
        same_bytes = self._same_bytes()
        if before.schema is None or after.schema is None:
            if (before.schema is None) != (after.schema is None):
                declared.append(Change(kind=ChangeKind.PROPERTY_CHANGED, resource=after.name, subject="schema"))
            if not same_bytes:
                declared.append(Change(kind=ChangeKind.FILE_CHANGED, resource=after.name))
            return _ResourceDiff(name=after.name, declared=tuple(declared))
        pairs = FieldPairs(old=before.schema, new=after.schema, renamed={})
        same_schema = is_same_json(before.schema.descriptor, after.schema.descriptor)
        if same_bytes and same_schema and not declared:
            return _ResourceDiff(name=after.name)
        try:
            found = diff_rows(
                Table(package=self.old, resource=before, schema=before.schema),
                Table(package=self.new, resource=after, schema=after.schema),
                memory_limit=self.memory_limit,
                on_share=lambda share: self.on_step(after.name, share),
            )
        except Exception as error:  # noqa: BLE001 -- whatever is wrong with it, the rest can be compared
            rows = [_not_compared(after, error)]
            return _ResourceDiff(name=after.name, declared=tuple(declared), pairs=pairs, rows=tuple(rows))
        rows = list(_row_changes(self.old, self.new, before, after, found))
        same_columns = [each.name for each in before.schema.fields] == [each.name for each in after.schema.fields]
        if not rows and not same_bytes and same_columns and found.changes.count == 0:
            how = "the rows stand in another order" if found.reordered else "cells or lines are written in another way"
            rows.append(Change(kind=ChangeKind.WRITTEN_DIFFERENTLY, resource=after.name, subject=how))
        return _ResourceDiff(
            name=after.name, declared=tuple(declared), pairs=found.pairs, rows=tuple(rows), table=found.changes
        )

    def _same_bytes(self) -> bool:
        old, new = self.sides
        return old.digests[self.before.name] == new.digests[self.after.name]


def _row_changes(
    old: DataPackage, new: DataPackage, before: Resource, after: Resource, found: RowsDiff
) -> Iterator[Change]:
    """What became of the rows of a table, as changes of a few kinds."""
    table = found.changes
    counts = (
        (ChangeKind.ROWS_ADDED, len(table.added)),
        (ChangeKind.ROWS_REMOVED, len(table.removed)),
        (ChangeKind.ROWS_CHANGED, table.corrected),
    )
    for kind, count in counts:
        if count:
            yield Change(kind=kind, resource=table.resource, count=count)
    if table.removed:
        try:
            for reference, count in referenced_keys(old, new, before, after, found):
                kind = ChangeKind.REFERENCED_KEY_REMOVED
                yield Change(kind=kind, resource=table.resource, subject=reference, count=count)
        except (CstodataError, KeyError) as error:
            why = f"whether another table referred to the removed rows cannot be told: {error}"
            yield Change(kind=ChangeKind.NOT_COMPARED, resource=table.resource, subject=why)


def _listing_changes(old: DataPackage, new: DataPackage, renamed: Mapping[str, str]) -> Iterator[Change]:
    """Which resources were removed, renamed, or stand elsewhere in the list."""
    after = [resource.name for resource in new.resources]
    for resource in old.resources:
        name = renamed.get(resource.name, resource.name)
        if name not in after:
            yield Change(kind=ChangeKind.RESOURCE_REMOVED, resource=resource.name)
        elif name != resource.name:
            yield Change(kind=ChangeKind.RESOURCE_RENAMED, resource=name, before=resource.name, after=name)
    before = [renamed.get(resource.name, resource.name) for resource in old.resources]
    was, now = [name for name in before if name in after], [name for name in after if name in before]
    if was != now:
        yield Change(kind=ChangeKind.RESOURCES_REORDERED, before=list(was), after=list(now))


def _renamed_resources(old: DataPackage, new: DataPackage) -> dict[str, str]:
    """New names of resources that are the same but for their name, by old name: the same fields and bytes, or rows."""
    before = [resource for resource in old.resources if resource.name not in {each.name for each in new.resources}]
    after = [resource for resource in new.resources if resource.name not in {each.name for each in old.resources}]
    renamed: dict[str, str] = {}
    for was in before:
        for now in after:
            if now.name not in renamed.values() and _is_renamed(old, new, was, now):
                renamed[was.name] = now.name
                break
    return renamed


def _is_renamed(old: DataPackage, new: DataPackage, before: Resource, after: Resource) -> bool:
    if before.schema is None or after.schema is None:
        return bool(before.schema is after.schema) and digests_of(old, before) == digests_of(new, after) != ()
    if [(field.name, field.type) for field in before.schema.fields] != [
        (field.name, field.type) for field in after.schema.fields
    ]:
        return False
    try:
        found = diff_rows(
            Table(package=old, resource=before, schema=before.schema),
            Table(package=new, resource=after, schema=after.schema),
            memory_limit=MEMORY_LIMIT,
            on_share=lambda _: None,
        ).changes
    except Exception:  # noqa: BLE001 -- what cannot be compared is not proved to be the same
        return False
    return found.rows_before > 0 and found.count == 0


def digests_of(package: DataPackage, resource: Resource) -> tuple[str, ...]:
    """The digests of a resource's files, and of what tells how to read them; of inline data, its text.

    What cannot be read has a digest that only this side has: nothing proves that it is the same.
    """
    declared = resource.descriptor
    if "data" in declared:
        return (json.dumps(declared["data"], sort_keys=True),)
    path, more, dialect = declared.get("path"), declared.get("extrapaths"), declared.get("dialect")
    listed = [*(path if isinstance(path, list) else [path]), *(more if isinstance(more, list) else [])]
    listed += [dialect] if isinstance(dialect, str) else []
    return tuple(_digest(package, each) for each in listed) or (f"nothing in {package.path}",)


def _digest(package: DataPackage, path: object) -> str:
    try:
        file = resolve(package.root, path) if isinstance(path, str) and path else None
        return f"{path} of {package.path}" if file is None else sha256_of_file(file) if file.is_file() else "missing"
    except (UnsafePathError, OSError, ValueError):
        return f"{path} of {package.path}"


def _not_compared(resource: Resource, error: Exception) -> Change:
    why = error.problem if isinstance(error, TableReadError) else str(error)
    if not isinstance(error, CstodataError):
        why = f"{type(error).__name__}: {why}"
    return Change(kind=ChangeKind.NOT_COMPARED, resource=resource.name, subject=why)


def _side(package: DataPackage, place: str) -> Side:
    declared = package.descriptor
    schemas = {
        str(resource.descriptor["schema"]): resource.schema.descriptor
        for resource in package.resources
        if isinstance(resource.descriptor.get("schema"), str) and resource.schema is not None
    }
    return Side(
        place=place,
        name=_text(declared, "name"),
        version=_text(declared, "version"),
        descriptor=declared,
        schemas=schemas,
        digests={resource.name: digests_of(package, resource) for resource in package.resources},
    )


def _text(descriptor: JsonObject, key: str) -> str | None:
    value = descriptor.get(key)
    return value if isinstance(value, str) else None
