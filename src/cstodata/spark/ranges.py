"""Ranges of a file that begin and end with records: proposed by counting quotes, proved by whoever parses them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Consecutive bytes of a file: from `start` to before `stop`, of `size` in all."""

    path: Path
    start: int
    stop: int
    size: int

    @property
    def is_first(self) -> bool:
        """Whether the file begins with it."""
        return self.start == 0

    @property
    def is_last(self) -> bool:
        """Whether the file ends with it."""
        return self.stop == self.size

    def read(self) -> bytes:
        """Its bytes."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.stop - self.start)


def equal_ranges(path: Path, size: int, range_bytes: int) -> list[Range]:
    """A file in ranges of the same size, wherever its records end."""
    return [
        Range(path=path, start=start, stop=min(start + range_bytes, size), size=size)
        for start in range(0, size, range_bytes)
    ]


def aligned(ranges: list[Range], quotes: Iterable[int], quote: bytes) -> list[Range]:
    """Ranges that begin where a record does if every quote before them opens or closes a cell, or is doubled.

    Args:
        ranges: Of a file, as `equal_ranges` gives them.
        quotes: How many quotes each of them has.
        quote: As it is written.
    """
    cuts, before = [0], 0
    for each, count in zip(ranges, quotes, strict=True):
        after = _after_record(each, quote, is_open=before % 2 == 1) if each.start else None
        if after is not None and after < each.size:
            cuts.append(after)
        before += count
    first = ranges[0]
    return [
        Range(path=first.path, start=start, stop=stop, size=first.size) for start, stop in pairwise([*cuts, first.size])
    ]


def _after_record(piece: Range, quote: bytes, *, is_open: bool) -> int | None:
    """Where the first line of a range ends that does not end within quotes; None if none does."""
    start = piece.start
    with piece.path.open("rb") as file:
        file.seek(start)
        while block := file.read(min(_BLOCK_BYTES, piece.stop - start)):
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
