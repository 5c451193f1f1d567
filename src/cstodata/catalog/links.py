"""Where the cells of a table lead: along foreign keys, to pages of their own, or out to the web."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cstodata.catalog.paths import way
from cstodata.catalog.texts import address_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cstodata.catalog.paths import Outline
    from cstodata.catalog.rows import Referrers, Row, View

_OWN_PAGES: Final = {
    ("news", "news_id"): ("articles", "news_id"),
    ("parliaments", "parliament_id"): ("delegations", "parliament_id"),
    ("delegations", "delegation_id"): ("delegations", "parliament_id"),
}
"""The fields whose cells lead to pages of their own: of which kind, and the field that has the key of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a text leads; `is_outside` if that is not a page of the site."""

    address: str
    is_outside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The links of a version's pages."""

    outline: Outline
    views: Mapping[str, View]

    def cell(self, here: str, view: View, row: Row, at: int) -> Link | None:
        """Where the cell of a row at a position leads; None if nowhere."""
        name, text = view.fields[at].name, row.cells[at]
        if text is None:
            return None
        for each in view.outgoing:
            if name in each.fields:
                values = tuple(row.cells[view.column(field)] or "" for field in each.fields)
                if address := self.row(here, each.target, each.target_fields, values):
                    return Link(address=address)
        if own := self._own_page(view, row, name):
            return Link(address=way(here, own))
        address = address_in(text)
        return Link(address=address, is_outside=True) if address else None

    def _own_page(self, view: View, row: Row, name: str) -> str | None:
        kind, key = _OWN_PAGES.get((view.table.name, name), (None, None))
        known = {field.name for field in view.fields}
        return self.outline.of(kind, row.cells[view.column(key)]) if kind and key in known else None

    def row(self, here: str, table: str, fields: tuple[str, ...], values: tuple[str, ...]) -> str | None:
        """Where the row with values in some fields stands; None if no page shows it."""
        found = self.views[table].find(fields, values) if table in self.views else None
        return None if found is None else way(here, self.outline.tables[table], found.anchor)

    def referrers(self, here: str, referrers: Referrers) -> Iterator[tuple[str, str | None]]:
        """The labels of the first rows that refer to one, and where these stand; None for rows that no page shows."""
        rows = self.views[referrers.table].rows
        for number, label in referrers.first:
            page = self.outline.tables[referrers.table]
            yield label, way(here, page, rows[number].anchor) if number < len(rows) else None
