"""What changed in what a schema declares: fields, types, constraints, keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from cstodata.diff.constraints import compare_constraint
from cstodata.diff.metadata import is_same_json
from cstodata.model.change import Change, ChangeKind
from cstodata.package.deprecation import MARK, read_mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.package.descriptor import Field, Schema

_TYPE = ("type", "format")
_READING = ("trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber", "delimiter", "itemType")
_DESCRIPTION = ("title", "description", "example", "examples", "rdfType")
_FIELD: Final = {
    **dict.fromkeys(_TYPE, ChangeKind.FIELD_RETYPED),
    **dict.fromkeys(_READING, ChangeKind.READING_CHANGED),
    **dict.fromkeys(_DESCRIPTION, ChangeKind.DESCRIPTION_CHANGED),
}
"""What each property of a field is a change of; other ones are properties that nobody has classified."""

_ELSEWHERE = ("name", "constraints", "missingValues", "categories", "fields", "primaryKey", "foreignKeys", "uniqueKeys")
"""What is compared on its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPairs:
    """Which field of one schema is which of another.

    Attributes:
        old: The schema before.
        new: The schema after.
        renamed: New names of old fields that are proved to be the same, by old name.
    """

    old: Schema
    new: Schema
    renamed: Mapping[str, str]

    @property
    def common(self) -> list[tuple[Field, Field]]:
        """The fields that both have, in the new order."""
        before = {self.new_name(field.name): field for field in self.old.fields}
        return [(before[field.name], field) for field in self.new.fields if field.name in before]

    @property
    def removed(self) -> list[Field]:
        """The fields that only the old schema has."""
        after = {field.name for field in self.new.fields}
        return [field for field in self.old.fields if self.new_name(field.name) not in after]

    @property
    def added(self) -> list[Field]:
        """The fields that only the new schema has."""
        before = {self.new_name(field.name) for field in self.old.fields}
        return [field for field in self.new.fields if field.name not in before]

    def new_name(self, name: str) -> str:
        """What an old field is called now."""
        return self.renamed.get(name, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What resources and fields are called now.

    Attributes:
        resources: New names of renamed resources, by old name.
        fields: New names of renamed fields, by old name, by the new name of the resource.
    """

    resources: Mapping[str, str]
    fields: Mapping[str, Mapping[str, str]]


def schema_changes(pairs: FieldPairs, resource: str, names: Names) -> Iterator[Change]:
    """What changed in a schema, field by field, then its keys.

    Args:
        pairs: The two schemas.
        resource: The new name of the resource.
        names: What other resources and their fields are called now.
    """
    for field in pairs.removed:
        yield Change(kind=ChangeKind.FIELD_REMOVED, resource=resource, field=field.name, before=field.type)
    for before, after in pairs.common:
        if before.name != after.name:
            kind = ChangeKind.FIELD_RENAMED
            yield Change(kind=kind, resource=resource, field=after.name, before=before.name, after=after.name)
    yield from _added(pairs, resource)
    was = [pairs.new_name(field.name) for field in pairs.old.fields if field not in pairs.removed]
    now = [after.name for _, after in pairs.common]
    if was != now:
        yield Change(kind=ChangeKind.FIELDS_REORDERED, resource=resource, before=list(was), after=list(now))
    for before, after in pairs.common:
        for change in _field_changes(before, after):
            yield Change(
                kind=change.kind,
                resource=resource,
                field=after.name,
                subject=change.subject,
                before=change.before,
                after=change.after,
            )
    yield from _key_changes(pairs, resource, names)
    if _labels(pairs.old.descriptor.get("missingValues")) != _labels(pairs.new.descriptor.get("missingValues")):
        kind = ChangeKind.DESCRIPTION_CHANGED
        yield _property(kind, "missingValues", pairs.old.descriptor, pairs.new.descriptor, resource)
    for name in _differing(pairs.old.descriptor, pairs.new.descriptor):
        if name in _ELSEWHERE:
            continue
        kind = ChangeKind.DESCRIPTION_CHANGED if name in _DESCRIPTION else ChangeKind.PROPERTY_CHANGED
        yield _property(kind, name, pairs.old.descriptor, pairs.new.descriptor, resource)


def _added(pairs: FieldPairs, resource: str) -> Iterator[Change]:
    survivors = {after.name for _, after in pairs.common}
    names = [field.name for field in pairs.new.fields]
    last = max((names.index(name) for name in survivors), default=-1)
    for field in pairs.added:
        needed = _constraints(field).get("required") is True or field.name in pairs.new.primary_key
        appended = names.index(field.name) > last and not needed
        kind = ChangeKind.FIELD_APPENDED if appended else ChangeKind.FIELD_INSERTED
        yield Change(kind=kind, resource=resource, field=field.name, after=field.type)


def _field_changes(before: Field, after: Field) -> Iterator[Change]:
    for name in _differing(before.descriptor, after.descriptor):
        # One may say what the other leaves to the default.
        if name not in _ELSEWHERE and not (name in _TYPE and getattr(before, name) == getattr(after, name)):
            kind = _FIELD.get(name, ChangeKind.PROPERTY_CHANGED)
            if name == MARK:
                kind = _compare_marks(before.descriptor.get(name), after.descriptor.get(name))
            yield _property(kind, name, before.descriptor, after.descriptor, None)
    if set(before.missing_values) != set(after.missing_values):
        yield Change(
            kind=ChangeKind.MISSING_VALUES_CHANGED, before=list(before.missing_values), after=list(after.missing_values)
        )
    for name in ("missingValues", "categories"):
        values = before.descriptor.get(name), after.descriptor.get(name)
        if _labels(values[0]) != _labels(values[1]):
            yield _property(ChangeKind.DESCRIPTION_CHANGED, name, before.descriptor, after.descriptor, None)
    was, now = _constraints(before), _constraints(after)
    for name in _differing(was, now):
        verdict = compare_constraint(name, was.get(name), now.get(name))
        if verdict is not None:
            yield Change(kind=verdict, subject=name, before=was.get(name), after=now.get(name))


def _compare_marks(before: JsonValue, after: JsonValue) -> ChangeKind:
    was, now = read_mark(before), read_mark(after)
    if now is None:
        return ChangeKind.PROPERTY_CHANGED if was is None or after is not None else ChangeKind.DEPRECATION_WITHDRAWN
    shortened = was is not None and now.remove_in < was.remove_in
    return ChangeKind.DEPRECATION_SHORTENED if shortened else ChangeKind.FIELD_DEPRECATED


def _labels(declared: JsonValue) -> dict[str, JsonValue]:
    """The labels of values that are declared as objects."""
    values = declared if isinstance(declared, list) else []
    return {str(each.get("value")): each["label"] for each in values if isinstance(each, dict) and "label" in each}


def _key_changes(pairs: FieldPairs, resource: str, names: Names) -> Iterator[Change]:
    was = [pairs.new_name(name) for name in pairs.old.primary_key]
    now = list(pairs.new.primary_key)
    if was != now:
        yield Change(kind=ChangeKind.PRIMARY_KEY_CHANGED, resource=resource, before=list(was), after=list(now))
    unique_was = [[pairs.new_name(name) for name in key] for key in _unique_keys(pairs.old)]
    unique_now = _unique_keys(pairs.new)
    if sorted(unique_was) != sorted(unique_now):
        yield Change(
            kind=ChangeKind.UNIQUE_KEYS_CHANGED,
            resource=resource,
            before=cast("JsonValue", unique_was),
            after=cast("JsonValue", unique_now),
        )
    foreign_was = {_foreign_key(key, resource, names) for key in _list(pairs.old, "foreignKeys")}
    foreign_now = {_foreign_key(key, resource, None) for key in _list(pairs.new, "foreignKeys")}
    for gone in sorted(foreign_was - foreign_now):
        yield Change(kind=ChangeKind.FOREIGN_KEYS_CHANGED, resource=resource, before=gone)
    for come in sorted(foreign_now - foreign_was):
        yield Change(kind=ChangeKind.FOREIGN_KEYS_CHANGED, resource=resource, after=come)


def _unique_keys(schema: Schema) -> list[list[str]]:
    return [_names(key) for key in _list(schema, "uniqueKeys")]


def _foreign_key(key: JsonValue, resource: str, names: Names | None) -> str:
    """A foreign key as one text, in new names.

    Args:
        key: As it is declared.
        resource: The new name of the resource that declares it.
        names: What its names are now; None if it is declared in new names.
    """
    declared = key if isinstance(key, dict) else {}
    reference = declared.get("reference")
    target = reference if isinstance(reference, dict) else {}
    fields, referred = _names(declared.get("fields")), _names(target.get("fields"))
    other = str(target.get("resource") or "") or resource
    if names is not None:
        other = names.resources.get(other, other)
        here, there = names.fields.get(resource, {}), names.fields.get(other, {})
        fields = [here.get(name, name) for name in fields]
        referred = [there.get(name, name) for name in referred]
    return f"{', '.join(fields)} -> {other}: {', '.join(referred)}"


def _names(value: JsonValue) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [] if value is None else [str(value)]


def _list(schema: Schema, name: str) -> list[JsonValue]:
    value = schema.descriptor.get(name)
    return value if isinstance(value, list) else []


def _constraints(field: Field) -> dict[str, JsonValue]:
    """What a field asks of its cells; its categories are as good as an enum."""
    constraints = field.descriptor.get("constraints")
    declared = dict(constraints) if isinstance(constraints, dict) else {}
    if "categories" in field.descriptor:
        declared["categories"] = field.descriptor["categories"]
    return declared


def _differing(before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> list[str]:
    return [name for name in {**before, **after} if not is_same_json(before.get(name), after.get(name))]


def _property(kind: ChangeKind, name: str, before: JsonObject, after: JsonObject, resource: str | None) -> Change:
    return Change(kind=kind, resource=resource, subject=name, before=before.get(name), after=after.get(name))
