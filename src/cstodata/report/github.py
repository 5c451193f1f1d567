"""A report as workflow commands of GitHub Actions, which become annotations on the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.model.finding import Severity
from cstodata.report.places import by_importance, is_cut, line_of, number, path_of, sentence
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.finding import Finding
    from cstodata.model.report import Report
    from cstodata.report.places import Changed

SHOWN_ANNOTATIONS = 10
"""Errors that GitHub shows of one step, and as many warnings; it drops the others without a word."""

_PATH_CHARACTERS = 4096
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(
    report: Report,
    *,
    colour: bool = False,  # noqa: ARG001 -- commands have no colours
    root: str = "",
    changed: Changed | None = None,
    whole: str = "`cstodata validate` tells of all",
) -> str:
    """The report as commands, one a line; nothing if nothing was found.

    There are at most ten, so that GitHub shows them all. If more was found, the last one counts the rest: it is an
    error if there is one among them.

    Args:
        report: The report.
        colour: Not used.
        root: The folder of the package relative to the top of the repository, in POSIX form; empty if it is the top.
        changed: Whether a line, by path from the top and number, was changed: findings there come first. None if it
            is not known.
        whole: Where the whole report is, as part of a sentence.
    """

    def is_changed(finding: Finding) -> bool:
        line = line_of(finding)
        return changed is not None and line is not None and changed(path_of(finding, report, root), line)

    findings = by_importance(report.findings, is_changed)
    found = report.errors + report.warnings
    if found > SHOWN_ANNOTATIONS:
        findings = findings[: SHOWN_ANNOTATIONS - 1]
    commands = [_annotation(finding, path_of(finding, report, root)) for finding in findings]
    if found > len(findings):
        commands.append(_rest(report, findings, whole))
    return "".join(commands)


def _annotation(finding: Finding, path: str) -> str:
    properties: dict[str, object] = {"file": shown(path, _PATH_CHARACTERS)}
    line, column, end = line_of(finding), finding.column, finding.end_column
    if line is not None:
        properties["line"] = line
        if column is not None:
            properties["col"] = column
            if end is not None and end > column:
                properties["endColumn"] = end - 1  # GitHub's is the last character, ours the one behind it
    return _command(finding.severity, {**properties, "title": shown(finding.type)}, sentence(finding))


def _rest(report: Report, told: list[Finding], whole: str) -> str:
    errors = report.errors - sum(finding.severity is Severity.ERROR for finding in told)
    warnings = report.warnings - sum(finding.severity is Severity.WARNING for finding in told)
    kinds = [number(count, noun) for count, noun in ((errors, "more error"), (warnings, "more warning")) if count]
    severity = Severity.ERROR if errors else Severity.WARNING
    least = "at least " if is_cut(report) else ""
    return _command(severity, {"title": "cstodata"}, f"{least}{' and '.join(kinds)}; {whole}.")


def _command(severity: Severity, properties: Mapping[str, object], message: str) -> str:
    written = ",".join(f"{name}={str(value).translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{severity} {written}::{message.translate(_DATA)}\n"
