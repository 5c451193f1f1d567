"""Frictionless' judgement of a package: its metadata and its tables."""

from __future__ import annotations

import lzma
import tempfile
import zlib
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from frictionless import Error, Package, Report
from frictionless import Resource as FrictionlessResource
from frictionless.errors import CompressionError, FormatError, SchemaError

from cstodata.errors import CstodataError, EngineError
from cstodata.model.report import TableResult
from cstodata.validation.tables.beyond import beyond
from cstodata.validation.tables.deadline import cell_deadline
from cstodata.validation.tables.engine import Engine, FastTables
from cstodata.validation.tables.failures import why_it_fails
from cstodata.validation.tables.findings import as_finding, as_findings, in_file
from cstodata.validation.tables.guard import Guard, possible_dialects
from cstodata.validation.tables.hearing import Rows
from cstodata.validation.tables.plain_files import PlainFiles
from cstodata.validation.tables.references import SharedReferences
from cstodata.validation.tables.refusal import RefusedError
from cstodata.validation.tables.scan import NotFastError
from cstodata.validation.tables.standard import StandardChecks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from frictionless.report.task import ReportTask

    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnShare, OnStep
    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.package.plain_csv import CsvDialect
    from cstodata.validation.limits import Limits
    from cstodata.validation.tables.engine import JudgeRows


def judge_tables(
    package: DataPackage,
    judged: Package,
    resources: Iterable[Resource],
    *,
    engine: Engine,
    limits: Limits,
    on_step: OnStep,
    carrier: JudgeRows,
) -> Iterator[TableResult]:
    """What Frictionless finds in each resource.

    Args:
        package: The package.
        judged: The same as Frictionless' own; `judge_metadata` makes it.
        resources: Those of its resources to check.
        engine: Who reads the rows.
        limits: How much may be found, and taken.
        on_step: Called with the name of a resource, and the share of it that has been read, from 0 to 1.
        carrier: Who carries the readings of the fast engine.

    Raises:
        EngineError: A table must be judged fast, and cannot be.
    """
    with tempfile.TemporaryDirectory(prefix="cstodata-", ignore_cleanup_errors=True) as folder:
        files = PlainFiles(Path(folder))
        judge = _Judge(
            package=package,
            judged=judged,
            files=files,
            guard=Guard(judged, files),
            fast=None if engine is Engine.FRICTIONLESS else FastTables(judged, files, limits, carrier),
            references=SharedReferences(judged),
            engine=engine,
            limits=limits,
        )
        for resource in resources:
            on_step(resource.name, 0)
            with cell_deadline():
                result = judge.result(resource, partial(on_step, resource.name))
            yield result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """Who judges the resources of a package, one by one."""

    package: DataPackage
    judged: Package
    files: PlainFiles
    guard: Guard
    fast: FastTables | None
    references: SharedReferences
    engine: Engine
    limits: Limits

    def result(self, resource: Resource, on_share: OnShare) -> TableResult:
        """What is found in a resource."""
        source = self.judged.get_resource(resource.name)
        checks = StandardChecks(self.package, resource, self.limits)
        try:
            self.guard.before_opening(resource.name)
            task, how, why = self._judge_fast(source, checks, on_share)
            if task is None and self.engine is Engine.FAST and source.type == "table":
                raise EngineError(resource.name, why=why)
            if task is None:
                self.guard.before_reading(resource.name)
                source.package = cast("Package", self.references)
                checks.restart()
                task = _judge_by_frictionless(source, self.limits.errors, checks, on_share)
        except RefusedError as refusal:
            return self._refused(resource, source, refusal)
        return replace(self._result(resource, source, task, checks, why=why), how=how or None)

    def _judge_fast(
        self, source: FrictionlessResource, checks: StandardChecks, on_share: OnShare
    ) -> tuple[ReportTask | None, str, str]:
        """The fast engine's judgement, and where it looked at the rows; or None, and why there is none."""
        if self.fast is None:
            return None, "", "it was asked for"
        try:
            return *self.fast.judge(source, checks, on_share), ""
        except NotFastError as error:
            return None, "", str(error)
        except (RefusedError, CstodataError):
            raise
        except Exception as error:  # noqa: BLE001 -- what fails in Frictionless' readers must fail in its own hands
            return None, "", f"the fast engine fails on it ({type(error).__name__})"

    def _result(
        self, resource: Resource, source: FrictionlessResource, task: ReportTask, checks: StandardChecks, *, why: str
    ) -> TableResult:
        """What a task of Frictionless' report says; `why` is why the fast engine did not write it, empty if it did."""
        errors = list(task.errors)
        if task.type != "table" and resource.schema is not None and not errors:
            errors.append(FormatError(note="the resource has a schema, but is no table in a format that can be read"))
        dialect = self._dialect(source, fast=not why)
        paths = _text_paths(source)
        is_one = len(paths) == 1
        own = list(checks.findings(last=_last_row(task))) if task.type == "table" else []
        # Not even unpacked, if nobody asks where in it anything stands.
        one_file = self._text_file(paths) if is_one and (own or errors) else None
        own = in_file(own, one_file, dialect)
        # The fast engine judges no file that ends within quotes, or is not UTF-8.
        if why and (file := self._text_file(paths)) is not None:
            own = [*beyond(resource, file, dialect, tell_line=is_one), *own]
        return TableResult(
            name=task.name,
            type=task.type or "file",
            place=resource.path or task.place,
            labels=tuple(task.labels),
            stats=cast("JsonObject", {**task.stats, "errors": len(errors)}),
            findings=as_findings(errors, resource, one_file, dialect, records=_records(task)),
            warnings=tuple(task.warnings),
            engine=Engine.FRICTIONLESS if why else Engine.FAST,
            why=why or None,
            beyond=tuple(own),
        )

    def _refused(self, resource: Resource, source: FrictionlessResource, refusal: RefusedError) -> TableResult:
        (task,) = Report.from_validation_task(source, time=0, errors=[refusal.error]).tasks
        finding = replace(
            as_finding(refusal.error, resource=resource.name),
            path=resource.path,
            line=refusal.line,
            mend=refusal.mend,
        )
        return TableResult(
            name=task.name,
            type=task.type or "file",
            place=resource.path or task.place,
            labels=(),
            stats=cast("JsonObject", task.stats),
            findings=(finding,),
            warnings=(),
            engine=Engine.FRICTIONLESS if self.fast is None else Engine.FAST,
            why="it can be read by nobody",
        )

    def _dialect(self, source: FrictionlessResource, *, fast: bool) -> CsvDialect:
        """How a CSV file is written, as whoever read it found."""
        if fast and self.fast is not None:
            return self.fast.dialect(str(source.name))
        (dialect, *_) = possible_dialects(source)
        return dialect

    def _text_file(self, paths: list[Path]) -> Path | None:
        """The files of a CSV table as one; None if there are none, or they cannot be read."""
        try:
            if len(paths) == 1:
                return self.files.unpacked(paths[0])
            return self.files.joined(paths) if paths else None
        except (NotFastError, RefusedError):
            return None


def _text_paths(source: FrictionlessResource) -> list[Path]:
    """The files of a CSV table; none if it is none, or one of them is not there."""
    paths = [Path(path) for path in source.normpaths] if source.path else []
    is_there = source.format in {"csv", "tsv"} and all(path.is_file() for path in paths)
    return paths if is_there else []


def _judge_by_frictionless(
    source: FrictionlessResource, limit_errors: int, checks: StandardChecks, on_share: OnShare
) -> ReportTask:
    rows = Rows(source, checks, on_share)
    try:
        on_row: Any = rows.hear if rows.is_heard else None
        (task,) = source.validate(limit_errors=limit_errors, on_row=on_row).tasks
    except RefusedError:
        raise
    except Exception as error:  # noqa: BLE001 -- some constraints make frictionless raise in the middle of a table
        (task,) = Report.from_validation_task(source, time=0, errors=[_failed(source, error)]).tasks
    rows.pass_on()
    return task


def error_class(type_: str) -> type[Error] | None:
    """Frictionless' class of an error type; None if it knows no such type."""
    classes: Iterable[type[Error]] = Error.list_children(root=True)
    return next((each for each in classes if each.type == type_), None)


def error_types() -> list[str]:
    """All error types that Frictionless knows, sorted."""
    return sorted({each.type for each in Error.list_children(root=True)})


def _records(task: ReportTask) -> int | None:
    """How many records were read, the header being one; None if not all were."""
    rows = task.stats.get("rows")
    return None if rows is None or task.warnings else rows + 1


def _last_row(task: ReportTask) -> int | None:
    """The number of the row that reached the limit of errors; None if none did."""
    rows = task.stats.get("rows")
    return rows + 1 if rows is not None and task.warnings else None


def _failed(source: FrictionlessResource, error: Exception) -> Error:
    """Frictionless failing on a table, as an error; the rows behind it were not looked at."""
    if isinstance(error, EOFError | lzma.LZMAError | zlib.error):
        return CompressionError(note=f"the file is damaged, or cut short: {error}")
    try:
        why = why_it_fails(source.schema, error)
    except Exception:  # noqa: BLE001 -- a schema so wrong that even looking at it fails
        why = f"Frictionless cannot apply the schema ({type(error).__name__}: {error})"
    return SchemaError(note=f"{why}; not all rows were checked")
