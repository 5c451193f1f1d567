"""Parquet files read by their own types, where these are the types of their schema.

Frictionless reads them through pandas, row by row, where a whole number beside a null is a float.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from cstodata.errors import TableReadError
from cstodata.package.cells import arrow_type, parse
from cstodata.package.parquet_batches import read_parquet
from cstodata.package.paths import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from io import RawIOBase
    from pathlib import Path

    from cstodata.package.descriptor import DataPackage, Field, Resource


def _is_exact_number(type_: pa.DataType) -> bool:
    return bool(pa.types.is_integer(type_) or pa.types.is_float64(type_) or pa.types.is_decimal128(type_))


def _is_integer(type_: pa.DataType) -> bool:
    return bool(pa.types.is_integer(type_) or pa.types.is_float64(type_))  # pandas writes floats where nulls are


def is_instant(type_: pa.DataType) -> bool:
    """Whether a column holds instants, or datetimes without a zone, that Python can hold to the last digit."""
    return bool(pa.types.is_timestamp(type_)) and type_.unit != "ns" and type_.tz in {None, "UTC"}


_READ: Final[Mapping[str, Callable[[pa.DataType], bool]]] = {
    "boolean": pa.types.is_boolean,
    "date": pa.types.is_date32,
    "datetime": is_instant,
    "integer": _is_integer,
    "number": _is_exact_number,
    "year": pa.types.is_integer,
}
"""The types of columns that hold the values of a type of fields."""


_LIKE_A_NUMBER = re.compile("[+-]?[0-9.]")


_SHOWN = frozenset({"True", "False", "None", "nan", "inf", "-inf"})
"""How else Python shows cells that are no texts."""


def is_like_a_number(text: str) -> bool:
    """Whether a text that means null may be how Python shows a number, or an instant: Frictionless makes it null."""
    return _LIKE_A_NUMBER.match(text) is not None


def has_own_types(package: DataPackage, resource: Resource) -> bool:
    """Whether a resource is a Parquet file that can be read by its own types.

    Raises:
        UnsafePathError: Its path leads out of the package.
    """
    descriptor, path, fields = resource.descriptor, resource.path, resource.schema.fields if resource.schema else ()
    is_plain = descriptor.get("format", "parquet") == "parquet" and not descriptor.keys() & {"compression", "dialect"}
    if path is None or not path.lower().endswith(".parquet") or not is_plain or not fields:
        return False
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(resolve(package.root, path))
    except (OSError, pa.ArrowException):
        return False
    of_fields = schema.names == [field.name for field in fields]
    return of_fields and all(map(_can_be_read, schema.types, fields))


def read_typed(
    source: Path | RawIOBase, fields: Sequence[Field], *, resource: str, groups: range | None = None
) -> Iterator[pa.Table]:
    """Some columns of a Parquet file that has its own types, in pieces, as `cells.arrow_type` says.

    Nulls, and texts that mean null, are null.

    Args:
        source: The file, or what reads it.
        fields: Those of its fields that are wanted.
        resource: What to call it in errors.
        groups: Consecutive row groups, by number; None for all.

    Raises:
        TableReadError: It is damaged, or a cell cannot be held.
    """
    try:
        for batch, _ in read_parquet(source, groups):
            yield pa.table({field.name: _typed(batch[field.name], field) for field in fields})
    except (OSError, pa.ArrowException) as error:
        raise TableReadError(resource, problem=f"its file cannot be read: {error}") from error
    except TableReadError as error:
        raise TableReadError(f"{resource}.{error.resource}", problem=error.problem) from error


def _can_be_read(type_: pa.DataType, field: Field) -> bool:
    if _is_text(type_):
        return True
    is_read = _READ.get(field.type)
    means_null = any(is_like_a_number(text) or text in _SHOWN for text in field.missing_values)
    return is_read is not None and bool(is_read(type_)) and not means_null


def _typed(cells: pa.Array, field: Field) -> pa.Array:
    if _is_text(cells.type):
        cells.validate(full=True)  # whether it is UTF-8, of which Arrow is silent where it reads
        return parse(cells.cast(pa.string()), field)
    type_ = pa.timestamp("us", cells.type.tz) if field.type == "datetime" else arrow_type(field)
    try:
        return cells.cast(type_, safe=field.type != "number")
    except pa.ArrowInvalid as error:
        raise TableReadError(field.name, problem=f"cannot be stored as {type_}: {error}") from error


def _is_text(type_: pa.DataType) -> bool:
    words = type_.value_type if pa.types.is_dictionary(type_) else type_
    return bool(pa.types.is_string(words) or pa.types.is_large_string(words))
