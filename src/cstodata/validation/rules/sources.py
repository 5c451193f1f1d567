"""Rules about sources and addresses."""

from __future__ import annotations

from typing import Any, ClassVar

import narwhals.stable.v1 as nw

from cstodata.model.finding import Severity
from cstodata.validation.rules.base import Rule, Tables

_LETTER_OR_DIGIT = r"[^\x{0}-/:-@\[-`{-\x{A0}]"
_LABEL = rf"{_LETTER_OR_DIGIT}+(-+{_LETTER_OR_DIGIT}+)*"
_TOP = r"([^\x{0}-@\[-`{-\x{A0}]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)"
_REST = r"(:[0-9]{1,5})?([/?#][^\t\n\f\r ]*)?"
PLAUSIBLE_ADDRESS = rf"^[Hh][Tt][Tt][Pp][Ss]?://({_LABEL}\.)+{_TOP}{_REST}\z"
"""http or https, a host of labels that ends in a top-level domain (so no user, no IP address), perhaps port and path.

In the syntax that RE2 and Java share, without what means different things to them: `$`, blanks, folding of case.
"""


class SourceIsUsed(Rule):
    """Some row names each source.

    A source that nothing was read from is no source; it is kept only by mistake.
    """

    id = "source-is-used"
    severity = Severity.WARNING
    resource = "sources"
    field = "source_id"
    needs: ClassVar = {"sources": {"source_id": "string"}}
    anywhere = frozenset({"source_id"})
    message = "{source_id}: no row of another table names it as its source"
    mend = "Remove the source, or name it in the rows that were read from it."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """Sources, and whether another table names them."""
        named = [
            frame.select("source_id")
            for resource, frame in tables.frames.items()
            if resource != "sources" and "source_id" in frame.collect_schema().names()
        ]
        if not named:  # sources alone: there is nothing that could name them
            return tables["sources"].with_columns(used=nw.lit(1))
        used = nw.concat(named).group_by("source_id").agg(nw.len().alias("used"))
        return tables["sources"].join(used, on="source_id", how="left")

    def holds(self) -> nw.Expr:
        """One does."""
        return ~nw.col("used").is_null()


class SourceCapturedOncePublished(Rule):
    """A page is captured on the day on which it was published, or later.

    What was captured before is another page, or one of the dates is wrong.
    """

    id = "source-captured-once-published"
    resource = "sources"
    field = "captured_on"
    needs: ClassVar = {"sources": {"source_id": "string", "published_on": "date", "captured_on": "date"}}
    message = "{source_id}: captured on {captured_on}, published on {published_on}"
    mend = "Correct captured_on, or published_on as the page gives it."

    def holds(self) -> nw.Expr:
        """It is so."""
        return nw.col("captured_on") >= nw.col("published_on")


class WebsiteIsPlausible(Rule):
    """A website is an http or https address with a host of a plausible form and without credentials."""

    id = "website-is-plausible"
    resource = "chambers"
    field = "website"
    needs: ClassVar = {"chambers": {"chamber_id": "string", "website": "string"}}
    message = "{chamber_id}: {website} is no plausible address of a website"
    mend = "Correct the address: http:// or https://, a host such as parliament.example, no user or password."

    def holds(self) -> nw.Expr:
        """It has the form of one."""
        return nw.col("website").str.contains(PLAUSIBLE_ADDRESS)
