"""The captured pages give the committed rows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import cstodata

if TYPE_CHECKING:
    from cstodata.extraction.extraction import Extraction

REPOSITORY = Path(__file__).parents[2]
SEEDS = Path(os.environ.get("CSTODATA_SEEDS", REPOSITORY.parent / "shared" / "seeds"))
PAGES = sorted(SEEDS.glob("*.txt"))
STATED = ("sources", "delegations", "delegation_seats", "positions", "news", "mentions")


def address(page: Path) -> str:
    """The address that the committed sources give for a captured page."""
    import hashlib

    digest = hashlib.sha256(page.read_bytes()).hexdigest()
    (found,) = [row["address"] for row in cstodata.load("sources").to_pylist() if row["sha256"] == digest]
    return str(found)


def stated(pages: list[Extraction], resource: str) -> list[dict[str, object]]:
    """The rows of a table that the pages state, with all fields, sorted as the table is."""
    table = cstodata.load(resource)
    rows = [row.cells for page in pages for row in page.rows if row.resource == resource]
    found: list[dict[str, object]] = [{field: cells.get(field) for field in table.column_names} for cells in rows]
    return sorted(found, key=str)


def test_the_captured_pages_are_there_in_ci() -> None:
    assert PAGES or not os.environ.get("CI"), "the captured pages are not there: set CSTODATA_SEEDS to their folder"


@pytest.mark.skipif(not PAGES, reason="the captured pages do not stand beside the repository")
@pytest.mark.parametrize("resource", STATED)
def test_the_pages_give_exactly_the_committed_rows(resource: str) -> None:
    pages = [cstodata.extract(page.read_bytes(), address=address(page)) for page in PAGES]
    assert [page.problems for page in pages] == [()] * len(PAGES)
    assert stated(pages, resource) == sorted(cstodata.load(resource).to_pylist(), key=str)
    assert {row.resource for page in pages for row in page.rows} == set(STATED)


@pytest.mark.skipif(not PAGES, reason="the captured pages do not stand beside the repository")
def test_without_people_the_pages_tell_them_too(dataset: Path) -> None:
    people = dataset / "data" / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    pages = [
        cstodata.extract(page.read_bytes(), package=dataset, address=address(page), add_people=True) for page in PAGES
    ]
    assert [page.problems for page in pages] == [()] * len(PAGES)
    for resource in STATED:
        assert stated(pages, resource) == sorted(cstodata.load(resource).to_pylist(), key=str)
    named = {(row["person_id"], row["name"]) for row in stated(pages, "people")}
    assert named == {(row["person_id"], row["name"]) for row in cstodata.load("people").to_pylist()}


@pytest.mark.skipif(not PAGES, reason="the captured pages do not stand beside the repository")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_line_of_the_sidebar_is_understood_unless_it_is_a_website(page: Path) -> None:
    extraction = cstodata.extract(page.read_bytes(), address=address(page))
    (head,) = [row.spans for row in extraction.rows if row.resource == "sources"]
    marked = {
        line
        for row in extraction.rows
        for span in row.spans
        for line in range(
            extraction.page.text.count("\n", 0, span.start), extraction.page.text.count("\n", 0, span.end) + 1
        )
    }
    sidebar = extraction.page.text[: head[0].start].split("\n")[:-1]
    assert [line for at, line in enumerate(sidebar) if at not in marked and not line.startswith("Website")] == []
