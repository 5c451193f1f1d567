"""What changed, in the words of those who know parliaments: seats, representatives, news.

It speaks of packages that have the tables of this project's dataset, and is silent about others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.diff.row_changes import ROW
from cstodata.errors import CstodataError
from cstodata.package.tables import read_canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cstodata.model.change import Cells, RowChange, TableChanges
    from cstodata.package.descriptor import DataPackage

_NEEDED = {
    "parliaments": {"parliament_id", "country_name"},
    "people": {"person_id", "name"},
    "delegations": {"delegation_id", "parliament_id", "as_of", "seats_total", "representative_id"},
}


def words(package: DataPackage, tables: Iterable[TableChanges]) -> tuple[str, ...]:
    """One sentence a change that the domain has words for; none if the package is of another domain.

    Args:
        package: The new package.
        tables: What changed in its rows.
    """
    fields = {each.name: {field.name for field in each.schema.fields} for each in package.resources if each.schema}
    if any(not needed <= fields.get(name, set()) for name, needed in _NEEDED.items()):
        return ()
    by_name = {table.resource: table for table in tables}
    try:
        teller = _Teller(
            countries={str(row["parliament_id"]): _country(row) for row in _rows(package, "parliaments")},
            people={str(row["person_id"]): str(row["name"]) for row in _rows(package, "people")},
            delegations=list(_rows(package, "delegations")),
        )
        sentences = [
            *(teller.delegations_of(by_name["delegations"]) if "delegations" in by_name else ()),
            *(_news(by_name["news"]) if "news" in by_name and "title" in fields["news"] else ()),
        ]
    except CstodataError:
        return ()  # a table that cannot be read is told of elsewhere
    return tuple(sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    """Knows the names behind the keys."""

    countries: Mapping[str, str]
    people: Mapping[str, str]
    delegations: list[Cells]

    def delegations_of(self, table: TableChanges) -> Iterator[str]:
        """What became of delegations."""
        for row in table.added:
            yield from self._added(row.after or {})
        for row in table.changed:
            yield from self._changed(row)
        for row in table.removed:
            cells = row.before or {}
            yield f"{self._whose(cells)}: the delegation as of {cells.get('as_of')} is withdrawn"

    def _added(self, cells: Cells) -> Iterator[str]:
        since = cells.get("as_of") or ""
        earlier = [
            each
            for each in self.delegations
            if each["parliament_id"] == cells.get("parliament_id") and (each["as_of"] or "") < since
        ]
        if not earlier:
            yield f"{self._whose(cells)}: a delegation of {cells.get('seats_total') or 'unknown size'}, as of {since}"
            return
        last = max(earlier, key=lambda each: each["as_of"] or "")
        told = [*self._differences(last, cells)] or [f"{cells.get('seats_total') or 'unknown'} seats, as before"]
        yield f"{self._whose(cells)}: {'; '.join(told)}, as of {since}"

    def _changed(self, row: RowChange) -> Iterator[str]:
        before, after = row.before or {}, row.after or {}
        told = list(self._differences(before, after))
        if told:
            whole = next((each for each in self.delegations if row.key.items() <= each.items()), {})
            yield f"{self._whose(whole)}: {'; '.join(told)}, corrected as of {whole.get('as_of')}"

    def _differences(self, before: Cells, after: Cells) -> Iterator[str]:
        was, now = before.get("seats_total"), after.get("seats_total")
        if was != now:
            yield f"seats {was or 'unknown'} → {now or 'unknown'}"
        left, joined = before.get("representative_id"), after.get("representative_id")
        if left != joined:
            told = [f"representative {self.people.get(left, left)} left"] if left else []
            told += [f"representative {self.people.get(joined, joined)} joined"] if joined else []
            yield ", ".join(told)

    def _whose(self, cells: Cells) -> str:
        parliament = cells.get("parliament_id") or ""
        return self.countries.get(parliament, parliament)


def _news(table: TableChanges) -> Iterator[str]:
    for row in table.added:
        cells = row.after or {}
        yield f"News of {cells.get('published_on')}: “{cells.get('title')}”"
    for row in table.removed:
        cells = row.before or {}
        yield f"News of {cells.get('published_on')} is withdrawn: “{cells.get('title')}”"


def _country(row: Cells) -> str:
    """The usual name of a country; the one in the table if its key is none."""
    import pycountry

    found = pycountry.countries.get(alpha_2=str(row["parliament_id"]))
    return str(getattr(found, "common_name", None) or found.name) if found else str(row["country_name"])


def _rows(package: DataPackage, name: str) -> Iterator[Cells]:
    for piece in read_canonical(package, package.resource(name), row_numbers=ROW):
        yield from piece.drop_columns([ROW]).to_pylist()
