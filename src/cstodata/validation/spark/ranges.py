"""Ranges of a file that begin and end with records: proposed by counting quotes, proved by whoever parses them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """What is counted in a range.

    Attributes:
        quotes: How many quotes it has.
        after_line: Where the first line ends that has an even number of quotes before its end, and the first that has
            an odd one: the offset behind its line feed, from the start of the range; None if there is none.
    """

    quotes: int
    after_line: tuple[int | None, int | None]


def equal_ranges(path: Path, size: int, range_bytes: int) -> list[Range]:
    """A file in ranges of the same size, wherever its records end."""
    return [
        Range(path=path, start=start, stop=min(start + range_bytes, size), size=size)
        for start in range(0, size, range_bytes)
    ]


def census(content: bytes, quote: bytes) -> Census:
    """Count in a range."""
    quotes = content.count(quote)
    if quotes == 0:
        end = content.find(b"\n") + 1
        return Census(quotes=0, after_line=(end or None, None))
    import numpy as np

    values = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(values == ord("\n"))
    is_odd = np.searchsorted(np.flatnonzero(values == ord(quote)), ends) % 2 == 1
    even, odd = (ends[is_odd == parity][:1] for parity in (False, True))
    return Census(
        quotes=quotes,
        after_line=(int(even[0]) + 1 if len(even) else None, int(odd[0]) + 1 if len(odd) else None),
    )


def aligned(ranges: list[Range], counted: Iterable[Census]) -> list[Range]:
    """Ranges that begin where a record does if every quote before them opens or closes a cell, or is doubled.

    Args:
        ranges: Of a file, as `equal_ranges` gives them.
        counted: In each of them.
    """
    cuts, quotes = [0], 0
    for each, count in zip(ranges, counted, strict=True):
        after = count.after_line[quotes % 2]
        if after is not None and each.start > 0 and each.start + after < each.size:
            cuts.append(each.start + after)
        quotes += count.quotes
    first = ranges[0]
    return [
        Range(path=first.path, start=start, stop=stop, size=first.size) for start, stop in pairwise([*cuts, first.size])
    ]
