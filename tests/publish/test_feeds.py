"""Readers of feeds learn of releases, of schemas that changed, and of yanks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.publish.feeds import FEEDS, MEDIA_TYPE, feed, write_feeds
from cstodata.publish.index import Index, read_index
from cstodata.publish.publisher import Published, publish
from cstodata.publish.store import Store
from cstodata.publish.yank import undo_yank, yank

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BASE = "https://example.org/small/"
ATOM = "{http://www.w3.org/2005/Atom}"


def parsed(store: Store, path: str) -> Any:
    found = store.read(path)
    assert found is not None
    headers = {"content-location": f"{BASE}{path}", "content-type": MEDIA_TYPE}
    told = feedparser.parse(found.content, response_headers=headers)
    assert not told.bozo, told.get("bozo_exception")
    assert told.version == "atom10"
    return told


@pytest.fixture
def three(make_release: Callable[..., Path]) -> list[Path]:
    """Three releases; the third has another schema."""
    first = make_release("1.0.0", "id\n1\n", created="2026-01-01T00:00:00Z", title="Small & <fine>")
    second = make_release("1.1.0", "id\n1\n2\n", previous=first, created="2026-02-01T00:00:00Z", title="Small & <fine>")
    third = make_release(
        "1.2.0", "id,more\n1,\n2,\n", previous=second, created="2026-03-01T00:00:00Z", title="Small & <fine>"
    )
    return [first, second, third]


def test_a_feed_tells_of_each_release(place: str, three: list[Path]) -> None:
    store = Store(place)
    for each in three:
        publish(each, store)
    told = parsed(store, "feed.atom")
    assert told.feed.title == "Small & <fine>: releases"
    assert told.feed.updated == "2026-03-01T00:00:00Z"
    assert [entry.published for entry in told.entries] == [f"2026-0{month}-01T00:00:00Z" for month in (3, 2, 1)]
    assert [entry.link for entry in told.entries] == [
        f"{BASE}v/1.2.0/changes/changes.html",
        f"{BASE}v/1.1.0/changes/changes.html",
        f"{BASE}v/1.0.0/README.md",
    ]
    assert all(store.read(entry.link.removeprefix(BASE)) for entry in told.entries)
    assert "A minor release since 1.1.0." in told.entries[0].content[0].value
    assert "table.more" in told.entries[0].content[0].value
    assert [each["term"] for each in told.entries[0].tags] == ["minor"]
    ids = [told.feed.id, *(entry.id for entry in told.entries)]
    assert len(set(ids)) == 4
    assert all(each.startswith("urn:uuid:") for each in ids)


def test_the_feed_of_schemas_tells_only_of_releases_that_changed_one(place: str, three: list[Path]) -> None:
    store = Store(place)
    for each in three:
        publish(each, store)
    told, whole = parsed(store, "schema-feed.atom"), parsed(store, "feed.atom")
    assert [entry.link for entry in told.entries] == [f"{BASE}v/1.2.0/changes/changes.html"]
    assert told.entries[0].id == whole.entries[0].id
    assert told.feed.id != whole.feed.id


def test_a_yank_is_told_as_news_and_taken_back(place: str, three: list[Path]) -> None:
    store = Store(place)
    for each in three:
        publish(each, store)
    before = parsed(store, "feed.atom")
    yank(store, "1.2.0", reason="seats <b>are</b> wrong & more", today=date(2026, 4, 1), replaced_by="1.1.0")
    for path in FEEDS:
        entry = parsed(store, path).entries[0]
        assert entry.title.endswith("1.2.0 (yanked)")
        assert entry.updated == "2026-04-01T00:00:00Z"
        assert (
            "Yanked on 2026-04-01: seats &lt;b&gt;are&lt;/b&gt; wrong &amp; more. Use 1.1.0." in entry.content[0].value
        )
        assert entry.id == before.entries[0].id
    undo_yank(store, "1.2.0")
    assert parsed(store, "feed.atom").entries[0].title == before.entries[0].title


def test_a_feed_that_was_not_written_is_completed_by_publishing_again(place: str, releases: list[Path]) -> None:
    store = Store(place)
    publish(releases[0], store)
    first = store.read("feed.atom")
    publish(releases[1], store)
    wanted = store.read("feed.atom")
    assert first is not None
    assert wanted is not None
    store.replace("feed.atom", first.content, media_type="application/atom+xml", expected=wanted)  # as if killed before
    assert publish(releases[1], store) is Published.ALREADY
    completed = store.read("feed.atom")
    assert completed is not None
    assert completed.content == wanted.content


def test_a_feed_of_an_older_index_never_takes_the_place_of_a_newer_ones(
    place: str, releases: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reading of the index and the writing of the feed, somebody else publishes and writes his."""
    store = Store(place)
    publish(releases[0], store)
    store.replace("feed.atom", b"old", media_type="application/atom+xml", expected=store.read("feed.atom"))
    meanwhile = [lambda: publish(releases[1], Store(place))]
    replace = store.replace

    def slow(path: str, content: bytes, **more: Any) -> bool:
        while meanwhile:
            meanwhile.pop()()
        return replace(path, content, **more)

    monkeypatch.setattr(store, "replace", slow)
    write_feeds(store)
    links = [entry.link for entry in parsed(store, "feed.atom").entries]
    assert links == [f"{BASE}v/1.1.0/README.md", f"{BASE}v/1.0.0/README.md"]


ENTRIES = st.fixed_dictionaries(
    {
        "version": st.just("1.0.0"),
        "path": st.just("v/1.0.0/"),
        "created": st.sampled_from([None, "2026-01-01T00:00:00Z"]),
        "previous": st.none() | st.text(),
        "bump": st.none() | st.text(),
        "schema_changed": st.just(value=True),
        "summary": st.none() | st.lists(st.text(), max_size=3),
        "yanked": st.none()
        | st.fixed_dictionaries({"reason": st.text(), "date": st.just("2026-02-20"), "replaced_by": st.none()}),
    }
)


@given(title=st.none() | st.text(), package=st.none() | st.text(), entry=ENTRIES, path=st.sampled_from(sorted(FEEDS)))
def test_every_feed_is_well_formed_whatever_the_index_says(
    title: str | None, package: str | None, entry: dict[str, Any], path: str
) -> None:
    content = feed(Index(package=package, title=title, versions=(entry,)), path)
    root = ET.fromstring(content)  # noqa: S314 -- written here
    assert [each.tag for each in root][:5] == [f"{ATOM}{name}" for name in ("title", "id", "updated", "link", "author")]
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    assert root.findtext(f"{ATOM}entry/{ATOM}updated") in {
        "1970-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
        "2026-02-20T00:00:00Z",
    }


def test_a_feed_of_nothing_is_one_too(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    write_feeds(store)
    assert parsed(store, "feed.atom").entries == []
    assert read_index(store) == Index()
