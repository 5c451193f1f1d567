"""Hearing of each row that Frictionless reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from cstodata.package.lines import count_lines

if TYPE_CHECKING:
    from frictionless import Resource, Row

    from cstodata.model.progress import OnShare
    from cstodata.validation.tables.standard import StandardChecks

_LARGE_BYTES = 4 * 1024 * 1024
_ROWS_AT_ONCE = 5_000


class Rows:
    """Hears of each row that Frictionless reads, and passes them on, some thousand at a time."""

    def __init__(self, source: Resource, checks: StandardChecks, on_share: OnShare) -> None:
        self._checks = checks
        self._on_share = on_share
        paths = [path for path in map(Path, source.normpaths if source.path else ()) if path.is_file()]
        is_large = sum(path.stat().st_size for path in paths) >= _LARGE_BYTES
        self._lines = sum(count_lines(path) or 0 for path in paths) if is_large else 0
        self._numbers: list[int] = []
        self._cells: list[list[str | None]] = []
        self._names: list[str] = []

    @property
    def is_heard(self) -> bool:
        """Whether anybody wants to hear of rows."""
        return bool(self._checks.fields or self._lines)

    def hear(self, row: Row) -> None:
        """A row was read."""
        if self._checks.fields:
            self._names = self._names or list(row)
            if len(row.cells) == len(self._names):
                self._numbers.append(row.row_number)
                self._cells.append([_text(cell) for cell in row.cells])
        if row.row_number % _ROWS_AT_ONCE == 0:
            self.pass_on()
            if self._lines:
                self._on_share(min(1.0, row.row_number / self._lines))

    def pass_on(self) -> None:
        """Let the rows be looked at."""
        if self._numbers:
            columns = zip(*self._cells, strict=True)
            arrays = {name: pa.array(cells, pa.string()) for name, cells in zip(self._names, columns, strict=True)}
            self._checks.add(self._numbers, {name: arrays[name] for name in self._checks.fields & arrays.keys()})
        self._numbers, self._cells = [], []


def _text(cell: object) -> str | None:
    """A cell as it stands in a file: pandas makes NaN of nulls, and floats of the integers beside them."""
    if cell is None or cell != cell:  # noqa: PLR0124 -- so only NaN is
        return None
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
