"""What the formats for machines say of a finding: where it stands, what is wrong, and how much it weighs."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from cstodata.model.finding import Severity
from cstodata.report.terminal import SHOWN_CHARACTERS, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cstodata.model.finding import Finding
    from cstodata.model.report import Report, TableResult

    Changed = Callable[[str, int], bool]
    """Whether a line of a file was changed; the path is as the report writes it."""


def path_of(finding: Finding, report: Report, root: str) -> str:
    """The file of a finding, in POSIX form; the descriptor if it is about no file.

    Args:
        finding: The finding.
        report: Of which it is part.
        root: The folder of the package relative to the top of the repository; empty if it is the top.
    """
    file = finding.path or PurePath(report.place).name or "datapackage.json"
    return f"{root.strip('/')}/{file}" if root.strip("/") not in {"", "."} else file


def line_of(finding: Finding) -> int | None:
    """The line of the cell if it is known, else that of its record; None if neither is."""
    return finding.line if finding.cell_line is None else finding.cell_line


def told(finding: Finding) -> str:
    """What is wrong; of a Frictionless error its note, as place and value stand beside it already."""
    note = finding.native.get("note") if finding.native else None
    return str(note or finding.message)


def sentence(finding: Finding, *, mend: bool = True) -> str:
    """One line, bounded: which cell, what is wrong with it, and what to do about it."""
    message = " ".join(told(finding).splitlines())
    parts = [f"{shown(name)}={shown(value)}" for name, value in list(finding.key.items())[:3]]
    if finding.field is not None and finding.field not in finding.key:
        value = "" if finding.value is None else f"={shown(finding.value)}"
        parts.append(shown(finding.field) + value)
    elif finding.field is None and not parts and finding.resource is not None:
        parts.append(shown(finding.resource))
    line = f"{', '.join(parts)}: " if parts else ""
    line += shown(message, 3 * SHOWN_CHARACTERS)
    return f"{_ended(line)} {finding.mend}" if mend and finding.mend else line


def is_cut(report: Report) -> bool:
    """Whether there may be more to find: of a table that reached the limit of errors the rest was not looked for."""
    return any(is_cut_short(table) for table in report.tables)


def is_cut_short(table: TableResult) -> bool:
    """Whether a table reached the limit of errors."""
    return any("limit" in warning for warning in table.warnings)


def errors(report: Report) -> str:
    """How many errors there are, such as `1 error`, or `at least 1,000 errors` if the rest was not looked for."""
    return ("at least " if is_cut(report) else "") + number(report.errors, "error")


def by_importance(
    findings: Iterable[Finding], is_changed: Callable[[Finding], bool] = lambda _: False
) -> list[Finding]:
    """Findings on changed lines first, then errors before warnings, then in the order of the report."""
    return sorted(findings, key=lambda each: (not is_changed(each), each.severity is not Severity.ERROR))


def number(count: int, noun: str) -> str:
    """A count and its noun, such as `1 error` or `2,000 errors`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _ended(line: str) -> str:
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."
