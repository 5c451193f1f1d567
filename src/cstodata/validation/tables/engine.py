"""Judging whole tables fast, and who is asked to."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from frictionless import Checklist, Package, Report

from cstodata.validation.tables.acquit import EXACT_TYPES
from cstodata.validation.tables.fast import Target, judge_rows
from cstodata.validation.tables.plan import ForeignKey, TablePlan, plan_table
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from frictionless import Resource
    from frictionless.report.task import ReportTask

    from cstodata.model.progress import OnShare
    from cstodata.package.plain_csv import CsvDialect
    from cstodata.validation.limits import Limits
    from cstodata.validation.tables.keys import Fields
    from cstodata.validation.tables.plain_files import PlainFiles
    from cstodata.validation.tables.reading import Verdict
    from cstodata.validation.tables.standard import StandardChecks

    JudgeRows = Callable[[TablePlan, Mapping[ForeignKey, Target], Limits, StandardChecks, OnShare], Verdict]
    """Who carries the readings of a file: `judge_rows` says what it takes, gives and raises."""


class Engine(StrEnum):
    """Who reads the rows of tables."""

    AUTO = "auto"
    """The fast path where it finds what Frictionless finds, else Frictionless."""

    FAST = "fast"
    """The fast path, or nobody."""

    FRICTIONLESS = "frictionless"
    """Frictionless alone."""


class FastTables:
    """The tables of one package, judged fast; what foreign keys refer to is read once."""

    def __init__(self, package: Package, files: PlainFiles, limits: Limits, judge_rows: JudgeRows = judge_rows) -> None:
        self._package = package
        self._files = files
        self._limits = limits
        self._judge_rows = judge_rows
        self._plans: dict[str, TablePlan] = {}
        self._targets: dict[tuple[str, tuple[str, ...]], Target] = {}

    def judge(self, source: Resource, checks: StandardChecks, on_share: OnShare) -> tuple[ReportTask, str]:
        """What Frictionless finds in a resource, in Frictionless' own terms; and where its rows were looked at.

        Args:
            source: One of the package's resources.
            checks: What else looks at its rows.
            on_share: Called with the share of the file that has been read, from 0 to 1.

        Raises:
            NotFastError: It is left to Frictionless.
            RefusedError: It is to be read by nobody.
        """
        begin = time.perf_counter()
        plan = self._plan(source.name or "")
        targets = self._targets_of(source, plan)
        verdict = self._judge_rows(plan, targets, self._limits, checks, on_share)
        judged = source.to_copy()
        own_checks = Checklist().connect(judged)
        judged.stats.fields = plan.fields
        judged.stats.rows = verdict.rows
        errors, warnings = list(verdict.errors), []
        if verdict.digest is not None:
            judged.stats.md5, judged.stats.sha256 = verdict.digest.md5, verdict.digest.sha256
            judged.stats.bytes = verdict.digest.size
        if verdict.limit_reached:
            warnings.append(f"reached error limit: {self._limits.errors}")
        else:
            errors.extend(error for check in own_checks for error in check.validate_end())
        report = Report.from_validation_task(
            judged, time=time.perf_counter() - begin, labels=list(plan.labels), errors=errors, warnings=warnings
        )
        return report.tasks[0], verdict.how

    def dialect(self, name: str) -> CsvDialect:
        """How the file of a table that was judged is written."""
        return self._plan(name).dialect

    def _plan(self, name: str) -> TablePlan:
        if name not in self._plans:
            self._plans[name] = plan_table(self._package.get_resource(name), self._files)
        return self._plans[name]

    def _targets_of(self, source: Resource, plan: TablePlan) -> dict[ForeignKey, Target]:
        targets: dict[ForeignKey, Target] = {}
        for key in plan.foreign_keys:
            name = key.resource or str(source.name)
            if not self._package.has_resource(name):
                raise NotFastError(f"a foreign key refers to {name}, which is not there")
            referred = self._plan(name)
            _check_types(plan, referred, key)
            targets[key] = self._target(name, referred, key.referred)
        return targets

    def _target(self, name: str, plan: TablePlan, fields: Fields) -> Target:
        if not plan.handlers.keys() >= set(fields):
            raise NotFastError("a foreign key refers to a field that is not there")
        if (name, fields) not in self._targets:
            self._targets[name, fields] = Target(plan, fields)
        return self._targets[name, fields]


def _check_types(plan: TablePlan, referred: TablePlan, key: ForeignKey) -> None:
    """Make sure that the values of a foreign key are compared with values of the same types, as texts may be."""

    def types(of: TablePlan, fields: tuple[str, ...]) -> list[Any]:
        return [of.acquittals[of.position(name)].field.type for name in fields if name in of.handlers]

    here, there = types(plan, key.fields), types(referred, key.referred)
    if here != there or not set(there) <= EXACT_TYPES:
        raise NotFastError("a foreign key refers to fields of other types")
