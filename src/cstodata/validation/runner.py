"""Checking a data package: metadata, then tables, then rules."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cstodata.model.report import Report
from cstodata.package.descriptor import locate, parse_package, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from cstodata.model.json import JsonObject
    from cstodata.model.report import RuleResult, TableResult
    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.validation.rules.base import Rule

MEMORY_LIMIT = "128MB"
"""With it, a table of 10 million keys is judged in less than 700 MB all in all."""

DEFAULT_LIMIT = 1000
"""Findings a resource or rule, as in Frictionless."""


def validate_package(
    path: Path,
    *,
    today: date,
    resources: Iterable[str] = (),
    rules: Iterable[str] | None = None,
    limit_errors: int = DEFAULT_LIMIT,
    engine: str = "auto",
    memory_limit: str = MEMORY_LIMIT,
    on_step: Callable[[str], None] = lambda _: None,
) -> Report:
    """Check a data package.

    Args:
        path: A descriptor, or a folder that holds one.
        today: The date after which nothing can have been published.
        resources: Names of the resources to check; none for all.
        rules: Ids of the rules to apply; None for all, or for those that judge the resources named.
        limit_errors: Findings a resource or rule may have; 0 for no limit.
        engine: Who reads the rows of tables: `auto`, `fast` or `frictionless`.
        memory_limit: What finding equal keys may take before it spills to disk, such as `128MB`.
        on_step: Called with the name of each resource, then of "rules", before it is checked.

    Raises:
        PackageNotFoundError: There is no package.
        DescriptorError: The descriptor cannot be read.
        UnknownNameError: A resource or rule that was asked for does not exist.
        EngineError: A table must be judged fast, and cannot be.
    """
    begin = time.perf_counter()
    # Frictionless is heavy: what can fail without it has failed by now.
    located = locate(path)
    descriptor = read_json(located)
    from cstodata.validation.tables.engine import Engine
    from cstodata.validation.tables.judge import judge_metadata, judge_tables

    metadata = judge_metadata(located, descriptor)
    tables: tuple[TableResult, ...] = ()
    applied: tuple[RuleResult, ...] = ()
    if metadata.judged is not None:
        package = parse_package(located, descriptor)
        chosen = [package.resource(name) for name in resources] or package.resources
        tables = tuple(
            judge_tables(
                package,
                metadata.judged,
                _announced(chosen, on_step),
                limit_errors=limit_errors,
                engine=Engine(engine),
                memory_limit=memory_limit,
            )
        )
        applied = _check_rules(package, tables, rules, today, limit_errors, on_step)
    return Report(
        package=_text(descriptor, "name"),
        version=_text(descriptor, "version"),
        place=str(located),
        metadata=metadata.findings,
        tables=tables,
        rules=applied,
        seconds=time.perf_counter() - begin,
    )


def _announced(resources: Iterable[Resource], on_step: Callable[[str], None]) -> Iterator[Resource]:
    for resource in resources:
        on_step(resource.name)
        yield resource


def _check_rules(
    package: DataPackage,
    tables: tuple[TableResult, ...],
    ids: Iterable[str] | None,
    today: date,
    limit: int,
    on_step: Callable[[str], None],
) -> tuple[RuleResult, ...]:
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
    on_step("rules")
    unreadable = {
        table.name: Unreadable(why="has errors that must be mended first", fields=fields)
        for table in tables
        if (fields := unreadable_fields(table)) != frozenset()
    }
    return tuple(apply_rules(package, rules, about=checked, unreadable=unreadable, today=today, limit=limit))


def _text(descriptor: JsonObject, key: str) -> str | None:
    value = descriptor.get(key)
    return value if isinstance(value, str) else None
