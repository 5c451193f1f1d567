"""A report in SARIF 2.1.0, the format in which analysers hand over what they found.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cstodata.model.finding import RULE_PREFIX, Severity
from cstodata.report.fingerprint import fingerprints
from cstodata.report.places import by_importance, line_of, number, path_of, sentence
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.finding import Finding
    from cstodata.model.json import JsonObject
    from cstodata.model.report import Report

RESULTS = 25_000
"""What GitHub accepts in one run; it refuses a file with more."""

SHOWN_RESULTS = 5_000
"""What GitHub shows of them: the first ones, which are the most important."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_TOP: Final = "%SRCROOT%"


def render(report: Report, *, colour: bool = False, root: str = "") -> str:  # noqa: ARG001 -- JSON has no colours
    """The report as a SARIF log of one run, in ASCII, with a line feed at the end.

    Errors come before warnings. Of more than 25,000 findings the first are written, and a notification counts the rest.

    Args:
        report: The report.
        colour: Not used.
        root: The folder of the package relative to the top of the repository, in POSIX form; empty if it is the top.
    """
    findings = by_importance(report.findings)[:RESULTS]
    rules = _severities(report)
    index = {type_: at for at, type_ in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "cstodata", "rules": [_rule(type_, rules[type_], report) for type_ in rules]}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(report, findings)}],
        "columnKind": "unicodeCodePoints",
        "results": [
            {
                "ruleId": finding.type,
                "ruleIndex": index[finding.type],
                "level": finding.severity.value,
                "message": {"text": _plain(sentence(finding))},
                "locations": [{"physicalLocation": _location(finding, report, root)}],
                # The first is the one that GitHub knows alerts by.
                "partialFingerprints": {"primaryLocationLineHash": known_by, "cstodata/v1": known_by},
            }
            for finding, known_by in zip(findings, fingerprints(findings), strict=True)
        ],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _severities(report: Report) -> Mapping[str, Severity]:
    """How much findings weigh, by type: of each rule that was asked for, and of what else was found."""
    rules = {RULE_PREFIX + rule.rule: rule.severity for rule in report.rules}
    return rules | {finding.type: finding.severity for finding in report.findings}


def _rule(type_: str, severity: Severity, report: Report) -> JsonObject:
    text = report.explanations.get(type_, type_)
    # The first line repeats the name.
    title = next((line for line in text.splitlines()[1:] if line), type_)
    return {
        "id": type_,
        "shortDescription": {"text": _plain(title)},
        "fullDescription": {"text": _plain(title)},
        "help": {"text": _plain(text)},
        "defaultConfiguration": {"level": severity.value},
    }


def _location(finding: Finding, report: Report, root: str) -> JsonObject:
    uri = quote(path_of(finding, report, root), errors="replace")
    region = {"startLine": line_of(finding), "startColumn": finding.column, "endColumn": finding.end_column}
    known = {name: at for name, at in region.items() if at is not None}
    return {"artifactLocation": {"uri": uri, "uriBaseId": _TOP}, **({"region": known} if known else {})}


def _notifications(report: Report, told: list[Finding]) -> list[JsonObject]:
    found = report.errors + report.warnings
    texts = [f"{shown(table.name)}: {shown(warning)}" for table in report.tables for warning in table.warnings]
    if found > len(told):
        texts.append(f"{number(found - len(told), 'more finding')} left out; `cstodata validate` tells of all.")
    if len(told) > SHOWN_RESULTS:
        texts.append(f"Of {number(len(told), 'finding')} some services show the first {SHOWN_RESULTS:,} only.")
    return [{"level": "warning", "message": {"text": _plain(text)}} for text in texts]


def _plain(text: str) -> str:
    """Text as it may stand in a message, where a bracket behind a bracket would make a link."""
    return text.replace("](", "\\](")
