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

    from cstodata.api import compare, contract, load, validate
    from cstodata.errors import CstodataError
    from cstodata.model.change import Bump, Change, ChangeKind, ChangeSet, RowChange, TableChanges
    from cstodata.model.finding import Finding, Severity
    from cstodata.model.report import Outcome, Report, RuleResult, TableResult
    from cstodata.validation.spark.engine import SparkEngine

__all__ = [
    "Bump",
    "Change",
    "ChangeKind",
    "ChangeSet",
    "CstodataError",
    "Finding",
    "Outcome",
    "Report",
    "RowChange",
    "RuleResult",
    "Severity",
    "SparkEngine",
    "TableChanges",
    "TableResult",
    "compare",
    "contract",
    "load",
    "validate",
]

_HOMES = {
    "Bump": "cstodata.model.change",
    "Change": "cstodata.model.change",
    "ChangeKind": "cstodata.model.change",
    "ChangeSet": "cstodata.model.change",
    "CstodataError": "cstodata.errors",
    "Finding": "cstodata.model.finding",
    "Outcome": "cstodata.model.report",
    "Report": "cstodata.model.report",
    "RowChange": "cstodata.model.change",
    "RuleResult": "cstodata.model.report",
    "Severity": "cstodata.model.finding",
    "SparkEngine": "cstodata.validation.spark.engine",
    "TableChanges": "cstodata.model.change",
    "TableResult": "cstodata.model.report",
    "compare": "cstodata.api",
    "contract": "cstodata.api",
    "load": "cstodata.api",
    "validate": "cstodata.api",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
