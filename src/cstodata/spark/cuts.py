"""Where to cut a table so that each range begins with a record: guessed or counted, and proved by whoever parses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.spark.notes import Note
from cstodata.spark.ranges import aligned, at_lines, equal_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.package.plain_csv import CsvDialect
    from cstodata.spark.cluster import Cluster
    from cstodata.spark.ranges import Range, Source

COUNTED = "counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Counts the quotes of a range."""

    quote: bytes

    def __call__(self, piece: Range) -> Iterator[Note]:
        """`COUNTED`, with their number."""
        yield Note(COUNTED, sum(block.count(self.quote) for block in piece.blocks()), [])


def guess(source: Source, *, dialect: CsvDialect, width: int, range_bytes: int) -> list[Range] | None:
    """A source in ranges of about the same size that begin where a record seems to begin.

    That saves a reading of the source. To cut within a cell, that cell would have to hold what looks like a record.

    Args:
        source: What to cut.
        dialect: How it is written.
        width: How many cells a record has.
        range_bytes: How large a range is to be, about.

    Returns:
        The ranges; None if it does not seem so where one would have to begin.
    """
    return at_lines(equal_ranges(source, range_bytes), dialect, width)


def cut(source: Source, *, quote: bytes, range_bytes: int, cluster: Cluster) -> list[Range]:
    """A source in ranges of about the same size that begin where a record does, if its quotes tell.

    Raises:
        SparkError: Spark cannot go on.
    """
    ranges = equal_ranges(source, range_bytes)
    if len(ranges) < 2:  # noqa: PLR2004 -- one range needs no cut
        return ranges
    doing = f"{source.segments[0].file.path.name}: where records begin"
    counted = [note.number for notes in cluster.notes(Count(quote=quote), ranges, doing=doing) for note in notes]
    return aligned(ranges, counted, quote)
