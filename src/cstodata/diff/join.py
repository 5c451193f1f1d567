"""Two tables joined by hashes: which rows are new, gone, or may have changed, and which fields were renamed.

A key has 128 bits of hash, and a row 64 more: that a change hides behind two that are the same by chance is not to be
expected.
"""

# ruff: noqa: S608 -- the queries hold names that are made here, and nothing else

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from cstodata.diff.fields import FieldPairs
from cstodata.diff.hashing import Hashing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cstodata.diff.relations import Relations
    from cstodata.diff.table import Table
    from cstodata.model.progress import OnShare
    from cstodata.package.descriptor import Field

_NOT_OF_VALUES = frozenset({"name", "title", "description", "example", "constraints", "categories", "missingValues"})
"""What a field may declare without changing what its cells mean."""

_BLOCK_ROWS = 1_000_000
"""Rows whose order is looked at together."""


_Rows = dict[tuple[int, bool], list[int]]
"""Numbers of rows by what they must have in common to be the same."""


@dataclass(slots=True, kw_only=True)
class Found:
    """Rows by their `n`: removed old ones, added new ones, and pairs that may have changed."""

    removed: list[int]
    added: list[int]
    changed: list[tuple[int, int]]


class HashJoin:
    """The join of the hashes of two tables, which are the relations `o` and `w`.

    Attributes:
        pairs: Which old field is which new one, as far as is known.
        key: The fields that rows are told apart by, in new names; empty if they are a multiset.
        rows: How many rows there were, and are.
    """

    def __init__(self, old: Table, new: Table, relations: Relations, on_share: OnShare) -> None:
        self._old, self._new = old, new
        self._relations = relations
        self._on_share = on_share
        self.pairs = FieldPairs(old=old.schema, new=new.schema, renamed={})
        self.key: tuple[str, ...] = ()
        self.rows = 0, 0
        self._lone: dict[str, dict[str, int]] = {}
        self._as_written: set[str] = set()

    def run(self) -> Found:
        """Join the tables, and find on the way which fields were renamed."""
        key = self._key(self.pairs)
        if key is None and self._renamed_keys():
            self._rename_by_all_cells()
            key = self._key(self.pairs)
        key = key or ()
        rows, twice = self._load(key, exact=not key)
        if twice and key:
            rows, twice = self._load(key, exact=True)  # rows of the same key are compared by their hashes alone
        known = len(self.pairs.renamed)
        self._rename_by_joined_rows()
        if twice and len(self.pairs.renamed) > known:
            rows, twice = self._load(key, exact=True)  # they are told apart by the renamed fields too
        self._on_share(0.6)
        found = self._join(keyed=bool(key))
        if twice:
            self._compare_twice(found)
        self._on_share(0.7)
        self.key, self.rows = key, rows
        return found

    def _load(self, key: tuple[str, ...], *, exact: bool) -> tuple[tuple[int, int], bool]:
        """Hash both tables: how many rows each has, and whether any key occurs more than once in one.

        Unless it must be exact, cells outside the key are hashed as they are written: where these are the same, the
        values are; where they are not, the rows are compared cell by cell afterwards.
        """
        common = [after.name for _, after in self.pairs.common]
        alike = {after.name for before, after in self.pairs.common if _reads_alike(before, after)}
        self._as_written = set() if exact else alike - set(key)
        before = self._hash("o", self._old, key, common, self.old_names())
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

    def old_names(self) -> dict[str, str]:
        """The old names of the fields that both have, and of the removed ones, by new name."""
        return {self.pairs.new_name(field.name): field.name for field in self._old.schema.fields}

    def _candidates(self) -> list[tuple[Field, Field]]:
        """Removed and added fields that may be the same, as they have the same type."""
        return [
            (before, after)
            for before in self.pairs.removed
            for after in self.pairs.added
            if (before.type, before.format) == (after.type, after.format)
        ]

    def _renamed_keys(self) -> set[tuple[str, str]]:
        """Fields of the old and of the new key that stand at the same place in it, and are not in both tables."""
        lone = {(before.name, after.name) for before, after in self._candidates()}
        return lone & set(zip(self._old.schema.primary_key, self._new.schema.primary_key, strict=False))

    def _hash(self, name: str, table: Table, key: Sequence[str], common: Sequence[str], names: dict[str, str]) -> int:
        """Hash a table.

        Args:
            name: Of its relation.
            table: What to read.
            key: In new names; if it is empty, the whole row is the key.
            common: The fields that both have, in new names.
            names: The names of the fields in the table, by new name.

        Returns:
            How many rows it has.
        """
        fields = [field.name for field in table.schema.fields]
        lone = [field.name for field in (self.pairs.removed if name == "o" else self.pairs.added)]
        self._lone[name] = {field: number for number, field in enumerate(lone)}
        written = {names[field] for field in self._as_written if field in names}
        hashing = Hashing(
            fields=tuple(fields),
            key=tuple(names[field] for field in key or common),
            common=tuple(names[field] for field in common),
            lone=tuple(lone),
            exact=frozenset(fields) - written,
        )
        return self._relations.hash(name, hashing)

    def _rename_by_all_cells(self) -> None:
        """Find fields that were renamed and are part of the key: all their cells are the same, in whatever order."""
        self._hash("o", self._old, (), [], {})
        self._hash("w", self._new, (), [], {})
        prints = {
            (name, field): self._row(
                f"SELECT count(*), count(f{number}), sum(CAST(f{number} AS DECIMAL(38, 0))), bit_xor(f{number}) "
                f"FROM {name}"
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
        renamed = dict(self.pairs.renamed)
        taken: set[str] = set()
        for before, after in self._candidates():
            if before.name not in renamed and after.name not in taken and same(before, after):
                renamed[before.name] = after.name
                taken.add(after.name)
        self.pairs = FieldPairs(old=self._old.schema, new=self._new.schema, renamed=renamed)

    def _set_aside_twice(self) -> bool:
        """Move rows whose key occurs more than once in either table into `o2` and `w2`; whether there are any."""
        if all(self._number(f"SELECT count(*) - count(DISTINCT k) FROM {name}") == 0 for name in "ow"):
            return False
        twice = " UNION ".join(f"SELECT k, k2 FROM {name} GROUP BY k, k2 HAVING count(*) > 1" for name in "ow")
        self._relations.define("twice", twice)
        if not self._number("SELECT count(*) FROM twice"):
            return False
        for name in "ow":
            self._relations.define(f"{name}2", f"SELECT * FROM {name} SEMI JOIN twice USING (k, k2)")
            self._relations.define(name, f"SELECT * FROM {name} ANTI JOIN twice USING (k, k2)")
        return True

    def _filled(self) -> str:
        """The condition under which a new row has a cell in a field that was added."""
        numbers = [self._lone["w"][field.name] for field in self.pairs.added]
        return f"({' OR '.join(f'w.f{number} IS NOT NULL' for number in numbers)})" if numbers else "false"

    def _join(self, *, keyed: bool) -> Found:
        """The rows whose key occurs once in either table; without a key, a row that changed is removed and added."""
        rows = self._relations.rows(
            "SELECT o.n AS was, w.n AS now FROM o FULL JOIN w USING (k, k2) "
            f"WHERE o.n IS NULL OR w.n IS NULL OR o.r <> w.r OR {self._filled()}"
        )
        both = [(was, now) for was, now in rows if was is not None and now is not None]
        return Found(
            removed=[was for was, now in rows if was is not None and not (keyed and now is not None)],
            added=sorted(now for was, now in rows if now is not None and not (keyed and was is not None)),
            changed=sorted(both, key=itemgetter(1)) if keyed else [],
        )

    def _compare_twice(self, found: Found) -> None:
        """Compare rows whose key occurs more than once as multisets: nothing tells which of them would have changed."""
        groups: dict[tuple[int, int], tuple[_Rows, _Rows]] = defaultdict(lambda: (defaultdict(list), defaultdict(list)))
        for side, name in enumerate("ow"):
            filled = self._filled() if name == "w" else "false"
            rows = self._relations.rows(f"SELECT n, k, k2, r, {filled} AS filled FROM {name}2 AS {name}")
            for number, key, key_2, row, is_filled in sorted(rows):
                # A filled row equals no old one.
                alike = (number, True) if is_filled else (row, False)
                groups[key, key_2][side][alike].append(number)
        for before, after in groups.values():
            for row in before.keys() & after.keys():
                same = min(len(before[row]), len(after[row]))
                before[row], after[row] = before[row][same:], after[row][same:]
            found.removed += (number for numbers in before.values() for number in numbers)
            found.added += (number for numbers in after.values() for number in numbers)
        found.added.sort()

    def is_reordered(self) -> bool:
        """Whether rows that both tables have stand in another order."""
        # Block by block: one order of all rows would be one task of a cluster.
        blocks = self._relations.rows(
            "SELECT block, min(was) AS low, max(was) AS high, count(*) FILTER (WHERE back) AS backs FROM ("
            "SELECT block, was, was < lag(was) OVER (PARTITION BY block ORDER BY now) AS back FROM ("
            f"SELECT o.n AS was, w.n AS now, w.n - w.n % {_BLOCK_ROWS} AS block FROM o JOIN w USING (k, k2)"
            ") AS pairs) AS steps GROUP BY block"
        )
        return any(backs for *_, backs in blocks) or any(
            high > low for (_, _, high, _), (_, low, _, _) in pairwise(sorted(blocks))
        )

    def _number(self, query: str) -> int:
        return int(self._row(query)[0])

    def _row(self, query: str) -> tuple[Any, ...]:
        (row,) = self._relations.rows(query)
        return row


def _reads_alike(before: Field, after: Field) -> bool:
    """Whether the same text means the same value in two fields."""
    told = [
        {name: value for name, value in field.descriptor.items() if name not in _NOT_OF_VALUES}
        for field in (before, after)
    ]
    return told[0] == told[1] and set(before.missing_values) == set(after.missing_values)


def _tells(before: Any, after: Any) -> bool:
    """Whether two fingerprints of columns are the same, and of columns that hold something."""
    return bool(before == after and before[1])
