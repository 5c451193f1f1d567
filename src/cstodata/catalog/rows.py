"""The first rows of each table of a release, as many as a page holds, and how they refer to each other.

How many rows a page shows follows from the data alone, so each page knows which rows of the others it may link to.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.catalog.names import LONGEST_NAME, names_of
from cstodata.catalog.reading import first_rows, opened_parquet, texts
from cstodata.catalog.references import references
from cstodata.catalog.texts import cut, how_many_fit
from cstodata.package.tables import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cstodata.catalog.contents import Release, Table
    from cstodata.catalog.references import Reference
    from cstodata.package.descriptor import Field

    Cells = tuple[str | None, ...]
    Values = tuple[str, ...]

MOST_ROWS, MOST_COLUMNS, MOST_REFERRERS = 1000, 200, 3
_BUDGET: Final = 80_000
"""Bytes of HTML that the rows of a page may take."""

_ROW, _CELL, _LINK, _LIST = 28, 30, 36, 100
"""Bytes of elements without their text: of a row, a cell, a link, and a list of who refers to the row."""

_CHARACTERS, _FEW_CHARACTERS, _MANY_COLUMNS, _LABEL = 300, 60, 20, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrers:
    """Rows of a table that refer to one row by some fields: how many, and the first of them by number, with labels."""

    table: str
    fields: tuple[str, ...]
    count: int
    first: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its place in the page, its cells (null is None), and who refers to it."""

    anchor: str
    cells: Cells
    referrers: tuple[Referrers, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the page of a table shows of it.

    Attributes:
        table: The table.
        fields: The fields that have a column; of very many, the first.
        rows: The first rows, with the cells of all fields.
        limit: Characters of a cell that are shown.
        outgoing: The foreign keys of the table.
        incoming: Those of any table that lead to it.
    """

    table: Table
    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    limit: int
    outgoing: tuple[Reference, ...]
    incoming: tuple[Reference, ...]
    _found: dict[tuple[str, ...], dict[Values, Row]] = field(default_factory=dict, compare=False)

    def find(self, fields: tuple[str, ...], values: Values) -> Row | None:
        """The row that has values in fields; None if the page does not show such a row."""
        if fields not in self._found:
            at = _positions(self.table, fields)
            self._found[fields] = {known: row for row in reversed(self.rows) if (known := _known(row.cells, at))}
        return self._found[fields].get(values)

    def column(self, name: str) -> int:
        """The position of a field among all."""
        return _positions(self.table, (name,))[0]


def views_of(release: Release) -> Mapping[str, View]:
    """What the page of each table shows, by the name of the table.

    Raises:
        PublishError: A file is not the one that was published.
        TableReadError: A table cannot be read.
    """
    known = references([table.resource for table in release.tables])
    tables = {table.name: table for table in release.tables}
    cells = {name: list(first_rows(release, table, MOST_ROWS)) for name, table in tables.items()}
    refer = {name: _referrers(release, tables, name, cells[name], known) for name in tables}
    return {name: _view(table, cells[name], refer[name], known) for name, table in tables.items()}


def _view(table: Table, cells: Sequence[Cells], refer: Sequence[list[Referrers]], known: Sequence[Reference]) -> View:
    schema = schema_of(table.resource)
    fields = schema.fields[:MOST_COLUMNS]
    limit = _CHARACTERS if len(fields) <= _MANY_COLUMNS else _FEW_CHARACTERS
    outgoing = tuple(each for each in known if each.table == table.name)
    leads = {name: each.target for each in outgoing for name in each.fields}
    targets = [leads.get(each.name) for each in fields]
    anchors = _anchors(cells, _positions(table, schema.primary_key))
    each_row = zip(anchors, cells, refer, strict=True)
    sizes = (len(anchor) + _bytes(row, some, targets, limit) for anchor, row, some in each_row)
    shown = cells[: how_many_fit(sizes, _BUDGET)]
    rows = zip(anchors, shown, refer, strict=False)
    return View(
        table=table,
        fields=fields,
        rows=tuple(Row(anchor=a, cells=c, referrers=tuple(r)) for a, c, r in rows),
        limit=limit,
        outgoing=outgoing,
        incoming=tuple(each for each in known if each.target == table.name),
    )


def _bytes(cells: Cells, referrers: Sequence[Referrers], targets: Sequence[str | None], limit: int) -> int:
    """Bytes that a row takes, about; of each column that is shown, the table that its cells lead to is told."""
    count = _ROW
    for text, target in zip(cells, targets, strict=False):
        told = text or ""
        address = len(told.encode()) if told.startswith("http") else 0
        count += _CELL + len(escape(cut(told, limit)).encode()) + (_link(target, told) if target else address)
    for each in referrers:
        count += _LIST + sum(len(escape(label).encode()) + _link(each.table, label) for _, label in each.first)
    return count


def _link(table: str, text: str) -> int:
    """Bytes of a link to a row, without its text."""
    return _LINK + min(len(table), LONGEST_NAME) + min(len(text), LONGEST_NAME)


def _anchors(rows: Sequence[Cells], key: tuple[int, ...]) -> list[str]:
    """A place in the page for each row: its key, or its number if it has none that is its own."""
    keys = [_known(cells, key) for cells in rows]
    names = names_of(filter(None, keys))
    seen: set[str] = set()
    anchors = []
    for number, each in enumerate(keys):
        anchor = f"row-{names[each]}" if each else f"row.{number + 1}"
        anchors.append(f"row.{number + 1}" if anchor in seen else anchor)
        seen.add(anchor)
    return anchors


def _referrers(
    release: Release, tables: Mapping[str, Table], target: str, cells: Sequence[Cells], known: Sequence[Reference]
) -> list[list[Referrers]]:
    """Who refers to each of the first rows of a table."""
    found: list[list[Referrers]] = [[] for _ in cells]
    for each in known:
        if each.target != target:
            continue
        at = _positions(tables[target], each.target_fields)
        wanted = {values for row in cells if (values := _known(row, at))}
        groups = _groups(release, tables[each.table], each, wanted)
        for row, told in zip(cells, found, strict=True):
            if group := groups.get(_known(row, at) or ()):
                told.append(group)
    return found


def _groups(release: Release, table: Table, reference: Reference, wanted: set[Values]) -> dict[Values, Referrers]:
    """The rows of a table that refer to wanted values, by these values."""
    schema = schema_of(table.resource)
    names = tuple(dict.fromkeys((*reference.fields, *schema.primary_key)))
    fields = {each.name: each for each in schema.fields}
    counts: dict[Values, int] = defaultdict(int)
    first: dict[Values, list[tuple[int, str]]] = defaultdict(list)
    begin = 0
    with opened_parquet(release, table) as file:
        for batch in file.iter_batches(columns=list(names)):
            columns = {name: texts(batch.column(name), fields[name]) for name in names}
            for number, values in _matching([columns[name] for name in reference.fields], wanted):
                counts[values] += 1
                if len(first[values]) < MOST_REFERRERS:
                    key = [columns[name][number].as_py() or "" for name in schema.primary_key]
                    label = cut(" · ".join(key) or f"row {begin + number + 1:,}", _LABEL)
                    first[values].append((begin + number, label))
            begin += batch.num_rows
    return {
        values: Referrers(table=table.name, fields=reference.fields, count=count, first=tuple(first[values]))
        for values, count in counts.items()
    }


def _matching(columns: Sequence[pa.Array], wanted: set[Values]) -> Iterator[tuple[int, Values]]:
    """The numbers of the rows whose cells are wanted values, and these."""
    mask = pc.is_in(columns[0], value_set=pa.array(sorted({values[0] for values in wanted}), pa.string()))
    numbers = pc.indices_nonzero(mask)
    told = zip(*(column.take(numbers).to_pylist() for column in columns), strict=True)
    for number, values in zip(numbers.to_pylist(), told, strict=True):
        if values in wanted:
            yield number, values


def _positions(table: Table, names: Sequence[str]) -> tuple[int, ...]:
    all_names = [each.name for each in schema_of(table.resource).fields]
    return tuple(all_names.index(name) for name in names)


def _known(cells: Cells, at: tuple[int, ...]) -> Values | None:
    """The cells at some positions; None if there are none, or one of them is null."""
    values = tuple(cells[each] for each in at)
    known = tuple(each for each in values if each is not None)
    return known if known and len(known) == len(values) else None
