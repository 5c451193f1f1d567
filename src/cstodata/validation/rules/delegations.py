"""Rules about delegations and their seats."""

from __future__ import annotations

from typing import Any, ClassVar

import narwhals.stable.v1 as nw

from cstodata.validation.rules.base import Rule, Tables
from cstodata.validation.rules.counting import with_count_of_same


class SeatsAddUp(Rule):
    """The seats that the chambers fill add up to the delegation's total.

    A delegation without any seats is not judged here but by delegation-has-seats.
    """

    id = "seats-add-up"
    resource = "delegations"
    field = "seats_total"
    needs: ClassVar = {
        "delegations": {"delegation_id": "string", "seats_total": "integer"},
        "delegation_seats": {"delegation_id": "string", "seats": "integer"},
    }
    message = "{delegation_id}: chambers add up to {chambers_total}, total says {seats_total}"
    mend = "Correct seats_total, or the chambers' seats in delegation_seats, as the source states them."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """Delegations, with the sum of their chambers' seats."""
        seats = tables["delegation_seats"].group_by("delegation_id").agg(nw.col("seats").sum().alias("chambers_total"))
        return tables["delegations"].join(seats, on="delegation_id", how="left")

    def holds(self) -> nw.Expr:
        """The sum is the total."""
        return nw.col("chambers_total") == nw.col("seats_total")


class SeatsInOwnParliament(Rule):
    """A delegation's seats are filled by chambers of its own parliament."""

    id = "seats-in-own-parliament"
    resource = "delegation_seats"
    field = "chamber_id"
    needs: ClassVar = {
        "delegation_seats": {"delegation_id": "string", "chamber_id": "string"},
        "delegations": {"delegation_id": "string", "parliament_id": "string"},
        "chambers": {"chamber_id": "string", "parliament_id": "string"},
    }
    message = (
        "{delegation_id}: {chamber_id} is a chamber of {chamber_parliament}, the delegation is from {parliament_id}"
    )
    mend = "Correct chamber_id or delegation_id."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """Seats, with the delegation's parliament and the chamber's."""
        delegations = tables["delegations"].select("delegation_id", "parliament_id")
        chambers = tables["chambers"].select("chamber_id", chamber_parliament=nw.col("parliament_id"))
        seats = tables["delegation_seats"].join(delegations, on="delegation_id", how="left")
        return seats.join(chambers, on="chamber_id", how="left")

    def holds(self) -> nw.Expr:
        """The parliaments are the same."""
        return nw.col("chamber_parliament") == nw.col("parliament_id")


class OneDelegationPerDate(Rule):
    """A parliament has one delegation at a date."""

    id = "one-delegation-per-date"
    resource = "delegations"
    field = "delegation_id"
    needs: ClassVar = {"delegations": {"delegation_id": "string", "parliament_id": "string", "as_of": "date"}}
    message = "{delegation_id}: one of {delegations} delegations of {parliament_id} as of {as_of}"
    mend = "Keep one of them, or correct parliament_id or as_of."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """Delegations, with how many have the same parliament and date."""
        return with_count_of_same(tables["delegations"], ["parliament_id", "as_of"], count="delegations")

    def holds(self) -> nw.Expr:
        """It is the only one."""
        return nw.col("delegations") == 1


class DelegationHasSeats(Rule):
    """A delegation has seats of at least one chamber."""

    id = "delegation-has-seats"
    resource = "delegations"
    field = "delegation_id"
    needs: ClassVar = {"delegations": {"delegation_id": "string"}, "delegation_seats": {"delegation_id": "string"}}
    message = "{delegation_id}: no row of delegation_seats belongs to it"
    mend = "Add its rows to delegation_seats, or remove the delegation."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """Delegations, with how many rows of seats they have."""
        rows = tables["delegation_seats"].group_by("delegation_id").agg(nw.len().alias("chambers"))
        return tables["delegations"].join(rows, on="delegation_id", how="left")

    def holds(self) -> nw.Expr:
        """There are some."""
        return ~nw.col("chambers").is_null()
