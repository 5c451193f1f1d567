"""A report as a person wants to read it: a line a resource, then what is wrong, grouped, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.model.finding import Severity
from cstodata.model.report import Outcome
from cstodata.report.places import errors, is_cut_short, number, told
from cstodata.report.terminal import SHOWN_CHARACTERS, painter, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cstodata.model.finding import Finding
    from cstodata.model.report import Report, TableResult
    from cstodata.report.terminal import Paint


SHOWN_FINDINGS = 20
"""Of one type; the rest is counted. The JSON report has them all."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def render(report: Report, *, colour: bool = False, root: str = "") -> str:  # noqa: ARG001 -- people know where they are
    """The report as text for a terminal or a log, with a line feed at the end."""
    return "\n".join(line.rstrip() for line in _lines(report, painter(colour=colour))) + "\n"


def _lines(report: Report, paint: Paint) -> Iterator[str]:
    title = " ".join(shown(part) for part in (report.package, report.version) if part) or "data package"
    yield f"{paint(title, 'bold')}  {shown(report.place)}"
    yield ""
    yield from _tables(report.tables, paint)
    groups: dict[tuple[Severity, str], list[Finding]] = {}
    for finding in report.findings:
        groups.setdefault((finding.severity, finding.type), []).append(finding)
    counts = {finding.type: rule.count for rule in report.rules for finding in rule.findings}
    cut = {table.name for table in report.tables if is_cut_short(table)}
    for (severity, type_), findings in groups.items():
        yield ""
        yield f"{paint(severity, _COLOURS[severity])}  {paint(type_, 'bold')}"
        yield from _group(findings, counts.get(type_, len(findings)), cut, paint)
    skipped = [rule for rule in report.rules if rule.skipped is not None]
    if skipped:
        yield ""
    for rule in skipped:
        yield paint(f"skipped {rule.rule}: {shown(rule.skipped)}", "dim")
    yield ""
    yield _summary(report, paint)


def _tables(tables: tuple[TableResult, ...], paint: Paint) -> Iterator[str]:
    counts = [_rows(table) for table in tables]
    names = max((len(shown(table.name)) for table in tables), default=0)
    widest = max(map(len, counts), default=0)
    for table, count in zip(tables, counts, strict=True):
        found = len(table.findings) + len(table.beyond)
        mark = paint("FAIL", "red") if found else paint("ok  ", "green")
        notes = [number(found, "error")] if found else []
        yield f"  {mark}  {shown(table.name):{names}}  {count:>{widest}}  {'; '.join((*notes, *table.warnings))}"


def _rows(table: TableResult) -> str:
    if table.type != "table":
        return "not a table"
    rows = table.stats.get("rows")
    return number(rows, "row") if isinstance(rows, int) and rows else "no rows"


def _group(findings: list[Finding], count: int, cut: set[str], paint: Paint) -> Iterator[str]:
    """The first findings of a type; `cut` names the tables in which the rest was not looked for."""
    first = findings[:SHOWN_FINDINGS]
    for finding in first:
        yield f"  {paint(_place(finding), 'cyan')}"
        yield f"    {shown(told(finding), 3 * SHOWN_CHARACTERS)}"
    is_cut = any(finding.resource in cut and finding.native is not None for finding in findings)
    if count > len(first):
        least = "at least " if is_cut else ""
        is_listed = count == len(findings) and not is_cut
        how = "--format json lists them" if is_listed else "--limit-errors 0 finds them all"
        yield f"  … and {least}{count - len(first):,} more; {how}"
    if mend := findings[0].mend:
        yield f"  {paint('mend:', 'bold')} {mend}"


def _place(finding: Finding) -> str:
    """Where it is: file and line as editors link them, then key, field and value."""
    place = shown(finding.path or finding.resource or "datapackage.json")
    if finding.line is not None:
        place += f":{finding.line}"
    elif finding.row is not None:
        place += f" row {finding.row}"
    parts = [place, *(f"{shown(name)}={shown(value)}" for name, value in finding.key.items())]
    if finding.field is not None and finding.field not in finding.key:
        name = shown(finding.field)
        parts.append(name if finding.value is None else f"{name}={shown(finding.value)}")
    return "  ".join(parts)


def _summary(report: Report, paint: Paint) -> str:
    verdict = paint("valid", "green") if report.valid else paint("not valid", "red")
    parts = [errors(report), number(report.warnings, "warning")]
    if report.metadata:
        parts.append("the tables were not checked, because the descriptor must be mended first")
    else:
        applied = _count(rule.outcome is not Outcome.SKIPPED for rule in report.rules)
        parts += [number(len(report.tables), "table"), f"{number(applied, 'rule')} applied"]
        if skipped := len(report.rules) - applied:
            parts.append(f"{skipped} skipped")
    return f"{verdict}: {', '.join(parts)} ({report.seconds:.2f} s)"


def _count(truths: Iterable[bool]) -> int:
    return sum(truths)
