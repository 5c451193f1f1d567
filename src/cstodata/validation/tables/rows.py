"""What Frictionless finds in single rows.

The rows are Frictionless' own `Row` objects, and their cells are asked for in the order in which its reading of a table
asks for them: unique fields, primary key, foreign keys, all others. The order of a row's errors follows from that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from frictionless.errors import ForeignKeyError, PrimaryKeyError, UniqueError

from cstodata.validation.tables.keys import key_of

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from frictionless import Error
    from frictionless.table.row import Row

    from cstodata.validation.tables.plan import ForeignKey, TablePlan

    Found = Mapping[ForeignKey, Container[str]]
    """The keys that each foreign key finds, as joined texts."""


class RowJudge:
    """Judges rows in ascending order; it must be given all rows of which another has the same key."""

    def __init__(self, plan: TablePlan, found: Found) -> None:
        self._plan = plan
        self._found = found
        self._seen: dict[str, dict[Any, int]] = {name: {} for name in plan.unique}
        self._seen_primary: dict[tuple[Any, ...], int] = {}

    def errors(self, cells: list[str], number: int) -> list[Error]:
        """Frictionless' errors of a row, in its order.

        Args:
            cells: As Python's `csv` module reads them.
            number: Of the record, the header being 1.
        """
        row = self._plan.row(cells, number)
        for name, seen in self._seen.items():
            cell = row[name]
            if cell is not None:
                match, seen[cell] = seen.get(cell), number
                if match:
                    row.errors.append(UniqueError.from_row(row, note=_same_as(match), field_name=name))
        if self._plan.primary_key:
            self._judge_primary_key(row, number)
        for key in self._plan.foreign_keys:
            self._judge_foreign_key(row, key)
        errors: list[Error] = row.errors
        return errors

    def _judge_primary_key(self, row: Row, number: int) -> None:
        cells = tuple(row[name] for name in self._plan.primary_key)
        if set(cells) == {None}:
            note = 'cells composing the primary keys are all "None"'
            row.errors.append(PrimaryKeyError.from_row(row, note=note))
            return
        match, self._seen_primary[cells] = self._seen_primary.get(cells), number
        if match:
            row.errors.append(PrimaryKeyError.from_row(row, note=_same_as(match)))

    def _judge_foreign_key(self, row: Row, key: ForeignKey) -> None:
        text = key_of(row, key.fields)
        if text is None or text in self._found[key]:
            return
        cells = [row[name] for name in key.fields]
        note = 'for "{}": values "{}" not found in the lookup table "{}" as "{}"'.format(
            ", ".join(key.fields), ", ".join(map(str, cells)), key.resource, ", ".join(key.referred)
        )
        row.errors.append(
            ForeignKeyError.from_row(
                row,
                note=note,
                field_names=list(key.fields),
                field_values=cells,
                reference_name=key.resource,
                reference_field_names=list(key.referred),
            )
        )


def _same_as(number: int) -> str:
    return f"the same as in the row at position {number}"
