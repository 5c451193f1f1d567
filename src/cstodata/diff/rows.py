"""What changed in the rows of a table: rows are hashed, hashes are joined, and only rows that differ are looked at.

Each file is read twice: first for the hashes of keys and rows, which DuckDB joins within a memory limit; then for the
rows that the join names, which are compared cell by cell.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.diff.abreast import abreast
from cstodata.diff.join import Found, HashJoin
from cstodata.diff.relations import duck_relations
from cstodata.diff.row_changes import AddedRows, ChangedRows, RemovedRows
from cstodata.model.change import TableChanges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cstodata.diff.fields import FieldPairs
    from cstodata.diff.relations import Relations
    from cstodata.diff.table import Table
    from cstodata.model.progress import OnShare
    from cstodata.spark.engine import SparkEngine


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


def diff_rows(old: Table, new: Table, *, engine: SparkEngine | None, memory_limit: str, on_share: OnShare) -> RowsDiff:
    """What changed from one table to another.

    Args:
        old: The table before.
        new: The table after.
        engine: Spark, for large tables that it may read; None if all are read and joined here.
        memory_limit: What joining the hashes here may take before it spills to disk, such as `128MB`.
        on_share: Called with the share of the work that is done.

    Raises:
        TableReadError: One of them cannot be read.
        SparkError: Spark cannot go on.
    """
    if engine is not None:
        from cstodata.diff.spark.relations import LeftHereError, spark_relations

        with suppress(LeftHereError), spark_relations(old, new, engine) as relations:
            return _diff(old, new, relations, on_share)
    with duck_relations(old, new, memory_limit=memory_limit) as here:
        return _diff(old, new, here, on_share)


def _diff(old: Table, new: Table, relations: Relations, on_share: OnShare) -> RowsDiff:
    join = HashJoin(old, new, relations, on_share)
    found = join.run()
    changes = _collect(old, new, join, found, relations)
    reordered = changes.count == 0 and join.is_reordered()
    return RowsDiff(changes=changes, pairs=join.pairs, reordered=reordered)


def _collect(old: Table, new: Table, join: HashJoin, found: Found, relations: Relations) -> TableChanges:
    """Read the rows that were found, and compare the changed ones cell by cell."""
    old_names, key = join.old_names(), join.key
    removed, added = sorted(found.removed), found.added
    before, after = abreast(
        partial(relations.take, "o", [*removed, *(was for was, _ in found.changed)]),
        partial(relations.take, "w", [*added, *(now for _, now in found.changed)]),
    )
    compared = [(one.name, two.name) for one, two in join.pairs.common]
    lone = [field.name for field in join.pairs.added]
    was, now = before.slice(len(removed)), after.slice(len(added))
    other = _any([_differ(was[one], now[two]) for one, two in compared], was.num_rows)
    changed = pc.or_(other, _any([now[name].is_valid() for name in lone], now.num_rows))
    return TableChanges(
        resource=new.resource.name,
        resource_before=old.resource.name,
        key=key,
        rows_before=join.rows[0],
        rows_after=join.rows[1],
        removed=RemovedRows(before.slice(0, len(removed)), [old_names[name] for name in key], key),
        added=AddedRows(after.slice(0, len(added)), key),
        changed=ChangedRows(was.filter(changed), now.filter(changed), compared=compared, new=lone, key=key),
        corrected=pc.sum(other, min_count=0).as_py(),
    )


def _differ(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where two columns differ; null is the same as null."""
    both = pc.fill_null(pc.not_equal(one, other), fill_value=False)
    return pc.or_(both, pc.xor(one.is_null(), other.is_null()))


def _any(masks: Sequence[pa.ChunkedArray], length: int) -> pa.ChunkedArray:
    whole = pa.chunked_array([pa.repeat(pa.scalar(value=False), length)])
    for mask in masks:
        whole = pc.or_(whole, mask)
    return whole


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
