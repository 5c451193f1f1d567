"""Tables from verified files: only the columns and rows that are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from cstodata.errors import ClientError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import Any

_ERRORS = (pa.ArrowException, OSError, ValueError, TypeError, LookupError)
"""What Arrow raises, of files and of filters."""


def read_parquet(path: Path, *, resource: str, columns: Iterable[str] | None, filters: Any) -> pa.Table:
    """A table from a Parquet file; what is not asked for is not read.

    Args:
        path: The file.
        resource: What to call it in an error.
        columns: Names of columns, in the order wanted; None for all.
        filters: Rows to keep, as `pyarrow.parquet.read_table` takes them; None for all.

    Raises:
        UnknownNameError: There is no such column.
        ClientError: It is no Parquet file, or the filters do not fit it.
    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            wanted = None if columns is None else _known(columns, file.schema_arrow.names)
            if filters is None:
                # As fast as `read_table`, without the data sets of Arrow, which import pandas if there is one.
                table = file.read(columns=wanted)
                return table if wanted is None else table.select(wanted)
        return pq.read_table(path, columns=wanted, filters=filters, partitioning=None)
    except _ERRORS as error:
        raise ClientError(resource, why=_sentence(error, filters)) from error


def open_parquet(path: Path, *, resource: str) -> Any:
    """A Parquet file as a data set of Arrow, of which others read what they need.

    Raises:
        ClientError: It is no Parquet file.
    """
    from pyarrow import dataset

    try:
        return dataset.dataset(path, format="parquet")
    except _ERRORS as error:
        raise ClientError(resource, why=_sentence(error, None)) from error


def select(table: pa.Table, *, resource: str, columns: Iterable[str] | None, filters: Any) -> pa.Table:
    """Some columns and rows of a table; arguments and errors as in `read_parquet`."""
    try:
        if filters is not None:
            from pyarrow.compute import Expression
            from pyarrow.parquet import filters_to_expression

            is_expression = isinstance(filters, Expression)
            table = table.filter(filters if is_expression else filters_to_expression(filters))
        if columns is not None:
            table = table.select(_known(columns, table.column_names))
    except _ERRORS as error:
        raise ClientError(resource, why=_sentence(error, filters)) from error
    return table


def _known(columns: Iterable[str], known: Sequence[str]) -> list[str]:
    """The columns that are wanted, if there are such."""
    wanted = list(columns)
    for column in wanted:
        if column not in known:
            raise UnknownNameError("column", column, known=known)
    return wanted


def _sentence(error: Exception, filters: Any) -> str:
    said = str(error).partition("\n")[0]
    return f"cannot be read: {said}" if filters is None else f"cannot be read with these filters: {said}"
