"""What Frictionless is silent about, and a reader of the table should know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cstodata.model.finding import RULE_PREFIX, Finding
from cstodata.package.paths import resolve
from cstodata.package.plain_csv import csv_dialect, find_open_quote, is_csv_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.package.descriptor import DataPackage, Resource

OPEN_QUOTE = RULE_PREFIX + "open-quote"

EXPLANATIONS: Final[Mapping[str, str]] = {
    OPEN_QUOTE: (
        "A CSV file ends within quotes.\n\n"
        "A quote that opens a cell and is never closed makes one cell of all that stands behind it, and\n"
        "Frictionless takes the file for a shorter one. The finding stands at the record in which the quote is opened."
    )
}
"""What each finding means that no rule gives, by its type."""


def open_quote(package: DataPackage, resource: Resource) -> tuple[Finding, ...]:
    """A finding if a CSV file ends within quotes: its last cell has then swallowed all that stands behind the quote."""
    if resource.path is None or not is_csv_file(resource):
        return ()
    path, dialect = resolve(package.root, resource.path), csv_dialect(resource)
    if not path.is_file():
        return ()
    with path.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        found = find_open_quote(file, dialect)
    if found is None:
        return ()
    return (
        Finding(
            type=OPEN_QUOTE,
            message=(
                f"a quote in the record on line {found.line:,} is never closed, "
                f"and holds all up to line {found.last_line:,}"
            ),
            mend="Close the quote, or double it if it is part of the cell.",
            resource=resource.name,
            path=resource.path,
            row=found.row,
            line=found.line,
        ),
    )
