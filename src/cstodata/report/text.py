"""A report as a person wants to read it: a line a resource, then what is wrong, grouped, and what to do about it."""

from __future__ import annotations

import io
import unicodedata
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cstodata.model.finding import Severity
from cstodata.model.report import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.model.finding import Finding
    from cstodata.model.report import Report, TableResult

SHOWN_CHARACTERS = 100
"""Of a cell or message; the rest is counted."""

SHOWN_FINDINGS = 20
"""Of one type in one place; the rest is counted. The JSON report has them all."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def render(report: Report, *, colour: bool = False) -> str:
    """The report as text for a terminal or a log, with a line feed at the end."""
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        legacy_windows=False,
    )
    title = " ".join(shown(part) for part in (report.package, report.version) if part) or "data package"
    console.print(Text.assemble((title, "bold"), f"  {shown(report.place)}"))
    console.print()
    if report.tables:
        console.print(_tables(report.tables))
    for (severity, type_), findings in groupby(report.findings, key=lambda each: (each.severity, each.type)):
        _print_group(console, severity, type_, list(findings))
    for rule in report.rules:
        if rule.skipped is not None:
            console.print(Text.assemble(("skipped ", "dim"), rule.rule, (f": {shown(rule.skipped)}", "dim")))
    if any(rule.skipped is not None for rule in report.rules):
        console.print()
    console.print(_summary(report))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def shown(text: object, limit: int = SHOWN_CHARACTERS) -> str:
    """Text from data as it may be shown: what is not seen is escaped, what is too long is cut."""
    whole = str(text)
    cut = whole if len(whole) <= limit else f"{whole[:limit]}… ({len(whole):,} characters)"
    return "".join(character if _is_seen(character) else f"\\u{{{ord(character):x}}}" for character in cut)


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZ" or character == " "


def _tables(tables: Iterable[TableResult]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=True)
    for justify in ("left", "left", "right", "left"):
        grid.add_column(justify=justify, no_wrap=True)  # type: ignore[arg-type]  # a literal, once it is in a tuple, is a str
    for table in tables:
        mark = Text("FAIL", style="bold red") if table.findings else Text("ok", style="green")
        rows = f"{table.stats['rows']:,} rows" if table.stats.get("rows") else "no rows"
        notes = [_number(len(table.findings), "error")] if table.findings else []
        grid.add_row(mark, shown(table.name), rows, "; ".join((*notes, *table.warnings)))
    return grid


def _print_group(console: Console, severity: Severity, type_: str, findings: list[Finding]) -> None:
    console.print()
    console.print(Text.assemble((severity, f"bold {_COLOURS[severity]}"), "  ", (type_, "bold")))
    for finding in findings[:SHOWN_FINDINGS]:
        console.print(Text.assemble("  ", (_place(finding), "cyan")))
        console.print(Text(f"    {shown(finding.message, 3 * SHOWN_CHARACTERS)}"))
    if len(findings) > SHOWN_FINDINGS:
        console.print(f"  … and {len(findings) - SHOWN_FINDINGS:,} more; --format json lists them all")
    if mend := findings[0].mend:
        console.print(Text.assemble("  ", ("mend: ", "bold"), mend))
    console.print()


def _place(finding: Finding) -> str:
    """Where it is: file and line as editors link them, then key, field and value."""
    place = shown(finding.path or finding.resource or "datapackage.json")
    if finding.line is not None:
        place += f":{finding.line}"
    elif finding.row is not None:
        place += f" row {finding.row}"
    parts = [place, *(f"{name}={shown(value)}" for name, value in finding.key.items())]
    if finding.field is not None and finding.field not in finding.key:
        parts.append(finding.field if finding.value is None else f"{finding.field}={shown(finding.value)}")
    return "  ".join(parts)


def _summary(report: Report) -> Text:
    applied = [rule for rule in report.rules if rule.outcome is not Outcome.SKIPPED]
    verdict = Text("valid", style="bold green") if report.valid else Text("not valid", style="bold red")
    parts = [_number(report.errors, "error"), _number(report.warnings, "warning")]
    if report.metadata:
        parts.append("the tables were not checked, because the descriptor must be mended first")
    else:
        parts += [_number(len(report.tables), "table"), f"{_number(len(applied), 'rule')} applied"]
        if skipped := len(report.rules) - len(applied):
            parts.append(f"{skipped} skipped")
    return Text.assemble(verdict, f": {', '.join(parts)} ({report.seconds:.2f} s)")


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
