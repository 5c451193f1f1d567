"""What a table is for tasks: ranges of its plain files, its gzipped files, each as a whole, or row groups."""

from __future__ import annotations

import io
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cstodata.package.parquet_batches import groups_together
from cstodata.spark.ranges import Range, Segment, Source
from cstodata.spark.records import stand_in
from cstodata.validation.tables.contents import CsvContent, ParquetContent
from cstodata.validation.tables.plain_files import PlainFiles
from cstodata.validation.tables.scan import NotFastError, ends_within_quotes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from cstodata.package.plain_csv import CsvDialect
    from cstodata.spark.files import File
    from cstodata.validation.tables.contents import Content
    from cstodata.validation.tables.plain_files import Part
    from cstodata.validation.tables.plan import TablePlan

UNSURE = "its quotes do not tell where its records end"
"""Why a table is not looked at in pieces."""


class Piece(Protocol):
    """Consecutive rows of a table, which one task looks at."""

    @property
    def share(self) -> float:
        """Of the bytes of its files, from 0 to 1, that stand before their end."""

    @property
    def size(self) -> int:
        """How many bytes they have."""

    def content(self, plan: TablePlan) -> AbstractContextManager[Content]:
        """The rows, numbered as if they were a table of their own.

        Raises:
            NotFastError: They are damaged, or there is no room to unpack them.
            RefusedError: They unpack to too much.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Row groups of a Parquet file.

    Attributes:
        file: The file.
        numbers: Of the row groups.
        size: How many bytes they unpack to.
        share: Of the bytes of all row groups, from 0 to 1, that stand before their end.
    """

    file: File
    numbers: range
    size: int
    share: float

    @contextmanager
    def content(self, plan: TablePlan) -> Iterator[Content]:
        """As `Piece.content`."""
        yield ParquetContent(source=self.file.opened(), columns=plan.columns or (), groups=self.numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Consecutive bytes of CSV files, or one that is gzipped.

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
    def content(self, plan: TablePlan) -> Iterator[Content]:
        """As `Piece.content`."""
        with self.opened(plan.dialect, plan.width) as source:
            size = len(source) if isinstance(source, bytes) else source.stat().st_size
            yield _Stretched(
                source=source, size=size, dialect=plan.dialect, width=plan.width, stretch=self, labels=plan.labels
            )

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


def groups_of(path: Path, *, file: Callable[[Path], File], range_bytes: int) -> tuple[Groups, ...]:
    """The pieces of a Parquet file, in order.

    Args:
        path: The file.
        file: Tells where executors find it.
        range_bytes: How many bytes a piece is to unpack to, about.
    """
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path)
    ends = list(accumulate(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups)))
    last = ends[-1] if ends else 0
    if not last:
        return (Groups(file=file(path), numbers=range(len(ends)), size=0, share=1),)
    groups, first, start = [], 0, 0
    for together in groups_together(metadata, range(len(ends))):
        end = ends[together.stop - 1]
        if end - start >= range_bytes or together.stop == len(ends):
            numbers = range(first, together.stop)
            groups.append(Groups(file=file(path), numbers=numbers, size=end - start, share=end / last))
            first, start = together.stop, end
    return tuple(groups)


def stretches_of(
    plan: TablePlan, *, file: Callable[[Path], File], cuts: Callable[[Source], list[Range] | None]
) -> tuple[Stretch, ...] | None:
    """The pieces of a CSV table, in order, which are to begin and end with records.

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
        Stretch(range=each, packed=packed, is_first=not at, is_last=at + 1 == len(ends), share=ends[at] / ends[-1])
        for at, (each, packed) in enumerate(ranges)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretched(CsvContent):
    """The rows of a stretch, which proves that it ends with a record.

    Attributes:
        stretch: What was opened.
        labels: The header's cells.
    """

    stretch: Stretch
    labels: tuple[str, ...]

    def check_end(self, last_cell: str | None) -> None:
        """Make sure that a record ends with it, and that what follows begins a line.

        Args:
            last_cell: The last cell that Arrow read; None if there was only a header, or what stands for one.

        Raises:
            NotFastError: It may not.
        """
        if last_cell is None and self.stretch.is_first and not self.stretch.is_last:
            last_cell = self.labels[-1]
            if self.exact_cells()(1) != list(self.labels):
                raise NotFastError(UNSURE)
        if last_cell is not None and ends_within_quotes(self.source, self.dialect, last_cell):
            raise NotFastError(UNSURE)
        if not self.stretch.is_last and _last_byte(self.source) != b"\n":
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
