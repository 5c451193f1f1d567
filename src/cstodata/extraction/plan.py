"""What merging rows into a package would do; nothing is written here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cstodata.errors import MergeError
from cstodata.package.formatting import why_left
from cstodata.package.tables import FIRST_DATA_ROW, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from cstodata.extraction.extraction import Extraction, Problem, Row
    from cstodata.package.descriptor import DataPackage, Resource

    Cell = str | int | date | None

PROVENANCE = "source_id"
"""Two pages may state the same row. Which of them it was read from makes it no other row; the first one stays."""


class Told(NamedTuple):
    """A value, and where it stands."""

    value: Cell
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two values for one cell.

    Attributes:
        resource: The table.
        key: The row's key by field.
        field: The field.
        there: What the table holds, or what an earlier page states.
        stated: What a page states.
    """

    resource: str
    key: Mapping[str, Cell]
    field: str
    there: Told
    stated: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A value for a cell that is empty in the table.

    Attributes:
        row: Number of the record in the file, the header being 1.
        key: The row's key by field.
        field: The field.
        stated: What a page states.
    """

    row: int
    key: Mapping[str, Cell]
    field: str
    stated: Told


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """What would be done to one table.

    Attributes:
        resource: Its name.
        added: New rows, in the order of the schema's fields.
        fills: Cells that are empty in the table.
        equal: How many rows the table has already.
    """

    resource: str
    added: tuple[tuple[Cell, ...], ...] = ()
    fills: tuple[Fill, ...] = ()
    equal: int = 0

    @property
    def is_changed(self) -> bool:
        """Whether the table would be written."""
        return bool(self.added or self.fills)


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePlan:
    """What merging would do.

    Attributes:
        tables: Table by table in the order of the package; only those that pages state rows of.
        conflicts: What contradicts the package, or another page: nothing may be written then.
        problems: What was not understood, and on which page: nothing may be written then either.
    """

    tables: tuple[TablePlan, ...]
    conflicts: tuple[Conflict, ...]
    problems: tuple[tuple[str, Problem], ...]

    @property
    def is_clean(self) -> bool:
        """Whether it may be written."""
        return not self.conflicts and not self.problems

    @property
    def is_changed(self) -> bool:
        """Whether anything would be."""
        return any(table.is_changed for table in self.tables)


def plan_merge(package: DataPackage, extractions: Iterable[Extraction]) -> MergePlan:
    """What merging the rows of pages into a package would do.

    A row is known by its key. One that the table lacks is added; one that it has is left as it is, but for cells that
    are empty there and stated here. Another value for the same cell is a conflict, be it in the table or on another
    page; `source_id` alone may differ. What a page does not state contradicts nothing.

    Args:
        package: The package; its tables are read.
        extractions: What was read, page by page; none of them is kept.

    Raises:
        MergeError: The package has no such table, or the table no key or no such field, or it is no plain CSV file.
        TableReadError: A table cannot be read.
        UnsafePathError: A path leads out of the package.
    """
    sheets = {resource.name: _Sheet(resource) for resource in package.resources}
    conflicts: list[Conflict] = []
    problems: list[tuple[str, Problem]] = []
    for extraction in extractions:
        page = extraction.page
        problems += [(page.place, problem) for problem in extraction.problems]
        for row in extraction.rows:
            if row.resource not in sheets:
                raise MergeError(str(package.path), why=f"it has no table {row.resource} for what {page.place} states")
            line = page.text.count("\n", 0, row.spans[0].start) + 1 if row.spans else 1
            conflicts += sheets[row.resource].state(row, f"{page.place}:{line}")
    tables = []
    for sheet in sheets.values():
        if sheet.rows:
            table, contradictions = sheet.against(package)
            tables.append(table)
            conflicts += contradictions
    return MergePlan(tables=tuple(tables), conflicts=tuple(conflicts), problems=tuple(problems))


class _Sheet:
    """The rows of one table that pages state, by key, each with where it was stated first."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.rows: dict[tuple[Cell, ...], tuple[tuple[Cell, ...], str]] = {}
        schema = resource.schema
        self._names = [field.name for field in schema.fields] if schema else []
        self._key_names = schema.primary_key if schema else ()
        self._key_at = [self._names.index(name) for name in self._key_names if name in self._names]

    def state(self, row: Row, place: str) -> Iterator[Conflict]:
        """Add a row; what another page contradicts."""
        cells = self._cells(row, place)
        key = self._key(cells)
        before = self.rows.get(key)
        if before is None:
            self.rows[key] = cells, place
            return
        there, earlier = before
        yield from self._conflicts(key, there, cells, earlier, place)
        together = tuple(mine if mine is not None else other for mine, other in zip(there, cells, strict=True))
        if together != there:
            self.rows[key] = together, earlier

    def against(self, package: DataPackage) -> tuple[TablePlan, list[Conflict]]:
        """What would be done to the table in the package, and what in it contradicts."""
        conflicts: list[Conflict] = []
        fills: list[Fill] = []
        equal, met = 0, set()
        for number, there in enumerate(_rows(package, self.resource), FIRST_DATA_ROW):
            key = self._key(there)
            if key not in self.rows or key in met:
                continue
            met.add(key)
            cells, place = self.rows[key]
            found = list(self._conflicts(key, there, cells, f"{self.resource.path} row {number}", place))
            filled = list(self._fills(key, there, cells, number, place))
            conflicts += found
            fills += filled
            equal += not found and not filled
        added = tuple(cells for key, (cells, _) in self.rows.items() if key not in met)
        return TablePlan(resource=self.resource.name, added=added, fills=tuple(fills), equal=equal), conflicts

    def _cells(self, row: Row, place: str) -> tuple[Cell, ...]:
        if not self.rows:
            self._check()
        for name, value in row.cells.items():
            if value is not None and name not in self._names:
                raise MergeError(self.resource.name, why=f"its schema has no field {name} for what {place} states")
        return tuple(row.cells.get(name) for name in self._names)

    def _check(self) -> None:
        """Refuse a table that rows cannot be merged into."""
        if why := why_left(self.resource):
            raise MergeError(self.resource.name, why=f"rows cannot be merged into it: {why}")
        if not self._key_names or len(self._key_at) < len(self._key_names):
            raise MergeError(self.resource.name, why="its schema has no primary key, so rows cannot be told apart")

    def _key(self, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(cells[at] for at in self._key_at)

    def _named(self, key: tuple[Cell, ...]) -> Mapping[str, Cell]:
        return dict(zip(self._key_names, key, strict=True))

    def _conflicts(
        self, key: tuple[Cell, ...], there: tuple[Cell, ...], cells: tuple[Cell, ...], earlier: str, place: str
    ) -> Iterator[Conflict]:
        for name, one, other in zip(self._names, there, cells, strict=True):
            if one is not None and other is not None and one != other and name != PROVENANCE:
                told, stated = Told(one, earlier), Told(other, place)
                yield Conflict(resource=self.resource.name, key=self._named(key), field=name, there=told, stated=stated)

    def _fills(
        self, key: tuple[Cell, ...], there: tuple[Cell, ...], cells: tuple[Cell, ...], number: int, place: str
    ) -> Iterator[Fill]:
        for name, one, other in zip(self._names, there, cells, strict=True):
            if one is None and other is not None:
                yield Fill(row=number, key=self._named(key), field=name, stated=Told(other, place))


def _rows(package: DataPackage, resource: Resource) -> Iterator[tuple[Any, ...]]:
    """The rows of a table, typed."""
    table = read_table(package, resource)
    return zip(*(column.to_pylist() for column in table.columns), strict=True)
