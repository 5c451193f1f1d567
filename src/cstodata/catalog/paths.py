"""Where the pages of a site stand in the store, and how one leads to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from posixpath import dirname, relpath
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cstodata.catalog.names import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cstodata.catalog.names import Key

HOME: Final = "index.html"
PAGES: Final = "pages"
STYLE: Final = f"{PAGES}/site.css"
SCRIPT: Final = f"{PAGES}/site.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The pages of a version: paths in the store of those of its tables, delegations and articles, by their keys."""

    version: str
    tables: Mapping[str, str] = field(default_factory=dict)
    delegations: Mapping[str, str] = field(default_factory=dict)
    articles: Mapping[str, str] = field(default_factory=dict)

    @property
    def release(self) -> str:
        """The page of the version."""
        return f"{PAGES}/{self.version}/index.html"

    def of(self, kind: str, key: str | None) -> str | None:
        """The page of a kind and a key; None if there is none."""
        pages = {"tables": self.tables, "delegations": self.delegations, "articles": self.articles}
        return None if key is None else pages[kind].get(key)


def outline(
    version: str, tables: Iterable[str], delegations: Iterable[str] = (), articles: Iterable[str] = ()
) -> Outline:
    """The pages of a version, from the keys of what they are pages of."""
    return Outline(
        version=version,
        tables=_paths(f"{PAGES}/{version}/tables", tables),
        delegations=_paths(f"{PAGES}/{version}/delegations", delegations),
        articles=_paths(f"{PAGES}/{version}/news", articles),
    )


def _paths(folder: str, keys: Iterable[str]) -> Mapping[str, str]:
    names: Mapping[Key, str] = names_of((key,) for key in keys)
    return {key[0]: f"{folder}/{name}.html" for key, name in names.items()}


def way(here: str, there: str, anchor: str = "") -> str:
    """The address of a path in the store as a page of it links to it.

    Args:
        here: The path of the page.
        there: The path that it leads to.
        anchor: A place in that page; empty for its beginning.
    """
    if here == there and anchor:
        return f"#{quote(anchor)}"
    path = relpath(there, dirname(here) or ".") if there else "../" * here.count("/")
    return f"{quote(path)}{f'#{quote(anchor)}' if anchor else ''}"
