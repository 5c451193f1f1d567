"""The delegations that a package tells of, if it has the tables that the CSTO Parliamentary Assembly's has."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from cstodata.catalog.charts import Line, Seats, line, seats
from cstodata.catalog.domain import Records, has_fields, number_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cstodata.catalog.domain import Record

FIELDS: Final = {
    "delegations": ("delegation_id", "parliament_id", "as_of", "seats_total", "representative_id", "source_id"),
    "delegation_seats": ("delegation_id", "chamber_id", "seats", "member_title"),
    "parliaments": ("parliament_id", "country_name", "name", "structure"),
    "chambers": ("chamber_id", "parliament_id", "name", "kind", "website"),
    "people": ("person_id", "name"),
    "positions": ("person_id", "position", "as_of"),
    "sources": ("source_id", "address", "title", "published_on"),
}
"""The tables that the pages of delegations are made of, and the fields that each must have."""

_KINDS: Final = ("lower", "single", "upper")
"""Chambers from left to right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many seats of a delegation a chamber fills, and what its members are called; the chamber as its row."""

    chamber: Record
    seats: int
    member_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A delegation as one page states it; rows that are not there are empty."""

    delegation: Record
    total: int
    shares: tuple[Share, ...]
    representative: Record
    source: Record

    @property
    def day(self) -> str:
        """The day of which it is."""
        return self.delegation.get("as_of") or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """What a parliament sends, as it was observed; the newest observation first, and one at least.

    Attributes:
        parliament: Its row.
        observations: What each page states.
        positions: Those of the newest representative, the newest first.
        diagram: The newest seats; None if they cannot be drawn.
        chart: The totals over time; None for one observation.
    """

    parliament: Record
    observations: tuple[Observation, ...]
    positions: tuple[Record, ...]
    diagram: Seats | None
    chart: Line | None

    @property
    def newest(self) -> Observation:
        """What is known last."""
        return self.observations[0]

    @property
    def sources(self) -> tuple[Record, ...]:
        """The pages that it was read from, each once."""
        by_address = {each.source.get("source_id"): each.source for each in self.observations if each.source}
        return tuple(by_address.values())

    @property
    def country(self) -> str:
        """The name of the country; the key if there is none."""
        return self.parliament.get("country_name") or self.key or "not named"

    @property
    def key(self) -> str:
        """The key of the parliament."""
        return self.newest.delegation.get("parliament_id") or ""


def delegations_of(records: Mapping[str, Records]) -> tuple[Delegation, ...]:
    """The delegations that tables tell of, by the name of the country; none if the tables are not those.

    Args:
        records: The tables, by name.
    """
    if not has_fields(records, FIELDS):
        return ()
    shares: dict[str, list[Share]] = defaultdict(list)
    for row in records["delegation_seats"].rows:
        chamber = records["chambers"].by("chamber_id", row["chamber_id"])
        told = Share(chamber=chamber, seats=number_in(row["seats"]), member_title=row["member_title"] or "")
        shares[row["delegation_id"] or ""].append(told)
    observed: dict[str, list[Observation]] = defaultdict(list)
    for row in records["delegations"].rows:
        observed[row["parliament_id"] or ""].append(_observation(row, shares[row["delegation_id"] or ""], records))
    found = [_delegation(key, told, records) for key, told in observed.items()]
    return tuple(sorted(found, key=lambda each: (each.country, each.key)))


def _observation(row: Record, shares: Sequence[Share], records: Mapping[str, Records]) -> Observation:
    ordered = sorted(shares, key=lambda each: (_place(each.chamber.get("kind")), each.chamber.get("chamber_id") or ""))
    return Observation(
        delegation=row,
        total=number_in(row["seats_total"]),
        shares=tuple(ordered),
        representative=records["people"].by("person_id", row["representative_id"]),
        source=records["sources"].by("source_id", row["source_id"]),
    )


def _place(kind: str | None) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _delegation(key: str, observed: list[Observation], records: Mapping[str, Records]) -> Delegation:
    newest_first = sorted(observed, key=lambda each: (each.day, each.delegation["delegation_id"] or ""), reverse=True)
    person = newest_first[0].delegation["representative_id"]
    positions = [row for row in records["positions"].rows if person is not None and row["person_id"] == person]
    return Delegation(
        parliament=records["parliaments"].by("parliament_id", key),
        observations=tuple(newest_first),
        positions=tuple(sorted(positions, key=lambda row: row["as_of"] or "", reverse=True)),
        diagram=seats([max(each.seats, 0) for each in newest_first[0].shares]),
        chart=_chart(newest_first[::-1]),
    )


def _chart(observed: Sequence[Observation]) -> Line | None:
    try:
        days = [float(date.fromisoformat(each.day).toordinal()) for each in observed]
    except ValueError:  # dates of another form have no distances
        days = [float(number) for number in range(len(observed))]
    return line([(each.day, each.total) for each in observed], days)
