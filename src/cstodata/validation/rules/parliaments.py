"""Rules about parliaments, their chambers, and their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import narwhals.stable.v1 as nw

from cstodata.validation.rules.base import Row, Rule, Tables
from cstodata.validation.rules.counting import number_of_filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PARTS = "|"
"""Between a code and a name; neither holds it."""


class CountryCodeKnown(Rule):
    """A parliament's code is the ISO 3166-1 alpha-2 code of the country it names.

    The name may be the short name, the official name or the common name of ISO 3166-1, as pages use them all.
    """

    id = "country-code-known"
    resource = "parliaments"
    field = "parliament_id"
    needs: ClassVar = {"parliaments": {"parliament_id": "string", "country_name": "string"}}
    message = "{parliament_id}: {known}, the row says {country_name}"
    mend = "Correct parliament_id or country_name; ISO 3166-1 lists them."

    def holds(self) -> nw.Expr:
        """Code and name belong together."""
        pairs = [f"{code}{_PARTS}{name}" for code, names in _iso_3166().items() for name in names]
        return nw.concat_str([nw.col("parliament_id"), nw.col("country_name")], separator=_PARTS).is_in(pairs)

    def sentence(self, row: Row) -> str:
        """Say what the code stands for."""
        names = _iso_3166().get(str(row["parliament_id"]))
        known = f"ISO 3166-1 calls it {' or '.join(names)}" if names else "ISO 3166-1 knows no such code"
        return super().sentence({**row, "known": known})


class ChambersFitStructure(Rule):
    """A bicameral parliament has two chambers, a unicameral one has one, and one of them is lower or single.

    A parliament whose structure no page states is not judged.
    """

    id = "chambers-fit-structure"
    resource = "parliaments"
    field = "structure"
    needs: ClassVar = {
        "parliaments": {"parliament_id": "string", "structure": "string"},
        "chambers": {"parliament_id": "string", "kind": "string"},
    }
    message = "{parliament_id}: {structure}, with chambers: {lower} lower, {upper} upper, {single} single"
    mend = "Correct structure, or add, remove or correct its chambers."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """Parliaments, with the number of their chambers of each kind."""
        kinds = ("lower", "upper", "single")
        counts = (
            tables["chambers"]
            .with_columns((nw.col("kind") == kind).cast(nw.Int64).alias(kind) for kind in kinds)
            .group_by("parliament_id")
            .agg(nw.col(kind).sum() for kind in kinds)
        )
        joined = tables["parliaments"].join(counts, on="parliament_id", how="left")
        return joined.with_columns(nw.col(kind).fill_null(0) for kind in kinds)

    def holds(self) -> nw.Expr:
        """The chambers are those that the structure asks for."""
        lower, upper, single = nw.col("lower"), nw.col("upper"), nw.col("single")
        bicameral = (nw.col("structure") == "bicameral") & (lower == 1) & (upper == 1) & (single == 0)
        unicameral = (nw.col("structure") == "unicameral") & (lower + single == 1) & (upper == 0)
        return nw.col("structure").is_null() | bicameral | unicameral


class NameNamesOneThing(Rule):
    """A name is a name of one parliament, one chamber or one person, never of two or none."""

    id = "name-names-one-thing"
    resource = "names"
    field = "name"
    needs: ClassVar = {
        "names": {"name": "string", "parliament_id": "string", "chamber_id": "string", "person_id": "string"}
    }
    message = "{name}: names {things} things, parliament {parliament_id}, chamber {chamber_id}, person {person_id}"
    mend = "Fill exactly one of parliament_id, chamber_id and person_id."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """Names, with the number of things that each names."""
        return tables["names"].with_columns(things=number_of_filled("parliament_id", "chamber_id", "person_id"))

    def holds(self) -> nw.Expr:
        """One of the three references is filled."""
        return nw.col("things") == 1


def _iso_3166() -> Mapping[str, Iterable[str]]:
    """The names of each country by its alpha-2 code: short, official, common."""
    import pycountry

    kinds = ("name", "official_name", "common_name")
    return {
        country.alpha_2: [getattr(country, kind) for kind in kinds if hasattr(country, kind)]
        for country in pycountry.countries
    }
