"""Where the change is that made a row wrong: often in another table, in a row that refers to it, or that is gone.

Who adds a seat to a chamber makes the delegation wrong, and who takes the chamber away makes the seat wrong; the line
of what is wrong was not touched, and is not shown to reviewers.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from cstodata.ci.lines import is_changed_in
from cstodata.ci.plan import under
from cstodata.ci.rows import placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cstodata.ci.judgement import Judgement
    from cstodata.ci.rows import Ground
    from cstodata.model.change import ChangeSet, TableChanges
    from cstodata.model.finding import Finding
    from cstodata.package.descriptor import Resource

    Places = Mapping[tuple[str, ...], Finding]
    """Where rows were changed, by the cells of some fields, before or after."""

_FOREIGN_KEY = "foreign-key"


def seen_from_changes(judgement: Judgement, ground: Ground) -> Judgement:
    """The same judgement, with what is wrong with an untouched row told at the changed row that made it so.

    Args:
        judgement: What is thought of the change.
        ground: What it is seen on.
    """
    if judgement.changes is None:
        return judgement
    is_changed, cause_of = is_changed_in(ground.hunks_of), _causes(ground, judgement.changes)

    def moved(finding: Finding) -> Finding:
        if finding.resource is None or finding.path is None or finding.line is None:
            return finding
        if is_changed(under(ground.root, finding.path), finding.line):
            return finding
        cause = cause_of(finding)
        if cause is None:
            return finding
        gone = "; a row that stood here is gone" if cause.row is None else ""
        message = f"{finding.message} ({finding.path}, line {finding.line}{gone})"
        return replace(cause, type=finding.type, severity=finding.severity, message=message, mend=finding.mend)

    report = judgement.report
    rules = tuple(replace(rule, findings=tuple(map(moved, rule.findings))) for rule in report.rules)
    tables = tuple(replace(table, findings=tuple(map(moved, table.findings))) for table in report.tables)
    return replace(
        judgement,
        report=replace(report, tables=tables, rules=rules),
        checked=replace(judgement.checked, tables=tables, rules=rules[: len(judgement.checked.rules)]),
    )


def _causes(ground: Ground, changes: ChangeSet) -> Callable[[Finding], Finding | None]:
    """What tells where the change is that made a row wrong: a place; None if there is none that is known."""
    tables = {table.resource: table for table in changes.tables}

    @cache
    def places(name: str, fields: tuple[str, ...]) -> Places:
        resource = next((each for each in ground.package.resources if each.name == name), None)
        if resource is None or name not in tables:
            return {}
        return dict(_places(ground, resource, tables[name], fields))

    @cache
    def referring(referred: str, names: tuple[str, ...]) -> Places:
        found: dict[tuple[str, ...], Finding] = {}
        for resource in reversed(ground.package.resources):  # the first one counts, so it comes last
            fields = _reference(resource, referred, names)
            found |= places(resource.name, fields) if fields else {}
        return found

    def cause(finding: Finding) -> Finding | None:
        native = finding.native
        if native is None:
            key = finding.key
            return referring(str(finding.resource), tuple(key)).get(tuple(key.values())) if key else None
        if finding.type != _FOREIGN_KEY:
            return None
        fields, cells = _texts(native.get("referenceFieldNames")), _texts(native.get("fieldCells"))
        return places(str(native.get("referenceName") or finding.resource), tuple(fields)).get(tuple(cells))

    return cause


def _places(
    ground: Ground, resource: Resource, table: TableChanges, fields: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Finding]]:
    """The cells of some fields of each changed row, as they were and as they are; the one that counts comes last."""
    found = list(placed(ground, resource, chain(table.added, table.changed, table.removed)))
    for row, place in reversed(found):
        for cells in (row.before, row.after):
            if cells is not None:
                known = {**row.key, **cells}
                yield tuple(str(known.get(field)) for field in fields), place


def _reference(resource: Resource, referred: str, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """The fields by which a table refers to the key of another, in the order of the key; None if it does not."""
    keys = resource.schema.descriptor.get("foreignKeys") if resource.schema else None
    for each in keys if isinstance(keys, list) else []:
        reference = each.get("reference") if isinstance(each, dict) else None
        if not isinstance(each, dict) or not isinstance(reference, dict) or reference.get("resource") != referred:
            continue
        own, theirs = _texts(each.get("fields")), _texts(reference.get("fields"))
        if len(own) == len(theirs) and set(theirs) == set(names):
            return tuple(own[theirs.index(name)] for name in names)
    return None


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
