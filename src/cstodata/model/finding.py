"""One thing that is wrong, and where."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.json import JsonObject

RULE_PREFIX = "cstodata/"
"""Types of findings that Frictionless does not know begin with it."""


class Severity(StrEnum):
    """How much a finding weighs: an error makes a report invalid, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where something stands in a text file, as editors count.

    Attributes:
        line: Physical line on which the record begins, from 1; None where it is not known.
        cell_line: Physical line on which the cell begins, which is another one if a cell before it spans several.
        column: Character of that line at which the cell begins, from 1; its quote counts.
        end_column: The character behind the cell's last; None if the cell goes on on another line.
    """

    line: int | None = None
    cell_line: int | None = None
    column: int | None = None
    end_column: int | None = None


NOWHERE = Position()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where.

    Attributes:
        type: A Frictionless error type (`type-error`), or `cstodata/<rule>`.
        severity: Error or warning; what Frictionless finds is an error.
        message: One sentence that names the values.
        mend: One sentence on what to do; None if nothing general can be said.
        resource: Name of the resource; None for a finding about the package itself.
        path: File of the resource, relative to the package; None if it has none.
        row: Number of the record in the file, from 1, the header being 1; None if it is about no single row.
        line: Physical line on which the record begins, from 1; None where it is not known.
        cell_line: Physical line on which the cell begins; None where it is not known.
        column: Character of that line at which the cell begins, from 1; its quote counts. None where it is not known.
        end_column: The character behind the cell's last; None where it is not known, or on another line.
        field: Name of the field; None if it is about no single field.
        field_number: Position of the field, from 1.
        key: Primary key of the row by field name; empty if the row or the key is not known.
        value: The cell as text; None if there is none, or it is null.
        native: Frictionless' own descriptor of its error, verbatim; None for findings of our own.
    """

    type: str
    severity: Severity = Severity.ERROR
    message: str
    mend: str | None = None
    resource: str | None = None
    path: str | None = None
    row: int | None = None
    line: int | None = None
    cell_line: int | None = None
    column: int | None = None
    end_column: int | None = None
    field: str | None = None
    field_number: int | None = None
    key: Mapping[str, str] = dataclasses.field(default_factory=dict)
    value: str | None = None
    native: JsonObject | None = None

    def at(self, position: Position) -> Finding:
        """The same finding, standing there."""
        return dataclasses.replace(
            self,
            line=position.line,
            cell_line=position.cell_line,
            column=position.column,
            end_column=position.end_column,
        )
