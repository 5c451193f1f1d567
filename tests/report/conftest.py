"""Reports that the tests of several formats share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cstodata.model.finding import NOWHERE, Finding, Severity
from cstodata.model.report import Report, RuleResult, TableResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    MakeReport = Callable[..., Report]


def table(findings: Iterable[Finding] = (), *, name: str = "news", warnings: tuple[str, ...] = ()) -> TableResult:
    return TableResult(
        name=name,
        type="table",
        place=f"data/{name}.csv",
        labels=("id",),
        stats={"rows": 12},
        findings=tuple(findings),
        warnings=warnings,
        engine="fast",
        why=None,
    )


@pytest.fixture
def make_finding() -> Callable[..., Finding]:
    """Make an error in a cell of the table `news`; each fact can be another one."""

    def make(**facts: object) -> Finding:
        base = {
            "type": "type-error",
            "message": 'type is "date"',
            "mend": "Write the cell in the form of its type.",
            "resource": "news",
            "path": "data/news.csv",
            "row": 3,
            "line": 4,
            "cell_line": 5,
            "column": 7,
            "end_column": 9,
            "field": "day",
            "key": {"id": "7"},
            "value": "x",
        }
        return Finding(**{**base, **facts})  # type: ignore[arg-type]  # each test gives what the field takes

    return make


@pytest.fixture
def make_report() -> MakeReport:
    """Make a report of one table with findings, and of rules."""

    def make(*findings: Finding, rules: tuple[RuleResult, ...] = (), metadata: tuple[Finding, ...] = ()) -> Report:
        return Report(
            package="example",
            version="1.0.0",
            place="packages/one/datapackage.json",
            metadata=metadata,
            tables=(table(findings), table(name="empty")),
            rules=rules,
            seconds=1.234,
            explanations={"type-error": "type-error  (error)\n\nA cell is not of its type."},
        )

    return make


@pytest.fixture
def sample(make_report: MakeReport, make_finding: Callable[..., Finding]) -> Report:
    """A report with something of each kind."""
    warning = make_finding(
        type="cstodata/titles-are-unique",
        severity=Severity.WARNING,
        message="an earlier row has the title 100% [sic](x)",
        mend="Write another title.",
        field="title",
        value="100%",
        end_column=None,
    )
    return make_report(
        make_finding(),
        make_finding(row=9, line=11, cell_line=None, column=None, end_column=None, key={}),
        make_finding(type="hash-count", message="another hash", mend=None, row=None, field=None, key={}, value=None).at(
            NOWHERE
        ),
        rules=(
            RuleResult(rule="seats-add-up", severity=Severity.ERROR),
            RuleResult(rule="titles-are-unique", severity=Severity.WARNING, count=3, findings=(warning,)),
            RuleResult(rule="source-is-used", severity=Severity.WARNING, skipped="the package has no resource sources"),
        ),
    )
