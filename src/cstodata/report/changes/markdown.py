"""Changes as a comment on a pull request: what a reviewer needs first, and never more than the comment may hold."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cstodata.model.bump import rule_of
from cstodata.report.changes.sentences import place, sentence, title, verdict
from cstodata.report.markup import code, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.change import ChangeSet, RowChange, TableChanges

BUDGET = 60_000
"""Bytes of a comment; GitHub takes 65,536 characters."""

ROWS = 3
"""Rows of a kind that are told of a table."""

_CHANGES, _WORDS = 40, 30


def render(
    changes: ChangeSet, *, limit: int | None = ROWS, colour: bool = False, budget: int = BUDGET
) -> Iterator[str]:
    """The changes as GitHub Markdown.

    Args:
        changes: What to tell.
        limit: Rows of a kind to tell of a table; None for all that there is room for.
        colour: Not used: there are no colours in Markdown.
        budget: Bytes that the text may have; what is told gets less until it fits, down to one line.
    """
    del colour
    rows = max((table.count for table in changes.tables), default=0) if limit is None else limit
    for shown_rows in dict.fromkeys((rows, min(rows, ROWS), min(rows, 1), 0)):
        text = "\n".join(_comment(changes, shown_rows, _CHANGES, _WORDS)) + "\n"
        if len(text.encode()) <= budget:
            yield text
            return
    for text in ("\n".join(_comment(changes, 0, 0, 0)) + "\n", f"**{plain(verdict(changes))}**\n"):
        if len(text.encode()) <= budget:
            yield text
            return
    yield "Data changed.\n"[:budget]


def _comment(changes: ChangeSet, rows: int, most_changes: int, most_words: int) -> Iterator[str]:
    changed = [table for table in changes.tables if table.count]
    yield f"### Data changes: {plain(title(changes))}"
    yield ""
    yield f"**{plain(verdict(changes))}**"
    if changes.words and most_words:
        yield ""
        yield from (f"- {plain(word)}" for word in changes.words[:most_words])
        yield from _rest(len(changes.words) - most_words, "more")
    if changed:
        yield ""
        yield "| table | rows | added | changed | removed |"
        yield "|---|---|---|---|---|"
        for table in changed:
            size = f"{table.rows_before:,} → {table.rows_after:,}"
            yield (
                f"| {code(table.resource)} | {size} | {len(table.added):,} | {len(table.changed):,} "
                f"| {len(table.removed):,} |"
            )
    if changes.changes and most_changes:
        yield ""
        for change in changes.changes[:most_changes]:
            rule = rule_of(change)
            yield f"- {rule.id} {rule.bump}: {code(place(change))} {plain(sentence(change))}"
        yield from _rest(len(changes.changes) - most_changes, "more changes")
    if rows:
        for table in changed:
            yield ""
            yield from _samples(table, rows)


def _samples(table: TableChanges, limit: int) -> Iterator[str]:
    yield f"<details><summary>{code(table.resource)}: rows</summary>"
    yield ""
    for word, rows in (("added", table.added), ("changed", table.changed), ("removed", table.removed)):
        for row in islice(rows, limit):
            yield f"- {word} {_row(row)}"
        yield from _rest(len(rows) - limit, f"more {word}")
    yield ""
    yield "</details>"


def _rest(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield f"- … and {count:,} {what}"


def _row(row: RowChange) -> str:
    key = " ".join(code(str(cell)) for cell in row.key.values())
    if row.before is not None and row.after is not None:
        cells = [f"{plain(name)} {_cell(row.before[name])} → {_cell(cell)}" for name, cell in row.after.items()]
    else:
        whole = row.before or row.after or {}
        cells = [f"{plain(name)} {_cell(cell)}" for name, cell in whole.items() if cell and name not in row.key]
    return ": ".join(part for part in (key, ", ".join(cells)) if part)


def _cell(cell: str | None) -> str:
    return "*null*" if cell is None else code(cell)
