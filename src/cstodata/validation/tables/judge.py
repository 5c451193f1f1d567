"""Frictionless' judgement of a package: its metadata and its tables."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from frictionless import Error, FrictionlessException, Package, Report
from frictionless import Resource as FrictionlessResource
from frictionless.errors import FormatError, ResourceError, SchemaError

from cstodata.errors import EngineError
from cstodata.model.report import TableResult
from cstodata.package.lines import count_lines
from cstodata.package.paths import resolve, unsafe_paths
from cstodata.package.plain_csv import is_csv
from cstodata.validation.tables.beyond import beyond
from cstodata.validation.tables.deadline import cell_deadline
from cstodata.validation.tables.engine import Engine, FastTables
from cstodata.validation.tables.failures import why_it_fails
from cstodata.validation.tables.findings import as_finding, as_findings, unreadable_fields
from cstodata.validation.tables.guard import Guard
from cstodata.validation.tables.plain_files import PlainFiles
from cstodata.validation.tables.references import SharedReferences
from cstodata.validation.tables.refusal import RefusedError
from cstodata.validation.tables.scan import NotFastError
from cstodata.validation.tables.standard import Standard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from frictionless import Row
    from frictionless.report.task import ReportTask

    from cstodata.model.finding import Finding
    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnShare, OnStep
    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.validation.limits import Limits

_LARGE_BYTES = 4 * 1024 * 1024
_ROWS_BETWEEN = 5_000

_NESTED = frozenset({"catalog", "dataset", "inquiry", "package", "pipeline", "resource"})
"""What Frictionless takes some JSON files for, and then follows their paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What Frictionless makes of a descriptor: what is wrong with it, or, if nothing is, its own package."""

    findings: tuple[Finding, ...] = ()
    judged: Package | None = None


def judge_metadata(path: Path, descriptor: JsonObject) -> Metadata:
    """What is wrong with a descriptor and the schemas that it refers to; if anything is, no data may be read.

    Paths are judged first, by us: Frictionless would follow some that lead out of the package.
    """
    unsafe = [
        as_finding(ResourceError(note=str(found.error)), resource=found.resource)
        for found in unsafe_paths(path.parent, descriptor)
    ]
    if unsafe:
        return Metadata(findings=tuple(unsafe))
    try:
        judged = Package.from_descriptor(cast("dict[str, Any]", descriptor), basepath=str(path.parent))
        for resource in judged.resources:
            # Frictionless reads those that stand in files when they are asked for.
            _ = resource.dialect, resource.schema
    except FrictionlessException as error:
        return Metadata(findings=tuple(as_finding(reason) for reason in error.to_errors()))
    except Exception as error:  # noqa: BLE001 -- frictionless raises anything on wrong metadata
        return Metadata(findings=(as_finding(_stopped(error)),))
    nested = [resource for resource in judged.resources if resource.datatype in _NESTED]
    if nested:
        note = "the resource is itself a descriptor, whose paths lead anywhere; name the data files"
        return Metadata(findings=tuple(as_finding(ResourceError(note=note), resource=each.name) for each in nested))
    return Metadata(judged=judged)


def judge_tables(
    package: DataPackage,
    judged: Package,
    resources: Iterable[Resource],
    *,
    engine: Engine,
    limits: Limits,
    on_step: OnStep,
) -> Iterator[TableResult]:
    """What Frictionless finds in each resource.

    Args:
        package: The package.
        judged: The same as Frictionless' own; `judge_metadata` makes it.
        resources: Those of its resources to check.
        engine: Who reads the rows.
        limits: How much may be found, and taken.
        on_step: Called with the name of a resource, and the share of it that has been read, from 0 to 1.

    Raises:
        EngineError: A table must be judged fast, and cannot be.
    """
    with tempfile.TemporaryDirectory(prefix="cstodata-", ignore_cleanup_errors=True) as folder:
        files = PlainFiles(Path(folder))
        judge = _Judge(
            package=package,
            judged=judged,
            files=files,
            guard=Guard(package, judged, files),
            fast=None if engine is Engine.FRICTIONLESS else FastTables(judged, files, limits),
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
        try:
            self.guard.before_opening(resource.name)
            task, why = self._judge_fast(source, on_share)
            if task is None and self.engine is Engine.FAST and source.type == "table":
                raise EngineError(resource.name, why=why)
            if task is None:
                self.guard.before_reading(resource.name)
                source.package = cast("Package", self.references)
                task = _judge_by_frictionless(source, self.limits.errors, on_share)
        except RefusedError as refusal:
            return self._refused(resource, source, refusal)
        return self._with_standard(resource, self._result(resource, task, why=why))

    def _judge_fast(self, source: FrictionlessResource, on_share: OnShare) -> tuple[ReportTask | None, str]:
        """The fast engine's judgement; or None, and why there is none."""
        if self.fast is None:
            return None, "it was asked for"
        try:
            return self.fast.judge(source, on_share), ""
        except NotFastError as error:
            return None, str(error)
        except RefusedError:
            raise
        except Exception as error:  # noqa: BLE001 -- what fails in Frictionless' readers must fail in its own hands
            return None, f"the fast engine fails on it ({type(error).__name__})"

    def _result(self, resource: Resource, task: ReportTask, *, why: str) -> TableResult:
        """What a task of Frictionless' report says; `why` is why the fast engine did not write it, empty if it did."""
        errors = list(task.errors)
        if task.type != "table" and resource.schema is not None and not errors:
            errors.append(FormatError(note="the resource has a schema, but is no table in a format that can be read"))
        file = self._readable_file(resource)
        return TableResult(
            name=task.name,
            type=task.type or "file",
            place=resource.path or task.place,
            labels=tuple(task.labels),
            stats=cast("JsonObject", {**task.stats, "errors": len(errors)}),
            findings=as_findings(errors, resource, file, records=_records(task)),
            warnings=tuple(task.warnings),
            engine=Engine.FRICTIONLESS if why else Engine.FAST,
            why=why or None,
            # The fast engine judges no file that ends within quotes, or is not UTF-8.
            beyond=beyond(resource, file) if why and file else (),
        )

    def _with_standard(self, resource: Resource, result: TableResult) -> TableResult:
        unreadable = unreadable_fields(result)
        if resource.schema is None or result.type != "table" or unreadable is None:
            return result
        standard = Standard(
            self.package,
            resource,
            unreadable,
            file=self._readable_file(resource),
            limit=self.limits.errors,
        )
        return replace(result, beyond=(*result.beyond, *standard.findings()))

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
            engine=self.engine,
            why="it can be read by nobody",
        )

    def _readable_file(self, resource: Resource) -> Path | None:
        """The CSV file of a resource, unpacked; None if it has none, or several."""
        if resource.path is None or not is_csv(resource):
            return None
        path = resolve(self.package.root, resource.path)
        try:
            return self.files.unpacked(path) if path.is_file() else None
        except NotFastError:
            return None


def _judge_by_frictionless(source: FrictionlessResource, limit_errors: int, on_share: OnShare) -> ReportTask:
    report_row = _progress(source, on_share)
    try:
        (task,) = source.validate(limit_errors=limit_errors, on_row=cast("Any", report_row)).tasks
    except RefusedError:
        raise
    except Exception as error:  # noqa: BLE001 -- some constraints make frictionless raise in the middle of a table
        (task,) = Report.from_validation_task(source, time=0, errors=[_failed(source, error)]).tasks
    return task


def _progress(source: FrictionlessResource, on_share: OnShare) -> Callable[[Row], None] | None:
    """What Frictionless is to call with each row; None if the file is so small that nobody waits for it."""
    paths = [path for path in map(Path, source.normpaths if source.path else ()) if path.is_file()]
    if sum(path.stat().st_size for path in paths) < _LARGE_BYTES:
        return None
    lines = sum(count_lines(path) or 0 for path in paths)

    def report_row(row: Row) -> None:
        if row.row_number % _ROWS_BETWEEN == 0 and lines:
            on_share(min(1.0, row.row_number / lines))

    return report_row


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


def _stopped(error: Exception) -> ResourceError:
    return ResourceError(note=f"the descriptor is not of the form that is needed: {type(error).__name__}: {error}")


def _failed(source: FrictionlessResource, error: Exception) -> SchemaError:
    """Frictionless failing on a table, as an error; the rows behind it were not looked at."""
    try:
        why = why_it_fails(source.schema, error)
    except Exception:  # noqa: BLE001 -- a schema so wrong that even looking at it fails
        why = f"Frictionless cannot apply the schema ({type(error).__name__}: {error})"
    return SchemaError(note=f"{why}; not all rows were checked")
