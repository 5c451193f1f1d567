"""Hashes of the rows of a table, made by DuckDB wherever the rows are read."""

# ruff: noqa: S608 -- the queries hold names that are made here, and nothing else

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashing:
    """What to hash of each row: `k` and `k2` are its key, `r` is the row, `f<i>` are lone fields; `n` is its number.

    Attributes:
        fields: The names of all fields of the table, in order.
        key: Those that rows are told apart by.
        common: Those that both tables have, in the order in which the new one has them.
        lone: Those that the other table does not have; a hash of null is null.
        exact: Those whose cells are hashed as canonical text, the others as they are written.
    """

    fields: tuple[str, ...]
    key: tuple[str, ...]
    common: tuple[str, ...]
    lone: tuple[str, ...]
    exact: frozenset[str]

    @property
    def names(self) -> list[str]:
        """The columns that are made: `n`, then hashes of 64 bits without a sign."""
        return ["n", "k", "k2", "r", *(f"f{number}" for number in range(len(self.lone)))]

    @property
    def query(self) -> str:
        """The query that makes them of the rows, which DuckDB knows as `source`."""
        key = self._columns(self.key)
        hashes = [
            _hash_of(key),
            _hash_of([f"{column} || chr(31)" for column in key]),
            _hash_of(self._columns(self.common)),
            *(f"CASE WHEN {column} IS NOT NULL THEN hash({column}) END" for column in self._columns(self.lone)),
        ]
        made = ", ".join(f"{each} AS {name}" for each, name in zip(["n", *hashes], self.names, strict=True))
        return f"SELECT {made} FROM source"

    def source(self, pieces: Iterable[pa.Table]) -> pa.RecordBatchReader:
        """The rows as `query` takes them.

        Args:
            pieces: All fields as text, and the number of each row.
        """
        names = [*(f"c{position}" for position in range(len(self.fields))), "n"]
        schema = pa.schema([*((name, pa.string()) for name in names[:-1]), ("n", pa.int64())])

        def batches() -> Iterator[pa.RecordBatch]:
            for piece in pieces:
                yield from piece.rename_columns(names).cast(schema).to_batches()

        return pa.RecordBatchReader.from_batches(schema, batches())

    def _columns(self, fields: Sequence[str]) -> list[str]:
        return [f"c{self.fields.index(field)}" for field in fields]


def _hash_of(columns: Sequence[str]) -> str:
    return f"hash({', '.join(columns)})" if columns else "0::UBIGINT"
