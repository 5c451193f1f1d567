"""The tables of a release, read from their Parquet files as text."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from cstodata.errors import TableReadError
from cstodata.package.cells import render
from cstodata.package.tables import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.catalog.contents import Release, Table
    from cstodata.package.descriptor import Field

    Cells = tuple[str | None, ...]


@contextmanager
def opened_parquet(release: Release, table: Table) -> Iterator[pq.ParquetFile]:
    """The Parquet file of a table.

    Raises:
        PublishError: It is not the one that was published.
        TableReadError: It is no Parquet file of the table, which shows as it is read.
    """
    try:
        with pq.ParquetFile(release.files.locate(table.parquet.path)) as file:
            yield file
    except (pa.ArrowException, KeyError, OSError) as error:
        raise TableReadError(table.name, problem=f"its Parquet file cannot be read ({error})") from error


def texts(column: pa.Array, field: Field) -> pa.Array:
    """The cells of a column as text; null is null."""
    try:
        return render(column, field)
    except TableReadError:  # the form that the field declares cannot express a value
        return column.cast(pa.string())


def first_rows(release: Release, table: Table, most: int) -> Iterator[Cells]:
    """The first rows of a table, with the cells of all fields as text; null is None.

    Raises:
        PublishError: Its file is not the one that was published.
        TableReadError: Its file cannot be read.
    """
    fields = schema_of(table.resource).fields
    with opened_parquet(release, table) as file:
        for batch in islice(file.iter_batches(batch_size=most), 1):
            columns = [texts(batch.column(each.name), each).to_pylist() for each in fields]
            yield from zip(*columns, strict=True)
