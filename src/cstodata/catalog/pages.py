"""The pages of a store, one after the other: each is made of what the store holds, and of nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Final

from cstodata.catalog.charts import line
from cstodata.catalog.delegations import FIELDS as DELEGATION_FIELDS
from cstodata.catalog.delegations import delegations_of
from cstodata.catalog.domain import MOST_PAGES, records_of
from cstodata.catalog.fields import documented
from cstodata.catalog.links import Links
from cstodata.catalog.metadata import dataset
from cstodata.catalog.news import FIELDS as NEWS_FIELDS
from cstodata.catalog.news import articles_of
from cstodata.catalog.paths import HOME, SCRIPT, STYLE, outline
from cstodata.catalog.render import Page, asset, environment
from cstodata.catalog.rows import views_of
from cstodata.catalog.said import checks_of, commit_of, reasons_of, rules_of, words_of
from cstodata.catalog.texts import how_many_fit
from cstodata.client.snippets import snippets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import jinja2

    from cstodata.catalog.contents import Release, Table
    from cstodata.catalog.delegations import Delegation
    from cstodata.catalog.news import Article
    from cstodata.catalog.paths import Outline
    from cstodata.publish.index import Index

    Made = tuple[str, bytes]

SERVED: Final = "http://127.0.0.1:8000"
"""Where `cstodata serve` shows a store if nobody says otherwise; stands in the examples until an address is known."""

_LISTED = 30_000
"""Bytes that a list on a page may take: of tables, of fields, of versions, of changes."""

_FIELDS = 20_000
"""The same for the fields of a table, which stand beside its rows."""

_MOST = 50
_LINE = 400
"""Bytes of the elements around an entry of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where things are read; each with a slash at the end, or empty.

    Attributes:
        store: Where the store is read on the web, for examples and search engines; empty if nobody says.
        files: Where the pages find its files, if they stand elsewhere; empty if they stand in it.
    """

    store: str = ""
    files: str = ""


def pages(index: Index, releases: Sequence[Release], addresses: Addresses) -> Iterator[Made]:
    """All pages of a store with their paths in it; the same store has the same pages.

    Args:
        index: The index of the store.
        releases: All its versions, the newest first; there is one at least.
        addresses: Where things are read.

    Raises:
        PublishError: A file is not the one that was published.
        CstodataError: What a file holds cannot be read.
    """
    yield STYLE, asset("site.css")
    yield SCRIPT, asset("site.js")
    contents = [_Contents(release) for release in releases]
    site = _Site(index, contents, addresses)
    yield site.home()
    for each in contents:
        yield from site.release(each)


class _Contents:
    """A version, and what its pages are made of."""

    def __init__(self, release: Release) -> None:
        self.release = release
        records = records_of(release, {*DELEGATION_FIELDS, *NEWS_FIELDS})
        self.delegations = delegations_of(records)[:MOST_PAGES]
        self.articles = articles_of(records)[:MOST_PAGES]
        self.outline: Outline = outline(
            release.version.number,
            [table.name for table in release.tables],
            [each.key for each in self.delegations],
            [each.key for each in self.articles],
        )

    @cached_property
    def newest_source(self) -> str:
        """The day of the newest page that the data was read from; empty if that is not told."""
        days = (each.source.get("published_on") for one in self.delegations for each in one.observations)
        return max(filter(None, [*days, *(each.row["published_on"] for each in self.articles)]), default="")


class _Site:
    """What all pages of a store share."""

    def __init__(self, index: Index, contents: Sequence[_Contents], addresses: Addresses) -> None:
        self._templates: jinja2.Environment = environment()
        self._contents = contents
        self._addresses = addresses
        self._versions = [each.release.version for each in contents]
        self._outlines = {each.release.version.number: each.outline for each in contents}
        self._newest = next((each for each in contents if each.release.version.is_latest), contents[0])
        self._title = index.title or index.package or "Data"

    def home(self) -> Made:
        """The first page: what the data is, and its versions."""
        newest = self._newest
        shown = how_many_fit((_bytes(each.summary) for each in self._versions), _LISTED)
        return self._make("home.html.jinja", HOME, newest, versions=self._versions[:shown], **self._tables(newest))

    def release(self, contents: _Contents) -> Iterator[Made]:
        """The pages of a version."""
        views = views_of(contents.release)
        links = Links(outline=contents.outline, views=views)
        yield self._make("release.html.jinja", contents.outline.release, contents, **self._told(contents))
        for table in contents.release.tables:
            view = views[table.name]
            yield self._make(
                "table.html.jinja",
                contents.outline.tables[table.name],
                contents,
                kind="tables",
                key=table.name,
                view=view,
                links=links,
                fields=documented(table, view.outgoing, _FIELDS),
                snippets=self._snippets(contents, table),
                **self._history(table.name),
            )
        for one in contents.delegations:
            yield self._delegation(contents, links, one)
        for each in contents.articles:
            yield self._article(contents, links, each)

    def _delegation(self, contents: _Contents, links: Links, delegation: Delegation) -> Made:
        path = contents.outline.delegations[delegation.key]
        told = {"kind": "delegations", "key": delegation.key, "links": links, "delegation": delegation}
        return self._make("delegation.html.jinja", path, contents, **told)

    def _article(self, contents: _Contents, links: Links, article: Article) -> Made:
        path = contents.outline.articles[article.key]
        told = {"kind": "articles", "key": article.key, "links": links, "article": article}
        return self._make("news.html.jinja", path, contents, **told)

    def _told(self, contents: _Contents) -> Mapping[str, Any]:
        """What the page of a version says beside its tables."""
        release = contents.release
        reasons = reasons_of(release.manifest)
        words = words_of(release.manifest)
        each_table = _LISTED // len(release.tables)
        return {
            **self._tables(contents),
            "words": words[: how_many_fit((_bytes((each,)) for each in words), _LISTED)],
            "reasons": reasons[: how_many_fit((_bytes((each.where, each.text)) for each in reasons), _LISTED)],
            "reasons_count": len(reasons),
            "dictionary": [(table, documented(table, (), each_table)) for table in release.tables],
            "checks": checks_of(release.manifest),
            "commit": commit_of(release.manifest),
            "rules": rules_of(release.report)[:_MOST],
            "dataset": dataset(release, contents.outline, self._addresses.store),
        }

    def _tables(self, contents: _Contents) -> Mapping[str, Any]:
        release = contents.release
        tables = release.tables[: how_many_fit((_bytes((t.title, t.description)) for t in release.tables), _LISTED)]
        return {"tables": tables, "snippets": self._snippets(contents, _example(release))}

    def _snippets(self, contents: _Contents, table: Table) -> Any:
        base = self._addresses.store or SERVED
        return snippets(base, contents.release.version.number, table.name, file=table.parquet.path)

    def _history(self, name: str) -> Mapping[str, Any]:
        """How many rows a table has in each version that has it, the oldest first."""
        counts = [
            (each.release.version, table.rows)
            for each in reversed(self._contents)
            for table in each.release.tables
            if table.name == name
        ]
        drawn = line([(version.number, rows) for version, rows in counts])
        return {"history": counts[-_MOST:], "chart": drawn}

    def _make(self, template: str, path: str, contents: _Contents, **told: Any) -> Made:
        page = Page(path, self._addresses.files)
        text = self._templates.get_template(template).render(
            page=page,
            site=self._title,
            contents=contents,
            release=contents.release,
            version=contents.release.version,
            outline=contents.outline,
            newest=self._newest.release.version,
            home=HOME,
            known=self._outlines,
            served="" if self._addresses.store else SERVED,
            switch=list(self._switch(page, told.get("kind"), told.get("key"))),
            all_versions=len(self._versions),
            **{"kind": None, "key": None, **told},
        )
        return path, text.encode()

    def _switch(self, page: Page, kind: str | None, key: str | None) -> Iterator[tuple[Any, str]]:
        """The same page of the other versions, or else the page of that version."""
        for version in self._versions[:_MOST]:
            other = self._outlines[version.number]
            same = other.of(kind, key) if kind else None
            yield version, page.to(same or other.release)


def _example(release: Release) -> Table:
    """The table that the examples of a whole release read: that of the delegations, or else the one of most rows."""
    known = {table.name: table for table in release.tables}
    return known.get("delegations") or max(release.tables, key=lambda table: table.rows)


def _bytes(texts: Iterable[str]) -> int:
    return _LINE + len(escape("".join(texts)).encode())
