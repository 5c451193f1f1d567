from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import cstodata
from cstodata.model.finding import Finding, Severity
from cstodata.model.report import Report, RuleResult, TableResult
from cstodata.report.terminal import shown
from cstodata.report.text import render

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parents[1] / "golden"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def finding(**facts: object) -> Finding:
    base = {
        "type": "type-error",
        "message": "A message.",
        "mend": "Mend it.",
        "resource": "news",
        "path": "data/news.csv",
    }
    return Finding(**{**base, **facts})  # type: ignore[arg-type]  # each test gives what the field takes


REPORT = Report(
    package="example",
    version="1.0.0",
    place="datapackage.json",
    metadata=(),
    tables=(
        TableResult(
            name="news",
            type="table",
            place="data/news.csv",
            labels=("id",),
            stats={"rows": 1200},
            findings=(
                finding(row=3, line=5, field="day", field_number=2, key={"id": "7"}, value="x"),
                *(finding(row=row, line=row, field="id", value="y") for row in range(10, 34)),
                finding(type="hash-count", row=None, mend=None),
            ),
            warnings=("reached error limit: 26",),
            engine="fast",
            why=None,
        ),
        TableResult(
            name="empty",
            type="table",
            place="e.csv",
            labels=(),
            stats={"rows": 0},
            findings=(),
            warnings=(),
            engine="fast",
            why=None,
        ),
    ),
    rules=(
        RuleResult(rule="seats-add-up", severity=Severity.ERROR),
        RuleResult(
            rule="titles-are-unique",
            severity=Severity.WARNING,
            count=3,
            findings=(finding(type="cstodata/titles-are-unique", severity=Severity.WARNING, row=4, field="title"),),
        ),
        RuleResult(rule="source-is-used", severity=Severity.WARNING, skipped="the package has no resource sources"),
    ),
    seconds=1.234,
)


def test_a_report_reads_as_its_golden_file() -> None:
    assert render(REPORT) == (GOLDEN / "report.txt").read_text(encoding="utf-8")


def test_colours_change_nothing_but_colours() -> None:
    coloured = render(REPORT, colour=True)
    assert coloured != render(REPORT)
    assert ANSI.sub("", coloured) == render(REPORT)


def test_no_line_ends_with_a_blank() -> None:
    assert not re.search(r" $", render(REPORT), re.MULTILINE)


@pytest.mark.parametrize(
    "text", ["\x1b[31mred", "a\nb", "a\r", "\u202eevil", "zero\u200bwidth", "a\u00a0b", "\x9b31m", "\0"]
)
def test_what_is_not_seen_never_reaches_the_terminal(text: str) -> None:
    hostile = finding(message=text, value=text, field=text, key={text: text}, path=text)
    table = TableResult(
        name=text,
        type="table",
        place=text,
        labels=(),
        stats={},
        findings=(hostile,),
        warnings=(),
        engine="fast",
        why=None,
    )
    report = Report(package=text, version=text, place=text, metadata=(), tables=(table,), rules=(), seconds=0)
    told = render(report)
    assert text not in told
    assert all(character.isprintable() or character == "\n" for character in told)


def test_a_long_cell_is_cut_and_its_length_told() -> None:
    assert shown("x" * 10_000_000) == "x" * 100 + "… (10,000,000 characters)"


def test_findings_that_were_not_looked_for_are_told_of(make_package: Callable[..., Path]) -> None:
    rows = "".join(f"{number},x\n" for number in range(2000))
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "seats", "type": "integer"}]}
    package = make_package({"seats": (f"id,seats\n{rows}", schema)})
    told = render(cstodata.validate(package, rules=()))
    assert "… and at least 980 more; --limit-errors 0 finds them all" in told
    assert "not valid: at least 1,000 errors, " in told
    told = render(cstodata.validate(package, rules=(), limit_errors=0))
    assert "… and 1,980 more; --format json lists them" in told
    assert "not valid: 2,000 errors, " in told
