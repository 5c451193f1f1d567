"""Checking a data package: metadata, then tables, then rules."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from cstodata.model.finding import RULE_PREFIX
from cstodata.model.progress import unheard
from cstodata.model.report import Report
from cstodata.package.descriptor import locate, parse_package, read_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from frictionless import Package

    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnStep
    from cstodata.model.report import RuleResult, TableResult
    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.spark.engine import SparkEngine
    from cstodata.validation.limits import Limits
    from cstodata.validation.rules.base import Rule
    from cstodata.validation.rules.reading import Elsewhere
    from cstodata.validation.spark.carrier import SparkCarrier


def validate_package(
    path: Path,
    *,
    today: date,
    resources: Iterable[str] = (),
    rules: Iterable[str] | None = None,
    limits: Limits,
    engine: str | SparkEngine = "auto",
    on_step: OnStep = unheard,
) -> Report:
    """Check a data package.

    Args:
        path: A descriptor, or a folder that holds one.
        today: The date after which nothing can have been published.
        resources: Names of the resources to check; none for all.
        rules: Ids of the rules to apply; None for all, or for those that judge the resources named.
        limits: How much may be found, and taken.
        engine: Who reads the rows of tables: `auto`, `fast` or `frictionless`; or Spark, where it may.
        on_step: Called with the name of each resource, then with "rules", and the share that is done, from 0 to 1.

    Raises:
        PackageNotFoundError: There is no package.
        DescriptorError: The descriptor cannot be read.
        UnknownNameError: A resource or rule that was asked for does not exist.
        EngineError: A table must be judged fast, and cannot be.
        SparkError: Spark cannot go on.
    """
    begin = time.perf_counter()
    # Frictionless is heavy: what can fail without it has failed by now.
    located = locate(path)
    descriptor = read_json(located)
    from cstodata.validation.tables.metadata import judge_metadata

    metadata = judge_metadata(located, descriptor)
    tables: tuple[TableResult, ...] = ()
    applied: tuple[RuleResult, ...] = ()
    if metadata.judged is not None:
        package = parse_package(located, descriptor)
        chosen = [package.resource(name) for name in resources] or package.resources
        carrier = None if isinstance(engine, str) else _carrier(engine, package, chosen, limits, on_step)
        tables = _judge_tables(
            package, metadata.judged, chosen, engine, carrier=carrier, limits=limits, on_step=on_step
        )
        elsewhere = carrier.frames(package) if carrier else None
        applied = _check_rules(package, tables, rules, today, limits.errors, on_step, elsewhere=elsewhere)
        if carrier:
            carrier.discard_checkpoints()
    report = Report(
        package=_text(descriptor, "name"),
        version=_text(descriptor, "version"),
        place=str(located),
        metadata=metadata.findings,
        tables=tables,
        rules=applied,
        seconds=time.perf_counter() - begin,
    )
    return replace(report, explanations=_explanations(report))


def _carrier(
    engine: SparkEngine, package: DataPackage, chosen: Iterable[Resource], limits: Limits, on_step: OnStep
) -> SparkCarrier:
    from cstodata.spark.checkpoints import Checkpoints
    from cstodata.validation.spark.carrier import SparkCarrier
    from cstodata.validation.spark.question import question

    folder = engine.checkpoints
    kept = Checkpoints.of(folder, question(package, chosen, limits, engine)) if folder else None
    return SparkCarrier(engine, package.root, checkpoints=kept, on_step=on_step)


def _judge_tables(
    package: DataPackage,
    judged: Package,
    chosen: Iterable[Resource],
    engine: str | SparkEngine,
    *,
    carrier: SparkCarrier | None,
    limits: Limits,
    on_step: OnStep,
) -> tuple[TableResult, ...]:
    from cstodata.validation.tables.engine import Engine
    from cstodata.validation.tables.fast import judge_rows
    from cstodata.validation.tables.judge import judge_tables

    results = judge_tables(
        package,
        judged,
        chosen,
        engine=Engine(engine) if isinstance(engine, str) else Engine.AUTO,
        limits=limits,
        on_step=on_step,
        carrier=judge_rows if carrier is None else carrier.judge_rows,
    )
    return tuple(results)


def _check_rules(
    package: DataPackage,
    tables: tuple[TableResult, ...],
    ids: Iterable[str] | None,
    today: date,
    limit: int,
    on_step: OnStep,
    *,
    elsewhere: Elsewhere | None,
) -> tuple[RuleResult, ...]:
    ids = None if ids is None else list(ids)
    if ids == []:  # then nothing that rules are made of is loaded
        return ()
    from cstodata.validation.rules.apply import apply_rules
    from cstodata.validation.rules.base import ANY
    from cstodata.validation.rules.reading import Unreadable
    from cstodata.validation.rules.registry import RULES, find_rule
    from cstodata.validation.tables.findings import unreadable_fields

    checked = {table.name for table in tables}
    rules: list[type[Rule]] = (
        [rule for rule in RULES if rule.resource in checked | {ANY}]
        if ids is None
        else [find_rule(name) for name in ids]
    )
    if not rules:
        return ()
    unreadable = {
        table.name: Unreadable(why="has errors that must be mended first", fields=fields)
        for table in tables
        if (fields := unreadable_fields(table)) != frozenset()
    }
    results = []
    on_step("rules", 0)
    for result in apply_rules(
        package, rules, about=checked, unreadable=unreadable, today=today, limit=limit, elsewhere=elsewhere
    ):
        results.append(result)
        on_step("rules", len(results) / len(rules))
    return tuple(results)


def _explanations(report: Report) -> dict[str, str]:
    rules = (RULE_PREFIX + rule.rule for rule in report.rules)
    types = dict.fromkeys([*rules, *(each.type for each in report.findings)])
    if not types:
        return {}
    from cstodata.validation.explain import explain

    return {type_: explain(type_) for type_ in types}


def _text(descriptor: JsonObject, key: str) -> str | None:
    value = descriptor.get(key)
    return value if isinstance(value, str) else None
