"""Where changed rows stand in the files of the change: those that are gone, where they stood."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.ci.lines import line_now
from cstodata.ci.plan import under
from cstodata.model.finding import Finding
from cstodata.package.lines import record_lines
from cstodata.package.paths import resolve
from cstodata.package.plain_csv import csv_dialect, is_csv_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cstodata.ci.lines import HunksOf
    from cstodata.model.change import RowChange
    from cstodata.package.descriptor import DataPackage, Resource

ROWS = 100_000
"""Changed rows of a table that are looked at; who changes more knows what they did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the change is seen on.

    Attributes:
        package: As it stands.
        root: Its folder from the repository's top.
        hunks_of: Where a file differs from the merge base, by its path from the top.
        before: The bytes of a file as of the merge base, by its path from the top; None if there was none.
    """

    package: DataPackage
    root: str
    hunks_of: HunksOf
    before: Callable[[str], bytes | None]


def placed(ground: Ground, resource: Resource, changes: Iterable[RowChange]) -> Iterator[tuple[RowChange, Finding]]:
    """The changed rows of a table, and where each stands: a finding that tells its place and key, and nothing else.

    A row that is gone stands at the line that took its place, or the one before, which is shown to reviewers. Rows
    whose place is not known are left out.
    """
    rows = list(islice(changes, ROWS))
    if not rows or resource.path is None or not is_csv_file(resource):
        return
    numbers = {row.row_after for row in rows if row.row_after is not None}
    lines = record_lines(resolve(ground.package.root, resource.path), csv_dialect(resource), numbers)
    gone = {row.row_before for row in rows if row.row_after is None and row.row_before is not None}
    stood = dict(_stood(ground, resource, under(ground.root, resource.path), gone)) if gone else {}
    for row in rows:
        if row.row_after is None:
            line = stood.get(row.row_before or 0)
        else:
            line = lines[row.row_after][0] if row.row_after in lines else None
        if line is not None:
            key = {name: cell for name, cell in row.key.items() if cell is not None}
            place = Finding(
                type="", message="", resource=resource.name, path=resource.path, row=row.row_after, line=line, key=key
            )
            yield row, place


def _stood(ground: Ground, resource: Resource, name: str, numbers: set[int]) -> Iterator[tuple[int, int]]:
    """Numbers of records that are gone, and the line where each stood."""
    content = ground.before(name)
    if content is None:
        return
    with tempfile.TemporaryDirectory(prefix="cstodata-") as folder:
        file = Path(folder, "before.csv")
        file.write_bytes(content)
        before = record_lines(file, csv_dialect(resource), numbers)
    for number, lines in before.items():
        line = line_now(ground.hunks_of(name), lines[0])
        if line is not None:
            yield number, line
