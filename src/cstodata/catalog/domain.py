"""Tables as the pages of delegations and news read them: rows by the names of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cstodata.catalog.reading import opened_parquet, texts
from cstodata.package.tables import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.catalog.contents import Release, Table

Record = Mapping[str, str | None]
"""A row: its cells as text, by the names of the fields; null is None."""

MOST_PAGES = 2000
"""Of delegations, and of news. A table of more rows has pages for the first of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """A table: the names of its fields, and its rows."""

    fields: tuple[str, ...]
    rows: tuple[Record, ...]
    _found: dict[str, dict[str | None, Record]] = field(default_factory=dict, compare=False)

    def by(self, name: str, value: str | None) -> Record:
        """The first row with a value in a field; an empty one if there is none."""
        if name not in self._found:
            self._found[name] = {row[name]: row for row in reversed(self.rows)}
        return {} if value is None else self._found[name].get(value, {})


def records_of(release: Release, names: Iterable[str]) -> Mapping[str, Records]:
    """Some tables of a release, as far as it has them.

    Raises:
        PublishError: A file is not the one that was published.
        TableReadError: A table cannot be read.
    """
    return {table.name: _records(release, table) for table in release.tables if table.name in names}


def has_fields(records: Mapping[str, Records], wanted: Mapping[str, Iterable[str]]) -> bool:
    """Whether tables are there, with the fields that each must have."""
    return all(name in records and set(fields) <= set(records[name].fields) for name, fields in wanted.items())


def number_in(text: str | None) -> int:
    """The number that a cell holds; 0 if it holds none."""
    try:
        return int(text or 0)
    except ValueError:
        return 0


def _records(release: Release, table: Table) -> Records:
    fields = schema_of(table.resource).fields
    with opened_parquet(release, table) as file:
        read = file.read(columns=[each.name for each in fields])
        columns = {each.name: texts(read.column(each.name).combine_chunks(), each).to_pylist() for each in fields}
    rows = (dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True))
    return Records(fields=tuple(columns), rows=tuple(rows))
