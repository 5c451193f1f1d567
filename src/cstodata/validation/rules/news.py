"""Rules about news and what it mentions."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import narwhals.stable.v1 as nw

from cstodata.model.finding import Severity
from cstodata.validation.rules.base import Row, Rule, Tables
from cstodata.validation.rules.counting import number_of_filled, with_count_of_same

FOUNDED = date(2006, 11, 16)
"""The day on which the Assembly was founded."""


class NewsDatedSensibly(Rule):
    """An article is dated as its source is, not before the Assembly was founded, and not in the future.

    The Assembly was founded on 2006-11-16. The future begins after the day of validation, which for a release is its
    date.
    """

    id = "news-dated-sensibly"
    resource = "news"
    field = "published_on"
    needs: ClassVar = {
        "news": {"news_id": "string", "published_on": "date", "source_id": "string"},
        "sources": {"source_id": "string", "published_on": "date"},
    }
    message = "{news_id}: dated {published_on}, {reason}"
    mend = "Correct published_on, here or in sources, as the page gives it."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """News, with the source's date and today's."""
        sources = tables["sources"].select("source_id", source_date=nw.col("published_on"))
        joined = tables["news"].join(sources, on="source_id", how="left")
        return joined.with_columns(today=nw.lit(tables.today))

    def holds(self) -> nw.Expr:
        """All three are so."""
        published = nw.col("published_on")
        as_source = (published == nw.col("source_date")).fill_null(value=True)
        return (published >= FOUNDED) & (published <= nw.col("today")) & as_source

    def sentence(self, row: Row) -> str:
        """Name the first of the three that is not so."""
        published, today = row["published_on"], row["today"]
        if not isinstance(published, date) or published < FOUNDED:
            reason = f"before the Assembly was founded on {FOUNDED}"
        elif isinstance(today, date) and published > today:
            reason = f"after {today}"
        else:
            reason = f"its source {row['source_date']}"
        return super().sentence({**row, "reason": reason})


class TitlesAreUnique(Rule):
    """No two articles in one language have the same title.

    Two such articles are most often one that was entered twice.
    """

    id = "titles-are-unique"
    severity = Severity.WARNING
    resource = "news"
    field = "title"
    needs: ClassVar = {"news": {"news_id": "string", "title": "string", "language": "string"}}
    message = '{news_id}: one of {articles} articles with the title "{title}"'
    mend = "Remove the article that was entered twice, or leave it if both were published."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """News, with how many articles have the same title and language."""
        return with_count_of_same(tables["news"], ["title", "language"], count="articles")

    def holds(self) -> nw.Expr:
        """It is the only one."""
        return nw.col("articles") == 1


class MentionNamesOneThing(Rule):
    """A mention is of one parliament, one chamber or one person."""

    id = "mention-names-one-thing"
    resource = "mentions"
    field = "mention_id"
    needs: ClassVar = {
        "mentions": {"mention_id": "string", "parliament_id": "string", "chamber_id": "string", "person_id": "string"}
    }
    message = (
        "{mention_id}: mentions {things} things, parliament {parliament_id}, chamber {chamber_id}, person {person_id}"
    )
    mend = "Fill exactly one of parliament_id, chamber_id and person_id."

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """Mentions, with the number of things that each names."""
        return tables["mentions"].with_columns(things=number_of_filled("parliament_id", "chamber_id", "person_id"))

    def holds(self) -> nw.Expr:
        """One of the three references is filled."""
        return nw.col("things") == 1
