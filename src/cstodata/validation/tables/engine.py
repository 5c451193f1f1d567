"""Judging whole tables fast, and who is asked to."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from frictionless import Checklist, Package, Report

from cstodata.validation.tables.acquit import EXACT_TYPES
from cstodata.validation.tables.fast import judge_rows, read_targets
from cstodata.validation.tables.plan import ForeignKey, TablePlan, plan_table
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    import pyarrow as pa
    from frictionless import Resource
    from frictionless.report.task import ReportTask

    from cstodata.validation.tables.rows import Targets


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

    def __init__(self, package: Package, *, memory_limit: str) -> None:
        self._package = package
        self._memory_limit = memory_limit
        self._plans: dict[str, TablePlan] = {}
        self._targets: dict[tuple[str, tuple[str, ...]], pa.Array] = {}

    def judge(self, source: Resource, *, limit_errors: int) -> ReportTask:
        """What Frictionless finds in a resource, in Frictionless' own terms.

        Args:
            source: One of the package's resources.
            limit_errors: Errors after which reading stops; 0 for no limit.

        Raises:
            NotFastError: It is left to Frictionless.
        """
        begin = time.perf_counter()
        plan = self._plan(source.name or "")
        targets = self._targets_of(source, plan)
        verdict = judge_rows(plan, targets, limit_errors=limit_errors, memory_limit=self._memory_limit)
        judged = source.to_copy()
        checks = Checklist().connect(judged)
        judged.stats.fields = len(judged.schema.fields)
        judged.stats.rows = verdict.rows
        errors, warnings = list(verdict.errors), []
        if verdict.digest is None:
            warnings.append(f"reached error limit: {limit_errors}")
        else:
            judged.stats.md5, judged.stats.sha256 = verdict.digest.md5, verdict.digest.sha256
            judged.stats.bytes = verdict.digest.size
            errors.extend(error for check in checks for error in check.validate_end())
        report = Report.from_validation_task(
            judged, time=time.perf_counter() - begin, labels=list(plan.labels), errors=errors, warnings=warnings
        )
        task: ReportTask = report.tasks[0]
        return task

    def _plan(self, name: str) -> TablePlan:
        if name not in self._plans:
            self._plans[name] = plan_table(self._package.get_resource(name))
        return self._plans[name]

    def _targets_of(self, source: Resource, plan: TablePlan) -> Targets:
        targets: Targets = {}
        for key in plan.foreign_keys:
            name = key.resource or str(source.name)
            if not self._package.has_resource(name):
                raise NotFastError(f"a foreign key refers to {name}, which is not there")
            referred = self._plan(name)
            _check_types(plan, referred, key)
            if (name, key.referred) not in self._targets:
                self._targets[name, key.referred] = read_targets(referred, key.referred)
            targets[key] = self._targets[name, key.referred]
        return targets


def _check_types(plan: TablePlan, referred: TablePlan, key: ForeignKey) -> None:
    """Make sure that the values of a foreign key are compared with values of the same types, as texts may be."""

    def types(of: TablePlan, fields: tuple[str, ...]) -> list[Any]:
        return [of.acquittals[of.position(name)].field.type for name in fields if name in of.handlers]

    here, there = types(plan, key.fields), types(referred, key.referred)
    if here != there or not set(there) <= EXACT_TYPES:
        raise NotFastError("a foreign key refers to fields of other types")
