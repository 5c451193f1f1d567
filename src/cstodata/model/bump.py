"""Which version the changes need: one table, all reasons, the largest counts.

The base is the versioning recipe of Data Package (https://datapackage.org/recipes/data-package-version/). It deviates
in two points: a nullable field appended at the end is minor, as readers by name are not disturbed; another licence is
major, as it decides what may be done with the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cstodata.model.change import Bump, Change, ChangeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class BumpRule:
    """What a kind of change needs.

    Attributes:
        id: To refer to it by; it never changes.
        bump: The part of the version that is raised.
        why: One sentence for those who wonder.
    """

    id: str
    bump: Bump
    why: str


def _rule(id_: str, bump: Bump, why: str) -> BumpRule:
    return BumpRule(id=id_, bump=bump, why=why)


BUMPS: Final[Mapping[ChangeKind, BumpRule]] = {
    ChangeKind.RESOURCE_REMOVED: _rule("B01", Bump.MAJOR, "Who reads the table finds none."),
    ChangeKind.RESOURCE_RENAMED: _rule("B02", Bump.MAJOR, "Who reads the table by its name finds none."),
    ChangeKind.FIELD_REMOVED: _rule("B03", Bump.MAJOR, "Who reads the field finds none."),
    ChangeKind.FIELD_RENAMED: _rule("B04", Bump.MAJOR, "Who reads the field by its name finds none."),
    ChangeKind.FIELDS_REORDERED: _rule("B05", Bump.MAJOR, "Who reads fields by their position reads others."),
    ChangeKind.FIELD_INSERTED: _rule("B06", Bump.MAJOR, "It moves the fields behind it, or must be filled by writers."),
    ChangeKind.FIELD_RETYPED: _rule("B07", Bump.MAJOR, "Its cells are values of another type."),
    ChangeKind.READING_CHANGED: _rule("B08", Bump.MAJOR, "The same cell means another value."),
    ChangeKind.MISSING_VALUES_CHANGED: _rule("B09", Bump.MAJOR, "Other cells are null."),
    ChangeKind.CONSTRAINT_TIGHTENED: _rule("B10", Bump.MAJOR, "What was valid need not be any more."),
    ChangeKind.CONSTRAINT_CHANGED: _rule("B11", Bump.MAJOR, "What was valid may not be any more: nothing proves it."),
    ChangeKind.PRIMARY_KEY_CHANGED: _rule("B12", Bump.MAJOR, "Rows are told apart by something else."),
    ChangeKind.UNIQUE_KEYS_CHANGED: _rule("B13", Bump.MAJOR, "Rows are told apart by something else."),
    ChangeKind.FOREIGN_KEYS_CHANGED: _rule("B14", Bump.MAJOR, "Tables are joined in another way."),
    ChangeKind.REFERENCED_KEY_REMOVED: _rule("B15", Bump.MAJOR, "What other tables referred to is gone."),
    ChangeKind.FORM_CHANGED: _rule("B16", Bump.MAJOR, "The file is to be read in another way."),
    ChangeKind.FILE_CHANGED: _rule("B17", Bump.MAJOR, "It is no table, so what changed in it cannot be told."),
    ChangeKind.NOT_COMPARED: _rule("B18", Bump.MAJOR, "Its rows could not be compared."),
    ChangeKind.PACKAGE_RENAMED: _rule("B19", Bump.MAJOR, "Who asks for the package by its name finds none."),
    ChangeKind.LICENCE_CHANGED: _rule("B20", Bump.MAJOR, "What may be done with the data changes."),
    ChangeKind.PROPERTY_CHANGED: _rule("B21", Bump.MAJOR, "What the property means to readers is not known."),
    ChangeKind.DEPRECATION_SHORTENED: _rule("B22", Bump.MAJOR, "The field may go before the version promised."),
    ChangeKind.RESOURCE_ADDED: _rule("B30", Bump.MINOR, "There is more to read."),
    ChangeKind.FIELD_APPENDED: _rule("B31", Bump.MINOR, "There is more to read, and nothing moves."),
    ChangeKind.ROWS_ADDED: _rule("B32", Bump.MINOR, "There is more to read."),
    ChangeKind.ROWS_REMOVED: _rule("B33", Bump.MINOR, "No other table refers to them."),
    ChangeKind.CONSTRAINT_LOOSENED: _rule("B34", Bump.MINOR, "What was valid still is; more may come."),
    ChangeKind.FIELD_DEPRECATED: _rule(
        "B35", Bump.MINOR, "The field can be read as before; readers have time to leave."
    ),
    ChangeKind.DEPRECATION_WITHDRAWN: _rule("B36", Bump.MINOR, "The field stays; readers need not leave."),
    ChangeKind.ROWS_CHANGED: _rule("B50", Bump.PATCH, "Values are corrected under the same key."),
    ChangeKind.DESCRIPTION_CHANGED: _rule("B51", Bump.PATCH, "It is for people."),
    ChangeKind.SOURCES_CHANGED: _rule("B52", Bump.PATCH, "It is for people."),
    ChangeKind.RESOURCES_REORDERED: _rule("B53", Bump.PATCH, "Resources are read by name."),
    ChangeKind.RELEASE_FACT_CHANGED: _rule("B70", Bump.NONE, "It tells of the release, or where a file stands in it."),
    ChangeKind.WRITTEN_DIFFERENTLY: _rule("B71", Bump.NONE, "The same rows, in another order or quoting."),
}
"""The version that each kind of change needs. What is not listed needs a major one."""

UNCLASSIFIED: Final = _rule("B99", Bump.MAJOR, "Nobody has said what it means to readers.")

_SCHEMA_KINDS: Final = (
    ChangeKind.RESOURCE_ADDED,
    ChangeKind.RESOURCE_REMOVED,
    ChangeKind.RESOURCE_RENAMED,
    ChangeKind.FIELD_APPENDED,
    ChangeKind.FIELD_INSERTED,
    ChangeKind.FIELD_REMOVED,
    ChangeKind.FIELD_RENAMED,
    ChangeKind.FIELDS_REORDERED,
    ChangeKind.FIELD_RETYPED,
    ChangeKind.READING_CHANGED,
    ChangeKind.MISSING_VALUES_CHANGED,
    ChangeKind.CONSTRAINT_TIGHTENED,
    ChangeKind.CONSTRAINT_LOOSENED,
    ChangeKind.CONSTRAINT_CHANGED,
    ChangeKind.PRIMARY_KEY_CHANGED,
    ChangeKind.UNIQUE_KEYS_CHANGED,
    ChangeKind.FOREIGN_KEYS_CHANGED,
    ChangeKind.PROPERTY_CHANGED,  # of a field, most often; a false alarm costs less than a missed one
)

SCHEMA_RULES: Final = frozenset({*(BUMPS[kind].id for kind in _SCHEMA_KINDS), UNCLASSIFIED.id})
"""Ids of the rules on changes of what tables look like, not of what they hold."""


def rule_of(change: Change) -> BumpRule:
    """What a change needs."""
    return BUMPS.get(change.kind, UNCLASSIFIED)


def needed(changes: Iterable[Change]) -> Bump:
    """The largest bump that any of the changes needs."""
    return max((rule_of(change).bump for change in changes), key=lambda bump: bump.weight, default=Bump.NONE)
