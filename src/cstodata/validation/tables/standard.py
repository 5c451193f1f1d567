"""Where Frictionless is silent, and Data Package v2 is not: unique keys, categories, null in primary keys, types.

Marks of deprecated fields, our own addition to the standard, are looked at too. The rows are looked at while they are
read, whoever reads them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.model.finding import RULE_PREFIX, Finding, Severity
from cstodata.package.canonical_texts import canonical_texts
from cstodata.package.deprecation import MARK, why_no_mark
from cstodata.validation.tables.keys import duplicates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cstodata.model.json import JsonValue
    from cstodata.package.descriptor import DataPackage, Field, Resource, Schema
    from cstodata.validation.limits import Limits

UNIQUE_KEY = RULE_PREFIX + "unique-key"
CATEGORY = RULE_PREFIX + "category"
PRIMARY_KEY_NULL = RULE_PREFIX + "primary-key-null"
UNTYPED_FIELD = RULE_PREFIX + "untyped-field"
DEPRECATED_MARK = RULE_PREFIX + "deprecated-mark"

EXPLANATIONS: Final[Mapping[str, str]] = {
    UNIQUE_KEY: (
        "Two rows have the same values in fields that the schema declares a unique key.\n\n"
        "Rows with a null in the key do not count, as in SQL. Frictionless does not look at `uniqueKeys`."
    ),
    CATEGORY: (
        "A cell is none of the categories that its field declares.\n\nFrictionless does not look at `categories`."
    ),
    PRIMARY_KEY_NULL: (
        "A part of a primary key is null.\n\n"
        "A field of a primary key is required. Frictionless finds only keys of which all parts are null."
    ),
    UNTYPED_FIELD: (
        "A field declares no type.\n\n"
        "In Data Package v2 its cells may be anything; Frictionless reads them as strings, so a reader cannot tell."
    ),
    DEPRECATED_MARK: (
        "What marks a field as deprecated cannot be read as a promise.\n\n"
        'The mark is `"cstodata:deprecated": {"since": "1.2.0", "remove_in": "2.0.0", "use": "other_field"}`: since\n'
        "which version readers are told, the first version that may lack the field, and another field of the table\n"
        "that takes its place, if there is one. `cstodata version` and `cstodata release` keep to it."
    ),
}
"""What each finding means, by its type."""

_CATEGORICAL = frozenset({"string", "integer"})

_INTEGER = re.compile("[+-]?[0-9]+")

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What is wrong in one row."""

    row: int
    type: str
    message: str
    mend: str
    field: str
    value: str | None = None


class StandardChecks:
    """What Data Package v2 asks of a table, and Frictionless does not look at."""

    def __init__(self, package: DataPackage, resource: Resource, limits: Limits) -> None:
        self._resource = resource
        self._schema = resource.schema
        self._limits = limits
        self._is_v2 = "/2." in str(package.descriptor.get("$schema", ""))
        self._of_schema: list[Finding] = []
        fields = {field.name: field for field in self._schema.fields} if self._schema else {}
        self._fields: Mapping[str, Field] = fields
        self._primary_key, self._nullable = _nullable_key(self._schema) if self._schema else ((), ())
        self._known = dict(self._categories())
        self._unique_keys = list(self._declared_keys())
        self.restart()

    @property
    def fields(self) -> set[str]:
        """The names of the fields whose cells are to be looked at; empty if no row need be."""
        return {*self._primary_key, *self._known, *(name for key in self._unique_keys for name in key)}

    @property
    def unique_keys(self) -> tuple[Key, ...]:
        """The fields of the keys that rows may not share, beside the primary key."""
        return tuple(self._keys)

    def restart(self) -> None:
        """Forget all rows: they will be read again."""
        self._hits: dict[tuple[str, str], list[Hit]] = {}
        self._keys: dict[Key, list[tuple[pa.Array, pa.Array]]] = {key: [] for key in self._unique_keys}

    def add(self, numbers: Sequence[int] | range, columns: Mapping[str, pa.Array]) -> None:
        """Look at some rows that have a cell for each column.

        Args:
            numbers: Of the records, the header being 1.
            columns: The cells as they are written, by field; a field that the file lacks is not there.
        """
        texts = self.texts(columns)
        self.look(numbers, texts)
        for key, keys in self.keys(texts).items():
            self.note(key, numbers, keys)

    def texts(self, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """The cells of some rows as canonical texts, by field; null where one is missing."""
        return {
            name: canonical_texts(column, self._fields[name])
            for name, column in columns.items()
            if name in self._fields
        }

    def look(self, numbers: Sequence[int] | range, texts: Mapping[str, pa.Array]) -> None:
        """Look at some rows, each by itself."""
        rows = pa.array(numbers, pa.int64())
        if set(self._primary_key) <= texts.keys():
            self._look_for_null(rows, texts)
        for name, known in self._known.items():
            if name in texts:
                wrong = pc.and_(texts[name].is_valid(), pc.invert(pc.is_in(texts[name], value_set=known)))
                for row, value in _where(wrong, rows, texts[name]):
                    message = f'"{value}" is none of the categories of {name}'
                    mend = "Write one of the categories that the schema declares, or declare this one."
                    self.hit(Hit(row=row, type=CATEGORY, message=message, mend=mend, field=name, value=value))

    def keys(self, texts: Mapping[str, pa.Array]) -> dict[Key, pa.Array]:
        """The unique keys of some rows, by their fields, as texts; null where a part is."""
        return {key: _joined([texts[name] for name in key]) for key in self._keys if set(key) <= texts.keys()}

    def note(self, key: Key, numbers: Sequence[int] | range, keys: pa.Array) -> None:
        """Note the unique keys of some rows, to be compared in the end with those of all others.

        Args:
            key: Their fields.
            numbers: Of the records, the header being 1; no smaller ones than were noted before.
            keys: As `keys` gives them.
        """
        present = keys.is_valid()
        self._keys[key].append((keys.filter(present), pa.array(numbers, pa.int64()).filter(present)))

    @property
    def hits(self) -> list[Hit]:
        """What was found wrong in single rows."""
        return [hit for hits in self._hits.values() for hit in hits]

    def hit(self, hit: Hit) -> None:
        """Note what is wrong in a row; of each kind, no more than the limit is kept."""
        hits = self._hits.setdefault((hit.type, hit.field), [])
        if not self._limits.errors or len(hits) < self._limits.errors:
            hits.append(hit)

    def findings(self, *, last: int | None = None) -> Iterator[Finding]:
        """What is wrong: with the schema, then row by row.

        Args:
            last: The number of the last row that was read; None if all were.
        """
        yield from self._of_schema
        yield from self._untyped()
        yield from self._deprecated()
        hits = sorted([*self.hits, *self._repeated()], key=lambda hit: hit.row)
        hits = [hit for hit in hits if last is None or hit.row <= last][: self._limits.errors or None]
        for hit in hits:
            finding = self._finding(hit.type, hit.message, hit.mend, field=hit.field)
            yield replace(finding, row=hit.row, value=hit.value)

    def _look_for_null(self, rows: pa.Array, texts: Mapping[str, pa.Array]) -> None:
        parts = {name: texts[name].is_null() for name in self._primary_key}
        every = pa.repeat(pa.scalar(value=True), len(rows))
        for null in parts.values():
            every = pc.and_(every, null)  # Frictionless finds these
        for name in self._nullable:
            for row, _ in _where(pc.and_not(parts[name], every), rows, texts[name]):
                message = f"{name} is null, and part of the primary key"
                mend = "Fill the cell, or leave the field out of the primary key."
                self.hit(Hit(row=row, type=PRIMARY_KEY_NULL, message=message, mend=mend, field=name))

    def _repeated(self) -> Iterator[Hit]:
        """The rows whose unique key an earlier row has."""
        for key, chunks in self._keys.items():
            twice = duplicates([texts for texts, _ in chunks], self._limits)
            seen: set[str] = set()
            names = ", ".join(key)
            for texts, rows in chunks if len(twice) else ():
                for row, text in _where(pc.is_in(texts, value_set=twice), rows, texts):
                    if text in seen:
                        message = f"an earlier row has the same values in the unique key ({names})"
                        mend = "Keep one of the rows."
                        yield Hit(row=row, type=UNIQUE_KEY, message=message, mend=mend, field=names)
                    seen.add(text)

    def _untyped(self) -> Iterator[Finding]:
        # In version 1 a field without a type is a string, as Frictionless takes it.
        for field in self._fields.values() if self._is_v2 else ():
            if "type" not in field.descriptor:
                message = f"field {field.name} declares no type: its cells may be anything"
                mend = 'Declare its type; "any" if its cells may be anything.'
                yield self._finding(UNTYPED_FIELD, message, mend, field=field.name, severity=Severity.WARNING)

    def _deprecated(self) -> Iterator[Finding]:
        for field in self._fields.values():
            if MARK not in field.descriptor:
                continue
            why = why_no_mark(field.descriptor[MARK], others=self._fields.keys() - {field.name})
            if why:
                message = f'"{MARK}" of {field.name} {why}'
                mend = "Declare `since` and a later `remove_in`, and the field to `use` if there is one."
                yield self._finding(DEPRECATED_MARK, message, mend, field=field.name)

    def _categories(self) -> Iterator[tuple[str, pa.Array]]:
        for field in self._fields.values():
            declared = field.descriptor.get("categories")
            if declared is None:
                continue
            values: list[JsonValue] = [_category(each) for each in declared] if isinstance(declared, list) else [None]
            if why := _why_no_categories(field, values):
                mend = "Declare texts, or objects with a `value`, of a field of type string or integer."
                message = f'"categories" of {field.name} {why}'
                self._of_schema.append(self._finding(CATEGORY, message, mend, field=field.name))
                continue
            texts = pa.array([str(value) for value in values], pa.string())
            yield field.name, canonical_texts(texts, field).drop_null()

    def _declared_keys(self) -> Iterator[Key]:
        declared = self._schema.descriptor.get("uniqueKeys") if self._schema else None
        for each in declared if isinstance(declared, list) else []:
            key = tuple(dict.fromkeys(map(str, each))) if isinstance(each, list) else (str(each),)
            missing = [name for name in key if name not in self._fields]
            if key and not missing:
                yield key
                continue
            message = f"a unique key names {missing[0]}, which is no field" if key else "a unique key is empty"
            self._of_schema.append(self._finding(UNIQUE_KEY, message, "Name fields of the schema."))

    def _finding(
        self, type_: str, message: str, mend: str, *, field: str | None = None, severity: Severity = Severity.ERROR
    ) -> Finding:
        return Finding(
            type=type_,
            severity=severity,
            message=message,
            mend=mend,
            resource=self._resource.name,
            path=self._resource.path,
            field=field,
            field_number=self._schema.position(field) if self._schema and field else None,
        )


def _nullable_key(schema: Schema) -> tuple[Key, Key]:
    """A primary key of several fields, and those that are not required; nothing if Frictionless finds all nulls."""
    key = tuple(dict.fromkeys(schema.primary_key))
    required = {field.name for field in schema.fields if _is_required(field)}
    nullable = tuple(name for name in key if name not in required)
    known = set(key) <= {field.name for field in schema.fields}
    return (key, nullable) if known and len(key) > 1 and nullable else ((), ())


def _where(mask: pa.Array, rows: pa.Array, texts: pa.Array) -> Iterator[tuple[int, str]]:
    """The numbers and texts where a mask is true."""
    at = pc.indices_nonzero(mask)
    return zip(rows.take(at).to_pylist(), texts.take(at).to_pylist(), strict=True)


def _joined(parts: Sequence[pa.Array]) -> pa.Array:
    """The parts of keys as one text each, null where any part is; different parts make different texts."""
    if len(parts) == 1:
        return parts[0]
    sized = (pc.binary_join_element_wise(pc.utf8_length(part).cast(pa.string()), part, ":") for part in parts)
    return pc.binary_join_element_wise(*sized, "")


def _why_no_categories(field: Field, values: list[JsonValue]) -> str | None:
    """Why these cannot be the categories of a field; None if they can."""
    if field.type not in _CATEGORICAL:
        return f"is not for fields of type {field.type}"
    if None in values or (field.type == "integer" and not all(_INTEGER.fullmatch(str(value)) for value in values)):
        return f"needs a value of type {field.type} each"
    return None


def _is_required(field: Field) -> bool:
    constraints = field.descriptor.get("constraints")
    return isinstance(constraints, dict) and constraints.get("required") is True


def _category(value: JsonValue) -> JsonValue:
    """The value of a category, which may be an object with a label."""
    return value.get("value") if isinstance(value, dict) else value
