"""Rules about people and their positions."""

from __future__ import annotations

from typing import Any, ClassVar

import narwhals.stable.v1 as nw

from cstodata.validation.rules.base import Rule, Tables

REPRESENTATIVE = "Plenipotentiary representative"


class RepresentativeHoldsPosition(Rule):
    """A delegation's representative is the plenipotentiary representative of its parliament at that date.

    There must be a row in positions with the same person, parliament and date. A delegation without a representative is
    not
    judged: not every page names one.
    """

    id = "representative-holds-position"
    resource = "delegations"
    field = "representative_id"
    needs: ClassVar = {
        "delegations": {
            "delegation_id": "string",
            "parliament_id": "string",
            "as_of": "date",
            "representative_id": "string",
        },
        "positions": {"person_id": "string", "position": "string", "parliament_id": "string", "as_of": "date"},
    }
    message = (
        "{delegation_id}: positions knows no {representative_id} as representative of {parliament_id} as of {as_of}"
    )
    mend = f'Correct representative_id, or add the position "{REPRESENTATIVE}" to positions.'

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """Delegations, and whether positions confirms their representative."""
        held = (
            tables["positions"]
            .filter(nw.col("position") == REPRESENTATIVE)
            .select("parliament_id", "as_of", representative_id=nw.col("person_id"))
            .group_by("representative_id", "parliament_id", "as_of")
            .agg(nw.len().alias("held"))
        )
        return tables["delegations"].join(held, on=["representative_id", "parliament_id", "as_of"], how="left")

    def holds(self) -> nw.Expr:
        """There is none, or positions knows them."""
        return nw.col("representative_id").is_null() | ~nw.col("held").is_null()
