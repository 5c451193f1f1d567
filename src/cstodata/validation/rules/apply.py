"""Applying rules to a package."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import narwhals.stable.v1 as nw

from cstodata.errors import SparkError
from cstodata.model.finding import RULE_PREFIX, Finding
from cstodata.model.report import RuleResult
from cstodata.validation.rules.base import (
    ANY,
    FIELD,
    RESOURCE,
    ROW,
    VALUE,
    Row,
    Rule,
    Tables,
    failing_elsewhere,
    failing_rows,
    in_order,
)
from cstodata.validation.rules.reading import Place, Reading, Unreadable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    import pyarrow as pa

    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.package.positions import Cell
    from cstodata.validation.rules.reading import Elsewhere


def apply_rules(
    package: DataPackage,
    rules: Iterable[type[Rule]],
    *,
    about: Collection[str],
    unreadable: Mapping[str, Unreadable],
    today: date,
    limit: int,
    elsewhere: Elsewhere | None = None,
) -> Iterator[RuleResult]:
    """Apply each rule in turn.

    Args:
        package: What to apply them to.
        rules: The rules.
        about: The resources that findings may be about.
        unreadable: What the tables' own checks found unfit to be read; no rule judges by it.
        today: The date after which nothing can have been published.
        limit: How many findings a rule may have; 0 for no limit. All failing rows are counted.
        elsewhere: What holds tables that need not be read here.
    """
    rules = list(rules)
    reading = Reading(package, unreadable, [rule for rule in rules if _misfit(rule, package) is None], elsewhere)
    for rule in rules:
        why = _why_not(rule, reading)
        try:
            result = None if why else _apply(rule(), reading, about, today, limit)
        except SparkError:  # it cannot hold what can be read here, or says why it cannot
            reading.bring_here()
            why = _why_not(rule, reading)
            result = None if why else _apply(rule(), reading, about, today, limit)
        if result is not None and result.count == 0 and rule.resource == ANY:
            # What is read in pieces shows only now whether it can be: a rule that could not look at all does not hold.
            why = next(
                (f"{name} {bad.why}" for name, bad in reading.unreadable.items() if name not in unreadable), None
            )
        yield RuleResult(rule=rule.id, severity=rule.severity, skipped=why) if why or result is None else result


def _why_not(rule: type[Rule], reading: Reading) -> str | None:
    """Why a rule cannot be applied; None if it can."""
    if why := _misfit(rule, reading.package):
        return why
    resources = {resource.name: resource for resource in reading.package.resources}
    for name in resources if rule.anywhere else rule.needs:
        bad = reading.unreadable.get(name)
        if bad is not None and (bad.fields is None or bad.fields & (rule.needs.get(name, {}).keys() | rule.anywhere)):
            return f"{name} {bad.why}"
    if rule.resource == ANY and not any(map(reading.readable, resources.values())):
        return "the package has no table that can be read"
    return None


def _misfit(rule: type[Rule], package: DataPackage) -> str | None:
    """What a rule needs and the package does not declare; None if there is nothing."""
    resources = {resource.name: resource for resource in package.resources}
    for name, fields in rule.needs.items():
        if name not in resources:
            return f"the package has no resource {name}"
        if why := _lacking(resources[name], fields):
            return why
    return None


def _lacking(resource: Resource, fields: Mapping[str, str]) -> str | None:
    declared = {field.name: field.type for field in resource.schema.fields} if resource.schema else {}
    for name, type_ in fields.items():
        if name not in declared:
            return f"{resource.name} has no field {name}"
        if declared[name] != type_:
            return f"{resource.name}.{name} is {declared[name]}, not {type_}"
    return None


def _apply(rule: Rule, reading: Reading, about: Collection[str], today: date, limit: int) -> RuleResult:
    failures = _failures(rule, reading, about, today, limit)
    cells: dict[str, set[Cell]] = {}
    for row in failures.rows:
        resource = reading.package.resource(_resource_of(rule, row))
        cells.setdefault(resource.name, set()).add(_cell(rule, row, resource))
    places = {name: reading.places(reading.package.resource(name), wanted) for name, wanted in cells.items()}
    findings = []
    for row in failures.rows:
        resource = reading.package.resource(_resource_of(rule, row))
        findings.append(_finding(rule, row, resource, places[resource.name][_cell(rule, row, resource)]))
    return RuleResult(rule=rule.id, severity=rule.severity, findings=tuple(findings), count=failures.count)


@dataclass(kw_only=True)
class _Failures:
    """Failing rows: all are counted, and those within the limit kept."""

    limit: int
    rows: list[Row]
    count: int = 0

    def add(self, count: int, first: pa.Table) -> None:
        """Add so many rows, of which the first are there."""
        room = self.limit - len(self.rows) if self.limit else None
        self.count += count
        self.rows += first.slice(0, room).to_pylist() if count else []


def _failures(rule: Rule, reading: Reading, about: Collection[str], today: date, limit: int) -> _Failures:
    """The rows for which a rule does not hold, in the order of the tables and of their rows."""
    failures = _Failures(limit=limit, rows=[])
    if rule.resource == ANY:
        for count, first in _failing_cells(rule, reading, about, today, limit):
            failures.add(count, first)
    elif reading.is_elsewhere(type(rule)):
        tables = Tables(frames=reading.frames_elsewhere(type(rule)), today=today)
        failures.add(*failing_elsewhere(rule, tables, limit))
    else:
        failing = failing_rows(rule, Tables(frames=reading.frames, today=today))
        failures.add(failing.num_rows, failing.sort_by(ROW))
    return failures


def _failing_cells(
    rule: Rule, reading: Reading, about: Collection[str], today: date, limit: int
) -> Iterator[tuple[int, pa.Table]]:
    """The cells of all tables for which a rule does not hold, in pieces: how many, and the first of them."""
    resources = [each for each in reading.package.resources if each.name in about]

    def failing(frames: Mapping[str, nw.LazyFrame[Any]]) -> Iterator[tuple[int, pa.Table]]:
        found = failing_rows(rule, Tables(frames=frames, today=today)) if frames else None
        if found is not None and found.num_rows:
            yield found.num_rows, in_order(found, resources)

    small: dict[str, nw.LazyFrame[Any]] = {}  # judged together: each evaluation costs some milliseconds
    for resource in resources:
        strings = reading.strings(resource)
        if strings and reading.elsewhere is not None and reading.elsewhere.has(resource, strings):
            yield from failing(small)
            yield from reading.elsewhere.failing_cells(rule, resource, strings, today=today, limit=limit)
            small = {}
            continue
        pieces = reading.texts(resource)
        first, second = next(pieces, None), next(pieces, None)
        if first is None or second is None:
            small |= {} if first is None else {resource.name: nw.from_native(first).lazy()}
            continue
        yield from failing(small)
        small = {}
        for piece in chain((first, second), pieces):
            yield from failing({resource.name: nw.from_native(piece).lazy()})
    yield from failing(small)


def _resource_of(rule: Rule, row: Row) -> str:
    return str(row[RESOURCE]) if rule.resource == ANY else rule.resource


def _field_of(rule: Rule, row: Row) -> str:
    return str(row[FIELD]) if rule.field == ANY else rule.field


def _cell(rule: Rule, row: Row, resource: Resource) -> Cell:
    """Where a failing row of the view stands in its file."""
    number = resource.schema.position(_field_of(rule, row)) if resource.schema else None
    return cast("int", row[ROW]), number


def _finding(rule: Rule, row: Row, resource: Resource, place: Place) -> Finding:
    field = _field_of(rule, row)
    number, field_number = _cell(rule, row, resource)
    value = row[VALUE] if rule.field == ANY else row.get(field)
    return Finding(
        type=RULE_PREFIX + rule.id,
        severity=rule.severity,
        message=rule.sentence(row),
        mend=rule.mend,
        resource=resource.name,
        path=resource.path,
        row=number,
        field=field,
        field_number=field_number,
        key=place.key,
        value=None if value is None else str(value),
    ).at(place.position)
