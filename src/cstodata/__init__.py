"""Data that people can trust: a data package described, checked and released.

>>> import cstodata
>>> cstodata.load("delegations").num_rows
10
>>> cstodata.validate("datapackage.json").valid
True

Importing this module imports none of the heavy libraries; each function imports what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from cstodata.api import compare, contract, extract, load, open, validate  # noqa: A004 -- as `gzip.open`
    from cstodata.client.release import Release
    from cstodata.errors import CstodataError, CstodataWarning, StaleIndexWarning, YankedVersionWarning
    from cstodata.extraction.extraction import Extraction, Page, Problem, Row, Span
    from cstodata.model.change import Bump, Change, ChangeKind, ChangeSet, RowChange, TableChanges
    from cstodata.model.finding import Finding, Severity
    from cstodata.model.report import Outcome, Report, RuleResult, TableResult
    from cstodata.spark.engine import SparkEngine

__all__ = [
    "Bump",
    "Change",
    "ChangeKind",
    "ChangeSet",
    "CstodataError",
    "CstodataWarning",
    "Extraction",
    "Finding",
    "Outcome",
    "Page",
    "Problem",
    "Release",
    "Report",
    "Row",
    "RowChange",
    "RuleResult",
    "Severity",
    "Span",
    "SparkEngine",
    "StaleIndexWarning",
    "TableChanges",
    "TableResult",
    "YankedVersionWarning",
    "compare",
    "contract",
    "extract",
    "load",
    "open",
    "validate",
]

_HOMES = {
    "Bump": "cstodata.model.change",
    "Change": "cstodata.model.change",
    "ChangeKind": "cstodata.model.change",
    "ChangeSet": "cstodata.model.change",
    "CstodataError": "cstodata.errors",
    "CstodataWarning": "cstodata.errors",
    "Extraction": "cstodata.extraction.extraction",
    "Finding": "cstodata.model.finding",
    "Outcome": "cstodata.model.report",
    "Page": "cstodata.extraction.extraction",
    "Problem": "cstodata.extraction.extraction",
    "Release": "cstodata.client.release",
    "Report": "cstodata.model.report",
    "Row": "cstodata.extraction.extraction",
    "RowChange": "cstodata.model.change",
    "RuleResult": "cstodata.model.report",
    "Severity": "cstodata.model.finding",
    "Span": "cstodata.extraction.extraction",
    "SparkEngine": "cstodata.spark.engine",
    "StaleIndexWarning": "cstodata.errors",
    "TableChanges": "cstodata.model.change",
    "TableResult": "cstodata.model.report",
    "YankedVersionWarning": "cstodata.errors",
    "compare": "cstodata.api",
    "contract": "cstodata.api",
    "extract": "cstodata.api",
    "load": "cstodata.api",
    "open": "cstodata.api",
    "validate": "cstodata.api",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
