"""Where Frictionless is silent, and Data Package v2 is not: unique keys, categories, null in primary keys, types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.errors import TableReadError
from cstodata.model.finding import RULE_PREFIX, Finding, Severity
from cstodata.package.cells import arrow_type
from cstodata.package.lines import line_numbers
from cstodata.package.plain_csv import csv_dialect
from cstodata.package.tables import read_numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from cstodata.model.json import JsonValue
    from cstodata.package.descriptor import DataPackage, Field, Resource, Schema

UNIQUE_KEY = RULE_PREFIX + "unique-key"
CATEGORY = RULE_PREFIX + "category"
PRIMARY_KEY_NULL = RULE_PREFIX + "primary-key-null"
UNTYPED_FIELD = RULE_PREFIX + "untyped-field"

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
}
"""What each finding means, by its type."""

_ROW = "__row__"


class Standard:
    """What Data Package v2 asks of a table, and Frictionless does not look at."""

    def __init__(
        self, package: DataPackage, resource: Resource, unreadable: Collection[str], *, file: Path | None, limit: int
    ) -> None:
        """Look at a table.

        Args:
            package: The package.
            resource: The table; it must have a schema.
            unreadable: Names of the fields of which a cell cannot be read; what needs them is not looked at.
            file: Its one CSV file, unpacked, to tell lines by; None if it has none.
            limit: How many findings of a kind there may be; 0 for no limit.
        """
        self._package = package
        self._resource = resource
        self._schema: Schema = resource.schema  # type: ignore[assignment]  # as the argument's description says
        self._unreadable = unreadable
        self._file = file
        self._limit = limit

    def findings(self) -> Iterator[Finding]:
        """What is wrong, kind by kind, in the order of the rows."""
        yield from self._untyped()
        try:
            yield from self._primary_key()
            for field in self._schema.fields:
                yield from self._categories(field)
            yield from self._unique_keys()
        except (TableReadError, pa.ArrowException) as error:
            why = f"whether its keys are unique, and its categories known, cannot be told: {error}"
            yield self._finding(UNIQUE_KEY, why, "Write values that a table can hold.")

    def _untyped(self) -> Iterator[Finding]:
        if "/2." not in str(self._package.descriptor.get("$schema", "")):
            return  # in version 1 a field without a type is a string, as Frictionless takes it
        for field in self._schema.fields:
            if "type" not in field.descriptor:
                message = f"field {field.name} declares no type: its cells may be anything"
                mend = 'Declare its type; "any" if its cells may be anything.'
                yield self._finding(UNTYPED_FIELD, message, mend, field=field.name, severity=Severity.WARNING)

    def _primary_key(self) -> Iterator[Finding]:
        key = self._schema.primary_key
        required = {field.name for field in self._schema.fields if _is_required(field)}
        if len(key) <= 1:  # Frictionless finds these itself, and what is required
            return
        for name in (name for name in key if name not in required):
            rows = self._rows([name], lambda table: table.column(0).is_null())
            mend = "Fill the cell, or leave the field out of the primary key."
            for row in self._placed(rows):
                yield self._finding(PRIMARY_KEY_NULL, f"{name} is null, and part of the primary key", mend, row, name)

    def _categories(self, field: Field) -> Iterator[Finding]:
        declared = field.descriptor.get("categories")
        if not isinstance(declared, list):
            return
        try:
            known = pa.array([_category(value) for value in declared], arrow_type(field))
        except (pa.ArrowException, TypeError, ValueError):
            message = f"the categories of {field.name} are no values of type {field.type}"
            yield self._finding(CATEGORY, message, "Declare values of the field's type.", field=field.name)
            return

        def unknown(table: pa.Table) -> pa.Array:
            return pc.and_(table[field.name].is_valid(), pc.invert(pc.is_in(table[field.name], value_set=known)))

        for row in self._placed(self._rows([field.name], unknown)):
            value = str(row[field.name])
            message = f'"{value}" is none of the categories of {field.name}'
            mend = "Write one of the categories that the schema declares, or declare this one."
            yield self._finding(CATEGORY, message, mend, row, field.name, value=value)

    def _unique_keys(self) -> Iterator[Finding]:
        declared = self._schema.descriptor.get("uniqueKeys")
        for each in declared if isinstance(declared, list) else []:
            key = [each] if isinstance(each, str) else [str(name) for name in each] if isinstance(each, list) else []
            names = ", ".join(key)
            missing = [name for name in key if self._schema.position(name) is None]
            if missing or not key:
                message = (
                    f"the unique key ({names}) names {missing[0]}, which is no field"
                    if key
                    else "a unique key is empty"
                )
                yield self._finding(UNIQUE_KEY, message, "Name fields of the schema.")
                continue
            for row in self._placed(self._repeated(key)):
                values = ", ".join(str(row[name]) for name in key)
                message = f'the unique key ({names}) has "{values}" in an earlier row too'
                yield self._finding(UNIQUE_KEY, message, "Keep one of the rows.", row, names)

    def _repeated(self, key: list[str]) -> list[dict[str, Any]]:
        """The rows whose key an earlier row has, in order."""
        if set(key) & set(self._unreadable):
            return []
        table = pa.concat_tables(piece.drop_null() for piece in self._pieces(key))
        first = table.group_by(key, use_threads=False).aggregate([(_ROW, "min")])[f"{_ROW}_min"]
        if len(first) == table.num_rows:
            return []
        return self._cut(table.filter(pc.invert(pc.is_in(table[_ROW], value_set=first))))

    def _rows(self, fields: list[str], wrong: Callable[[pa.Table], pa.Array]) -> list[dict[str, Any]]:
        """The rows that are wrong, in order, with these fields."""
        if set(fields) & set(self._unreadable):
            return []
        return self._cut(pa.concat_tables(piece.filter(wrong(piece)) for piece in self._pieces(fields)))

    def _pieces(self, fields: list[str]) -> Iterator[pa.Table]:
        return read_numbered(self._package, self._resource, fields, row_numbers=_ROW)

    def _cut(self, table: pa.Table) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = table.slice(0, self._limit or None).to_pylist()
        return rows

    def _placed(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows, each with its line, if that can be told."""
        if not rows or self._file is None:
            return rows
        lines = line_numbers(self._file, csv_dialect(self._resource), {row[_ROW] for row in rows})
        return [{**row, "__line__": lines.get(row[_ROW])} for row in rows]

    def _finding(
        self,
        type_: str,
        message: str,
        mend: str,
        row: Mapping[str, Any] | None = None,
        field: str | None = None,
        *,
        value: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        return Finding(
            type=type_,
            severity=severity,
            message=message,
            mend=mend,
            resource=self._resource.name,
            path=self._resource.path,
            row=row[_ROW] if row else None,
            line=row.get("__line__") if row else None,
            field=field,
            field_number=self._schema.position(field) if field else None,
            value=value,
        )


def _is_required(field: Field) -> bool:
    constraints = field.descriptor.get("constraints")
    return isinstance(constraints, dict) and constraints.get("required") is True


def _category(value: JsonValue) -> JsonValue:
    """The value of a category, which may be an object with a label."""
    return value.get("value") if isinstance(value, dict) else value
