"""The feeds of a store, in Atom (RFC 4287): all releases, and those that changed a schema.

Each is a pure function of the index, so whoever writes last writes the same. Links are relative to the feed, and ids
are made of the name and the version: the same release has the same id wherever it is published.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from cstodata.errors import PublishError
from cstodata.publish.index import ATTEMPTS, Index, read_index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.json import JsonObject
    from cstodata.publish.store import Store

FEEDS: Final[Mapping[str, str]] = {"feed.atom": "releases", "schema-feed.atom": "releases that changed a schema"}
"""The feeds by path, and what each tells of."""

MEDIA_TYPE = "application/atom+xml; charset=utf-8"

_ATOM = "http://www.w3.org/2005/Atom"
_LONG_AGO = "1970-01-01T00:00:00Z"
# What XML 1.0 has no place for, not even escaped.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_feeds(store: Store) -> None:
    """Bring the feeds of a store up to its index.

    A feed is read before the index, and replaced only if it is still what was read. So nobody can put a feed of an
    older index in the place of a newer one's, and the last to change the index leaves feeds that fit it.

    Raises:
        PublishError: The index cannot be read, or others replaced a feed again and again.
        StoreError: The store cannot be read or written.
    """
    for path in FEEDS:
        for _ in range(ATTEMPTS):
            there = store.read(path)
            content = feed(read_index(store), path)
            if there is not None and there.content == content:
                break
            if store.replace(path, content, media_type=MEDIA_TYPE, expected=there):
                break
        else:
            raise PublishError(f"others replaced {path} of {store.place} {ATTEMPTS} times meanwhile; run this again")


def feed(index: Index, path: str) -> bytes:
    """A feed of an index, the newest version first.

    Args:
        index: What it is a feed of.
        path: One of `FEEDS`.
    """
    entries = [each for each in index.versions if path == "feed.atom" or each.get("schema_changed")]
    name = index.title or index.package or "data"
    root = Element("feed", xmlns=_ATOM)
    _add(root, "title", f"{name}: {FEEDS[path]}")
    _add(root, "id", _id(index, path))
    _add(root, "updated", max(map(_updated, entries), default=_LONG_AGO))
    SubElement(root, "link", rel="self", type="application/atom+xml", href=path)
    _add(SubElement(root, "author"), "name", name)
    for each in entries:
        _add_entry(root, index, each, name)
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _add_entry(root: Element, index: Index, told: JsonObject, name: str) -> None:
    version, yanked = str(told["version"]), told.get("yanked")
    entry = SubElement(root, "entry")
    _add(entry, "title", f"{name} {version}{' (yanked)' if yanked else ''}")
    _add(entry, "id", _id(index, version))
    _add(entry, "published", str(told.get("created") or _LONG_AGO))
    _add(entry, "updated", _updated(told))
    page = "changes/changes.html" if told.get("bump") else "README.md"
    SubElement(entry, "link", rel="alternate", href=f"{told['path']}{page}")
    for each in ("yanked" if yanked else None, told.get("bump")):
        if each:
            SubElement(entry, "category", term=_clean(str(each)))
    _add(entry, "content", _content(told)).set("type", "html")


def _content(told: JsonObject) -> str:
    """What there is to say of a version, as HTML."""
    paragraphs, yanked, summary = [], told.get("yanked"), told.get("summary")
    if isinstance(yanked, dict):
        instead = f" Use {yanked['replaced_by']}." if yanked.get("replaced_by") else ""
        paragraphs.append(f"Yanked on {yanked['date']}: {str(yanked['reason']).removesuffix('.')}.{instead}")
    if told.get("bump"):
        paragraphs.append(f"A {told['bump']} release since {told.get('previous')}.")
    else:
        paragraphs.append("A release that was compared with none before it.")
    lines = "".join(f"<li>{escape(str(each))}</li>" for each in summary) if isinstance(summary, list) else ""
    return "".join(f"<p>{escape(each)}</p>" for each in paragraphs) + (f"<ul>{lines}</ul>" if lines else "")


def _updated(told: JsonObject) -> str:
    """When a version was made or, if that is later, yanked; long ago if nobody says."""
    yanked = told.get("yanked")
    moments = [str(told.get("created") or _LONG_AGO)]
    if isinstance(yanked, dict):
        moments.append(f"{yanked['date']}T00:00:00Z")
    return max(moments)


def _id(index: Index, what: str) -> str:
    return uuid5(NAMESPACE_URL, f"cstodata:{index.package}:{what}").urn


def _add(parent: Element, tag: str, text: str) -> Element:
    element = SubElement(parent, tag)
    element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
