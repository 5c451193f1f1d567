"""Frictionless' judgement of a package: its metadata and its tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from frictionless import Error, FrictionlessException, Package, Report
from frictionless import Resource as FrictionlessResource
from frictionless.errors import FormatError, ResourceError, SchemaError

from cstodata.errors import EngineError
from cstodata.model.report import TableResult
from cstodata.package.paths import unsafe_paths
from cstodata.validation.tables.beyond import open_quote
from cstodata.validation.tables.engine import Engine, FastTables
from cstodata.validation.tables.failures import why_it_fails
from cstodata.validation.tables.findings import as_finding, as_findings
from cstodata.validation.tables.references import SharedReferences
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from frictionless.report.task import ReportTask

    from cstodata.model.finding import Finding
    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import DataPackage, Resource

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
    limit_errors: int,
    engine: Engine,
    memory_limit: str,
) -> Iterator[TableResult]:
    """What Frictionless finds in each resource.

    Args:
        package: The package.
        judged: The same as Frictionless' own; `judge_metadata` makes it.
        resources: Those of its resources to check.
        limit_errors: How many errors may be found before the rest of a resource is left unread; 0 for no limit.
        engine: Who reads the rows.
        memory_limit: What finding equal keys may take before it spills to disk, such as `128MB`.

    Raises:
        EngineError: A table must be judged fast, and cannot be.
    """
    references, fast = SharedReferences(judged), FastTables(judged, memory_limit=memory_limit)
    for resource in resources:
        source = judged.get_resource(resource.name)
        if engine is Engine.FRICTIONLESS:
            task, why = None, "it was asked for"
        else:
            task, why = _judge_fast(source, fast, limit_errors)
        if task is None and engine is Engine.FAST and source.type == "table":
            raise EngineError(resource.name, why=why)
        if task is None:
            source.package = cast("Package", references)
            yield _result(package, resource, _judge_by_frictionless(source, limit_errors), why=why)
        else:
            yield _result(package, resource, task, why=None)


def _result(package: DataPackage, resource: Resource, task: ReportTask, *, why: str | None) -> TableResult:
    """What a task of Frictionless' report says; `why` is why the fast engine did not write it, None if it did."""
    errors = list(task.errors)
    if task.type != "table" and resource.schema is not None and not errors:
        errors.append(FormatError(note="the resource has a schema, but is no table in a format that can be read"))
    return TableResult(
        name=task.name,
        type=task.type or "file",
        place=resource.path or task.place,
        labels=tuple(task.labels),
        stats=cast("JsonObject", {**task.stats, "errors": len(errors)}),
        findings=as_findings(errors, package, resource, records=_records(task)),
        warnings=tuple(task.warnings),
        engine=Engine.FRICTIONLESS if why else Engine.FAST,
        why=why,
        # The fast engine judges no file that ends within quotes.
        beyond=open_quote(package, resource) if why else (),
    )


def _judge_fast(source: FrictionlessResource, fast: FastTables, limit_errors: int) -> tuple[ReportTask | None, str]:
    """The fast engine's judgement; or None, and why there is none."""
    try:
        return fast.judge(source, limit_errors=limit_errors), ""
    except NotFastError as error:
        return None, str(error)
    except Exception as error:  # noqa: BLE001 -- what fails in Frictionless' readers must fail in its own hands
        return None, f"the fast engine fails on it ({type(error).__name__})"


def _judge_by_frictionless(source: FrictionlessResource, limit_errors: int) -> ReportTask:
    try:
        (task,) = source.validate(limit_errors=limit_errors).tasks
    except Exception as error:  # noqa: BLE001 -- some constraints make frictionless raise in the middle of a table
        (task,) = Report.from_validation_task(source, time=0, errors=[_failed(source, error)]).tasks
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
    return None if rows is None or "sha256" not in task.stats else rows + 1


def _stopped(error: Exception) -> ResourceError:
    return ResourceError(note=f"the descriptor is not of the form that is needed: {type(error).__name__}: {error}")


def _failed(source: FrictionlessResource, error: Exception) -> SchemaError:
    """Frictionless failing on a table, as an error; the rows behind it were not looked at."""
    try:
        why = why_it_fails(source.schema, error)
    except Exception:  # noqa: BLE001 -- a schema so wrong that even looking at it fails
        why = f"Frictionless cannot apply the schema ({type(error).__name__}: {error})"
    return SchemaError(note=f"{why}; not all rows were checked")
