"""What is read by nobody, because that would take all memory, all disk, or for ever."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from frictionless.errors import SourceError

from cstodata.package.lines import line_after
from cstodata.validation.tables.packed import DAMAGE, is_packed, open_unpacked
from cstodata.validation.tables.scan import NotFastError, RecordTooLargeError, scan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from frictionless import Error

    from cstodata.package.plain_csv import CsvDialect

RECORD_BYTES = 32 * 1024 * 1024
"""What no record of a table may have."""

_SAMPLE_RECORDS = 101


class RefusedError(Exception):
    """A resource is read by nobody, because that would take all memory, all disk, or for ever.

    Attributes:
        error: What to report, in Frictionless' terms.
        mend: What to do about it; None if the error says it all.
        line: The line of the file where it stands; None if it stands nowhere in particular.
    """

    def __init__(self, error: Error, *, mend: str | None = None, line: int | None = None) -> None:
        super().__init__(error.note)
        self.error = error
        self.mend = mend
        self.line = line


def refuse_large_sample(path: Path, dialect: CsvDialect) -> None:
    """Make sure that the first records, which Frictionless reads to find the header, are not too large.

    Args:
        path: A CSV file, gzipped or not.
        dialect: How it is written.

    Raises:
        RefusedError: They are.
    """
    if path.stat().st_size <= RECORD_BYTES and not is_packed(path):
        return
    with io.TextIOWrapper(open_unpacked(path), encoding="latin-1", newline="") as file:
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)
        line = 1
        try:
            for _ in islice(reader, _SAMPLE_RECORDS):
                line = reader.line_num + 1
                lines.begin_record()
        except _TooLongError:
            raise too_large(line) from None
        except DAMAGE:
            return  # it is Frictionless that reports damage


def refuse_large_records(path: Path, dialect: CsvDialect) -> None:
    """Make sure that no record of a file is too large for Frictionless to read.

    Raises:
        RefusedError: One is.
    """
    if path.stat().st_size <= RECORD_BYTES:
        return
    with path.open(encoding="latin-1", newline="") as file:
        width = len(next(csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote), []))
    try:
        for _ in scan(path, dialect, max(1, width), block_size=RECORD_BYTES):
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
    return RefusedError(SourceError(note=note), mend="Close the quote, or make the record smaller.", line=line)


def through_reference(name: str, refusal: RefusedError) -> RefusedError:
    """The refusal of a table because a foreign key of it refers to one that is refused."""
    return RefusedError(SourceError(note=f"a foreign key refers to {name}, which cannot be read: {refusal}"))


class _TooLongError(Exception):
    """A file was read as far as it may be."""


class _Lines:
    """The lines of a file, until those of a record are too long."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file
        self._left = RECORD_BYTES

    def begin_record(self) -> None:
        """From here on, lines belong to another record."""
        self._left = RECORD_BYTES

    def __iter__(self) -> Iterator[str]:
        while line := self._file.readline(self._left):
            self._left -= len(line)
            if self._left <= 0:
                raise _TooLongError
            yield line
