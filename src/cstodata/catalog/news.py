"""The articles that a package tells of, if it has the tables that the CSTO Parliamentary Assembly's has."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cstodata.catalog.domain import has_fields, number_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cstodata.catalog.domain import Record, Records

FIELDS: Final = {
    "news": ("news_id", "published_on", "title", "language", "place", "word_count", "source_id"),
    "mentions": ("news_id", "parliament_id", "chamber_id", "person_id", "count"),
    "sources": ("source_id", "address", "title"),
    "parliaments": ("parliament_id", "name"),
    "chambers": ("chamber_id", "name"),
    "people": ("person_id", "name"),
}
"""The tables that the pages of news are made of, and the fields that each must have."""

_MENTIONED: Final = (
    ("Parliaments", "parliaments", "parliament_id"),
    ("Chambers", "chambers", "chamber_id"),
    ("People", "people", "person_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Whom an article names, and how often: the table, the field and the value of the key, and what people call it."""

    kind: str
    table: str
    field: str
    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article: its row, that of its source, and whom it names, by kind."""

    row: Record
    source: Record
    mentions: tuple[Mention, ...]

    @property
    def key(self) -> str:
        """Its key."""
        return self.row.get("news_id") or ""


def articles_of(records: Mapping[str, Records]) -> tuple[Article, ...]:
    """The articles that tables tell of, the newest first; none if the tables are not those.

    Of articles that have the same key, or none, only the first has a page.

    Args:
        records: The tables, by name.
    """
    if not has_fields(records, FIELDS):
        return ()
    mentions: dict[str | None, list[Mention]] = defaultdict(list)
    for row in records["mentions"].rows:
        mentions[row["news_id"]] += _mentions(row, records)
    articles = [
        Article(
            row=row,
            source=records["sources"].by("source_id", row["source_id"]),
            mentions=tuple(mentions[row["news_id"]]),
        )
        for row in {row["news_id"]: row for row in reversed(records["news"].rows)}.values()
    ]
    return tuple(sorted(articles, key=lambda each: (each.row["published_on"] or "", each.key), reverse=True))


def _mentions(row: Record, records: Mapping[str, Records]) -> Iterator[Mention]:
    for kind, table, field in _MENTIONED:
        value = row[field]
        if value is not None:
            name = records[table].by(field, value).get("name") or value
            yield Mention(kind=kind, table=table, field=field, value=value, name=name, count=number_in(row["count"]))
