"""What Frictionless is silent about, or tells little of, and a reader of the table should know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cstodata.model.finding import RULE_PREFIX, Finding
from cstodata.package.open_quotes import find_open_quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cstodata.package.descriptor import Resource
    from cstodata.package.plain_csv import CsvDialect

OPEN_QUOTE = RULE_PREFIX + "open-quote"
NOT_UTF_8 = RULE_PREFIX + "not-utf-8"

EXPLANATIONS: Final[Mapping[str, str]] = {
    OPEN_QUOTE: (
        "A CSV file ends within quotes.\n\n"
        "A quote that opens a cell and is never closed makes one cell of all that stands behind it, and\n"
        "Frictionless takes the file for a shorter one. The finding stands at the record in which the quote is opened."
    ),
    NOT_UTF_8: (
        "A file that declares no other encoding holds bytes that are not UTF-8.\n\n"
        "A file without a declared encoding is in UTF-8 (Data Package v2). Frictionless guesses another one, or tells\n"
        "of the first wrong byte only. The finding counts them all, and names the first ones by offset and line."
    ),
}
"""What each finding means that no rule gives, by its type."""

_TOLD = 5
_BLOCK_BYTES = 4 * 1024 * 1024
_REPLACEMENT = "\ufffd"


def beyond(resource: Resource, file: Path, dialect: CsvDialect, *, tell_line: bool) -> tuple[Finding, ...]:
    """What is wrong with a CSV file as a whole.

    Args:
        resource: The table.
        file: Its file, unpacked, or its parts joined.
        dialect: How it is written.
        tell_line: Whether the lines of that file are lines of the resource's own.
    """
    found = (_open_quote(resource, file, dialect), _not_utf_8(resource, file))
    return tuple(each if tell_line else replace(each, line=None) for each in found if each)


def _open_quote(resource: Resource, path: Path, dialect: CsvDialect) -> Finding | None:
    """A finding if the file ends within quotes: its last cell has then swallowed all that stands behind the quote."""
    with path.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        found = find_open_quote(file, dialect)
    if found is None:
        return None
    return Finding(
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
    )


def _not_utf_8(resource: Resource, path: Path) -> Finding | None:
    if resource.descriptor.get("encoding") not in {None, "utf-8", "utf8", "UTF-8", "utf-8-sig"}:
        return None
    count = _count_broken(path)
    if not count:
        return None
    first = list(_first_broken(path))
    places = ", ".join(f"byte {place.offset:,} (line {place.line:,})" for place in first)
    more = f" and {count - len(first):,} more" if count > len(first) else ""
    return Finding(
        type=NOT_UTF_8,
        message=f"{count:,} {'places are' if count > 1 else 'place is'} not UTF-8: {places}{more}",
        mend="Save the file in UTF-8, or declare the encoding that it has.",
        resource=resource.name,
        path=resource.path,
        line=first[0].line,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where bytes are not UTF-8: their offset from 0, and the line from 1."""

    offset: int
    line: int


def _count_broken(path: Path) -> int:
    """How many sequences of bytes are not UTF-8."""
    count = 0
    with path.open("rb") as binary, path.open(encoding="utf-8", errors="replace", newline="") as file:
        while text := file.read(_BLOCK_BYTES):
            count += text.count(_REPLACEMENT)
        tail = b""
        while block := binary.read(_BLOCK_BYTES):
            count -= (tail + block).count(_REPLACEMENT.encode())
            tail = block[-2:]
    return count


def _first_broken(path: Path) -> Iterator[_Place]:
    told, base, line, held = 0, 0, 1, b""
    with path.open("rb") as file:
        while told < _TOLD:
            block = file.read(_BLOCK_BYTES)
            if not held and not block:
                return
            data = held + block
            begin, held = 0, b""
            while told < _TOLD:
                try:
                    data[begin:].decode()
                    break
                except UnicodeDecodeError as error:
                    if block and begin + error.end == len(data) and error.reason == "unexpected end of data":
                        held = data[begin + error.start :]
                        break
                    at = begin + error.start
                    yield _Place(offset=base + at, line=line + _line_ends(data[:at]))
                    told, begin = told + 1, begin + error.end
            read = data.removesuffix(held) if held else data
            base, line = base + len(read), line + _line_ends(read)


def _line_ends(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
