"""Where to cut a table so that each range begins with a record: counted by Spark, proved by whoever parses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.spark.notes import Note
from cstodata.spark.ranges import aligned, equal_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.spark.cluster import Cluster
    from cstodata.spark.ranges import Range, Source

COUNTED = "counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Counts the quotes of a range."""

    quote: bytes

    def __call__(self, piece: Range) -> Iterator[Note]:
        """`COUNTED`, with their number."""
        yield Note(COUNTED, piece.read().count(self.quote), [])


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
