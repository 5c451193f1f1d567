"""Where the change is that made a row wrong: often in another table, in a row that refers to it.

Who adds a seat to a chamber makes the delegation wrong, whose own line was not touched, and is not shown to reviewers.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from cstodata.ci.plan import under
from cstodata.model.finding import Finding
from cstodata.package.lines import record_lines
from cstodata.package.paths import resolve
from cstodata.package.plain_csv import csv_dialect, is_csv_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.ci.comment import IsChanged
    from cstodata.ci.judgement import Judgement
    from cstodata.model.change import RowChange
    from cstodata.package.descriptor import DataPackage, Resource

_ROWS = 100_000
"""Changed rows of a table that are looked at; who changes more knows what they did."""


def seen_from_changes(judgement: Judgement, package: DataPackage, *, root: str, is_changed: IsChanged) -> Judgement:
    """The same judgement, with what a rule finds in an untouched row told at the changed row that refers to it.

    Args:
        judgement: What is thought of the change.
        package: As it stands.
        root: Its folder from the repository's top.
        is_changed: Whether a line of a file, by its path from the top, was changed.
    """
    if judgement.changes is None:
        return judgement
    rows = {table.resource: chain(table.added, table.changed) for table in judgement.changes.tables}
    changed = {name: list(islice(each, _ROWS)) for name, each in rows.items()}
    causes: dict[str, dict[tuple[str, ...], Finding]] = {}

    def moved(finding: Finding) -> Finding:
        if finding.resource is None or finding.path is None or finding.line is None or not finding.key:
            return finding
        if is_changed(under(root, finding.path), finding.line):
            return finding
        if finding.resource not in causes:
            places = _places(package, finding.resource, tuple(finding.key), changed)
            causes[finding.resource] = {key: place for key, place in places if place.line is not None}
        place = causes[finding.resource].get(tuple(finding.key.values()))
        if place is None:
            return finding
        message = f"{finding.message} ({finding.path}, line {finding.line})"
        return replace(place, type=finding.type, severity=finding.severity, message=message, mend=finding.mend)

    report = judgement.report
    rules = tuple(replace(rule, findings=tuple(map(moved, rule.findings))) for rule in report.rules)
    count = len(judgement.checked.rules)
    return replace(
        judgement,
        report=replace(report, rules=rules),
        checked=replace(judgement.checked, rules=rules[:count]),
    )


def _places(
    package: DataPackage, referred: str, names: tuple[str, ...], changed: dict[str, list[RowChange]]
) -> Iterator[tuple[tuple[str, ...], Finding]]:
    """Keys of a table, and where a changed row refers to each; the first one counts, so it comes last."""
    for resource in reversed(package.resources):
        rows = changed.get(resource.name, [])
        fields = _reference(resource, referred, names) if rows else None
        if fields is None or resource.path is None or not is_csv_file(resource):
            continue
        numbers = {row.row_after for row in rows if row.row_after is not None}
        lines = record_lines(resolve(package.root, resource.path), csv_dialect(resource), numbers)
        for row in reversed(rows):
            cells = {**row.key, **(row.after or {})}
            key = tuple(str(cells.get(field)) for field in fields)
            told = {name: cell for name, cell in row.key.items() if cell is not None}
            line = lines[row.row_after][0] if row.row_after in lines else None
            yield (
                key,
                Finding(
                    type="",
                    message="",
                    resource=resource.name,
                    path=resource.path,
                    row=row.row_after,
                    line=line,
                    key=told,
                ),
            )


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
