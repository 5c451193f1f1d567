"""Whether keys are unique, and whether they are found where they refer to.

Keys are compared as texts, one for each value. First it is only asked whether anything is wrong at all; the rows are
looked for in a second pass over the file, which a sound file never needs.
"""

# ruff: noqa: S608 -- the queries hold numbers, and nothing else

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.validation.tables.acquit import canonical_text
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb
    from frictionless.table.row import Row

    from cstodata.validation.limits import Limits
    from cstodata.validation.tables.plan import ForeignKey, TablePlan
    from cstodata.validation.tables.scan import Batch


Fields = tuple[str, ...]
"""The names of the fields that make up a key."""

SMALL = 2_000_000
"""Keys up to which Arrow is as fast as DuckDB, which takes a while to load, and takes little memory."""

AT_ONCE = 8_000_000
"""Keys that DuckDB is given at once."""

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


class BatchKeys:
    """The joined keys of a batch, each made once."""

    def __init__(self, plan: TablePlan, batch: Batch) -> None:
        self._plan, self._batch = plan, batch
        self._made: dict[Fields, pa.Array] = {}

    def make(self, each: Iterable[Fields]) -> None:
        """Make those of the records of the right width that take no time to speak of."""
        for fields in each:
            if all(self._plan.acquittals[self._plan.position(name)].is_plain for name in fields):
                self.of(fields)

    def of(self, fields: Fields) -> pa.Array:
        """Those of the records of the right width."""
        if fields not in self._made:
            positions = [self._plan.position(name) for name in fields]
            columns = [self._plan.acquittals[at].canonical(self._batch.columns[at]) for at in positions]
            self._made[fields] = joined(columns)
        return self._made[fields]

    def ragged(self, fields: Fields) -> pa.Array:
        """Those of the records of another width."""
        rows = (self._plan.row(cells, number) for number, cells in self._batch.ragged.items())
        return pa.array([key_of(row, fields) for row in rows], pa.string())


def key_of(row: Row, fields: Fields) -> str | None:
    """The joined key of one row."""
    key: str | None = joined([pa.array([canonical_text(row[name])], pa.string()) for name in fields])[0].as_py()
    return key


def must_differ(plan: TablePlan) -> set[Fields]:
    """The fields of the keys that no two rows may share."""
    return {*((plan.primary_key,) if plan.primary_key else ()), *((name,) for name in plan.unique)}


class KeyNotes:
    """The keys of a table, noted while it is read, to be asked in the end what is wrong with them."""

    def __init__(self, plan: TablePlan, targets: Mapping[ForeignKey, pa.Array]) -> None:
        self._must_differ = must_differ(plan)
        self._must_be_found = dict(targets)
        self._all: dict[Fields, list[pa.Array]] = {fields: [] for fields in self._must_differ}
        self._distinct: dict[Fields, list[pa.Array]] = {key.fields: [] for key in targets}

    @property
    def fields(self) -> set[Fields]:
        """What the keys that are noted are made of."""
        return self._all.keys() | self._distinct.keys()

    def add(self, batch: BatchKeys) -> None:
        """Note the keys of some records."""
        for fields in self.fields:
            for keys in (batch.of(fields), batch.ragged(fields)):
                present = keys.drop_null() if keys.null_count else keys
                if fields in self._all:
                    self._all[fields].append(present)
                if fields in self._distinct:
                    self._distinct[fields].append(pc.unique(present))

    def suspicions(self, limits: Limits) -> dict[Fields, pa.Array]:
        """The keys that occur twice and must not, or are not found where they must be, by their fields."""
        found: dict[Fields, list[pa.Array]] = {}
        for fields in self._must_differ:
            found.setdefault(fields, []).append(duplicates(self._all[fields], limits))
        for key, values in self._must_be_found.items():
            keys = pc.unique(pa.chunked_array(self._distinct[key.fields], pa.string()))
            found.setdefault(key.fields, []).append(keys.filter(pc.invert(pc.is_in(keys, value_set=values))))
        together = {fields: pc.unique(pa.chunked_array(chunks, pa.string())) for fields, chunks in found.items()}
        return {fields: keys for fields, keys in together.items() if len(keys)}


def duplicates(chunks: list[pa.Array], limits: Limits) -> pa.Array:
    """The keys that occur more than once, each once."""
    keys = pa.chunked_array(chunks, pa.string())
    if len(keys) > SMALL:
        return _by_duckdb(keys, limits)
    if len(pc.unique(keys)) == len(keys):
        return pa.array([], pa.string())
    counts = pc.value_counts(keys)
    return counts.field("values").filter(pc.greater(counts.field("counts"), 1))


def _by_duckdb(keys: pa.ChunkedArray, limits: Limits) -> pa.Array:
    import tempfile

    import duckdb

    with tempfile.TemporaryDirectory(prefix="cstodata-") as folder, duckdb.connect() as database:
        database.execute(f"SET memory_limit = '{limits.memory}'; SET temp_directory = '{folder}'")
        # In an interactive session, DuckDB would draw a bar on standard output.
        database.execute(f"SET threads = {limits.threads}; SET enable_progress_bar = false")
        database.register("keys", pa.table({"key": keys}))
        # Of too many keys at once, DuckDB runs out of memory instead of spilling. Those that are equal share a bucket.
        buckets = 1 + len(keys) // AT_ONCE
        found = [
            _twice(database, f"SELECT key FROM keys WHERE hash(key) % {buckets} = {bucket}")
            for bucket in range(buckets)
        ]
        return pa.concat_arrays(found)


def _twice(database: duckdb.DuckDBPyConnection, keys: str) -> pa.Array:
    """What a query of keys gives more than once."""
    if database.execute(f"SELECT count(*) = count(DISTINCT key) FROM ({keys})").fetchall() == [(True,)]:
        return pa.array([], pa.string())
    found: pa.Table = database.sql(f"SELECT key FROM ({keys}) GROUP BY key HAVING count(*) > 1").to_arrow_table()
    return found["key"].combine_chunks()
