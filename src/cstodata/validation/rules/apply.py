"""Applying rules to a package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import narwhals.stable.v1 as nw
import pyarrow as pa
import pyarrow.compute as pc

from cstodata.errors import TableReadError
from cstodata.model.finding import RULE_PREFIX, Finding
from cstodata.model.report import RuleResult
from cstodata.package.cells import arrow_type
from cstodata.package.lines import line_numbers
from cstodata.package.paths import resolve
from cstodata.package.plain_csv import csv_dialect, is_csv_file
from cstodata.package.tables import read_numbered
from cstodata.validation.rules.base import ANY, FIELD, RESOURCE, ROW, VALUE, Row, Rule, Tables, failing_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date
    from typing import Any

    from cstodata.package.descriptor import DataPackage, Resource, Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why cells of a resource cannot be read, and of which fields; None if it is all."""

    why: str
    fields: frozenset[str] | None = None


def apply_rules(
    package: DataPackage,
    rules: Iterable[type[Rule]],
    *,
    about: Collection[str],
    unreadable: dict[str, Unreadable],
    today: date,
    limit: int,
) -> Iterator[RuleResult]:
    """Apply each rule in turn.

    Args:
        package: What to apply them to.
        rules: The rules.
        about: The resources that findings may be about.
        unreadable: What the tables' own checks found unfit to be read; no rule judges by it.
        today: The date after which nothing can have been published.
        limit: How many findings a rule may have; 0 for no limit. All failing rows are counted.
    """
    rules = list(rules)
    tables = _read_tables(package, rules, unreadable, today)
    for rule in rules:
        why = _why_not(rule, package, tables, unreadable)
        if why is None:
            yield _apply(rule(), package, tables, about, limit)
        else:
            yield RuleResult(rule=rule.id, severity=rule.severity, skipped=why)


def _read_tables(
    package: DataPackage, rules: Iterable[type[Rule]], unreadable: dict[str, Unreadable], today: date
) -> Tables:
    """What the rules read, in so far as it can be read."""
    frames: dict[str, nw.LazyFrame[Any]] = {}
    for resource in package.resources:
        bad = unreadable[resource.name].fields if resource.name in unreadable else frozenset()
        if resource.schema is None or bad is None:
            continue
        unread = {field.name for field in resource.schema.fields} - _read_fields(resource, resource.schema, rules)
        try:
            table = read_numbered(package, resource, row_numbers=ROW, leave_out=bad | unread)
        except TableReadError as error:
            # Frictionless can read it and Arrow cannot hold it, such as an integer of 30 digits.
            unreadable[resource.name] = Unreadable(why=f"cannot be read: {error.problem}")
        else:
            frames[resource.name] = nw.from_native(table).lazy()
    return Tables(frames=frames, today=today)


def _read_fields(resource: Resource, schema: Schema, rules: Iterable[type[Rule]]) -> set[str]:
    """The fields of a resource that rules read, or that their findings show."""
    read = set(schema.primary_key)
    for rule in rules:
        read |= rule.needs.get(resource.name, {}).keys() | rule.anywhere
        if rule.resource == ANY:
            read |= {field.name for field in schema.fields if arrow_type(field) == pa.string()}
        if rule.resource == resource.name:
            read.add(rule.field)
    return read


def _why_not(
    rule: type[Rule], package: DataPackage, tables: Tables, unreadable: Mapping[str, Unreadable]
) -> str | None:
    """Why a rule cannot be applied; None if it can."""
    resources = {resource.name: resource for resource in package.resources}
    for name, fields in rule.needs.items():
        if name not in resources:
            return f"the package has no resource {name}"
        if why := _lacking(resources[name], fields):
            return why
    for name in resources if rule.anywhere else rule.needs:
        bad = unreadable.get(name)
        if bad is not None and (bad.fields is None or bad.fields & (rule.needs.get(name, {}).keys() | rule.anywhere)):
            return f"{name} {bad.why}"
    return None if tables.frames else "the package has no table that can be read"


def _lacking(resource: Resource, fields: Mapping[str, str]) -> str | None:
    declared = {field.name: field.type for field in resource.schema.fields} if resource.schema else {}
    for name, type_ in fields.items():
        if name not in declared:
            return f"{resource.name} has no field {name}"
        if declared[name] != type_:
            return f"{resource.name}.{name} is {declared[name]}, not {type_}"
    return None


def _apply(rule: Rule, package: DataPackage, tables: Tables, about: Collection[str], limit: int) -> RuleResult:
    failures = failing_rows(rule, tables)
    if rule.resource == ANY:
        failures = failures.filter(pc.is_in(failures[RESOURCE], value_set=pa.array(sorted(about))))
    else:
        failures = failures.sort_by(ROW)
    rows: list[Row] = failures.slice(0, limit or None).to_pylist()
    places = {name: _Places.of(package, tables, name, numbers) for name, numbers in _numbers(rule, rows).items()}
    findings = tuple(_finding(rule, row, places[_resource_of(rule, row)]) for row in rows)
    return RuleResult(rule=rule.id, severity=rule.severity, findings=findings, count=failures.num_rows)


def _resource_of(rule: Rule, row: Row) -> str:
    return str(row[RESOURCE]) if rule.resource == ANY else rule.resource


def _numbers(rule: Rule, rows: Iterable[Row]) -> dict[str, set[int]]:
    """The numbers of the failing rows, by resource."""
    numbers: dict[str, set[int]] = {}
    for row in rows:
        numbers.setdefault(_resource_of(rule, row), set()).add(cast("int", row[ROW]))
    return numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where the failing rows of a resource stand: line and key by row number."""

    resource: Resource
    lines: Mapping[int, int]
    keys: Mapping[int, Mapping[str, str]]

    @classmethod
    def of(cls, package: DataPackage, tables: Tables, name: str, numbers: set[int]) -> _Places:
        resource = package.resource(name)
        lines: dict[int, int] = {}
        frame = tables[name]
        if resource.path is not None and is_csv_file(resource):
            path, records = resolve(package.root, resource.path), frame.select(nw.len()).collect().item() + 1
            lines = line_numbers(path, csv_dialect(resource), numbers, records=records)
        fields = resource.schema.primary_key if resource.schema else ()
        present = [field for field in fields if field in frame.collect_schema().names()]
        rows = frame.filter(nw.col(ROW).is_in(sorted(numbers))).select(ROW, *present).collect().rows(named=True)
        keys = {row[ROW]: {field: str(row[field]) for field in present if row[field] is not None} for row in rows}
        return cls(resource=resource, lines=lines, keys=keys)


def _finding(rule: Rule, row: Row, places: _Places) -> Finding:
    number, resource = cast("int", row[ROW]), places.resource
    field = str(row[FIELD]) if rule.field == ANY else rule.field
    value = row[VALUE] if rule.field == ANY else row.get(field)
    return Finding(
        type=RULE_PREFIX + rule.id,
        severity=rule.severity,
        message=rule.sentence(row),
        mend=rule.mend,
        resource=resource.name,
        path=resource.path,
        row=number,
        line=places.lines.get(number),
        field=field,
        field_number=resource.schema.position(field) if resource.schema else None,
        key=places.keys[number],
        value=None if value is None else str(value),
    )
