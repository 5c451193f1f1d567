"""Ranges of a table that begin and end with records: proposed by counting quotes, proved by whoever parses them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from cstodata.spark.files import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cstodata.package.plain_csv import CsvDialect

_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Consecutive bytes of a file: from `start` to before `stop`."""

    file: File
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Bytes that are cut into ranges: segments of files, one behind the other."""

    segments: tuple[Segment, ...]

    @classmethod
    def of(cls, path: Path) -> Source:
        """All bytes of a file that executors find by the same path."""
        file = File.of(path)
        return cls(segments=(Segment(file=file, start=0, stop=file.size),))

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return sum(segment.stop - segment.start for segment in self.segments)

    def between(self, start: int, stop: int) -> Iterator[Segment]:
        """The segments that some of the bytes are made of."""
        begin = 0
        for each in self.segments:
            end = begin + each.stop - each.start
            first, last, shift = max(start, begin), min(stop, end), each.start - begin
            if first < last:
                yield Segment(file=each.file, start=first + shift, stop=last + shift)
            begin = end


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Consecutive bytes of a source: from `start` to before `stop`, of `size` in all."""

    source: Source
    start: int
    stop: int
    size: int

    @property
    def is_first(self) -> bool:
        """Whether the source begins with it."""
        return self.start == 0

    @property
    def is_last(self) -> bool:
        """Whether the source ends with it."""
        return self.stop == self.size

    def blocks(self) -> Iterator[bytes]:
        """Its bytes, read by an executor."""
        for each in self.source.between(self.start, self.stop):
            yield from each.file.blocks(each.start, each.stop)

    def read(self, *, after: bytes = b"") -> bytes:
        """The same at once, behind some others."""
        content = io.BytesIO()  # which holds them once, as a join would not
        content.write(after)
        content.writelines(self.blocks())
        return content.getvalue()


def equal_ranges(source: Source, range_bytes: int) -> list[Range]:
    """A source in ranges of the same size, wherever its records end."""
    size = source.size
    return [
        Range(source=source, start=start, stop=min(start + range_bytes, size), size=size)
        for start in range(0, size, range_bytes)
    ]


def aligned(ranges: list[Range], quotes: Iterable[int], quote: bytes) -> list[Range]:
    """Ranges that begin where a record does if every quote before them opens or closes a cell, or is doubled.

    Args:
        ranges: Of a source, as `equal_ranges` gives them.
        quotes: How many quotes each of them has.
        quote: As it is written.
    """
    cuts, before = [0], 0
    for each, count in zip(ranges, quotes, strict=True):
        after = _after_record(each, quote, is_open=before % 2 == 1) if each.start else None
        if after is not None and after < each.size:
            cuts.append(after)
        before += count
    return _between(cuts, ranges[0])


def _between(cuts: list[int], whole: Range) -> list[Range]:
    """Ranges of the same source, from each cut to the next one."""
    source, size = whole.source, whole.size
    return [Range(source=source, start=start, stop=stop, size=size) for start, stop in pairwise([*cuts, size])]


def at_lines(ranges: list[Range], dialect: CsvDialect, width: int) -> list[Range] | None:
    """Ranges that begin where a line does with which a record of so many cells begins; None if one does not.

    Args:
        ranges: Of a source, as `equal_ranges` gives them.
        dialect: How the source is written.
        width: How many cells a record has.
    """
    cuts = [0]
    for each in ranges[1:]:
        before, _, following = next(_blocks(each)).partition(b"\n")
        if each.is_last and b"\n" not in following:
            continue  # it has no record of its own
        if not _begins_with_record(following, dialect, width):
            return None
        cuts.append(each.start + len(before) + 1)
    return _between(cuts, ranges[0])


def _begins_with_record(content: bytes, dialect: CsvDialect, width: int) -> bool:
    """Whether lines begin with a whole record of so many cells; the last line may be cut."""
    lines = (f"{line.decode(errors='replace')}\n" for line in content.split(b"\n")[:-1])
    reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote, strict=True)
    try:
        return len(next(reader, [])) == width
    except csv.Error:
        return False


def _after_record(piece: Range, quote: bytes, *, is_open: bool) -> int | None:
    """Where the first line of a range ends that does not end within quotes; None if none does."""
    start = piece.start
    for block in _blocks(piece):
        at = 0
        while True:
            quoted = block.find(quote, at)
            ended = -1 if is_open else block.find(b"\n", at, None if quoted < 0 else quoted)
            if ended >= 0:
                return start + ended + 1
            if quoted < 0:
                break
            is_open, at = not is_open, quoted + 1
        start += len(block)
    return None


def _blocks(piece: Range) -> Iterator[bytes]:
    """The bytes of a range, read by the driver, block by block."""
    for each in piece.source.between(piece.start, piece.stop):
        yield from each.file.peek(each.start, each.stop, at_once=_BLOCK_BYTES)
