"""What changed in the rows of a table: rows are hashed, hashes are joined, and only rows that differ are looked at.

Each file is read twice: first for the hashes of keys and rows, which DuckDB joins within a memory limit; then for the
rows that the join names, which are compared cell by cell. A key has 128 bits of hash, and a row 64 more: that a change
hides behind two that are the same by chance is not to be expected.
"""

# ruff: noqa: S608 -- the queries hold names that are made here, and nothing else

from __future__ import annotations

import tempfile
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from cstodata.diff.fields import FieldPairs
from cstodata.diff.row_changes import ROW, AddedRows, ChangedRows, RemovedRows
from cstodata.errors import CstodataError
from cstodata.model.change import TableChanges
from cstodata.package.tables import check_sound, in_canonical_form, read_raw

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from cstodata.model.progress import OnShare
    from cstodata.package.descriptor import DataPackage, Field, Resource, Schema


_NOT_OF_VALUES = frozenset({"name", "title", "description", "example", "constraints", "categories", "missingValues"})
"""What a field may declare without changing what its cells mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One of the two tables."""

    package: DataPackage
    resource: Resource
    schema: Schema

    def check(self) -> None:
        """Make sure that it can be read.

        Raises:
            TableReadError: It cannot.
        """
        check_sound(self.package, self.resource, row_numbers=ROW)

    def pieces(self, exact: Collection[str] | None = None) -> Iterator[pa.Table]:
        """Its cells, and the numbers of the records.

        Args:
            exact: The fields whose cells are given as canonical text, the others as they are written; None for all.
        """
        names = {field.name for field in self.schema.fields} if exact is None else exact
        for piece in self.raw():
            yield in_canonical_form(piece, self.resource, names)

    def raw(self) -> Iterator[pa.Table]:
        """Its cells as they are written, and the numbers of the records."""
        return read_raw(self.package, self.resource, row_numbers=ROW)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsDiff:
    """What became of the rows, and which fields were proved to be renamed on the way.

    Attributes:
        changes: The rows that changed.
        pairs: Which old field is which new one.
        reordered: Whether rows that both have stand in another order.
    """

    changes: TableChanges
    pairs: FieldPairs
    reordered: bool


@dataclass(slots=True, kw_only=True)
class _Found:
    """Rows by number: removed old ones, added new ones, and pairs that may have changed."""

    removed: list[int]
    added: list[int]
    changed: list[tuple[int, int]]


def diff_rows(old: Table, new: Table, *, memory_limit: str, on_share: OnShare) -> RowsDiff:
    """What changed from one table to another.

    Args:
        old: The table before.
        new: The table after.
        memory_limit: What joining the hashes may take before it spills to disk, such as `128MB`.
        on_share: Called with the share of the work that is done.

    Raises:
        TableReadError: One of them cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="cstodata-") as folder, duckdb.connect() as database:
        database.execute(f"SET memory_limit = '{memory_limit}'; SET temp_directory = '{folder}'").fetchall()
        old.check()
        new.check()
        return _Join(old, new, database, on_share).diff()


class _Join:
    """The join of the hashes of two tables; DuckDB holds them as `o` and `w`."""

    def __init__(self, old: Table, new: Table, database: duckdb.DuckDBPyConnection, on_share: OnShare) -> None:
        self._old, self._new = old, new
        self._database = database
        self._on_share = on_share
        self._pairs = FieldPairs(old=old.schema, new=new.schema, renamed={})
        self._lone: dict[str, dict[str, int]] = {}
        self._as_written: set[str] = set()

    def diff(self) -> RowsDiff:
        key = self._key(self._pairs)
        if key is None and self._renamed_keys():
            self._rename_by_all_cells()
            key = self._key(self._pairs)
        key = key or ()
        rows, twice = self._load(key, exact=not key)
        if twice and key:
            rows, twice = self._load(key, exact=True)  # rows of the same key are compared by their hashes alone
        known = len(self._pairs.renamed)
        self._rename_by_joined_rows()
        if twice and len(self._pairs.renamed) > known:
            rows, twice = self._load(key, exact=True)  # they are told apart by the renamed fields too
        self._on_share(0.6)
        found = self._join(keyed=bool(key))
        if twice:
            self._compare_twice(found)
        self._on_share(0.7)
        changes = self._collect(key, found, rows=rows)
        return RowsDiff(changes=changes, pairs=self._pairs, reordered=changes.count == 0 and self._is_reordered())

    def _load(self, key: tuple[str, ...], *, exact: bool) -> tuple[tuple[int, int], bool]:
        """Hash both tables: how many rows each has, and whether any key occurs more than once in one.

        Unless it must be exact, cells outside the key are hashed as they are written: where these are the same, the
        values are; where they are not, the rows are compared cell by cell afterwards.
        """
        common = [after.name for _, after in self._pairs.common]
        alike = {after.name for before, after in self._pairs.common if _reads_alike(before, after)}
        self._as_written = set() if exact else alike - set(key)
        before = self._hash("o", self._old, key, common, self._old_names())
        self._on_share(0.3)
        after = self._hash("w", self._new, key, common, {field.name: field.name for field in self._new.schema.fields})
        return (before, after), self._set_aside_twice()

    def _key(self, pairs: FieldPairs) -> tuple[str, ...] | None:
        """The fields that rows are told apart by, in new names; None if no key is in both tables."""
        common = {after.name for _, after in pairs.common}
        for key in (self._new.schema.primary_key, tuple(map(pairs.new_name, self._old.schema.primary_key))):
            if key and set(key) <= common:
                return key
        return None

    def _old_names(self) -> dict[str, str]:
        """The old names of the fields that both have, and of the removed ones, by new name."""
        return {self._pairs.new_name(field.name): field.name for field in self._old.schema.fields}

    def _candidates(self) -> list[tuple[Field, Field]]:
        """Removed and added fields that may be the same, as they have the same type."""
        return [
            (before, after)
            for before in self._pairs.removed
            for after in self._pairs.added
            if (before.type, before.format) == (after.type, after.format)
        ]

    def _renamed_keys(self) -> set[tuple[str, str]]:
        """Fields of the old and of the new key that stand at the same place in it, and are not in both tables."""
        lone = {(before.name, after.name) for before, after in self._candidates()}
        return lone & set(zip(self._old.schema.primary_key, self._new.schema.primary_key, strict=False))

    def _hash(self, name: str, table: Table, key: Sequence[str], common: Sequence[str], names: dict[str, str]) -> int:
        """Hash a table: `n` is the row number, `k` and `k2` are its key, `r` is the row, `f<i>` are lone fields.

        Args:
            name: Of the table in DuckDB.
            table: What to read.
            key: In new names; if it is empty, the whole row is the key.
            common: The fields that both have, in new names.
            names: The names of the fields in the table, by new name.

        Returns:
            How many rows it has.
        """
        positions = {field.name: f"c{position}" for position, field in enumerate(table.schema.fields)}

        def columns(fields: Sequence[str]) -> list[str]:
            return [positions[names[field]] for field in fields]

        lone = self._pairs.removed if name == "o" else self._pairs.added
        self._lone[name] = {field.name: number for number, field in enumerate(lone)}
        hashes = [
            f"{_hash_of(columns(key or common))} AS k",
            f"{_hash_of([f'{column} || chr(31)' for column in columns(key or common)])} AS k2",
            f"{_hash_of(columns(common))} AS r",
            *(
                f"CASE WHEN {positions[field]} IS NOT NULL THEN hash({positions[field]}) END AS f{number}"
                for field, number in self._lone[name].items()
            ),
        ]
        schema = pa.schema([*((column, pa.string()) for column in positions.values()), ("n", pa.int64())])
        failures: list[CstodataError] = []
        written = {names[field] for field in self._as_written if field in names}
        exact = [field for field in positions if field not in written]

        def batches() -> Iterator[pa.RecordBatch]:
            try:
                for piece in table.pieces(exact):
                    yield from piece.rename_columns(schema.names).cast(schema).to_batches()
            except CstodataError as error:
                failures.append(error)  # DuckDB would make another error of it
                raise

        self._database.register("source", pa.RecordBatchReader.from_batches(schema, batches()))
        try:
            self._rows(f"CREATE OR REPLACE TABLE {name} AS SELECT n, {', '.join(hashes)} FROM source")
        except duckdb.Error as error:
            raise failures[0] if failures else error from None
        self._database.unregister("source")
        return self._number(f"SELECT count(*) FROM {name}")

    def _rename_by_all_cells(self) -> None:
        """Find fields that were renamed and are part of the key: all their cells are the same, in whatever order."""
        self._hash("o", self._old, (), [], {})
        self._hash("w", self._new, (), [], {})
        prints = {
            (name, field): self._row(
                f"SELECT count(*), count(f{number}), sum(f{number}::HUGEINT), bit_xor(f{number}) FROM {name}"
            )
            for name, numbers in self._lone.items()
            for field, number in numbers.items()
        }
        keys = self._renamed_keys()
        self._rename(
            lambda before, after: (
                (before.name, after.name) in keys and _tells(prints["o", before.name], prints["w", after.name])
            )
        )

    def _rename_by_joined_rows(self) -> None:
        """Find fields that were renamed: in all rows that both tables have, their cells are the same."""

        def same(before: Field, after: Field) -> bool:
            was, now = f"o.f{self._lone['o'][before.name]}", f"w.f{self._lone['w'][after.name]}"
            present, different = self._row(
                f"SELECT count({was}), count(*) FILTER (WHERE {was} IS DISTINCT FROM {now}) FROM o JOIN w USING (k, k2)"
            )
            return bool(present and not different)

        self._rename(same)

    def _rename(self, same: Callable[[Field, Field], bool]) -> None:
        renamed = dict(self._pairs.renamed)
        taken: set[str] = set()
        for before, after in self._candidates():
            if before.name not in renamed and after.name not in taken and same(before, after):
                renamed[before.name] = after.name
                taken.add(after.name)
        self._pairs = FieldPairs(old=self._old.schema, new=self._new.schema, renamed=renamed)

    def _set_aside_twice(self) -> bool:
        """Move rows whose key occurs more than once in either table into `o2` and `w2`; whether there are any."""
        twice = " UNION ".join(f"SELECT k, k2 FROM {name} GROUP BY k, k2 HAVING count(*) > 1" for name in "ow")
        self._rows(f"CREATE OR REPLACE TABLE twice AS {twice}")
        if not self._number("SELECT count(*) FROM twice"):
            return False
        for name in "ow":
            self._rows(f"CREATE OR REPLACE TABLE {name}2 AS SELECT * FROM {name} SEMI JOIN twice USING (k, k2)")
            self._rows(f"CREATE OR REPLACE TABLE {name}1 AS SELECT * FROM {name} ANTI JOIN twice USING (k, k2)")
            self._rows(f"DROP TABLE {name}; ALTER TABLE {name}1 RENAME TO {name}")
        return True

    def _filled(self) -> str:
        """The condition under which a new row has a cell in a field that was added."""
        numbers = [self._lone["w"][field.name] for field in self._pairs.added]
        return f"({' OR '.join(f'w.f{number} IS NOT NULL' for number in numbers)})" if numbers else "false"

    def _join(self, *, keyed: bool) -> _Found:
        """The rows whose key occurs once in either table; without a key, a row that changed is removed and added."""
        rows = self._rows(
            "SELECT o.n, w.n, o.r IS DISTINCT FROM w.r FROM o FULL JOIN w USING (k, k2) "
            f"WHERE o.n IS NULL OR w.n IS NULL OR o.r <> w.r OR {self._filled()} ORDER BY w.n, o.n"
        )
        both = [(before, after, other) for before, after, other in rows if before is not None and after is not None]
        return _Found(
            removed=[before for before, after, _ in rows if before is not None and not (keyed and after is not None)],
            added=[after for before, after, _ in rows if after is not None and not (keyed and before is not None)],
            changed=[(before, after) for before, after, _ in both if keyed],
        )

    def _compare_twice(self, found: _Found) -> None:
        """Compare rows whose key occurs more than once as multisets: nothing tells which of them would have changed."""
        groups: dict[tuple[int, int], tuple[dict[int, list[int]], dict[int, list[int]]]] = defaultdict(
            lambda: (defaultdict(list), defaultdict(list))
        )
        for side, name in enumerate("ow"):
            filled = self._filled() if name == "w" else "false"
            rows = self._rows(f"SELECT n, k, k2, r, {filled} FROM {name}2 AS {name} ORDER BY n")
            for number, key, key_2, row, is_filled in rows:
                # A filled row equals no old one.
                groups[key, key_2][side][-number if is_filled else row].append(number)
        for before, after in groups.values():
            for row in before.keys() & after.keys():
                same = min(len(before[row]), len(after[row]))
                before[row], after[row] = before[row][same:], after[row][same:]
            found.removed += (number for numbers in before.values() for number in numbers)
            found.added += (number for numbers in after.values() for number in numbers)
        found.added.sort()

    def _is_reordered(self) -> bool:
        """Whether rows that both tables have stand in another order."""
        return bool(
            self._number(
                "SELECT count(*) FROM (SELECT o.n < lag(o.n) OVER (ORDER BY w.n) AS back "
                "FROM o JOIN w USING (k, k2)) WHERE back"
            )
        )

    def _collect(self, key: tuple[str, ...], found: _Found, *, rows: tuple[int, int]) -> TableChanges:
        """Read the rows that were found, and compare the changed ones cell by cell."""
        old_names = self._old_names()
        removed, added = sorted(found.removed), found.added
        before = _rows(self._old, [*removed, *(was for was, _ in found.changed)])
        self._on_share(0.85)
        after = _rows(self._new, [*added, *(now for _, now in found.changed)])
        compared = [(old.name, new.name) for old, new in self._pairs.common]
        lone = [field.name for field in self._pairs.added]
        was, now = before.slice(len(removed)), after.slice(len(added))
        other = _any([_differ(was[one], now[two]) for one, two in compared], was.num_rows)
        changed = pc.or_(other, _any([now[name].is_valid() for name in lone], now.num_rows))
        return TableChanges(
            resource=self._new.resource.name,
            resource_before=self._old.resource.name,
            key=key,
            rows_before=rows[0],
            rows_after=rows[1],
            removed=RemovedRows(before.slice(0, len(removed)), [old_names[name] for name in key], key),
            added=AddedRows(after.slice(0, len(added)), key),
            changed=ChangedRows(was.filter(changed), now.filter(changed), compared=compared, new=lone, key=key),
            corrected=pc.sum(other, min_count=0).as_py(),
        )

    def _number(self, query: str) -> int:
        return int(self._row(query)[0])

    def _row(self, query: str) -> tuple[Any, ...]:
        (row,) = self._rows(query)
        return row

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        # DuckDB takes no other query before the last one's rows are fetched.
        rows: list[tuple[Any, ...]] = self._database.execute(query).fetchall()
        return rows


def _differ(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where two columns differ; null is the same as null."""
    both = pc.fill_null(pc.not_equal(one, other), fill_value=False)
    return pc.or_(both, pc.xor(one.is_null(), other.is_null()))


def _any(masks: Sequence[pa.ChunkedArray], length: int) -> pa.ChunkedArray:
    whole = pa.chunked_array([pa.repeat(pa.scalar(value=False), length)])
    for mask in masks:
        whole = pc.or_(whole, mask)
    return whole


def _reads_alike(before: Field, after: Field) -> bool:
    """Whether the same text means the same value in two fields."""
    told = [
        {name: value for name, value in field.descriptor.items() if name not in _NOT_OF_VALUES}
        for field in (before, after)
    ]
    return told[0] == told[1] and set(before.missing_values) == set(after.missing_values)


def _hash_of(columns: Sequence[str]) -> str:
    return f"hash({', '.join(columns)})" if columns else "0::UBIGINT"


def _tells(before: Any, after: Any) -> bool:
    """Whether two fingerprints of columns are the same, and of columns that hold something."""
    return bool(before == after and before[1])


def all_rows(table: Table) -> TableChanges:
    """The rows of a table that is new, as added."""
    table.check()
    rows = pa.concat_tables(table.pieces())
    names = {field.name for field in table.schema.fields}
    key = table.schema.primary_key if set(table.schema.primary_key) <= names else ()
    return TableChanges(
        resource=table.resource.name,
        resource_before=None,
        key=key,
        rows_before=0,
        rows_after=rows.num_rows,
        added=AddedRows(rows, key),
    )


def _rows(table: Table, numbers: Sequence[int]) -> pa.Table:
    """The rows of these numbers, in their order."""
    wanted = pa.array(numbers, pa.int64())
    names = [*(field.name for field in table.schema.fields), ROW]
    if not numbers:
        return pa.table({name: pa.array([], pa.int64() if name == ROW else pa.string()) for name in names})
    ascending = sorted(numbers)
    found = pa.concat_tables(_of_piece(piece, ascending) for piece in table.raw())
    found = in_canonical_form(found.combine_chunks(), table.resource, names)
    return found.take(pc.index_in(wanted, value_set=found[ROW].combine_chunks()))


def _of_piece(piece: pa.Table, ascending: list[int]) -> pa.Table:
    """The rows of a piece whose numbers are in a list."""
    if not piece.num_rows:
        return piece
    first, last = piece[ROW][0].as_py(), piece[ROW][-1].as_py()
    here = ascending[bisect_left(ascending, first) : bisect_right(ascending, last)]
    if last - first + 1 == piece.num_rows:  # as in every CSV file
        return piece.take(pa.array([number - first for number in here], pa.int64()))
    return piece.filter(pc.is_in(piece[ROW], value_set=pa.array(here, pa.int64())))
