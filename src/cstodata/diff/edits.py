"""The rows of a table, edited as changes tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.diff.row_changes import ROW
from cstodata.errors import ApplyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cstodata.package.descriptor import Schema


def edited(pieces: Iterator[pa.Table], schema: Schema, names: Mapping[str, str], table: Mapping[str, Any]) -> pa.Table:
    """The rows that stay, changed as told, in their old order, then those that were added.

    Args:
        pieces: The old rows as canonical text, with their numbers in the column `ROW`.
        schema: The new schema.
        names: Old names of fields by new ones; the old table need not have them.
        table: What changed, as `changes.json` tells it.

    Raises:
        ApplyError: A row is not as the changes say it was.
    """
    edits = {row["rowBefore"]: row for row in (*table["removed"], *table["changed"])}
    kept = [pa.table({field.name: pa.array([], pa.string()) for field in schema.fields})]
    for piece in pieces:
        if piece.num_rows == 0:
            continue  # PyArrow before 26 ends the process if it is asked where nothing is among nothing
        at = pc.indices_nonzero(pc.is_in(piece[ROW], value_set=pa.array(edits, pa.int64())))
        rows = dict(zip(at.to_pylist(), piece.take(at).to_pylist(), strict=True))
        told = {position: edits.pop(row[ROW]) for position, row in rows.items()}
        for position, row in rows.items():
            _check(row, told[position], names, table)
        columns = {field.name: _column(piece, field.name, names[field.name], told) for field in schema.fields}
        gone = pa.array([position for position, edit in told.items() if edit["after"] is None], pa.int64())
        stays = pc.invert(pc.is_in(pa.arange(0, piece.num_rows), value_set=gone))
        kept.append(pa.table(columns).filter(stays))
    if edits:
        raise ApplyError(f"{table['resource']} has no row {min(edits)}")
    added = [row["after"] for row in table["added"]]
    columns = {field.name: pa.array([row.get(field.name) for row in added], pa.string()) for field in schema.fields}
    return pa.concat_tables([*kept, pa.table(columns)])


def _column(piece: pa.Table, name: str, old_name: str, told: Mapping[int, Mapping[str, Any]]) -> pa.Array:
    """A column of a piece with its new cells; null where the old table has no such field."""
    has_it = old_name in piece.column_names
    column = piece[old_name].combine_chunks() if has_it else pa.nulls(piece.num_rows, pa.string())
    cells = {at: edit["after"][name] for at, edit in sorted(told.items()) if edit["after"] and name in edit["after"]}
    mask = pc.is_in(pa.arange(0, piece.num_rows), value_set=pa.array(cells, pa.int64()))
    return pc.replace_with_mask(column, mask, pa.array(cells.values(), pa.string()))


def _check(
    row: Mapping[str, str | None], edit: Mapping[str, Any], names: Mapping[str, str], table: Mapping[str, Any]
) -> None:
    removed = edit["after"] is None  # its cells have their old names
    for name, cell in edit["before"].items():
        if row.get(name if removed else names.get(name, name)) != cell:
            raise ApplyError(f"row {row[ROW]} of {table['resource']} is not as the changes say it was")
