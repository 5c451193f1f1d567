"""Changes are told in five forms; what data holds can break none of them."""

from __future__ import annotations

import csv
import html.parser
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cstodata.model.change import (
    Bump,
    Change,
    ChangeKind,
    ChangeSet,
    RowChange,
    Side,
    TableChanges,
    VersionNeed,
)
from cstodata.report.changes import markdown
from cstodata.report.changes.html import marked
from cstodata.report.changes.registry import DEFAULT_ROWS, render

GOLDEN = Path(__file__).parents[1] / "golden"
SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "changes.schema.json"
ADDRESSES = {"href", "src"}
EVIL = '@octocat closes #1 <script>alert(1)</script> | `x` **y** [z](https://a.example) www.a.example\n\x1b[31m\u202e""'


WORDS = ("Kyrgyzstan: seats 7 → 6",)


def row(number: int, before: dict[str, str | None] | None, after: dict[str, str | None] | None) -> RowChange:
    return RowChange(
        key={"id": str(number)},
        before=before,
        after=after,
        row_before=None if before is None else number + 1,
        row_after=None if after is None else number + 2,
    )


def changes(*, text: str = "a title", rows: int = 5, words: tuple[str, ...] = WORDS) -> ChangeSet:
    was: dict[str, str | None] = {"title": "an old title", "day": None}
    table = TableChanges(
        resource="news",
        resource_before="news",
        key=("id",),
        rows_before=1000,
        rows_after=1000,
        removed=[row(number, {"id": str(number), "title": text}, None) for number in range(rows)],
        added=[row(number, None, {"id": str(number), "title": None, "day": "2026-02-20"}) for number in range(rows)],
        changed=[row(number, was, {"title": text, "day": "1"}) for number in range(rows)],
        corrected=rows,
    )
    told = (
        Change(kind=ChangeKind.LICENCE_CHANGED, subject="licenses", before=[{"name": "a"}], after=None),
        Change(kind=ChangeKind.FIELD_RENAMED, resource="news", field="day", before="date", after="day"),
        Change(
            kind=ChangeKind.CONSTRAINT_LOOSENED, resource="news", field="size", subject="maximum", before=9, after=10
        ),
        Change(kind=ChangeKind.ROWS_ADDED, resource="news", count=rows),
    )
    return ChangeSet(
        old=Side(
            place="git:main", name="example", version="1.0.0", descriptor={"resources": []}, schemas={}, digests={}
        ),
        new=Side(
            place=".",
            name="example",
            version="1.1.0",
            descriptor={"resources": []},
            schemas={"a.json": {}},
            digests={"news": ("0" * 64,)},
        ),
        changes=told,
        tables=(table,),
        version=VersionNeed(bump=Bump.MAJOR, required="2.0.0", declared="1.1.0", is_enough=False),
        words=words,
    )


def told(form: str, of: ChangeSet, **options: Any) -> str:
    return "".join(render(of, form, **{"limit": DEFAULT_ROWS[form], **options}))


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("text", "changes.txt"),
        ("json", "changes.json"),
        ("markdown", "changes.md"),
        ("html", "changes.html"),
        ("csv", "changes.csv"),
    ],
)
def test_changes_read_as_their_golden_file(form: str, name: str) -> None:
    assert told(form, changes()) == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("limit", [None, 0, 2])
def test_json_is_as_its_schema_says_and_tells_whether_it_is_complete(limit: int | None) -> None:
    document = json.loads(told("json", changes(text=EVIL), limit=limit))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    (table,) = document["tables"]
    assert table["complete"] is (limit is None)
    assert len(table["added"]) == (5 if limit is None else limit)
    assert table["counts"] == {"removed": 5, "added": 5, "changed": 5}


def test_csv_keeps_every_cell_as_it_is() -> None:
    cells = list(csv.DictReader(io.StringIO(told("csv", changes(text=EVIL)), newline="")))
    assert {cell["before"] for cell in cells if cell["change"] == "removed" and cell["field"] == "title"} == {EVIL}


def test_text_shows_nothing_that_a_terminal_obeys() -> None:
    text = told("text", changes(text=EVIL, words=(EVIL,)))
    assert not {character for character in text if not character.isprintable()} - {"\n"}
    assert "\x1b[" in told("text", changes(), colour=True)


def test_markdown_mentions_nobody_and_holds_no_markup_of_the_data() -> None:
    text = told("markdown", changes(text=EVIL, words=(EVIL,)))
    for markup in ("@octocat", "#1 ", "<script", "`x`", "**y**", "[z]", "https://a", "www.a", "\x1b", "\u202e"):
        assert markup not in text
    assert text.count("\n| ") == 2


@pytest.mark.parametrize("budget", [60_000, 4_000, 1_500, 900, 200, 60, 10])
def test_a_comment_fits_its_budget_and_says_what_it_can(budget: int) -> None:
    many = changes(text=EVIL * 9, rows=2_000, words=("x" * 200,) * 50)
    text = "".join(markdown.render(many, limit=None, budget=budget))
    assert 0 < len(text.encode()) <= budget
    if budget >= 200:
        assert "2.0.0" in text
    if budget >= 900:
        assert "| 2,000 | 2,000 | 2,000 |" in text


class Page(html.parser.HTMLParser):
    """The elements of a page that are still open, and all tags and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSES]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_needs_nothing_else_and_runs_nothing() -> None:
    page = Page()
    page.feed(told("html", changes(text=EVIL, words=(EVIL,))))
    assert (page.open, page.addresses) == ([], [])
    assert page.tags.isdisjoint({"script", "link", "img", "iframe"})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("one two three", "one 2 three", "one <del>two</del><ins>2</ins> three"),
        ("a", None, "<del>a</del> <ins><em>null</em></ins>"),
        ("", "<b>", "<ins>&lt;b&gt;</ins>"),
        ("x" * 3000, "y", f"<del>{'x' * 2000}… (3,000 characters)</del> <ins>y</ins>"),
    ],
)
def test_words_that_went_and_came_are_marked(before: str | None, after: str | None, expected: str) -> None:
    assert marked(before, after) == expected


def test_no_change_is_told_as_none() -> None:
    none = ChangeSet(
        old=changes().old,
        new=changes().new,
        changes=(),
        tables=(),
        version=VersionNeed(bump=Bump.NONE, required="1.0.0", declared="1.1.0", is_enough=True),
    )
    for form in DEFAULT_ROWS:
        text = told(form, none)
        assert text
        if form not in {"json", "csv"}:
            assert "no change that needs a version" in text
