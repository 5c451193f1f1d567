"""Applying rules to a package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals.stable.v1 as nw

from cstodata.errors import TableReadError
from cstodata.model.finding import RULE_PREFIX, Finding
from cstodata.model.report import RuleResult
from cstodata.package.lines import line_numbers
from cstodata.package.paths import resolve
from cstodata.package.tables import csv_dialect, is_plain_csv, read_table
from cstodata.validate.rules.base import ROW, VALUE, Row, Rule, Tables, View, failing_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date
    from typing import Any

    from cstodata.package.descriptor import DataPackage, Resource

Unreadable = dict[str, frozenset[str] | None]
"""The resources whose cells cannot all be read: the fields that cannot, or None if nothing can."""


def apply_rules(
    package: DataPackage,
    rules: Iterable[type[Rule]],
    *,
    about: Collection[str],
    unreadable: Unreadable,
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
    tables = _read_tables(package, unreadable, today)
    for rule in rules:
        why = _why_not(rule, package, tables, unreadable)
        if why is None:
            yield _apply(rule(), package, tables, about, limit)
        else:
            yield RuleResult(rule=rule.id, severity=rule.severity, skipped=why)


def _read_tables(package: DataPackage, unreadable: Unreadable, today: date) -> Tables:
    """All tables that can be read, in so far as they can be."""
    frames: dict[str, nw.LazyFrame[Any]] = {}
    keys: dict[str, tuple[str, ...]] = {}
    for resource in package.resources:
        bad = unreadable.get(resource.name, frozenset())
        if resource.schema is None or bad is None:
            continue
        try:
            table = read_table(package, resource, row_numbers=ROW, leave_out=bad)
        except TableReadError:
            # Frictionless can read it and Arrow cannot hold it, such as an integer of 30 digits.
            unreadable[resource.name] = None
            continue
        frames[resource.name] = nw.from_native(table).lazy()
        keys[resource.name] = tuple(name for name in resource.schema.primary_key if name not in bad)
    return Tables(frames=frames, keys=keys, today=today)


def _why_not(rule: type[Rule], package: DataPackage, tables: Tables, unreadable: Unreadable) -> str | None:
    """Why a rule cannot be applied; None if it can."""
    resources = {resource.name: resource for resource in package.resources}
    for name, fields in rule.needs.items():
        if name not in resources:
            return f"the package has no resource {name}"
        if why := _lacking(resources[name], fields):
            return why
    for name in resources if rule.reads_all else rule.needs:
        bad = unreadable.get(name, frozenset())
        if name in unreadable and (bad is None or bad & rule.needs.get(name, {}).keys()):
            return f"{name} has errors that must be mended first"
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
    findings: list[Finding] = []
    count = 0
    for view in rule.views(tables):
        if view.resource not in about:
            continue
        failures = failing_rows(rule, tables, view)
        count += failures.num_rows
        if limit:
            failures = failures.slice(0, limit - len(findings))
        resource, rows = package.resource(view.resource), failures.to_pylist()
        lines = _lines(package, resource, {row[ROW] for row in rows})
        findings += [_finding(rule, view, resource, tables, row, lines) for row in rows]
    return RuleResult(rule=rule.id, severity=rule.severity, findings=tuple(findings), count=count)


def _finding(
    rule: Rule, view: View, resource: Resource, tables: Tables, row: Row, lines: Mapping[int, int]
) -> Finding:
    number, value = row[ROW], row.get(VALUE, row.get(view.field))
    if not isinstance(number, int):
        raise TypeError(f"{rule.id}: its view lost the row numbers")
    return Finding(
        type=RULE_PREFIX + rule.id,
        severity=rule.severity,
        message=rule.sentence(row),
        mend=rule.mend,
        resource=resource.name,
        path=resource.path,
        row=number,
        line=lines.get(number),
        field=view.field,
        field_number=resource.schema.position(view.field) if resource.schema else None,
        key={name: str(row[name]) for name in tables.keys[resource.name] if row.get(name) is not None},
        value=None if value is None else str(value),
    )


def _lines(package: DataPackage, resource: Resource, rows: set[int]) -> dict[int, int]:
    if not rows or resource.path is None or not is_plain_csv(resource):
        return {}
    return line_numbers(resolve(package.root, resource.path), csv_dialect(resource), rows)
