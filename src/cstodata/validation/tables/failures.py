"""Why Frictionless fails on a table, in the words of its schema.

Frictionless applies some constraints without looking whether they can be applied, and ends with whatever Python raises.
That is an error of the schema, or a cell that cannot be compared, and is reported as one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from frictionless import Field, Schema

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_UNHASHABLE = frozenset({"array", "geojson", "list", "object"})


def why_it_fails(schema: Schema | None, error: Exception) -> str:
    """One sentence on what in a schema, or in a cell, made Frictionless fail with this error."""
    if schema is not None:
        reasons = [reason for field in schema.fields for reason in _reasons(field)] + _incomparable_keys(schema)
        if reasons:
            return "; ".join(reasons)
    text = str(error)
    if "offset-naive and offset-aware" in text:
        return "a datetime with an offset from UTC is compared with one without: give both or none an offset"
    if "signaling NaN" in text or "sNaN" in text or type(error).__name__ == "InvalidOperation":
        return "a cell is sNaN, which cannot be compared with anything"
    return f"Frictionless cannot apply the schema ({type(error).__name__}: {text})"


def _incomparable_keys(schema: Schema) -> list[str]:
    keys = {*schema.primary_key, *(name for key in schema.foreign_keys for name in key["fields"])}
    return [
        f'field "{field.name}" is part of a key and of type {field.type}, whose values cannot be compared'
        for field in schema.fields
        if field.type in _UNHASHABLE and (field.constraints.get("unique") or field.name in keys)
    ]


def _reasons(field: Field) -> Iterator[str]:
    constraints = field.constraints
    pattern = constraints.get("pattern")
    if isinstance(pattern, str):
        try:
            re.compile(f"^{pattern}$")
        except re.error as error:
            yield f'the pattern "{pattern}" of field "{field.name}" is no regular expression: {error}'
    read = field.create_value_reader()
    for name in _BOUNDS:
        bound = constraints.get(name)
        if bound is not None and name in field.supported_constraints and read(bound) is None:
            yield f'the {name} "{bound}" of field "{field.name}" is no {field.type} in the field\'s format'
