"""One of two tables that are compared: its cells as text, in pieces."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.diff.row_changes import ROW
from cstodata.package.tables import check_sound, in_canonical_form, read_raw

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from cstodata.package.descriptor import DataPackage, Resource, Schema


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


def rows_of(table: Table, numbers: Sequence[int]) -> pa.Table:
    """The rows of these numbers, in their order, as canonical text, with the numbers in the column `ROW`."""
    ascending = sorted(numbers)
    pieces = table.raw() if numbers else ()
    return in_order((chosen(piece, ascending, table.resource) for piece in pieces), numbers, table.schema)


def in_order(pieces: Iterable[pa.Table], numbers: Sequence[int], schema: Schema) -> pa.Table:
    """Rows of these numbers, wherever they stand in some pieces, in the order of the numbers."""
    fields = [*((field.name, pa.string()) for field in schema.fields), (ROW, pa.int64())]
    found = pa.concat_tables([pa.schema(fields).empty_table(), *pieces]).combine_chunks()
    return found.take(pc.index_in(pa.array(numbers, pa.int64()), value_set=found[ROW].combine_chunks()))


def chosen(piece: pa.Table, ascending: Sequence[int], resource: Resource) -> pa.Table:
    """The rows of a piece whose numbers are in a list, as canonical text."""
    found = _of_piece(piece, ascending)
    return in_canonical_form(found, resource, found.column_names) if found.num_rows else found


def _of_piece(piece: pa.Table, ascending: Sequence[int]) -> pa.Table:
    """The rows of a piece whose numbers are in a list."""
    if not piece.num_rows:
        return piece
    first, last = piece[ROW][0].as_py(), piece[ROW][-1].as_py()
    here = ascending[bisect_left(ascending, first) : bisect_right(ascending, last)]
    if last - first + 1 == piece.num_rows:  # as in every CSV file
        return piece.take(pa.array([number - first for number in here], pa.int64()))
    return piece.filter(pc.is_in(piece[ROW], value_set=pa.array(here, pa.int64())))
