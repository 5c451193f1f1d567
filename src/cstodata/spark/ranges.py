"""Ranges of a table that begin and end with records: proposed by counting quotes, proved by whoever parses them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from cstodata.spark.files import File

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

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

    def read(self) -> bytes:
        """Its bytes, read by an executor."""
        segments = self.source.between(self.start, self.stop)
        return b"".join(each.file.read(each.start, each.stop) for each in segments)


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
    source, size = ranges[0].source, ranges[0].size
    return [Range(source=source, start=start, stop=stop, size=size) for start, stop in pairwise([*cuts, size])]


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
        for start in range(each.start, each.stop, _BLOCK_BYTES):
            yield each.file.peek(start, min(start + _BLOCK_BYTES, each.stop))
