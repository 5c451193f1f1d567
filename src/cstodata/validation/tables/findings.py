"""Frictionless' errors as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cstodata.model.finding import Finding
from cstodata.package.lines import line_numbers
from cstodata.validation.tables.advice import advice_on

if TYPE_CHECKING:
    from pathlib import Path

    from frictionless import Error

    from cstodata.model.json import JsonObject
    from cstodata.model.report import TableResult
    from cstodata.package.descriptor import Resource
    from cstodata.package.plain_csv import CsvDialect

_READABLE = frozenset(
    {
        "byte-count",
        "constraint-error",
        "field-count",
        "foreign-key",
        "hash-count",
        "primary-key",
        "row-count",
        "unique-error",
    }
)
"""Errors that leave every cell readable."""

_FACTS = ("row_number", "field_name", "field_names", "field_number", "cells", "cell")
"""What an error may tell; each kind tells other things."""


def as_finding(error: Error, *, resource: str | None = None) -> Finding:
    """An error of the metadata, or of a resource as a whole."""
    return _finding(error, resource, None, {})


def as_findings(
    errors: list[Error], resource: Resource, file: Path | None, dialect: CsvDialect, *, records: int | None
) -> tuple[Finding, ...]:
    """Errors of a table, each with the line on which its row begins.

    Args:
        errors: In Frictionless' order, which stays.
        resource: The table.
        file: Its one CSV file, unpacked; None if it has none.
        dialect: How that is written.
        records: How many records its file has, the header being one; None if it is not known.
    """
    rows = {row for error in errors if isinstance(row := getattr(error, "row_number", None), int)}
    lines: dict[int, int] = {}
    if rows and file is not None:
        lines = line_numbers(file, dialect, rows, records=records)
    return tuple(_finding(error, resource.name, resource, lines) for error in errors)


def unreadable_fields(table: TableResult) -> frozenset[str] | None:
    """The fields of which a cell cannot be read; None if the table as a whole cannot."""
    fields = set()
    for finding in table.findings:
        if finding.type == "type-error" and finding.field is not None:
            fields.add(finding.field)
        elif finding.type not in _READABLE:
            return None
    return frozenset(fields)


def is_readable(table: TableResult) -> bool:
    """Whether every cell of the table can be read, whatever else may be wrong with it."""
    return unreadable_fields(table) == frozenset()


def _finding(error: Error, name: str | None, resource: Resource | None, lines: dict[int, int]) -> Finding:
    facts = {fact: getattr(error, fact, None) for fact in _FACTS}
    row, fields = facts["row_number"], facts["field_names"] or []
    return Finding(
        type=error.type,
        message=error.message,
        mend=advice_on(error.type, error.message),
        resource=name,
        path=resource.path if resource else None,
        row=row,
        line=lines.get(row or 0),
        field=facts["field_name"] or ", ".join(fields) or None,
        field_number=facts["field_number"],
        key=_key(resource, facts["cells"]),
        value=facts["cell"],
        native=cast("JsonObject", error.to_descriptor()),
    )


def _key(resource: Resource | None, cells: list[str] | None) -> dict[str, str]:
    """The primary key of a row, from its cells as text; empty if the row is too short to tell."""
    schema = resource.schema if resource else None
    if schema is None or cells is None or len(cells) != len(schema.fields):
        return {}
    by_name = dict(zip((field.name for field in schema.fields), cells, strict=True))
    return {name: by_name[name] for name in schema.primary_key if by_name.get(name)}
