"""What a table is for tasks: ranges of its plain files, and its gzipped files, each as a whole."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.spark.ranges import Range, Segment, Source
from cstodata.spark.records import stand_in
from cstodata.validation.tables.looking import exact_cells
from cstodata.validation.tables.plain_files import PlainFiles
from cstodata.validation.tables.scan import NotFastError, ends_within_quotes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cstodata.package.plain_csv import CsvDialect
    from cstodata.spark.files import File
    from cstodata.validation.tables.plain_files import Part
    from cstodata.validation.tables.plan import TablePlan

UNSURE = "its quotes do not tell where its records end"
"""Why a table is not looked at in pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Consecutive bytes of a table, which one task looks at.

    Attributes:
        range: Where they stand.
        packed: The gzipped file that they are; None for bytes that stand there as they are.
        is_first: Whether the table begins with them.
        is_last: Whether it ends with them.
        share: Of the bytes of its files, from 0 to 1, that stand before their end.
    """

    range: Range
    packed: Part | None
    is_first: bool
    is_last: bool
    share: float

    @property
    def size(self) -> int:
        """How many bytes they have in their files."""
        return self.range.stop - self.range.start

    @contextmanager
    def opened(self, dialect: CsvDialect, width: int) -> Iterator[bytes | Path]:
        """The bytes, or a file that lasts as long, behind a line that stands for the header if it is not among them.

        Raises:
            NotFastError: They are gzipped, and damaged, or there is no room to unpack them.
            RefusedError: They are gzipped, and unpack to too much.
        """
        header = b"" if self.is_first else stand_in(dialect, width)
        if self.packed is None:
            yield self.range.read(after=header)
            return
        with tempfile.TemporaryDirectory(prefix="cstodata-", ignore_cleanup_errors=True) as folder:
            (segment,) = self.range.source.segments
            part = replace(self.packed, path=segment.file.fetched(Path(folder)))
            yield PlainFiles(Path(folder)).written((part,), after=header)


def pieces_of(
    plan: TablePlan, *, file: Callable[[Path], File], cuts: Callable[[Source], list[Range] | None]
) -> tuple[Piece, ...] | None:
    """The pieces of a table, in order, which are to begin and end with records.

    Args:
        plan: The table.
        file: Tells where executors find a file.
        cuts: Makes ranges of plain files, joined; or None, if it cannot.

    Returns:
        The pieces; None if no ranges could be made.
    """
    ranges: list[tuple[Range, Part | None]] = []
    for is_packed, parts in groupby(plan.parts, key=lambda part: part.is_packed):
        if is_packed:
            ranges += [(_whole(file(part.path)), part) for part in parts]
        else:
            source = _joined((file(part.path), part.start) for part in parts)
            made = cuts(source) if source.size else []
            if made is None:
                return None
            ranges += [(each, None) for each in made]
    ends = list(accumulate(each.stop - each.start for each, _ in ranges))
    return tuple(
        Piece(range=each, packed=packed, is_first=not at, is_last=at + 1 == len(ends), share=ends[at] / ends[-1])
        for at, (each, packed) in enumerate(ranges)
    )


def prove_end(piece: Piece, content: bytes | Path, plan: TablePlan, *, last_cell: str, rows: int) -> None:
    """Make sure that a record ends with a piece.

    Args:
        piece: The piece.
        content: What was opened of it.
        plan: The table.
        last_cell: The last cell that Arrow read; if it read no rows, that of the header.
        rows: How many rows it read.

    Raises:
        NotFastError: It seems to end within quotes; or what follows on it does not begin a line.
    """
    is_header = not rows and piece.is_first and not piece.is_last
    if is_header and exact_cells(content, plan.dialect)(1) != list(plan.labels):
        raise NotFastError(UNSURE)
    if (rows or is_header) and ends_within_quotes(content, plan.dialect, last_cell):
        raise NotFastError(UNSURE)
    if not piece.is_last and _last_byte(content) != b"\n":
        raise NotFastError("one of its files does not end with the end of a line")


def _last_byte(content: bytes | Path) -> bytes:
    if isinstance(content, bytes):
        return content[-1:]
    with content.open("rb") as file:
        file.seek(-1, io.SEEK_END)
        return file.read()


def _whole(file: File) -> Range:
    source = Source(segments=(Segment(file=file, start=0, stop=file.size),))
    return Range(source=source, start=0, stop=file.size, size=file.size)


def _joined(files: Iterable[tuple[File, int]]) -> Source:
    return Source(segments=tuple(Segment(file=file, start=start, stop=file.size) for file, start in files))
