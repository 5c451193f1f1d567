"""A CSV file that somebody hands in, read as text: in any encoding that is known, with any usual delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from cstodata.errors import InitError, TableReadError
from cstodata.package.plain_csv import CsvDialect, read_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

_DELIMITERS = (",", ";", "\t", "|")
_SNIFFED_CHARACTERS = 256 * 1024
_SNIFFED_RECORDS = 100
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A CSV file to start from.

    Attributes:
        name: What it is called, without its ending.
        place: What to call it in a message.
        content: Its bytes.
    """

    name: str
    place: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """The cells of a source: a string column without nulls for each field.

    Attributes:
        texts: The columns, called as the fields will be.
        renamed: What the header says and what the field is called instead, where the two differ.
    """

    texts: pa.Table
    renamed: tuple[tuple[str, str], ...]


def read_source(source: Source, *, encoding: str | None = None) -> SourceTable:
    """The cells of a source.

    Args:
        source: What to read.
        encoding: What it is written in; None for UTF-8, or UTF-16 if it begins with a byte order mark that says so.

    Raises:
        InitError: It is empty, not in its encoding, or no table.
    """
    text = _decoded(source, encoding).strip("\r\n")
    if not text.strip():
        raise InitError(source.place, why="it is empty, and a table needs a header")
    if "\0" in text:
        raise InitError(source.place, why="it holds a NUL character, so it is no CSV file")
    dialect = CsvDialect(delimiter=_delimiter(source, text))
    try:
        table = read_texts(f"{text}\n".encode(), dialect, resource=source.place)
    except TableReadError as error:
        raise InitError(source.place, why=f"{error.problem}; is it one table, with one header?") from error
    labels = table.column_names
    names = field_names(labels)
    renamed = tuple((label, name) for label, name in zip(labels, names, strict=True) if label != name)
    return SourceTable(texts=table.rename_columns(names), renamed=renamed)


def field_names(labels: Sequence[str]) -> list[str]:
    """The names of the fields: the cells of the header, those that are blank or stand twice made names of their own."""
    names: list[str] = []
    taken = {*labels}
    for position, label in enumerate(labels, start=1):
        plain = " ".join("".join(each if each.isprintable() else " " for each in label).split())
        wanted = plain.removeprefix("__") or f"column_{position}"
        names.append(wanted if wanted == label and wanted not in names else _free(wanted, taken | set(names)))
    return names


def _free(name: str, taken: set[str]) -> str:
    """The name, or it with the first number that makes it one's own."""
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _decoded(source: Source, encoding: str | None) -> str:
    content = source.content
    try:
        if encoding is not None:
            return content.decode(encoding).removeprefix("\ufeff")
        return content.decode("utf-16") if content.startswith(_UTF_16) else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        why = f"it is not {error.encoding} (byte 0x{error.object[error.start]:02x} on line {line})"
        raise InitError(source.place, why=f"{why}; say --encoding, such as latin-1 or cp1251") from error
    except LookupError as error:
        raise InitError(source.place, why=f'no encoding is called "{encoding}"') from error


def _delimiter(source: Source, text: str) -> str:
    """The delimiter that gives the first records the most cells, and all of them as many; else a comma."""
    if source.place.lower().endswith(".tsv"):
        return "\t"
    widths = {delimiter: _width(text, delimiter) for delimiter in _DELIMITERS}
    best = max(widths, key=lambda delimiter: widths[delimiter])
    return best if widths[best] > 1 else ","


def _width(text: str, delimiter: str) -> int:
    """How many cells each of the first records has; 0 if not all have as many."""
    piece = text[:_SNIFFED_CHARACTERS]
    try:
        rows = list(islice(csv.reader(io.StringIO(piece, newline=""), delimiter=delimiter), _SNIFFED_RECORDS + 1))
    except csv.Error:
        return 0
    if len(piece) < len(text) and len(rows) <= _SNIFFED_RECORDS:
        rows.pop()  # it was cut
    widths = {len(row) for row in rows}
    return widths.pop() if len(widths) == 1 else 0
