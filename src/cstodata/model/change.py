"""What changed from one data package to another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cstodata.model.json import JsonObject, JsonValue

Cells = dict[str, str | None]
"""Cells of a row by field, as canonical text; None is null."""


class ChangeKind(StrEnum):
    """What may change. `cstodata.model.bump` says which version each needs."""

    PACKAGE_RENAMED = "package-renamed"
    LICENCE_CHANGED = "licence-changed"
    SOURCES_CHANGED = "sources-changed"
    DESCRIPTION_CHANGED = "description-changed"
    RELEASE_FACT_CHANGED = "release-fact-changed"
    PROPERTY_CHANGED = "property-changed"

    RESOURCE_ADDED = "resource-added"
    RESOURCE_REMOVED = "resource-removed"
    RESOURCE_RENAMED = "resource-renamed"
    RESOURCES_REORDERED = "resources-reordered"
    FORM_CHANGED = "form-changed"
    FILE_CHANGED = "file-changed"
    NOT_COMPARED = "not-compared"

    FIELD_APPENDED = "field-appended"
    FIELD_INSERTED = "field-inserted"
    FIELD_REMOVED = "field-removed"
    FIELD_RENAMED = "field-renamed"
    FIELDS_REORDERED = "fields-reordered"
    FIELD_RETYPED = "field-retyped"
    READING_CHANGED = "reading-changed"
    MISSING_VALUES_CHANGED = "missing-values-changed"
    FIELD_DEPRECATED = "field-deprecated"
    DEPRECATION_WITHDRAWN = "deprecation-withdrawn"
    DEPRECATION_SHORTENED = "deprecation-shortened"

    CONSTRAINT_TIGHTENED = "constraint-tightened"
    CONSTRAINT_LOOSENED = "constraint-loosened"
    CONSTRAINT_CHANGED = "constraint-changed"
    PRIMARY_KEY_CHANGED = "primary-key-changed"
    UNIQUE_KEYS_CHANGED = "unique-keys-changed"
    FOREIGN_KEYS_CHANGED = "foreign-keys-changed"

    ROWS_ADDED = "rows-added"
    ROWS_REMOVED = "rows-removed"
    ROWS_CHANGED = "rows-changed"
    REFERENCED_KEY_REMOVED = "referenced-key-removed"
    WRITTEN_DIFFERENTLY = "written-differently"


class Bump(StrEnum):
    """Which part of a version a change raises."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"

    @property
    def weight(self) -> int:
        """The larger, the more."""
        return list(Bump).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of what is declared, or the changes of one kind in a table's rows.

    Attributes:
        kind: What changed.
        resource: In which resource, by its new name if it has one; None for the package itself.
        field: In which field, by its new name if it has one; None if it is of no single field.
        subject: Which property or constraint; None if the kind says it all.
        before: What it was; None if there was nothing.
        after: What it is; None if there is nothing.
        count: How many rows or cells it concerns; None if it is not of rows.
    """

    kind: ChangeKind
    resource: str | None = None
    field: str | None = None
    subject: str | None = None
    before: JsonValue = None
    after: JsonValue = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """A row that was added, removed or changed.

    Attributes:
        key: The cells of the key that rows are told apart by; empty if the table has none.
        before: Of a changed row the cells that differ, of a removed one all; None if it was added.
        after: The same of the new row; None if it was removed.
        row_before: Number of the record in the old file, the header being 1; None if it was added.
        row_after: The same in the new file; None if it was removed.
    """

    key: Cells
    before: Cells | None
    after: Cells | None
    row_before: int | None
    row_after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableChanges:
    """What changed in the rows of one table.

    Attributes:
        resource: Its new name.
        resource_before: Its old name; None if there was no such table.
        key: The names of the fields that rows are told apart by; empty if they are compared as a multiset.
        rows_before: How many rows there were.
        rows_after: How many rows there are.
        removed: In the order of the old file.
        added: In the order of the new file.
        changed: In the order of the new file.
        corrected: How many of the changed rows differ in a field that both tables have; the others only have cells in
            fields that are new.
    """

    resource: str
    resource_before: str | None
    key: tuple[str, ...]
    rows_before: int
    rows_after: int
    removed: Collection[RowChange] = ()
    added: Collection[RowChange] = ()
    changed: Collection[RowChange] = ()
    corrected: int = 0

    @property
    def count(self) -> int:
        """How many rows changed in any way."""
        return len(self.removed) + len(self.added) + len(self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two packages.

    Attributes:
        place: As it was asked for.
        name: As it declares; None if it does not.
        version: As it declares; None if it does not.
        descriptor: What it declares, as read.
        schemas: The Table Schemas that it refers to, by path.
        digests: The SHA-256 digests of the files of each resource, by name.
    """

    place: str
    name: str | None
    version: str | None
    descriptor: JsonObject
    schemas: Mapping[str, JsonObject]
    digests: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A field that is gone, and was promised to stay.

    Attributes:
        resource: The old name of its resource.
        field: Its old name.
        until: The first version that may lack it.
    """

    resource: str
    field: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionNeed:
    """Which version the changes need.

    Attributes:
        bump: The part that they raise.
        required: The lowest version that the new package may have; None if the old one's cannot be raised.
        declared: What it declares; None if it does not.
        is_enough: Whether that is high enough.
        promises: What needs a higher version than the bump gives, in the old order.
    """

    bump: Bump
    required: str | None
    declared: str | None
    is_enough: bool
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """What changed from one data package to another; every report on it is a rendering of this.

    Attributes:
        old: The package before.
        new: The package after.
        changes: In the order: package, then table by table what is declared and what became of the rows.
        tables: The tables that both have or the new one has, with their rows; those of equal bytes are left out.
        version: The version that the changes need.
        is_complete: Whether all resources were compared.
        words: What changed, in the words of the domain; empty if nobody knows them.
    """

    old: Side
    new: Side
    changes: tuple[Change, ...]
    tables: tuple[TableChanges, ...]
    version: VersionNeed
    is_complete: bool = True
    words: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing changed that a reader of the data could notice."""
        return self.version.bump is Bump.NONE
