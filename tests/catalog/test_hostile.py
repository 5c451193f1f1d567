"""A package that means harm gives pages on which nothing runs and nothing breaks."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.catalog.conftest import broken_links, package, pages_of, release, served, written
from tests.catalog.test_html import complaints

from cstodata.catalog.delegations import FIELDS as DELEGATIONS
from cstodata.catalog.news import FIELDS as NEWS
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MARKUP = [
    "<script>window.harmed = 1</script>",
    "<img src=x onerror='window.harmed = 1'>",
    '"><svg onload="window.harmed = 1">',
    "' onmouseover='window.harmed = 1",
    "</td></tr></table><h1>mine</h1>",
    "</script><script>window.harmed = 1</script>",
    "javascript:window.harmed=1",
    "JaVaScRiPt:window.harmed=1",
    "data:text/html,<script>window.harmed=1</script>",
    'https://user@example.org/"onclick="window.harmed=1',
    "http://[broken",
    "{{ 7 * 7 }}{% for x in y %}",
    "<!-- -->]]><![CDATA[",
    "\u202e\u2066\u200f مرحبا \u202d",
    "\u0001\u007f\u0085\ufffe\U0010ffff",
    "&lt;b&gt; &amp;amp;",
    "x" * 5000,
]
KEYS = ["../x", "CON", "Key", "key", "index", "", "k" * 300, "a/b\\c", "#?%20", "<b>"]
RTL = "\u05de\u05d9\u05d3\u05e2 \u0645\u0631\u062d\u0628\u0627 \u202e<i>"


def text_of(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([list(header), *map(list, rows)])
    return file.getvalue()


def schema(*fields: dict[str, Any], **declared: Any) -> dict[str, Any]:
    return {"fields": [{"type": "string", **each} for each in fields], "missingValues": [], **declared}


def hostile_domain() -> dict[str, tuple[str, dict[str, Any]]]:
    """The tables that delegations and articles have pages of, with nothing in them as it should be."""
    harm = [*MARKUP, "https://example.org/" + "x" * 5000]
    cells: dict[str, Callable[[int], object]] = {
        "as_of": lambda n: ["2026-01-01", "yesterday", ""][n % 3],
        "published_on": lambda n: ["2026-01-01", "9" * 400][n % 2],
        "seats": lambda n: [3, -5, 0, 10**12, "many"][n % 5],
        "seats_total": lambda n: [3, -5, 10**15][n % 3],
        "language": lambda n: ["en", "x y", '"><b>'][n % 3],
    }
    fields: dict[str, set[str]] = defaultdict(set)
    for name, names in (*DELEGATIONS.items(), *NEWS.items()):
        fields[name] |= set(names)

    def row(number: int, names: Iterable[str]) -> list[object]:
        return [cells[name](number) if name in cells else harm[number] for name in names]

    return {
        name: (
            text_of(sorted(names), (row(number, sorted(names)) for number in range(len(harm)))),
            schema(*({"name": field} for field in sorted(names))),
        )
        for name, names in fields.items()
    }


def hostile_tables() -> dict[str, tuple[str, dict[str, Any]]]:
    told = "<b title='x'>" + RTL
    keys = text_of(["key", "note"], zip(KEYS, MARKUP, strict=False))
    pointers = text_of(["id", "to", "text"], [[str(n), KEYS[n % len(KEYS)], each] for n, each in enumerate(MARKUP)])
    wide = [f"<c{n}>" for n in range(200)]
    foreign = [{"fields": ["to"], "reference": {"resource": "index", "fields": ["key"]}}]
    named = {"name": "key", "title": told, "description": "</dd>" + "d" * 9000, "constraints": {"required": True}}
    return {
        **hostile_domain(),
        "index": (keys, schema(named, {"name": "note"}, primaryKey=["key"])),
        "pointers": (
            pointers,
            schema({"name": "id"}, {"name": "to"}, {"name": "text"}, primaryKey=["id"], foreignKeys=foreign),
        ),
        "tall": (
            text_of(["id", "text", "to"], [[str(n), RTL * 3, KEYS[n % 3]] for n in range(10_000)]),
            schema(
                {"name": "id", "type": "integer"},
                {"name": "text"},
                {"name": "to"},
                primaryKey=["id"],
                foreignKeys=foreign,
            ),
        ),
        "wide": (text_of(wide, [[RTL] * 200] * 300), schema(*({"name": name, "description": RTL} for name in wide))),
        "nothing": ("id\n", schema({"name": "id"})),
    }


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    declared: dict[str, Any] = {
        "title": MARKUP[5] + RTL,
        "description": "\n".join(MARKUP),
        "homepage": "https://example.org/",
        "keywords": MARKUP,
        "licenses": [{"name": "<b>", "title": MARKUP[0], "path": "https://example.org/?\"'><script>"}],
        "contributors": [{"title": MARKUP[1], "path": 'https://example.org/"x', "email": "a'onclick=b@example.org"}],
        "sources": [
            {"title": MARKUP[2], "path": "javascript:window.harmed=1"},
            {"title": MARKUP[3], "path": "https://example.org/'x"},
        ],
    }
    made = package(folder / "package", "1.0.0+x.1", hostile_tables(), **declared)
    publish(release(made, folder / "release", rules=[]), Store(str(folder / "store")))
    return written(folder / "store")


@pytest.fixture(scope="module")
def hostile_address(hostile: Path) -> Iterator[str]:
    with served(hostile) as at:
        yield at


def test_nothing_in_a_page_is_an_element_or_an_address_that_runs(hostile: Path) -> None:
    for page in pages_of(hostile).values():
        assert {tag for tag, _, _ in page.attributes if tag in {"img", "iframe", "object", "form", "b", "i"}} == set()
        for tag, name, value in page.attributes:
            assert not name.startswith("on")
            assert name != "style"
            if name in {"href", "src"} and tag != "link":
                assert value.partition(":")[0] in {"http", "https", "mailto"} or ":" not in value
            if (tag, name) == ("script", "src"):
                assert value.endswith("site.js")


def test_nothing_runs_and_nothing_breaks_in_a_browser(hostile: Path, hostile_address: str, open_page: Any) -> None:
    watched = open_page(viewport={"width": 360, "height": 800})
    largest = {
        (hostile / path).parent: path for path in sorted(pages_of(hostile), key=lambda p: (hostile / p).stat().st_size)
    }
    for path in pages_of(hostile):
        watched.page.goto(hostile_address + path.replace("+", "%2B"))
        for each in watched.page.locator("summary, th button").all()[:10]:
            each.click()
        assert watched.page.evaluate("window.harmed") is None
        assert watched.page.evaluate("document.documentElement.scrollWidth") == 360, path
        assert len(watched.page.content().encode()) < 150_000
        if path not in largest.values():
            continue
        told = Axe().run(watched.page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in told] == []
    assert watched.complaints == []
    assert watched.left == set()


def test_its_pages_are_html_as_the_standard_has_it(hostile: Path) -> None:
    assert complaints(hostile / "index.html", hostile / "pages") == ""


def test_its_links_lead_somewhere(hostile: Path) -> None:
    broken, seen = broken_links(hostile)
    assert broken == []
    assert seen == pages_of(hostile).keys()


def test_a_page_of_a_large_table_is_light_and_says_how_much_more_there_is(hostile: Path) -> None:
    assets = sum((hostile / "pages" / name).stat().st_size for name in ("site.css", "site.js"))
    for path in pages_of(hostile):
        assert (hostile / path).stat().st_size + assets < 150_000, path
    tall = (hostile / "pages" / "1.0.0+x.1" / "tables" / "tall.html").read_text(encoding="utf-8")
    shown = tall.count('<tr id="')
    assert 100 < shown < 1000
    assert f"The first {shown} rows; {10_000 - shown:,} more are in the" in tall


def test_texts_are_shown_as_they_are(hostile_address: str, open_page: Any) -> None:
    page = open_page().page
    page.goto(f"{hostile_address}pages/1.0.0%2Bx.1/index.html")
    page.get_by_role("link", name="pointers", exact=True).click()
    cells = page.locator("table.rows td:nth-child(3)").all_inner_texts()
    for text in MARKUP[:13]:
        assert text in cells
    assert all("\u0001" not in cell for cell in cells)


def test_words_of_search_engines_cannot_end_their_element(hostile: Path, hostile_address: str, open_page: Any) -> None:
    page = open_page().page
    page.goto(f"{hostile_address}pages/1.0.0%2Bx.1/index.html")
    told = json.loads(page.locator("script[type='application/ld+json']").text_content())
    assert told["name"] == MARKUP[5] + RTL
    assert told["isBasedOn"][0].keys() == {"@type", "name"}
