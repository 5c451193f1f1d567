"""Where the hashes of two tables are joined: relations with names, which are asked in SQL."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from cstodata.diff.table import rows_of
from cstodata.errors import CstodataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from cstodata.diff.hashing import Hashing
    from cstodata.diff.table import Table


class Relations(Protocol):
    """Relations made of two tables, the old one `o` and the new one `w`, and of each other.

    The SQL is what DuckDB and Spark have in common. Its keywords are in capitals, and it names relations only behind
    FROM and JOIN.
    """

    def hash(self, name: str, hashing: Hashing) -> int:
        """Make a relation of the hashes of a table; its `n` tells the row, and ascends as rows follow each other.

        Args:
            name: Of the table, and of the relation.
            hashing: What to hash.

        Returns:
            How many rows it has.

        Raises:
            TableReadError: It cannot be read.
        """

    def define(self, name: str, select: str) -> None:
        """Make a relation of others; one of the same name is replaced by it."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives."""

    def take(self, name: str, numbers: Sequence[int]) -> pa.Table:
        """Rows of a table, as `cstodata.diff.table.rows_of` gives them, by their `n`."""


class DuckRelations:
    """Relations in DuckDB, on this machine; `n` is the number of a record."""

    def __init__(self, database: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]) -> None:
        self._database, self._tables = database, tables

    def hash(self, name: str, hashing: Hashing) -> int:
        """As in `Relations`."""
        failures: list[CstodataError] = []

        def pieces() -> Iterator[pa.Table]:
            try:
                yield from self._tables[name].pieces(hashing.exact)
            except CstodataError as error:
                failures.append(error)  # DuckDB would make another error of it
                raise

        self._database.register("source", hashing.source(pieces()))
        try:
            self.define(name, hashing.query)
        except duckdb.Error as error:
            raise failures[0] if failures else error from None
        self._database.unregister("source")
        return int(self.rows(f"SELECT count(*) FROM {name}")[0][0])  # noqa: S608 -- a name that is made here

    def define(self, name: str, select: str) -> None:
        """As in `Relations`."""
        self.rows(f"CREATE OR REPLACE TABLE {name} AS {select}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """As in `Relations`."""
        # DuckDB takes no other query before the last one's rows are fetched.
        rows: list[tuple[Any, ...]] = self._database.execute(query).fetchall()
        return rows

    def take(self, name: str, numbers: Sequence[int]) -> pa.Table:
        """As in `Relations`."""
        return rows_of(self._tables[name], numbers)


@contextmanager
def duck_relations(old: Table, new: Table, *, memory_limit: str) -> Iterator[DuckRelations]:
    """Relations on this machine.

    Args:
        old: The table before.
        new: The table after.
        memory_limit: What they may take before they spill to disk, such as `128MB`.

    Raises:
        TableReadError: One of the tables cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="cstodata-") as folder, duckdb.connect() as database:
        database.execute(f"SET memory_limit = '{memory_limit}'; SET temp_directory = '{folder}'").fetchall()
        old.check()
        new.check()
        yield DuckRelations(database, {"o": old, "w": new})
