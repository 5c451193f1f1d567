"""Changes as a person wants to read them in a terminal."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cstodata.model.bump import rule_of
from cstodata.model.change import Bump
from cstodata.report.changes.sentences import counts, place, sentence, title, verdict
from cstodata.report.terminal import painter, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cstodata.model.change import Cells, ChangeSet, RowChange, TableChanges
    from cstodata.report.terminal import Paint

_COLOURS = {Bump.MAJOR: "red", Bump.MINOR: "yellow", Bump.PATCH: "green", Bump.NONE: "dim"}
_SHOWN_TEXT = 300


def render(changes: ChangeSet, *, limit: int | None, colour: bool = False) -> Iterator[str]:
    """The changes as lines, each with its line feed.

    Args:
        changes: What to tell.
        limit: Rows of a kind to tell of a table; None for all.
        colour: Whether to colour them.
    """
    paint = painter(colour=colour)
    for line in _lines(changes, limit, paint):
        yield line.rstrip() + "\n"


def _lines(changes: ChangeSet, limit: int | None, paint: Paint) -> Iterator[str]:
    yield f"{paint(shown(title(changes)), 'bold')}  {shown(changes.old.place)} → {shown(changes.new.place)}"
    if changes.words:
        yield ""
        yield from (f"  {shown(word, _SHOWN_TEXT)}" for word in changes.words)
    if changes.changes:
        yield ""
    places = max((len(shown(place(change))) for change in changes.changes), default=0)
    for change in changes.changes:
        rule = rule_of(change)
        level = paint(f"{rule.bump:5}", _COLOURS[rule.bump])
        yield f"  {rule.id}  {level}  {shown(place(change)):{places}}  {shown(sentence(change), _SHOWN_TEXT)}"
    for table in changes.tables:
        if table.count and limit != 0:
            yield ""
            yield f"{paint(shown(table.resource), 'bold')}  {counts(table)}"
            yield from _rows(table, limit, paint)
    yield ""
    yield paint(shown(verdict(changes), _SHOWN_TEXT), _COLOURS[changes.version.bump])


def _rows(table: TableChanges, limit: int | None, paint: Paint) -> Iterator[str]:
    for mark, rows, style in (("-", table.removed, "red"), ("+", table.added, "green"), ("~", table.changed, "yellow")):
        for row in islice(rows, limit):
            yield f"  {paint(mark, style)} {_row(row)}"
        yield from _rest(rows, limit)


def _rest(rows: Collection[RowChange], limit: int | None) -> Iterator[str]:
    if limit is not None and len(rows) > limit:
        yield f"    … and {len(rows) - limit:,} more; --limit 0 tells them all"


def _row(row: RowChange) -> str:
    key = " ".join(f"{shown(name)}={_cell(cell)}" for name, cell in row.key.items())
    if row.before is not None and row.after is not None:
        cells = [f"{shown(name)}: {_cell(row.before[name])} → {_cell(cell)}" for name, cell in row.after.items()]
        return f"{key}  {'; '.join(cells)}".strip()
    cells = _others(row.before or row.after or {}, row.key)
    return f"{key}  {', '.join(cells)}".strip()


def _others(cells: Cells, key: Cells) -> list[str]:
    return [f"{shown(name)}={_cell(cell)}" for name, cell in cells.items() if name not in key and cell is not None]


def _cell(cell: str | None) -> str:
    return "null" if cell is None else shown(cell) or '""'
