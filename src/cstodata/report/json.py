"""A report as JSON: a Frictionless report, with what Frictionless does not know beside it under `cstodata`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cstodata.model.finding import Finding
    from cstodata.model.json import JsonObject
    from cstodata.model.report import Report, RuleResult, TableResult

FORMAT = "1.0"
"""Version of the form of the object `cstodata`; `docs/reference/report.schema.json` describes it."""


def render(report: Report, *, colour: bool = False, root: str = "") -> str:  # noqa: ARG001 -- JSON has no colours, paths are the package's
    """The report as JSON text, with a line feed at the end."""
    return json.dumps(to_descriptor(report), indent=2, ensure_ascii=False) + "\n"


def to_descriptor(report: Report) -> JsonObject:
    """The report as a descriptor that `frictionless.Report.from_descriptor` loads.

    `valid` counts the errors of rules too; `stats` and `tasks` are Frictionless' own, so they count its errors only.
    """
    found = len(report.metadata) + sum(len(table.findings) for table in report.tables)
    return {
        "valid": report.valid,
        "stats": {"tasks": len(report.tables), "errors": found, "warnings": 0, "seconds": round(report.seconds, 3)},
        "warnings": [],
        "errors": [finding.native for finding in report.metadata],
        "tasks": [_task(table) for table in report.tables],
        "cstodata": {
            "format": FORMAT,
            "package": report.package,
            "version": report.version,
            "errors": report.errors,
            "warnings": report.warnings,
            "tables": [{"name": table.name, "engine": table.engine, "why": table.why} for table in report.tables],
            "findings": [_finding(finding) for table in report.tables for finding in table.beyond],
            "rules": [_rule(rule) for rule in report.rules],
        },
    }


def _task(table: TableResult) -> JsonObject:
    return {
        "name": table.name,
        "type": table.type,
        "valid": not table.findings,
        "place": table.place,
        "labels": list(table.labels),
        "stats": table.stats,
        "warnings": list(table.warnings),
        "errors": [finding.native for finding in table.findings],
    }


def _rule(rule: RuleResult) -> JsonObject:
    return {
        "rule": rule.rule,
        "severity": rule.severity,
        "outcome": rule.outcome,
        "skipped": rule.skipped,
        "count": rule.count,
        "findings": [_finding(finding) for finding in rule.findings],
    }


def _finding(finding: Finding) -> JsonObject:
    return {
        "type": finding.type,
        "severity": finding.severity,
        "message": finding.message,
        "mend": finding.mend,
        "resource": finding.resource,
        "path": finding.path,
        "rowNumber": finding.row,
        "lineNumber": finding.line,
        "fieldName": finding.field,
        "fieldNumber": finding.field_number,
        "key": dict(finding.key),
        "cell": finding.value,
    }
