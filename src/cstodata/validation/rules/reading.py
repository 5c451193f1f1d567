"""What rules read of a package, and where in it a row stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import narwhals.stable.v1 as nw
import pyarrow as pa
import pyarrow.compute as pc

from cstodata.errors import TableReadError
from cstodata.model.finding import NOWHERE
from cstodata.package.cells import arrow_type
from cstodata.package.paths import resolve
from cstodata.package.plain_csv import csv_dialect, is_csv_file
from cstodata.package.positions import positions
from cstodata.package.tables import read_numbered
from cstodata.validation.rules.base import ANY, ROW

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from cstodata.model.finding import Position
    from cstodata.package.descriptor import DataPackage, Field, Resource
    from cstodata.package.positions import Cell
    from cstodata.validation.rules.base import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why cells of a resource cannot be read, and of which fields; None if it is all."""

    why: str
    fields: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a cell stands in its file, and the primary key of its row."""

    position: Position
    key: Mapping[str, str]


class Elsewhere(Protocol):
    """An engine that holds tables which are too large to be read here; what it cannot do raises `SparkError`."""

    def has(self, resource: Resource, fields: Iterable[Field]) -> bool:
        """Whether it holds a resource, with these fields."""

    def frame(self, resource: Resource, fields: Sequence[Field]) -> nw.LazyFrame[Any]:
        """Some columns of a table, typed, and `ROW`."""

    def lifted(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """A table that was read here, as it holds them."""

    def failing_cells(
        self, rule: Rule, resource: Resource, fields: Sequence[Field], *, today: date, limit: int
    ) -> Iterator[tuple[int, pa.Table]]:
        """The cells of a table for which a rule does not hold, in order, piece by piece: how many, and the first."""


class Reading:
    """The tables of a package as rules read them.

    What rules join is read as a whole, but only the fields that they name; what they judge cell by cell is read in
    pieces.
    """

    def __init__(
        self,
        package: DataPackage,
        unreadable: Mapping[str, Unreadable],
        rules: Iterable[type[Rule]],
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.package = package
        self.elsewhere = elsewhere
        self._there: dict[str, set[str]] = {}
        self.unreadable = dict(unreadable)
        self.frames: dict[str, nw.LazyFrame[Any]] = {}
        joining = [rule for rule in rules if rule.resource != ANY]
        for resource in package.resources:
            fields = {name for rule in joining for name in rule.needs.get(resource.name, {}) or rule.anywhere}
            if not (fields := fields & self.readable(resource)):
                continue
            if elsewhere is not None and elsewhere.has(resource, _chosen(resource, fields)):
                self._there[resource.name] = fields
            else:
                self._read(resource, fields)

    def is_elsewhere(self, rule: type[Rule]) -> bool:
        """Whether a rule joins a table that is not read here."""
        return bool(self._there.keys() & (self.frames.keys() | self._there.keys() if rule.anywhere else rule.needs))

    def frames_elsewhere(self, rule: type[Rule]) -> Mapping[str, nw.LazyFrame[Any]]:
        """The tables that a rule joins, all as the engine elsewhere holds them."""
        if self.elsewhere is None:
            return {}
        names = self.frames.keys() | self._there.keys() if rule.anywhere else rule.needs.keys()
        there = {
            name: self.elsewhere.frame(self.package.resource(name), _chosen(self.package.resource(name), fields))
            for name, fields in self._there.items()
            if name in names
        }
        here = {name: frame for name, frame in self.frames.items() if name in names}
        return there | {name: self.elsewhere.lifted(frame.collect().to_native()) for name, frame in here.items()}

    def bring_here(self) -> None:
        """Read here what was not."""
        self.elsewhere = None
        for name, fields in self._there.items():
            self._read(self.package.resource(name), fields)
        self._there.clear()

    def _read(self, resource: Resource, fields: set[str]) -> None:
        try:
            table = pa.concat_tables(self._pieces(resource, fields))
        except TableReadError as error:
            # Frictionless can read it and Arrow cannot hold it, such as an integer of 30 digits.
            self.unreadable[resource.name] = Unreadable(why=f"cannot be read: {error.problem}")
        else:
            self.frames[resource.name] = nw.from_native(table).lazy()

    def readable(self, resource: Resource) -> set[str]:
        """The names of the fields whose cells can be read."""
        names = {field.name for field in resource.schema.fields} if resource.schema else set()
        bad = self.unreadable.get(resource.name, Unreadable(why="", fields=frozenset()))
        return set() if bad.fields is None else names - bad.fields

    def strings(self, resource: Resource) -> list[Field]:
        """The string fields of a resource that can be read."""
        fields = _chosen(resource, self.readable(resource))
        return [field for field in fields if arrow_type(field) == pa.string()]

    def texts(self, resource: Resource) -> Iterator[pa.Table]:
        """The string fields of a resource, in pieces; nothing if it has none that can be read."""
        if not (strings := self.strings(resource)):
            return
        try:
            yield from self._pieces(resource, {field.name for field in strings})
        except TableReadError as error:
            self.unreadable[resource.name] = Unreadable(why=f"cannot be read: {error.problem}")

    def places(self, resource: Resource, cells: Collection[Cell]) -> dict[Cell, Place]:
        """Where these cells stand."""
        if not cells or resource.schema is None:
            return {}
        numbers = {row for row, _ in cells}
        names = set(resource.schema.primary_key) & self.readable(resource)
        keys: dict[int, dict[str, str]] = {}
        records: int | None = 1
        try:
            for piece in self._pieces(resource, names or self.readable(resource)):
                records += piece.num_rows
                wanted = piece.filter(pc.is_in(piece[ROW], value_set=pa.array(sorted(numbers), pa.int64())))
                for row in wanted.to_pylist():
                    present = (name for name in resource.schema.primary_key if name in names)
                    keys[row[ROW]] = {name: str(row[name]) for name in present if row[name] is not None}
        except TableReadError:
            # Behind the limit of errors, where nobody has looked, a cell of the key cannot be read.
            records = None
        where: dict[Cell, Position] = {}
        if resource.path is not None and is_csv_file(resource):
            path = resolve(self.package.root, resource.path)
            where = positions(path, csv_dialect(resource), cells, records=records)
        return {cell: Place(position=where.get(cell, NOWHERE), key=keys.get(cell[0], {})) for cell in cells}

    def _pieces(self, resource: Resource, fields: set[str]) -> Iterator[pa.Table]:
        return read_numbered(self.package, resource, fields, row_numbers=ROW)


def _chosen(resource: Resource, names: Collection[str]) -> list[Field]:
    return [field for field in resource.schema.fields if field.name in names] if resource.schema else []
