"""Writing what pages state into a package: canonical CSV, checked before any file is replaced."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from cstodata.model.finding import Severity
from cstodata.model.progress import unheard
from cstodata.package.canonical import rendered, rewrite_csv
from cstodata.package.cells import from_values
from cstodata.package.formatting import described, to_json
from cstodata.package.paths import named_files
from cstodata.package.plain_csv import csv_dialect
from cstodata.package.tables import FIRST_DATA_ROW, check_columns, read_resource_texts, schema_of, type_texts
from cstodata.validation.runner import validate_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from cstodata.extraction.plan import MergePlan, TablePlan
    from cstodata.model.finding import Finding
    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnStep
    from cstodata.package.descriptor import DataPackage, Resource, Schema
    from cstodata.validation.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFindings:
    """What validation finds after a merge and did not find before.

    Attributes:
        errors: With one of these, nothing may be written.
        warnings: What to look at.
    """

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def merged_files(package: DataPackage, plan: MergePlan) -> dict[str, bytes]:
    """The files that a merge changes, by path in the package: tables as canonical CSV, then the descriptor.

    Of the descriptor, `bytes`, `hash` and the like are set where a table that changes declares them.

    Raises:
        TableReadError: A table cannot be read, or a value not be written so that it reads back as the same.
        UnsafePathError: A path leads out of the package.
    """
    files: dict[str, bytes] = {}
    changed = {table.resource: table for table in plan.tables if table.is_changed}
    resources: list[JsonObject] = []
    for resource in package.resources:
        descriptor = resource.descriptor
        if table := changed.get(resource.name):
            content = files[cast("str", resource.path)] = _merged_csv(package, resource, table)
            descriptor = described(descriptor, content)
        resources.append(descriptor)
    whole = {**package.descriptor, "resources": resources}
    if whole != package.descriptor:
        files[package.path.name] = to_json(whole)
    return files


def new_findings(
    package: DataPackage, files: Mapping[str, bytes], *, today: date, limits: Limits, on_step: OnStep = unheard
) -> NewFindings:
    """What validation would find wrong that it does not find now.

    The package is copied, with the files that change, and both are validated as a whole.

    Args:
        package: The package as it stands.
        files: What `merged_files` returned.
        today: The date after which nothing can have been published.
        limits: How much may be found, and taken.
        on_step: Called with the name of each resource, and the share that is done, from 0 to 1.

    Raises:
        OSError: The copy cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="cstodata-") as folder:
        copy = _copied(package, files, Path(folder))
        after = validate_package(copy, today=today, limits=limits, on_step=on_step)
    if not after.errors and not after.warnings:
        return NewFindings(errors=(), warnings=())
    before = Counter(map(_known_by, validate_package(package.path, today=today, limits=limits).findings))
    new = []
    for finding in after.findings:
        if before[_known_by(finding)]:
            before[_known_by(finding)] -= 1
        else:
            new.append(finding)
    errors = tuple(finding for finding in new if finding.severity is Severity.ERROR)
    return NewFindings(errors=errors, warnings=tuple(finding for finding in new if finding not in errors))


def _known_by(finding: Finding) -> tuple[Any, ...]:
    """What a finding is known by, though rows move."""
    key = tuple(sorted(finding.key.items()))
    return finding.type, finding.resource, finding.field, key, finding.value


def _copied(package: DataPackage, files: Mapping[str, bytes], folder: Path) -> Path:
    """A copy of a package, with some files as they shall be; its descriptor."""
    for file in {package.path, *named_files(package.root, package.descriptor)}:
        target = folder / file.relative_to(package.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file():
            shutil.copyfile(file, target)
    for path, content in files.items():
        (folder / path).write_bytes(content)
    return folder / package.path.name


def _merged_csv(package: DataPackage, resource: Resource, plan: TablePlan) -> bytes:
    schema = schema_of(resource)
    texts = read_resource_texts(package, resource)
    check_columns(texts, schema, resource=resource.name)
    texts = texts.select([field.name for field in schema.fields])
    together = pa.concat_tables([_filled(texts, schema, plan), _rendered(plan.added, schema)])
    typed = type_texts(together, schema.fields, resource=resource.name)
    return rewrite_csv(together, typed, schema, csv_dialect(resource))


def _rendered(rows: Iterable[tuple[Any, ...]], schema: Schema) -> pa.Table:
    """Rows as canonical text."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema.fields)
    typed = {field.name: from_values(list(column), field) for field, column in zip(schema.fields, columns, strict=True)}
    return rendered(pa.table(typed), schema)


def _filled(texts: pa.Table, schema: Schema, plan: TablePlan) -> pa.Table:
    """The table, with its empty cells filled."""
    for number, field in enumerate(schema.fields):
        fills = {fill.row - FIRST_DATA_ROW: fill.stated.value for fill in plan.fills if fill.field == field.name}
        if fills:
            cells = texts.column(number).to_pylist()
            values = from_values(list(fills.values()), field)
            told = rendered(pa.table({field.name: values}), _alone(schema, field.name)).column(0).to_pylist()
            for row, text in zip(fills, told, strict=True):
                cells[row] = text
            texts = texts.set_column(number, field.name, pa.array(cells, pa.string()))
    return texts


def _alone(schema: Schema, name: str) -> Schema:
    return replace(schema, fields=tuple(field for field in schema.fields if field.name == name), primary_key=())
