"""What changed from one data package to another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cstodata.diff.abreast import abreast
from cstodata.diff.fields import FieldPairs, Names, schema_changes
from cstodata.diff.metadata import is_same_json, metadata_changes
from cstodata.diff.references import referenced_keys
from cstodata.diff.rows import RowsDiff, all_rows, diff_rows
from cstodata.diff.sides import side_of
from cstodata.diff.table import Table
from cstodata.diff.version import gone_promises, version_need
from cstodata.diff.words import words
from cstodata.errors import CstodataError, SideError, SparkError, TableReadError
from cstodata.model.change import Change, ChangeKind, ChangeSet, Side, TableChanges
from cstodata.model.progress import unheard
from cstodata.package.tables import schema_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from cstodata.model.progress import OnStep
    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.spark.engine import SparkEngine

MEMORY_LIMIT = "256MB"

_OF_THE_FILE = frozenset({"bytes", "hash"})
"""What a descriptor repeats of a file: if the file changed, nobody need be told."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Both:
    """The two packages, and how to compare them."""

    old: DataPackage
    new: DataPackage
    sides: tuple[Side, Side]
    engine: SparkEngine | None
    memory_limit: str
    on_step: OnStep

    def same_bytes(self, before: Resource, after: Resource) -> bool:
        """Whether two resources have the same files."""
        old, new = self.sides
        return old.digests[before.name] == new.digests[after.name]

    def diff_rows(self, before: Resource, after: Resource) -> RowsDiff:
        """What became of the rows of a resource; raises as what reads it."""
        return diff_rows(
            Table(package=self.old, resource=before, schema=schema_of(before)),
            Table(package=self.new, resource=after, schema=schema_of(after)),
            engine=self.engine,
            memory_limit=self.memory_limit,
            on_share=lambda share: self.on_step(after.name, share),
        )


def diff_packages(
    old: DataPackage,
    new: DataPackage,
    *,
    places: tuple[str, str],
    resources: Collection[str] = (),
    engine: SparkEngine | None = None,
    memory_limit: str = MEMORY_LIMIT,
    on_step: OnStep = unheard,
) -> ChangeSet:
    """What changed from one data package to another.

    Args:
        old: The package before.
        new: The package after.
        places: What to call the two.
        resources: Names, old or new, of the resources to compare; none for all, and the packages' own properties.
        engine: Spark, for large tables whose files its executors can read; None if all are compared here.
        memory_limit: What comparing the rows of a table here may take before it spills to disk, such as `256MB`.
        on_step: Called with the name of each resource, and the share of it that is done.

    Raises:
        SparkError: Spark cannot go on.
        UnknownNameError: Neither package has a resource that was asked for.
        SideError: Two resources of a package have the same name.
    """
    _check_names(old, new, places, resources)
    sides = abreast(partial(side_of, old, place=places[0]), partial(side_of, new, place=places[1]))
    both = _Both(old=old, new=new, sides=sides, engine=engine, memory_limit=memory_limit, on_step=on_step)
    renamed = _renamed_resources(both)
    changes: list[Change] = []
    listing = list(_listing_changes(old, new, renamed))
    if not resources:
        changes += [*metadata_changes(old.descriptor, new.descriptor, None), *listing]
    else:
        changes += [each for each in listing if each.resource and {each.resource, each.before} & set(resources)]
    found = list(_diff_resources(both, renamed, resources))
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
        version=version_need(*sides, changes, gone_promises(old, new, resources)),
        is_complete=not resources,
        words=words(new, tables),
    )


def _check_names(old: DataPackage, new: DataPackage, places: tuple[str, str], resources: Collection[str]) -> None:
    for package, place in zip((old, new), places, strict=True):
        called = [resource.name for resource in package.resources]
        if twice := [name for name in called if called.count(name) > 1]:
            raise SideError(place, why=f"two of its resources are called {twice[0]}")
    for name in resources:
        if name not in {resource.name for resource in old.resources}:
            new.resource(name)


def _diff_resources(both: _Both, renamed: Mapping[str, str], resources: Collection[str]) -> Iterator[_ResourceDiff]:
    """What became of each resource that was asked for, in the new order."""
    before = {renamed.get(resource.name, resource.name): resource for resource in both.old.resources}
    for resource in both.new.resources:
        was = before.get(resource.name)
        if resources and not {resource.name, was.name if was else None} & set(resources):
            continue
        both.on_step(resource.name, 0)
        if was is None:
            yield _added(both.new, resource)
        else:
            yield _diff_resource(both, was, resource)


def _added(new: DataPackage, resource: Resource) -> _ResourceDiff:
    added = Change(kind=ChangeKind.RESOURCE_ADDED, resource=resource.name)
    if resource.schema is None:
        return _ResourceDiff(name=resource.name, declared=(added,))
    try:
        table = all_rows(Table(package=new, resource=resource, schema=resource.schema))
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with it, the rest can be compared
        return _ResourceDiff(name=resource.name, declared=(added, _not_compared(resource, error)))
    return _ResourceDiff(name=resource.name, declared=(added,), table=table)


def _diff_resource(both: _Both, before: Resource, after: Resource) -> _ResourceDiff:
    """What changed: what is declared, then the rows."""
    same_bytes = both.same_bytes(before, after)
    told = metadata_changes(before.descriptor, after.descriptor, after.name)
    declared = [change for change in told if same_bytes or change.subject not in _OF_THE_FILE]
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
        found = both.diff_rows(before, after)
    except SparkError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with it, the rest can be compared
        rows = [_not_compared(after, error)]
        return _ResourceDiff(name=after.name, declared=tuple(declared), pairs=pairs, rows=tuple(rows))
    rows = list(_row_changes(both, before, after, found))
    same_columns = [each.name for each in before.schema.fields] == [each.name for each in after.schema.fields]
    if not rows and not same_bytes and same_columns and found.changes.count == 0:
        how = "the rows stand in another order" if found.reordered else "cells or lines are written in another way"
        rows.append(Change(kind=ChangeKind.WRITTEN_DIFFERENTLY, resource=after.name, subject=how))
    return _ResourceDiff(
        name=after.name, declared=tuple(declared), pairs=found.pairs, rows=tuple(rows), table=found.changes
    )


def _row_changes(both: _Both, before: Resource, after: Resource, found: RowsDiff) -> Iterator[Change]:
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
            for reference, count in referenced_keys(both.old, both.new, before, after, found):
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


def _renamed_resources(both: _Both) -> dict[str, str]:
    """New names of resources that are the same but for their name, by old name: the same fields and bytes, or rows."""
    old, new = ({resource.name for resource in package.resources} for package in (both.old, both.new))
    renamed: dict[str, str] = {}
    for was in (resource for resource in both.old.resources if resource.name not in new):
        for now in (resource for resource in both.new.resources if resource.name not in old):
            if now.name not in renamed.values() and _is_renamed(both, was, now):
                renamed[was.name] = now.name
                break
    return renamed


def _is_renamed(both: _Both, before: Resource, after: Resource) -> bool:
    if before.schema is None or after.schema is None:
        return before.schema is after.schema and both.same_bytes(before, after)
    was, now = ([(field.name, field.type) for field in schema.fields] for schema in (before.schema, after.schema))
    if was != now:
        return False
    try:
        found = both.diff_rows(before, after).changes
    except SparkError:
        raise
    except Exception:  # noqa: BLE001 -- what cannot be compared is not proved to be the same
        return False
    return found.rows_before > 0 and found.count == 0


def _not_compared(resource: Resource, error: Exception) -> Change:
    why = error.problem if isinstance(error, TableReadError) else str(error)
    if not isinstance(error, CstodataError):
        why = f"{type(error).__name__}: {why}"
    return Change(kind=ChangeKind.NOT_COMPARED, resource=resource.name, subject=why)
