"""The hashes of two large tables, made by executors and joined by Spark."""

from __future__ import annotations

import csv
from bisect import bisect_left
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import duckdb

from cstodata.diff.row_changes import ROW
from cstodata.diff.spark.tasks import UNFIT, Hash, Source, Take, Wanted
from cstodata.diff.table import in_order
from cstodata.package.csv_batches import BLOCK_BYTES
from cstodata.package.paths import resolve
from cstodata.package.plain_csv import csv_dialect, is_csv_file, read_labels
from cstodata.package.tables import FIRST_DATA_ROW
from cstodata.spark.cluster import Cluster
from cstodata.spark.cuts import cut
from cstodata.spark.ranges import Source as SourceBytes
from cstodata.spark.records import Numbered
from cstodata.spark.relations import SparkRelations, asking_spark, collected

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from cstodata.diff.hashing import Hashing
    from cstodata.diff.table import Table
    from cstodata.spark.engine import SparkEngine
    from cstodata.spark.ranges import Range

_ROWS_BITS = 32
"""On Spark, `n` is the number of a range, and in so many bits the place of a row in it, from 0 on."""

_MASK = (1 << _ROWS_BITS) - 1


class LeftHereError(Exception):
    """Two tables are left to DuckDB on this machine."""


@dataclass(slots=True, kw_only=True)
class _Side:
    """One of the two tables.

    Attributes:
        table: What it is.
        source: How its file is read.
        ranges: Of the file.
        firsts: The number of the first record of each range, as far as it is known.
    """

    table: Table
    source: Source
    ranges: Sequence[Range]
    firsts: list[int] = field(default_factory=list)


class _OnSpark:
    """As `cstodata.diff.relations.Relations`; `n` ascends as rows do, and is not the number of a record."""

    def __init__(self, sides: Mapping[str, _Side], cluster: Cluster, relations: SparkRelations) -> None:
        self._sides, self._cluster, self._relations = sides, cluster, relations

    def hash(self, name: str, hashing: Hashing) -> int:
        side = self._sides[name]
        task = Hash(source=side.source, hashing=hashing, version=duckdb.__version__)
        pieces = [Numbered(range=each, first=at << _ROWS_BITS) for at, each in enumerate(side.ranges)]
        schema = ", ".join(f"{each} long" for each in hashing.names)
        self._relations.add(name, self._cluster.tables(task, pieces, schema))
        query = f"SELECT n >> {_ROWS_BITS} AS part, count(*) AS size FROM {name} GROUP BY n >> {_ROWS_BITS}"  # noqa: S608 -- names that are made here
        sizes = dict(self._relations.rows(query))
        if UNFIT in sizes:  # shifted, it is itself
            raise LeftHereError
        side.firsts = list(
            accumulate((sizes.get(part, 0) for part in range(len(side.ranges) - 1)), initial=FIRST_DATA_ROW)
        )
        return sum(sizes.values())

    def define(self, name: str, select: str) -> None:
        self._relations.define(name, select)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._relations.rows(query)

    def take(self, name: str, numbers: Sequence[int]) -> pa.Table:
        side = self._sides[name]
        records = [side.firsts[number >> _ROWS_BITS] + (number & _MASK) for number in numbers]
        wanted = list(_wanted(side, sorted(records)))
        pieces = []
        if wanted:
            schema = ", ".join(f"{each} {'long' if each == 'n' else 'string'}" for each in side.source.columns)
            found = collected(self._cluster.tables(Take(source=side.source), wanted, schema))
            pieces = [found.rename_columns([*side.source.fields, ROW])]
        return in_order(pieces, records, side.table.schema)


def _wanted(side: _Side, ascending: Sequence[int]) -> Iterator[Wanted]:
    """The ranges in which these records are, with their numbers."""
    ends = [*(bisect_left(ascending, first) for first in side.firsts), len(ascending)]
    for piece, first, (start, end) in zip(side.ranges, side.firsts, pairwise(ends), strict=True):
        if start < end:
            yield Wanted(piece=Numbered(range=piece, first=first), numbers=ascending[start:end])


@contextmanager
def spark_relations(old: Table, new: Table, engine: SparkEngine) -> Iterator[_OnSpark]:
    """Relations on Spark, which are dropped in the end.

    Args:
        old: The table before.
        new: The table after.
        engine: The session, and which tables are worth it.

    Raises:
        LeftHereError: They are not for Spark; also if that turns out later.
        SparkError: Spark cannot go on.
    """
    sources = [_source(each) for each in (old, new)]
    if all(path.stat().st_size < max(1, engine.min_bytes) for path, _ in sources):
        raise LeftHereError
    cluster = Cluster(session=engine.session, tasks=engine.tasks)
    with closing(SparkRelations(engine.session)) as relations:
        sides = {
            name: _Side(table=table, source=source, ranges=_ranges(path, source, engine, cluster))
            for name, table, (path, source) in zip("ow", (old, new), sources, strict=True)
        }
        yield _OnSpark(sides, cluster, relations)


def _source(table: Table) -> tuple[Path, Source]:
    """The file of a table, and how to read it, if it is a sound CSV file as far as its header tells."""
    resource, fields = table.resource, tuple(each.name for each in table.schema.fields)
    dialect = csv_dialect(resource)
    if not is_csv_file(resource) or dialect.encoding.lower() not in {"utf-8", "utf8"}:
        raise LeftHereError
    path = resolve(table.package.root, str(resource.path)).resolve()
    try:
        labels = read_labels(path, dialect)
    except (OSError, UnicodeError, csv.Error) as error:
        raise LeftHereError from error
    if sorted(labels) != sorted(fields) or len({*labels}) < len(labels) or not labels or ROW in labels:
        raise LeftHereError
    return path, Source(resource=resource, labels=labels, dialect=dialect, fields=fields)


def _ranges(path: Path, source: Source, engine: SparkEngine, cluster: Cluster) -> list[Range]:
    """The ranges of a file, if quotes tell where its records end: no task is to read much more than others."""
    size = engine.range_bytes
    quote = source.dialect.quote.encode()
    with asking_spark():
        ranges = cut(SourceBytes.of(path), quote=quote, range_bytes=size, cluster=cluster)
    if any(each.stop - each.start > 2 * size + BLOCK_BYTES for each in ranges):
        raise LeftHereError
    return ranges
