"""The pages of the dataset in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.catalog.conftest import served

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = {
    "home": "index.html",
    "release": "pages/1.1.0/index.html",
    "old release": "pages/1.0.0/index.html",
    "table": "pages/1.1.0/tables/delegations.html",
    "referred table": "pages/1.1.0/tables/sources.html",
    "delegation": "pages/1.1.0/delegations/by.html",
    "news": "pages/1.1.0/news/nablyudateley-ot-pa-odkb-v-minoborony-kazahstana.html",
}
SEATS = "pages/1.1.0/tables/delegation_seats.html"
Open = Any


def column(page: Any, number: int) -> list[str]:
    """The texts of a column of the rows that are seen."""
    return [
        each.strip()
        for each in page.locator(f"table.rows tbody tr:not([hidden]) td:nth-child({number})").all_inner_texts()
    ]


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_a_page_makes_no_complaint_and_asks_no_other_host(path: str, address: str, open_page: Open) -> None:
    watched = open_page()
    watched.page.goto(address + path)
    assert not watched.complaints
    assert len(watched.requests) > 2
    assert not watched.left


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [path for path in KINDS.values() if "1.0.0" not in path])
def test_nothing_keeps_people_from_reading_a_page(path: str, scheme: Any, address: str, open_page: Open) -> None:
    page = open_page(color_scheme=scheme, viewport={"width": 1280, "height": 800}).page
    page.goto(address + path)
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    told = Axe().run(page).response
    assert len(told["passes"]) > 10
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in told["violations"]] == []


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_a_page_is_never_wider_than_the_screen_and_what_is_touched_is_large_enough(
    path: str, address: str, open_page: Open
) -> None:
    page = open_page(viewport={"width": 1440, "height": 800}).page
    page.goto(address + path)
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    for width in (1440, 800, 360, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
    told = Axe().run(page, options={"runOnly": ["wcag22aa", "wcag21aa"]}).response
    assert {each["id"] for each in told["passes"]} >= {"target-size"}
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in told["violations"]] == []


def test_axe_would_find_a_fault(open_page: Open) -> None:
    page = open_page().page
    page.set_content("<img src='data:,'><p style='color: #ccc; background: #fff'>pale</p>")
    found = {each["id"] for each in Axe().run(page).response["violations"]}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= found


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_a_page_with_all_that_it_loads_is_light(path: str, address: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(address + path, wait_until="load")
    loaded = [page.url, *page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")]
    assert len(loaded) == 3
    assert sum(len(page.request.get(each).body()) for each in loaded) < 150_000


def test_a_table_is_sorted_by_a_column_and_back(address: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(address + SEATS)
    seats = column(page, 3)
    assert sorted(seats) != sorted(seats, key=int)  # so that numbers are told from texts
    page.get_by_role("button", name="seats", exact=True).click()
    assert column(page, 3) == sorted(seats, key=int)
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    page.get_by_role("button", name="seats", exact=True).press("Enter")
    assert column(page, 3) == sorted(seats, key=int, reverse=True)
    page.get_by_role("button", name="chamber_id").click()
    assert column(page, 2) == sorted(column(page, 2))
    assert page.locator("th[aria-sort]").count() == 1


def test_numbers_are_sorted_as_their_table_writes_them(make_store: Callable[..., Path], open_page: Open) -> None:
    fields = [{"name": "id", "type": "integer"}, {"name": "n", "type": "number", "decimalChar": ","}]
    rows = ["10,5", "1,25", "INF", "", "-INF", "1,5", "-2"]
    text = "id,n\n" + "".join(f'{number},"{row}"\n' for number, row in enumerate(rows))
    store = make_store("1.0.0", {"t": (text, {"fields": fields})})
    with served(store) as at:
        page = open_page().page
        page.goto(f"{at}pages/1.0.0/tables/t.html")
        for expected in (["-INF", "-2", "1,25", "1,5", "10,5", "INF"], ["INF", "10,5", "1,5", "1,25", "-2", "-INF"]):
            page.get_by_role("button", name="n", exact=True).click()
            assert column(page, 2) == [*expected, "null"]


def test_a_table_that_is_cut_says_that_only_its_first_rows_are_sorted_and_filtered(
    make_store: Callable[..., Path], open_page: Open
) -> None:
    schema = {"fields": [{"name": "id", "type": "integer"}]}
    store = make_store("1.0.0", {"t": ("id\n" + "".join(f"{n}\n" for n in range(2000)), schema)})
    with served(store) as at:
        page = open_page().page
        page.goto(f"{at}pages/1.0.0/tables/t.html")
        assert "Sorting and filtering see only the rows on this page." in page.locator("main").inner_text()
        page.get_by_label("Filter").fill("99")
        assert page.get_by_role("status").inner_text() == "19 of the first 1,000 rows"


def test_null_stands_last_whichever_the_direction(address: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(address + KINDS["table"])
    for _ in range(2):
        page.get_by_role("button", name="representative_id").click()
        assert column(page, 5)[-2:] == ["null", "null"]
    assert "null" not in column(page, 5)[:-2]


def test_a_table_shows_the_rows_that_hold_all_words(address: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(address + SEATS)
    every = column(page, 1)
    page.get_by_label("Filter").fill("by-2026 UC01")
    assert column(page, 2) == ["BY-UC01"]
    assert page.get_by_role("status").inner_text() == f"1 of {len(every)} rows"
    page.get_by_label("Filter").fill("deputies")
    assert 0 < len(column(page, 1)) < len(every)
    page.get_by_label("Filter").fill("nothing like it")
    assert column(page, 1) == []
    page.get_by_label("Filter").fill("")
    assert column(page, 1) == every


def test_the_version_switch_leads_to_the_same_table_of_another_version(address: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(address + KINDS["table"])
    page.get_by_text("Version 1.1.0").click()
    page.get_by_role("link", name="1.0.0", exact=True).click()
    assert page.url == f"{address}pages/1.0.0/tables/delegations.html"
    assert len(column(page, 1)) == 5
    page.get_by_role("note").get_by_role("link", name="1.1.0").click()
    assert page.url == f"{address}pages/1.1.0/index.html"


def test_a_reference_is_followed_to_the_row_and_back(address: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(address + SEATS)
    page.get_by_role("link", name="BY-LC01").first.click()
    row = page.locator("tr:target")
    assert row.locator("td").first.inner_text() == "BY-LC01"
    row.locator("summary").click()
    row.get_by_role("link", name="BY-2026-02-20 · BY-LC01").click()
    page.wait_for_url(f"{address}{SEATS}#*")
    assert page.locator("tr:target td").all_inner_texts()[:3] == ["BY-2026-02-20", "BY-LC01", "7"]


def test_a_link_leads_to_a_row_that_a_filter_hides(make_store: Callable[..., Path], open_page: Open) -> None:
    fields = [{"name": "id", "type": "string"}, {"name": "of", "type": "string"}]
    refers = [{"fields": "of", "reference": {"resource": "", "fields": "id"}}]
    schema = {"fields": fields, "primaryKey": "id", "foreignKeys": refers}
    with served(make_store("1.0.0", {"t": ("id,of\na,b\nb,\n", schema)})) as at:
        page = open_page().page
        page.goto(f"{at}pages/1.0.0/tables/t.html")
        page.get_by_label("Filter").fill("a")
        assert column(page, 1) == ["a"]
        page.get_by_role("link", name="b", exact=True).first.click()
        page.locator("tr:target").wait_for()
        assert column(page, 1) == ["a", "b"]
        assert page.get_by_label("Filter").input_value() == ""


def test_who_leaves_the_version_switch_by_a_key_is_where_he_was(address: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(address)
    summary = page.get_by_text("Version 1.1.0").first
    summary.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not page.locator(".switch").evaluate("each => each.open")
    assert summary.evaluate("each => each === document.activeElement")


def test_an_example_names_the_address_of_the_store_and_is_copied(address: str, open_page: Open) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"]).page
    page.goto(address)
    expected = f'import cstodata\n\ntable = cstodata.load("delegations", version="1.1.0", source="{address[:-1]}")'
    page.get_by_role("button", name="Copy").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == expected


def test_everything_can_be_read_without_javascript(address: str, open_page: Open) -> None:
    page = open_page(java_script_enabled=False).page
    page.goto(address + KINDS["table"])
    assert len(column(page, 1)) == 10
    assert page.get_by_role("button").count() == 0
    page.locator("tr summary").first.click()
    page.get_by_role("link", name="BY-2022-06-03 · BY-LC01").click()
    page.get_by_text("Version 1.1.0").click()
    page.get_by_role("link", name="1.0.0", exact=True).click()
    assert page.url == f"{address}pages/1.0.0/tables/delegation_seats.html"


def test_a_search_engine_finds_a_dataset_in_the_page_of_a_release(address: str, open_page: Open) -> None:
    watched = open_page()
    watched.page.goto(address + KINDS["release"])
    told = watched.page.evaluate(
        "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
    )
    assert (told["@type"], told["version"]) == ("Dataset", "1.1.0")
    assert len(told["description"]) >= 50
    assert told["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    for each in told["distribution"]:
        response = watched.page.request.get(
            watched.page.evaluate("path => new URL(path, document.baseURI).href", each["contentUrl"])
        )
        assert f"{len(response.body())} B" == each["contentSize"]
    assert not watched.complaints


def test_a_page_prints_without_what_only_a_screen_has(address: str, open_page: Open) -> None:
    page = open_page().page
    page.goto(address + KINDS["delegation"])
    page.emulate_media(media="print")
    assert not page.locator("footer").is_visible()
    assert page.locator("svg.seats").is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_paper_has_all_columns_of_a_table(address: str, open_page: Open) -> None:
    page = open_page(viewport={"width": 680, "height": 900}).page  # that of A4 between margins
    page.goto(address + KINDS["referred table"])
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") == 680


def test_pages_can_be_read_from_a_folder_without_a_server(real: Path, open_page: Callable[..., Any]) -> None:
    page = open_page().page
    page.goto((real / "index.html").as_uri())
    page.get_by_role("link", name="Delegation seats").click()
    assert len(column(page, 1)) == 18
    assert page.get_by_label("Filter").count() == 1
