"""Whether keys are unique, and whether they are found where they refer to.

Keys are compared as texts, one for each value. First it is only asked whether anything is wrong at all; the rows are
looked for in a second pass over the file, which a sound file never needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Sequence

SMALL = 200_000
"""Keys up to which Arrow is as fast as DuckDB, which takes a while to load."""

_PART, _NULL = "\x1f", "\x00"


def joined(columns: Sequence[pa.Array]) -> pa.Array:
    """The parts of composite keys as one text each; null where all parts are.

    Raises:
        NotFastError: A part holds a character that the joining needs.
    """
    if len(columns) == 1:
        return columns[0]
    for column in columns:
        if pc.any(pc.match_substring_regex(column, f"[{_PART}{_NULL}]")).as_py():
            raise NotFastError("a composite key holds control characters")
    null = columns[0].is_null()
    for column in columns[1:]:
        null = pc.and_(null, column.is_null())
    texts = pc.binary_join_element_wise(*(pc.fill_null(column, _NULL) for column in columns), _PART)
    return pc.if_else(null, None, texts)


@dataclass(kw_only=True)
class Uniqueness:
    """Keys that must differ; nulls are not among them."""

    chunks: list[pa.Array] = field(default_factory=list)

    def add(self, keys: pa.Array) -> None:
        """Take note of some keys."""
        self.chunks.append(keys.drop_null() if keys.null_count else keys)

    def duplicates(self, memory_limit: str) -> pa.Array:
        """The keys that occur more than once, each once."""
        keys = pa.chunked_array(self.chunks, pa.string())
        if len(keys) <= SMALL:
            if len(pc.unique(keys)) == len(keys):
                return pa.array([], pa.string())
            counts = pc.value_counts(keys)
            return counts.field("values").filter(pc.greater(counts.field("counts"), 1))
        return _duplicates_by_duckdb(keys, memory_limit)


@dataclass(kw_only=True)
class References:
    """Keys that must be found among others; nulls are not looked for."""

    targets: pa.Array
    chunks: list[pa.Array] = field(default_factory=list)

    def add(self, keys: pa.Array) -> None:
        """Take note of some keys."""
        self.chunks.append(pc.unique(keys.drop_null()))

    def missing(self) -> pa.Array:
        """The keys that are not found, each once."""
        keys = pc.unique(pa.chunked_array(self.chunks, pa.string()))
        return keys.filter(pc.invert(pc.is_in(keys, value_set=self.targets)))


def _duplicates_by_duckdb(keys: pa.ChunkedArray, memory_limit: str) -> pa.Array:
    import tempfile

    import duckdb

    with tempfile.TemporaryDirectory(prefix="cstodata-") as folder, duckdb.connect() as database:
        database.execute(f"SET memory_limit = '{memory_limit}'; SET temp_directory = '{folder}'")
        database.register("keys", pa.table({"key": keys}))
        if database.execute("SELECT count(DISTINCT key) FROM keys").fetchall() == [(len(keys),)]:
            return pa.array([], pa.string())
        found: pa.Table = database.execute("SELECT key FROM keys GROUP BY key HAVING count(*) > 1").to_arrow_table()
        return found["key"].combine_chunks()
