"""A comment shows what data holds and obeys none of it, as GitHub's own renderer of Markdown reads it."""

from __future__ import annotations

import html.parser
import json
import re
from typing import TYPE_CHECKING

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from tests.ci.conftest import Repository, read_outputs

from cstodata.ci.outputs import environment_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVIL = (
    "%0A::error::x\n::error file=a::y\r\n@everyone @octo/team a@b.example #1 octo/x#2 GH-3 "
    "0123456789abcdef0123456789abcdef01234567 "
    "</code></summary></details><script>alert(1)</script><img src=x onerror=y> &lt;b&gt; "
    "| `x` ```js **y** __z__ ~~w~~ [a](https://a.example) ![i](https://i.example/x.png) https://b.example "
    "www.c.example javascript:alert(1) <!-- cstodata --> $a$ :tada: \x1b[31m\u202e\u200b\\"
)
KEY = {"fields": [{"name": "id", "type": "string"}, {"name": "size", "type": "integer"}], "primaryKey": ["id"]}
OURS = {"p", "strong", "em", "ul", "li", "code", "details", "summary", "h3"}
TABLE = {"table", "thead", "tbody", "tr", "th", "td"}


class Page(html.parser.HTMLParser):
    """The elements of a page, and its text outside of code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.comments: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if "code" not in self.open:
            self.text += data


def rendered(comment: str) -> Page:
    """As GitHub renders it, before it looks for mentions; raw HTML is let through, so that it would be seen."""
    return Page(cmarkgfm.github_flavored_markdown_to_html(comment, options=Options.CMARK_OPT_UNSAFE))


@pytest.fixture
def package(make_package: Callable[..., Path]) -> Callable[..., Repository]:
    """A repository with a package of one table on `main`, and another text of it on `pr`."""

    def make(before: str, after: str) -> Repository:
        repository = Repository(make_package({"table": (before, KEY)}))
        repository.git("init", "--quiet", "--initial-branch", "main")
        repository.commit()
        repository.git("checkout", "--quiet", "-b", "pr")
        (repository.top / "table.csv").write_text(after, encoding="utf-8", newline="")
        repository.commit()
        return repository

    return make


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@pytest.mark.parametrize("size", ["1", "x"], ids=["number", "no-number"])
@pytest.mark.parametrize("text", [EVIL, EVIL * 200, "`" * 100_000], ids=["evil", "100-kB", "backticks"])
def test_cells_break_nothing_mention_nobody_and_run_nothing(
    package: Callable[..., Repository], text: str, size: str
) -> None:
    repository = package("id,size\na,1\nb,1\n", f"id,size\n{quoted(text)},{size}\n{quoted('b' + text)},2\n")
    done = repository.ci("--base", "main")
    assert done.code == 1  # at least the version is too low
    for comment in (done.comment, done.summary):
        page = rendered(comment)
        assert set(page.tags) <= OURS | TABLE
        assert page.tags.count("table") == 1
        assert page.tags.count("tr") == 2
        assert page.attributes <= {"align"}
        assert page.open == []
        assert [each.strip() for each in page.comments] == ["cstodata"]
        for reference in (r"@\w", r"#\d", r"\bGH-\d", r"\b[0-9a-f]{7,}\b", r"https?:", r"\bwww\.", r"\x1b|\u202e"):
            assert not re.search(reference, page.text), reference
    lines = done.said.splitlines()
    assert not [line for line in lines if line.startswith("::") and not re.match(r"::(error|warning|notice) ", line)]
    assert not [line for line in lines if "file=a" in line.partition("::")[0]]
    assert done.outputs["changed"] == "true"


def test_names_of_resources_and_versions_break_nothing(package: Callable[..., Repository]) -> None:
    repository = package("id,size\na,1\n", "id,size\na,2\n")
    descriptor = json.loads((repository.top / "datapackage.json").read_text())
    descriptor |= {"name": f"a\n{EVIL}", "version": "2.0.0\nvalid<<x\nfalse\nx"}
    (repository.top / "datapackage.json").write_text(json.dumps(descriptor))
    done = repository.ci("--base", "main")
    page = rendered(done.comment)
    assert set(page.tags) <= OURS | TABLE
    assert set(done.outputs) == {"valid", "changed", "required-version", "declared-version", "bump"}
    assert done.outputs["changed"] == "true"


def test_thousands_of_findings_are_counted_and_ten_are_told(package: Callable[..., Repository]) -> None:
    rows = "".join(f"{number},x\n" for number in range(5_000))
    repository = package("id,size\n", f"id,size\n{rows}")
    done = repository.ci("--base", "main")
    assert done.code == 1
    assert len(done.comment) < 60_000
    page = rendered(done.comment)
    assert done.first_line.startswith("**not valid**: type-error in table, line 2 (at least 1,000 errors")
    told = done.comment.partition("<details>")[0].splitlines()
    assert len([line for line in told if line.startswith("- <code>table.csv&#58;")]) == 10
    assert "- … and at least 990 more" in told
    assert set(page.tags) <= OURS | TABLE
    for file in ("report.json", "changes.json"):
        json.loads((done.folder / file).read_text())


def test_findings_on_changed_lines_are_told_first(package: Callable[..., Repository]) -> None:
    before = "id,size\n" + "".join(f"{number},x\n" for number in range(50))
    repository = package(before, before.replace("40,x", "40,y"))
    done = repository.ci("--base", "main")
    findings = [line for line in done.comment.splitlines() if line.startswith("- <code>table.csv")]
    assert findings[0].startswith("- <code>table.csv&#58;42</code>")
    assert findings[1].startswith("- <code>table.csv&#58;2</code>")
    assert done.first_line.startswith("**not valid**: type-error in table, line 42")


@pytest.mark.parametrize("value", ["", "1.0.0", "a\nb<<c\nd", "valid<<", "\n\n", "x" * 100_000])
def test_an_output_is_read_as_it_was_written(value: str) -> None:
    values = {"one": value, "two": "2"}
    assert read_outputs(environment_file(values)) == {"one": "\n".join(value.split("\n")), "two": "2"}
