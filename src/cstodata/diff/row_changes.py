"""Row changes that are made when somebody asks for them: until then, they are columns of Arrow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

from cstodata.model.change import RowChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from cstodata.model.change import Cells

ROW: Final = "__row__"
"""The column that holds the number of the record in the file, the header being 1."""

_ROWS_AT_ONCE = 10_000


class _Lazy(ABC):
    """Row changes, made when they are asked for, some thousand at a time."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __contains__(self, item: object) -> bool:
        return any(item == each for each in self)

    def __iter__(self) -> Iterator[RowChange]:
        for start in range(0, self._length, _ROWS_AT_ONCE):
            yield from self._made(start, _ROWS_AT_ONCE)

    @abstractmethod
    def _made(self, start: int, count: int) -> Iterator[RowChange]:
        """Some of the changes, made now."""


class RemovedRows(_Lazy):
    """Rows that were removed: Arrow tables of text, with the numbers of the records in the column `ROW`."""

    def __init__(self, rows: pa.Table, old_key: Sequence[str], key: Sequence[str]) -> None:
        super().__init__(rows.num_rows)
        self._rows, self._old_key, self._key = rows, old_key, key

    def _made(self, start: int, count: int) -> Iterator[RowChange]:
        for row in self._rows.slice(start, count).to_pylist():
            number = row.pop(ROW)
            key = {name: row[before] for name, before in zip(self._key, self._old_key, strict=True)}
            yield RowChange(key=key, before=row, after=None, row_before=number, row_after=None)


class AddedRows(_Lazy):
    """Rows that were added."""

    def __init__(self, rows: pa.Table, key: Sequence[str]) -> None:
        super().__init__(rows.num_rows)
        self._rows, self._key = rows, key

    def _made(self, start: int, count: int) -> Iterator[RowChange]:
        for row in self._rows.slice(start, count).to_pylist():
            number = row.pop(ROW)
            key = {name: row[name] for name in self._key}
            yield RowChange(key=key, before=None, after=row, row_before=None, row_after=number)


class ChangedRows(_Lazy):
    """Rows that changed: those before and those after, pair by pair."""

    def __init__(
        self,
        before: pa.Table,
        after: pa.Table,
        *,
        compared: Sequence[tuple[str, str]],
        new: Sequence[str],
        key: Sequence[str],
    ) -> None:
        super().__init__(after.num_rows)
        self._before, self._after, self._compared, self._new, self._key = before, after, compared, new, key

    def _made(self, start: int, count: int) -> Iterator[RowChange]:
        befores = self._before.slice(start, count).to_pylist()
        afters = self._after.slice(start, count).to_pylist()
        for was, now in zip(befores, afters, strict=True):
            differing = [(old, new) for old, new in self._compared if was[old] != now[new]]
            before: Cells = {new: was[old] for old, new in differing}
            after: Cells = {new: now[new] for _, new in differing}
            for name in self._new:
                if now[name] is not None:
                    before[name], after[name] = None, now[name]
            key = {name: now[name] for name in self._key}
            yield RowChange(key=key, before=before, after=after, row_before=was[ROW], row_after=now[ROW])
