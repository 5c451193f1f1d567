"""A report in the XML of JUnit, which most servers that run tests can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from cstodata.model.finding import RULE_PREFIX, Severity
from cstodata.report.places import line_of, number, path_of, sentence
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.finding import Finding
    from cstodata.model.report import Report, RuleResult, TableResult

SHOWN_FINDINGS = 20
"""Of one check; the rest is counted."""

FILE_CHECKS: Final = ("hash-count", "byte-count")
TABLE_CHECKS: Final = (
    *FILE_CHECKS,
    "field-count",
    "row-count",
    "blank-header",
    "unmatched-header",
    "extra-label",
    "missing-label",
    "blank-label",
    "duplicate-label",
    "incorrect-label",
    "blank-row",
    "primary-key",
    "foreign-key",
    "extra-cell",
    "missing-cell",
    "type-error",
    "constraint-error",
    "unique-error",
)
"""What Frictionless looks for in every table; what else is found is a check of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One check, and what it found; `count` is of all findings, some of which may have been left out."""

    name: str
    findings: tuple[Finding, ...] = ()
    count: int = 0
    skipped: str | None = None

    @property
    def fails(self) -> bool:
        """Whether an error was found."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suite:
    """The checks of a resource, of the package, or of the rules."""

    name: str
    cases: tuple[_Case, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many cases there are, and how many of them fail or were skipped."""
        return {
            "tests": len(self.cases),
            "failures": sum(case.fails for case in self.cases),
            "errors": 0,
            "skipped": sum(case.skipped is not None for case in self.cases),
        }


def render(report: Report, *, colour: bool = False, root: str = "") -> str:  # noqa: ARG001 -- XML has no colours
    """The report as XML: a suite for the package, for each resource and for the rules, with a case a check.

    A check that finds warnings only is passed: they stand in its output.

    Args:
        report: The report.
        colour: Not used.
        root: The folder of the package relative to the top of the repository, in POSIX form; empty if it is the top.
    """
    suites = list(_suites(report))
    counts = [suite.counts for suite in suites]
    totals = {name: str(sum(each[name] for each in counts)) for name in ("tests", "failures", "errors")}
    top = Element("testsuites", {"name": "cstodata", **totals, "time": f"{report.seconds:.3f}"})
    for suite, own in zip(suites, counts, strict=True):
        element = SubElement(
            top, "testsuite", {"name": suite.name, **{name: str(count) for name, count in own.items()}}
        )
        for case in suite.cases:
            _write(SubElement(element, "testcase", {"classname": suite.name, "name": case.name}), case, report, root)
    indent(top)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(top, encoding="unicode")}\n'


def _suites(report: Report) -> Iterator[_Suite]:
    yield _Suite(name="package", cases=_cases(("descriptor",), report.metadata))
    for table in report.tables:
        yield _Suite(name=f"resource {shown(table.name)}", cases=_table(table))
    if report.rules:
        yield _Suite(name="rules", cases=tuple(map(_rule, report.rules)))


def _table(table: TableResult) -> tuple[_Case, ...]:
    return _cases(TABLE_CHECKS if table.type == "table" else FILE_CHECKS, (*table.findings, *table.beyond))


def _cases(checks: tuple[str, ...], findings: tuple[Finding, ...]) -> tuple[_Case, ...]:
    found: dict[str, list[Finding]] = {name: [] for name in checks}
    for finding in findings:
        found.setdefault(finding.type, []).append(finding)
    return tuple(_Case(name=shown(name), findings=tuple(each), count=len(each)) for name, each in found.items())


def _rule(rule: RuleResult) -> _Case:
    return _Case(name=RULE_PREFIX + rule.rule, findings=rule.findings, count=rule.count, skipped=rule.skipped)


def _write(element: Element, case: _Case, report: Report, root: str) -> None:
    if case.skipped is not None:
        SubElement(element, "skipped", {"message": shown(case.skipped)})
    elif case.fails:
        (first, *_) = case.findings
        message = f"{number(case.count, 'finding')}, such as: {_line(first, report, root)}"
        failure = SubElement(element, "failure", {"type": shown(first.type), "message": message})
        failure.text = _text(case, report, root)
    elif case.findings:
        SubElement(element, "system-out").text = f"warnings:\n{_text(case, report, root)}"


def _text(case: _Case, report: Report, root: str) -> str:
    lines = [_line(finding, report, root) for finding in case.findings[:SHOWN_FINDINGS]]
    if case.count > len(lines):
        lines.append(f"… and {case.count - len(lines):,} more")
    if case.findings[0].mend:
        lines.append(case.findings[0].mend)
    return "\n".join(lines)


def _line(finding: Finding, report: Report, root: str) -> str:
    line = line_of(finding)
    place = shown(path_of(finding, report, root)) + ("" if line is None else f":{line}")
    return f"{place}: {sentence(finding, mend=False)}"
