"""A report for GitLab's code quality, which shows findings in a merge request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from cstodata.model.finding import Severity
from cstodata.report.fingerprint import fingerprints
from cstodata.report.places import line_of, path_of, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.report import Report

_SEVERITIES: Final[Mapping[Severity, str]] = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def render(report: Report, *, colour: bool = False, root: str = "") -> str:  # noqa: ARG001 -- JSON has no colours
    """The report as a JSON array of findings, in ASCII, with a line feed at the end.

    GitLab wants a line of each finding: what stands on none, or on one that is not known, is put on the first.

    Args:
        report: The report.
        colour: Not used.
        root: The folder of the package relative to the top of the repository, in POSIX form; empty if it is the top.
    """
    found = [
        {
            "description": sentence(finding),
            "check_name": finding.type,
            "fingerprint": known_by,
            "severity": _SEVERITIES[finding.severity],
            "location": {"path": path_of(finding, report, root), "lines": {"begin": line_of(finding) or 1}},
        }
        for finding, known_by in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    return json.dumps(found, indent=2) + "\n"
