"""What is done with one range of a table that is compared, on whatever machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from cstodata.diff.row_changes import ROW
from cstodata.diff.table import chosen
from cstodata.package.tables import in_canonical_form
from cstodata.spark.records import Numbered, read_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cstodata.diff.hashing import Hashing
    from cstodata.package.descriptor import Resource
    from cstodata.package.plain_csv import CsvDialect

UNFIT = -1
"""In the place of a row: a range cannot be read by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A CSV file of which ranges are read.

    Attributes:
        resource: What it is the file of; its header are the fields of the schema, in any order.
        labels: The cells of the header.
        dialect: How it is written.
        fields: The names of the fields, in the order of the schema.
    """

    resource: Resource
    labels: list[str]
    dialect: CsvDialect
    fields: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """What Spark calls the columns of records, the last of which holds their numbers."""
        return [*(f"c{position}" for position in range(len(self.fields))), "n"]

    def pieces(self, piece: Numbered) -> Iterator[pa.Table]:
        """The cells of a range as they are written, and the numbers of the records; raises as `read_records`."""
        return read_records(piece, self.labels, self.dialect, columns=self.fields, row_numbers=ROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hash:
    """Hashes the rows of a range.

    Attributes:
        source: The file.
        hashing: What to hash.
        version: The version of DuckDB, as another one may make other hashes.
    """

    source: Source
    hashing: Hashing
    version: str

    def __call__(self, piece: Numbered) -> Iterator[pa.Table]:
        """The hashes, signed; in the end a row whose `n` is `UNFIT`, if anything is wrong with the range.

        Raises:
            RuntimeError: Here is another version of DuckDB.
            OSError: The file cannot be read; Spark tries again, perhaps elsewhere.
        """
        if duckdb.__version__ != self.version:
            raise RuntimeError(f"an executor has DuckDB {duckdb.__version__}, and the driver {self.version}")
        try:
            yield from self._hashes(piece)
        except OSError:
            raise
        except Exception:  # noqa: BLE001 -- whatever is wrong, the driver's machine reads the table, and tells it
            yield pa.table({name: pa.array([UNFIT], pa.int64()) for name in self.hashing.names})

    def _hashes(self, piece: Numbered) -> Iterator[pa.Table]:
        resource, exact = self.source.resource, self.hashing.exact
        pieces = (in_canonical_form(texts, resource, exact) for texts in self.source.pieces(piece))
        with duckdb.connect(config={"threads": 1}) as database:  # an executor does as many tasks as it has processors
            for texts in pieces:
                database.register("source", self.hashing.source([texts]))
                made = database.sql(self.hashing.query).to_arrow_table()
                yield pa.table({name: made[name].combine_chunks().view(pa.int64()) for name in made.column_names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Records of a range, by ascending numbers."""

    piece: Numbered
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Takes records out of a range."""

    source: Source

    def __call__(self, wanted: Wanted) -> Iterator[pa.Table]:
        """The records as canonical text, with their numbers."""
        for texts in self.source.pieces(wanted.piece):
            yield chosen(texts, wanted.numbers, self.source.resource).rename_columns(self.source.columns)
