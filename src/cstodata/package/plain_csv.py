"""Plain CSV files: text in, text out.

A file is plain if Arrow reads it as Python's `csv` module does, which Frictionless uses: one uncompressed file with a
header and a declared delimiter, quotes doubled inside quoted cells. With the options below the two agree record for
record.
"""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from cstodata.errors import TableReadError
from cstodata.package.csv_batches import read_batches
from cstodata.package.csv_lines import csv_lines, header_line
from cstodata.package.open_quotes import find_open_quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from cstodata.package.descriptor import Resource

_PLAIN_DIALECT = frozenset(
    {"$schema", "delimiter", "doubleQuote", "header", "lineTerminator", "quoteChar", "skipInitialSpace"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvDialect:
    """How a plain CSV file is written."""

    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"


def is_csv_file(resource: Resource) -> bool:
    """Whether the resource is one uncompressed CSV file with a header, quoted in the usual way."""
    descriptor, path = resource.descriptor, resource.path
    dialect = descriptor.get("dialect", {})
    return (
        path is not None
        and path.lower().endswith((".csv", ".tsv"))
        and descriptor.get("format", "csv") in {"csv", "tsv"}
        and not descriptor.get("compression")
        and isinstance(dialect, dict)
        and dialect.keys() <= _PLAIN_DIALECT
        and dialect.get("header", True) is True
        and dialect.get("doubleQuote", True) is True
        and dialect.get("skipInitialSpace", False) is False
        and all(
            _is_ascii_character(dialect.get(key, default)) for key, default in (("delimiter", ","), ("quoteChar", '"'))
        )
    )


def is_plain_csv(resource: Resource) -> bool:
    """Whether it is such a file and declares its delimiter: then Frictionless guesses nothing."""
    dialect = resource.descriptor.get("dialect", {})
    return is_csv_file(resource) and isinstance(dialect, dict) and "delimiter" in dialect


def csv_dialect(resource: Resource) -> CsvDialect:
    """The dialect that a CSV file declares, or that its ending implies."""
    dialect = resource.descriptor.get("dialect")
    declared = dialect if isinstance(dialect, dict) else {}
    implied = "\t" if resource.path is not None and resource.path.lower().endswith(".tsv") else ","
    return CsvDialect(
        delimiter=str(declared.get("delimiter", implied)),
        quote=str(declared.get("quoteChar", '"')),
        encoding=str(resource.descriptor.get("encoding") or "utf-8"),
    )


def read_texts(content: bytes, dialect: CsvDialect, *, resource: str) -> pa.Table:
    """The cells of a plain CSV file, a string column a label.

    Args:
        content: The bytes of the file.
        dialect: How it is written.
        resource: What to call it in an error.

    Raises:
        TableReadError: It is empty, not in its encoding, has rows of different lengths, or a quote that is never
            closed.
    """
    try:
        text = _in_utf_8(content, dialect.encoding)
        _check_quotes(text, dialect)
        labels = labels_of(text, dialect)
        # Arrow takes a header without a line end for an empty file.
        ended = text if text.endswith((b"\n", b"\r")) else text + b"\n"
        try:
            return pa.Table.from_batches(read_batches(ended, labels, dialect)).slice(1)
        except pa.ArrowInvalid as error:
            if "straddl" not in str(error):
                raise
            # A record is larger than a block.
            return pa.Table.from_batches(read_batches(ended, labels, dialect, block_size=len(ended))).slice(1)
    except (ValueError, LookupError, csv.Error, pa.ArrowException) as error:  # a UnicodeError is a ValueError
        raise TableReadError(resource, problem=f"its file cannot be read: {error}") from error


def read_labels(path: Path, dialect: CsvDialect) -> list[str]:
    """The cells of the header of a file in UTF-8."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote), [])


def labels_of(content: bytes, dialect: CsvDialect) -> list[str]:
    """The cells of the header of a file in UTF-8, without a byte order mark."""
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
    return next(csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote), [])


def read_pieces(path: Path, dialect: CsvDialect, columns: Collection[str], *, resource: str) -> Iterator[pa.Table]:
    """Some columns of a plain CSV file, a few megabytes at a time; for a file in UTF-8 that was found to be sound.

    Args:
        path: The file.
        dialect: How it is written.
        columns: The labels of the columns.
        resource: What to call it in an error.

    Raises:
        TableReadError: It is not as it was found to be, or has not one column of each label.
    """
    try:
        labels = read_labels(path, dialect)
        for label in columns:
            if labels.count(label) != 1:
                raise TableReadError(resource, problem=f"it has not one column {label}")
        header = 1
        for batch in read_batches(path, labels, dialect, columns=columns):
            yield pa.Table.from_batches([batch]).slice(header)
            header = 0
    except (OSError, UnicodeError, csv.Error, pa.ArrowException) as error:
        raise TableReadError(resource, problem=f"its file cannot be read: {error}") from error


def write_texts(texts: pa.Table, dialect: CsvDialect) -> bytes:
    """String columns without nulls as CSV in UTF-8: LF, minimal quoting, the dialect's delimiter and quote."""
    return b"".join((header_line(texts.column_names, dialect), *csv_lines(texts, dialect)))


def _in_utf_8(content: bytes, encoding: str) -> bytes:
    if encoding.lower() not in {"utf-8", "utf8"}:
        return content.decode(encoding).encode()
    content.decode()  # Arrow would let some of what is no UTF-8 pass in columns that it is not asked for
    return content.removeprefix(BOM_UTF8)


def _check_quotes(text: bytes, dialect: CsvDialect) -> None:
    """Refuse a file whose last cell is an open quote: it has swallowed what stands behind it, and looks like a cell."""
    if text.count(dialect.quote.encode()) % 2:
        lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
        if find_open_quote(lines, dialect) is not None:
            raise csv.Error("a quote is opened and never closed")


def _is_ascii_character(value: object) -> bool:
    return (isinstance(value, str) and len(value) == 1 and value.isascii() and value.isprintable()) or value == "\t"
