"""A table as Parquet: an explicit Arrow schema, and the same bytes for the same table."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cstodata.package.descriptor import Schema

ROW_GROUP_ROWS = 122_880


def to_parquet(table: pa.Table, schema: Schema) -> bytes:
    """The table as a Parquet file.

    Each field carries its description as metadata under `description`. Fields that the schema requires are not
    nullable. Compression is zstd: gzip would put the operating system into the file.
    """
    described = pa.schema(
        [
            pa.field(
                field.name,
                table.schema.field(field.name).type,
                nullable=not (field.descriptor.get("constraints") or {}).get("required", False),  # type: ignore[union-attr]  # Frictionless checked the form
                metadata={"description": field.description} if field.description else None,
            )
            for field in schema.fields
        ]
    )
    buffer = io.BytesIO()
    pq.write_table(
        table.cast(described),
        buffer,
        row_group_size=ROW_GROUP_ROWS,
        compression="zstd",
        version="2.6",
        write_statistics=True,
    )
    return buffer.getvalue()


def read_parquet(path: Path) -> pa.Table:
    """The table in a Parquet file."""
    return pq.read_table(path)


def read_parquet_in_pieces(path: Path) -> Iterator[pa.Table]:
    """The same, a batch of rows at a time; the first piece has the columns and no rows.

    Raises:
        OSError: The file cannot be read.
        pa.ArrowException: It is no Parquet file.
    """
    with pq.ParquetFile(path, pre_buffer=False) as file:
        yield file.schema_arrow.empty_table()
        for batch in file.iter_batches():
            yield pa.Table.from_batches([batch])
