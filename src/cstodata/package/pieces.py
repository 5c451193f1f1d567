"""A table in pieces, as text and typed: what a release is written from, however large the table is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from cstodata.errors import TableReadError
from cstodata.package.canonical import rendered, sort_by_key
from cstodata.package.cells import MIXED_OFFSETS, arrow_type
from cstodata.package.key_order import OutOfOrderError, in_order, sorted_texts
from cstodata.package.plain_csv import is_plain_csv
from cstodata.package.tables import read_table, read_text_pieces, schema_of, type_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeVar

    from cstodata.package.descriptor import DataPackage, Resource

    Result = TypeVar("Result")

_HELD_BYTES = 192 * 1024 * 1024
"""Up to this size, a table that is not in order is sorted in memory."""

_SORT_MEMORY = "128MB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some rows of a table.

    Attributes:
        texts: Its cells as they are written: string columns without nulls, one a field.
        table: The same, typed; null where a cell is a missing value.
    """

    texts: pa.Table
    table: pa.Table


def with_pieces(package: DataPackage, resource: Resource, use: Callable[[Iterator[Piece]], Result]) -> Result:
    """Use the pieces of a table, in the order of its primary key; in the order of the file if there is none.

    A file that is in order is read once. If it turns out not to be, it is sorted, and used again from the beginning.

    Args:
        package: The package, for its root.
        resource: What to read; it must declare a schema.
        use: What to do with the pieces, of which there is one at least; their columns have the same types in all.

    Raises:
        TableReadError: The table cannot be read as its schema types it.
    """
    schema = schema_of(resource)
    if not is_plain_csv(resource):
        table = sort_by_key(read_table(package, resource), schema)
        return use(iter([Piece(texts=rendered(table, schema), table=table)]))
    types = _column_types(package, resource)

    def pieces() -> Iterator[Piece]:
        return (_typed(texts, resource, types) for texts in read_text_pieces(package, resource))

    if not schema.primary_key:
        return use(pieces())
    try:
        return use(in_order(pieces(), schema.primary_key))
    except OutOfOrderError:
        ordered = sorted_texts(pieces(), schema.primary_key, held_bytes=_HELD_BYTES, memory_limit=_SORT_MEMORY)
        return use(_typed(texts, resource, types) for texts in ordered)


def _column_types(package: DataPackage, resource: Resource) -> dict[str, pa.DataType]:
    """The Arrow type of each column.

    Whether datetimes are instants is what their cells say, all of them: so these columns are read for it.
    """
    schema = schema_of(resource)
    types = {field.name: arrow_type(field) for field in schema.fields}
    fields = [field for field in schema.fields if field.type == "datetime"]
    seen: dict[str, set[pa.DataType]] = defaultdict(set)
    for texts in read_text_pieces(package, resource, [field.name for field in fields]) if fields else ():
        table = type_texts(texts, fields, resource=resource.name)
        for name, column in zip(table.column_names, table.columns, strict=True):
            if column.null_count < len(column):
                seen[name].add(column.type)
    for name, found in seen.items():
        if len(found) > 1:
            raise TableReadError(f"{resource.name}.{name}", problem=MIXED_OFFSETS)
        types[name] = found.pop()
    return types


def typed_pieces(package: DataPackage, resource: Resource) -> Iterator[pa.Table]:
    """The table that `read_table` reads, in the order of its file, a few megabytes at a time if that is large.

    Raises:
        TableReadError: As `read_table`; it may have given pieces by then.
        UnsafePathError: Its path leads out of the package.
    """
    if not is_plain_csv(resource):
        yield read_table(package, resource)
        return
    types = _column_types(package, resource)
    for texts in read_text_pieces(package, resource):
        yield _typed(texts, resource, types).table


def _in_types(table: pa.Table, types: Mapping[str, pa.DataType]) -> pa.Table:
    """The same table; a column that is all null, so that nothing tells its type, has the type that is wanted."""
    for at, (name, column) in enumerate(zip(table.column_names, table.columns, strict=True)):
        if column.type != types[name] and column.null_count == len(column):
            table = table.set_column(at, name, pa.nulls(len(column), types[name]))
    return table


def _typed(texts: pa.Table, resource: Resource, types: Mapping[str, pa.DataType]) -> Piece:
    table = type_texts(texts, schema_of(resource).fields, resource=resource.name)
    return Piece(texts=texts, table=_in_types(table, types))
