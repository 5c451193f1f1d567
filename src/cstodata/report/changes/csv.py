"""Changed rows as CSV: one line a cell."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.change import ChangeSet, RowChange

HEADER = ("resource", "change", "key", "field", "before", "after", "row_before", "row_after")


def render(changes: ChangeSet, *, limit: int | None, colour: bool = False) -> Iterator[str]:  # noqa: ARG001 -- as all
    """The cells of rows that were removed, added or changed; null is an empty cell.

    Args:
        changes: What to tell.
        limit: Rows of a kind to tell of a table; None for all.
        colour: Not used.
    """
    yield _line(HEADER)
    for table in changes.tables:
        kinds = (("removed", table.removed), ("added", table.added), ("changed", table.changed))
        for name, rows in kinds:
            for row in islice(rows, limit):
                yield from (_line((table.resource, name, *cells)) for cells in _cells(row))


def _cells(row: RowChange) -> Iterator[tuple[object, ...]]:
    before, after = row.before or {}, row.after or {}
    key = " ".join(f"{name}={cell}" for name, cell in row.key.items())
    for field in {**before, **after}:
        yield key, field, before.get(field), after.get(field), row.row_before, row.row_after


def _line(cells: tuple[object, ...]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow(cells)
    return file.getvalue()
