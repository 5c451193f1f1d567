"""What the metadata of a Parquet file tells of its columns."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from cstodata.validation.tables.scan import NotFastError
from cstodata.validation.tables.typed import check_frame, column_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow.parquet as pq
    from frictionless import Field

    from cstodata.validation.tables.typed import Column

_PLAIN_TYPE = re.compile(r"bool|u?int(8|16|32|64)|float64|datetime64\[m?u?s\]|object|str")
"""The types of columns of a frame that pandas makes of them without being told."""


_RANGE = ("start", "stop", "step")
_PLAIN_INDEX = {"kind": "range", "name": None, **dict.fromkeys(_RANGE, 0)}
"""What tells of an index that only counts rows, but for the numbers."""


def labels_of(path: Path) -> list[str]:
    """The names of the columns of a Parquet file.

    Raises:
        NotFastError: It cannot be read.
    """
    import pyarrow.parquet as pq

    with _readable():
        return list(pq.read_schema(path).names)


def columns_of(path: Path, fields: Sequence[Field], missing_values: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """How the columns of a Parquet file are looked at.

    Args:
        path: The file.
        fields: Frictionless' fields, bound to their schema, one a column.
        missing_values: The texts that mean null in each.

    Raises:
        NotFastError: It is left to Frictionless.
    """
    import pyarrow.parquet as pq

    with _readable(), pq.ParquetFile(path, pre_buffer=False) as file:
        schema = file.schema_arrow
        if file.metadata.num_columns != len(schema) or len(set(schema.names)) != len(schema):
            raise NotFastError("its columns are nested, or two have one name")
        _check_frame_of(schema)
        with_nulls = _with_nulls(file)
    columns = tuple(
        column_of(column.type, field, missing, has_nulls=column.name in with_nulls)
        for column, field, missing in zip(schema, fields, missing_values, strict=True)
    )
    check_frame(columns)
    return columns


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise NotFastError(f"Arrow cannot read it ({str(error)[:100]})") from error


def _with_nulls(file: pq.ParquetFile) -> set[str]:
    """The columns that may have nulls; of those of which it matters beforehand, the ones that do."""
    types = {column.name: column.type for column in file.schema_arrow if column.nullable}
    asked = {name for name, type_ in types.items() if pa.types.is_integer(type_) or pa.types.is_timestamp(type_)}
    found = types.keys() - asked
    # Statistics may tell it, too; but where these are damaged, pyarrow aborts the process that looks at them.
    for batch in file.iter_batches(columns=sorted(asked)) if asked else ():
        found |= {name for name in asked if batch[name].null_count}
        if asked <= found:
            break
    return found


def _check_frame_of(schema: pa.Schema) -> None:
    """Make sure that nothing is said of the frame that a file was made of which pandas would make again of it."""
    told = (schema.metadata or {}).get(b"pandas")
    if told is None:
        return
    frame = json.loads(told)
    indexes, labels = frame["index_columns"], frame["column_indexes"]
    if indexes and not (len(indexes) == 1 and {**indexes[0], **dict.fromkeys(_RANGE, 0)} == _PLAIN_INDEX):
        raise NotFastError("it was made of a frame of pandas with an index")
    is_plain = (
        [column["name"] for column in frame["columns"]] == schema.names
        and all(column["field_name"] == column["name"] for column in frame["columns"])
        and all(_PLAIN_TYPE.fullmatch(column["numpy_type"]) for column in frame["columns"])
        and len(labels) <= 1
        and all(each["name"] is None and each["numpy_type"] in {"object", "str"} for each in labels)
        and not frame.get("attributes")
    )
    if not is_plain:
        raise NotFastError("it was made of a frame of pandas with types of its own")
