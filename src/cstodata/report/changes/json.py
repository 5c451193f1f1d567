"""Changes as JSON, as `docs/reference/changes.schema.json` describes it and `cstodata apply` applies it."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

from cstodata.model.bump import rule_of
from cstodata.report.changes.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.change import Change, ChangeSet, RowChange, Side, TableChanges, VersionNeed
    from cstodata.model.json import JsonObject

FORMAT = "1.0"
"""Version of the form."""


def render(changes: ChangeSet, *, limit: int | None, colour: bool = False) -> Iterator[str]:  # noqa: ARG001 -- as all
    """The changes as JSON text, in pieces: rows may be many.

    Args:
        changes: What to tell.
        limit: Rows of a kind to tell of a table; None for all, without which they cannot be applied.
        colour: Not used.
    """
    head = {
        "format": FORMAT,
        "old": _side(changes.old),
        "new": _side(changes.new),
        "version": {
            "bump": changes.version.bump,
            "required": changes.version.required,
            "declared": changes.version.declared,
            "isEnough": changes.version.is_enough,
            **_promises(changes.version),
        },
        "complete": changes.is_complete,
        "words": list(changes.words),
        "changes": [_change(change) for change in changes.changes],
    }
    yield json.dumps(head, indent=1, ensure_ascii=False)[:-2]
    yield ',\n "tables": ['
    for number, table in enumerate(changes.tables):
        yield ",\n" if number else "\n"
        yield from _table(table, limit)
    yield "\n ]\n}\n"


def _table(table: TableChanges, limit: int | None) -> Iterator[str]:
    kinds = {"removed": table.removed, "added": table.added, "changed": table.changed}
    head = {
        "resource": table.resource,
        "resourceBefore": table.resource_before,
        "key": list(table.key),
        "rowsBefore": table.rows_before,
        "rowsAfter": table.rows_after,
        "counts": {name: len(rows) for name, rows in kinds.items()},
        "corrected": table.corrected,
        "complete": limit is None or all(len(rows) <= limit for rows in kinds.values()),
    }
    yield "  " + json.dumps(head, ensure_ascii=False)[:-1]
    for name, rows in kinds.items():
        yield f',\n   "{name}": ['
        for number, row in enumerate(islice(rows, limit)):
            yield (",\n    " if number else "\n    ") + json.dumps(_row(row), ensure_ascii=False)
        yield "]"
    yield "}"


def _row(row: RowChange) -> JsonObject:
    return {
        "key": dict(row.key),
        "before": None if row.before is None else dict(row.before),
        "after": None if row.after is None else dict(row.after),
        "rowBefore": row.row_before,
        "rowAfter": row.row_after,
    }


def _promises(need: VersionNeed) -> JsonObject:
    """What was promised; nothing if nothing was, as in files that are older than promises."""
    told = [{"resource": each.resource, "field": each.field, "until": each.until} for each in need.promises]
    return {"promises": told} if told else {}


def _side(side: Side) -> JsonObject:
    return {
        "place": side.place,
        "name": side.name,
        "version": side.version,
        "descriptor": side.descriptor,
        "schemas": dict(side.schemas),
        "digests": {name: list(digests) for name, digests in side.digests.items()},
    }


def _change(change: Change) -> JsonObject:
    rule = rule_of(change)
    return {
        "rule": rule.id,
        "kind": change.kind,
        "bump": rule.bump,
        "resource": change.resource,
        "field": change.field,
        "subject": change.subject,
        "before": change.before,
        "after": change.after,
        "count": change.count,
        "text": sentence(change),
    }
