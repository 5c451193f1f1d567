"""What is read by nobody, because that would take all memory, all disk, or for ever."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING

from frictionless.errors import SourceError

from cstodata.package.lines import line_after
from cstodata.validation.tables.scan import NotFastError, RecordTooLargeError, scan

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

    from frictionless import Error

    from cstodata.package.plain_csv import CsvDialect

RECORD_BYTES = 64 * 1024 * 1024
"""What no record of a table may have."""

_SAMPLE_BYTES, _SAMPLE_RECORDS = 4 * RECORD_BYTES, 101


class RefusedError(Exception):
    """A resource is read by nobody, because that would take all memory, all disk, or for ever.

    Attributes:
        error: What to report, in Frictionless' terms.
        line: The line of the file where it stands; None if it stands nowhere in particular.
    """

    def __init__(self, error: Error, *, line: int | None = None) -> None:
        super().__init__(error.note)
        self.error = error
        self.line = line


def refuse_large_sample(path: Path, dialect: CsvDialect) -> None:
    """Make sure that the first records, which Frictionless reads to find the header, are not too large.

    Raises:
        RefusedError: They are.
    """
    if path.stat().st_size <= _SAMPLE_BYTES:
        return
    with path.open(encoding="latin-1", newline="") as file:
        reader = csv.reader(_bounded(file), delimiter=dialect.delimiter, quotechar=dialect.quote)
        line = 1
        try:
            for _ in islice(reader, _SAMPLE_RECORDS):
                line = reader.line_num + 1
        except _TooLongError:
            raise too_large(line) from None


def refuse_large_records(path: Path, dialect: CsvDialect) -> None:
    """Make sure that no record of a file is too large for Frictionless to read.

    Raises:
        RefusedError: One is.
    """
    if path.stat().st_size <= RECORD_BYTES:
        return
    try:
        for _ in scan(path, dialect, 1, block_size=RECORD_BYTES):
            pass
    except RecordTooLargeError as error:
        raise too_large(line_after(path, dialect, error.number - 1)) from error
    except NotFastError:
        return  # it is Frictionless that reports what else is wrong


def too_large(line: int) -> RefusedError:
    """The refusal of a file because of the record that begins on a line."""
    note = (
        f"the record that begins on line {line:,} has more than {RECORD_BYTES // 1024**2} MiB, perhaps because of "
        "a quote that is never closed; the rows from there on were not checked"
    )
    return RefusedError(SourceError(note=note), line=line)


class _TooLongError(Exception):
    """A file was read as far as it may be."""


def _bounded(file: io.TextIOWrapper) -> Iterator[str]:
    left = _SAMPLE_BYTES
    while line := file.readline(left):
        left -= len(line)
        if left <= 0:
            raise _TooLongError
        yield line
