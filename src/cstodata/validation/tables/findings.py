"""Frictionless' errors as findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cstodata.model.finding import NOWHERE, Finding
from cstodata.package.positions import positions
from cstodata.validation.tables.advice import advice_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from frictionless import Error

    from cstodata.model.json import JsonObject
    from cstodata.model.report import TableResult
    from cstodata.package.descriptor import Resource
    from cstodata.package.plain_csv import CsvDialect
    from cstodata.package.positions import Cell

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
    return _finding(error, resource, None)


def as_findings(
    errors: list[Error], resource: Resource, file: Path | None, dialect: CsvDialect, *, records: int | None
) -> tuple[Finding, ...]:
    """Errors of a table, each with the place in the file where its cell or row stands.

    Args:
        errors: In Frictionless' order, which stays.
        resource: The table.
        file: Its one CSV file, unpacked; None if it has none.
        dialect: How that is written.
        records: How many records its file has, the header being one; None if it is not known.
    """
    cells = [_cell(error, resource) for error in errors]
    wanted = {cell for cell in cells if cell is not None}
    where = positions(file, dialect, wanted, records=records) if wanted and file is not None else {}
    return tuple(
        _finding(error, resource.name, resource).at(where.get(cell, NOWHERE) if cell else NOWHERE)
        for error, cell in zip(errors, cells, strict=True)
    )


def in_file(findings: Sequence[Finding], file: Path | None, dialect: CsvDialect) -> list[Finding]:
    """The same findings, those in rows with their places.

    Args:
        findings: Without places, as `StandardChecks` gives them.
        file: The table's one CSV file, unpacked; None if it has none.
        dialect: How it is written.
    """
    cells = [(finding.row, finding.field_number) if finding.row else None for finding in findings]
    wanted = [cell for cell in cells if cell]
    where = positions(file, dialect, wanted) if file and wanted else {}
    return [
        finding.at(where.get(cell, NOWHERE)) if cell else finding for finding, cell in zip(findings, cells, strict=True)
    ]


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


def _cell(error: Error, resource: Resource) -> Cell | None:
    """The cell that an error is about, or the row if it is about several; None if it is about neither.

    What is wrong with the header stands in its row, though the error names none.
    """
    rows: list[int] = getattr(error, "row_numbers", None) or []
    row: int | None = getattr(error, "row_number", None) or (rows[0] if rows else None)
    number: int | None = getattr(error, "field_number", None)
    if number is None and resource.schema is not None:
        is_key = error.type == "primary-key"
        names = resource.schema.primary_key if is_key else getattr(error, "field_names", None) or []
        number = resource.schema.position(names[0]) if len(names) == 1 else None
    return None if row is None else (row, number)


def _finding(error: Error, name: str | None, resource: Resource | None) -> Finding:
    facts = {fact: getattr(error, fact, None) for fact in _FACTS}
    row, fields = facts["row_number"], facts["field_names"] or []
    return Finding(
        type=error.type,
        message=error.message,
        mend=advice_on(error.type, error.message),
        resource=name,
        path=resource.path if resource else None,
        row=row,
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
