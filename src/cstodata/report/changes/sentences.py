"""One sentence for each change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeGuard, assert_never

from cstodata.model.change import Bump, Change, ChangeKind

if TYPE_CHECKING:
    from cstodata.model.change import ChangeSet, TableChanges, VersionNeed
    from cstodata.model.json import JsonObject, JsonValue


def sentence(change: Change) -> str:  # noqa: C901, PLR0911, PLR0912 -- one case a kind, and the type checker counts them
    """What changed, without saying where."""
    before, after = _shown(change.before), _shown(change.after)
    count = change.count or 0
    match change.kind:
        case ChangeKind.PACKAGE_RENAMED:
            return f"the package's {change.subject} was {before} and is {after}"
        case (
            ChangeKind.LICENCE_CHANGED
            | ChangeKind.SOURCES_CHANGED
            | ChangeKind.DESCRIPTION_CHANGED
            | ChangeKind.RELEASE_FACT_CHANGED
            | ChangeKind.PROPERTY_CHANGED
            | ChangeKind.FORM_CHANGED
            | ChangeKind.READING_CHANGED
        ):
            return _changed(str(change.subject), change)
        case ChangeKind.RESOURCE_ADDED:
            return "the resource is new"
        case ChangeKind.RESOURCE_REMOVED:
            return "the resource is gone"
        case ChangeKind.RESOURCE_RENAMED:
            return f"the resource was called {before}"
        case ChangeKind.RESOURCES_REORDERED:
            return f"the resources stand in another order: {after}"
        case ChangeKind.FILE_CHANGED:
            return "the file has other bytes"
        case ChangeKind.NOT_COMPARED:
            return f"the rows could not be compared: {change.subject}"
        case ChangeKind.FIELD_APPENDED:
            return f"the field is new, at the end ({after})"
        case ChangeKind.FIELD_INSERTED:
            return f"the field is new ({after}), and stands between others or must be filled"
        case ChangeKind.FIELD_REMOVED:
            return f"the field is gone ({before})"
        case ChangeKind.FIELD_RENAMED:
            return f"the field was called {before}: its cells are the same"
        case ChangeKind.FIELDS_REORDERED:
            return f"the fields stand in another order: {after}, not {before}"
        case ChangeKind.FIELD_RETYPED:
            return _changed(str(change.subject), change)
        case ChangeKind.MISSING_VALUES_CHANGED:
            return f"missing values were {before} and are {after}"
        case ChangeKind.FIELD_DEPRECATED:
            return _deprecated(change.after)
        case ChangeKind.DEPRECATION_WITHDRAWN:
            return "the field is not deprecated any more"
        case ChangeKind.DEPRECATION_SHORTENED:
            return f"{_deprecated(change.after)}; it was promised to stay until {_of_mark(change.before, 'remove_in')}"
        case ChangeKind.CONSTRAINT_TIGHTENED:
            return f"tighter: {_changed(str(change.subject), change)}"
        case ChangeKind.CONSTRAINT_LOOSENED:
            return f"looser: {_changed(str(change.subject), change)}"
        case ChangeKind.CONSTRAINT_CHANGED:
            return f"neither tighter nor looser for certain: {_changed(str(change.subject), change)}"
        case ChangeKind.PRIMARY_KEY_CHANGED:
            return f"the primary key was {before} and is {after}"
        case ChangeKind.UNIQUE_KEYS_CHANGED:
            return f"the unique keys were {before} and are {after}"
        case ChangeKind.FOREIGN_KEYS_CHANGED:
            return _changed("the foreign key", change)
        case ChangeKind.ROWS_ADDED:
            return f"{_rows(count)} added"
        case ChangeKind.ROWS_REMOVED:
            return f"{_rows(count)} removed"
        case ChangeKind.ROWS_CHANGED:
            return f"{_rows(count)} changed"
        case ChangeKind.REFERENCED_KEY_REMOVED:
            return f"{change.subject} referred to {_rows(count)} of those removed"
        case ChangeKind.WRITTEN_DIFFERENTLY:
            return f"no row changed, but {change.subject}"
        case _:
            assert_never(change.kind)


def place(change: Change) -> str:
    """Where it changed: `resource.field`, `resource`, or the package."""
    if change.resource is None:
        return "package"
    return change.resource if change.field is None else f"{change.resource}.{change.field}"


def verdict(changes: ChangeSet) -> str:
    """Which version the changes need, and whether the new package declares it."""
    need = changes.version
    if need.required is None:
        return f'needs a {need.bump} version more than "{changes.old.version}", which is no semantic version'
    if need.bump is Bump.NONE:
        low = need.declared is not None and not need.is_enough
        return "no change that needs a version" + (f"; {need.declared} is below {need.required}" if low else "")
    level = f"at least {need.required} ({reasons(need)})"
    if need.declared is None:
        return f"needs version {level}; none is declared"
    if need.is_enough:
        return f"needs version {level}; {need.declared} is declared"
    return f"needs version {level}; {need.declared} is declared, which is too low"


def reasons(need: VersionNeed) -> str:
    """What needs the version: the level of the changes, and the promises that ask for more."""
    told = (f"{each.resource}.{each.field} was promised to stay until {each.until}" for each in need.promises)
    return "; ".join((need.bump, *told))


def counts(table: TableChanges) -> str:
    """How many rows were added, changed and removed: `+3 ~1 -2`."""
    return f"+{len(table.added):,} ~{len(table.changed):,} -{len(table.removed):,}"


def title(changes: ChangeSet) -> str:
    """What is compared with what."""
    name = changes.new.name or changes.old.name or "data package"
    return f"{name} {changes.old.version or '(no version)'} → {changes.new.version or '(no version)'}"


def _changed(what: str, change: Change) -> str:
    if change.before is None:
        return f"{what} is new: {_shown(change.after)}"
    if change.after is None:
        return f"{what} is gone: it was {_shown(change.before)}"
    if _are_named(change.before) and _are_named(change.after):
        return f"{what}: {_members(change.before, change.after)}"
    return f"{what} was {_shown(change.before)} and is {_shown(change.after)}"


def _are_named(value: JsonValue) -> TypeGuard[list[JsonObject]]:
    """Whether it is a list of objects that have names or titles, such as sources and licences."""
    return isinstance(value, list) and all(isinstance(each, dict) and _name(each) for each in value)


def _name(value: JsonObject) -> str:
    return str(value.get("title") or value.get("name") or value.get("path") or "")


def _members(before: list[JsonObject], after: list[JsonObject]) -> str:
    """What became of the members of a list, by name."""
    added = [f"“{_name(each)}” is new" for each in after if each not in before]
    gone = [f"“{_name(each)}” is gone" for each in before if each not in after]
    return ", ".join([*added, *gone]) or "they stand in another order"


def _deprecated(mark: JsonValue) -> str:
    use = _of_mark(mark, "use")
    instead = f"use {use} in its place" if use else "nothing takes its place"
    until = _of_mark(mark, "remove_in")
    return f"the field is deprecated since {_of_mark(mark, 'since')}, and stays until {until}: {instead}"


def _of_mark(mark: JsonValue, name: str) -> JsonValue:
    return mark.get(name) if isinstance(mark, dict) else None


def _shown(value: JsonValue) -> str:
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return ", ".join(f'"{each}"' if each.strip() != each or not each else str(each) for each in value)
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
