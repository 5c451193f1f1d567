"""A table as Parquet: an explicit Arrow schema, and the same bytes for the same table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cstodata.package.descriptor import Schema

ROW_GROUP_ROWS = 122_880


class ParquetFile:
    """A Parquet file that is written piece by piece; how the table comes in pieces does not show in it.

    Each field carries its description as metadata under `description`. Fields that the schema requires are not
    nullable. Compression is zstd: gzip would put the operating system into the file.
    """

    def __init__(self, path: Path, schema: Schema, types: pa.Schema) -> None:
        """Begin a file.

        Args:
            path: Where.
            schema: The fields, in the order of the columns.
            types: The type of each field's column.
        """
        self._schema = pa.schema(
            [
                pa.field(
                    field.name,
                    types.field(field.name).type,
                    nullable=not (field.descriptor.get("constraints") or {}).get("required", False),  # type: ignore[union-attr]  # Frictionless checked the form
                    metadata={"description": field.description} if field.description else None,
                )
                for field in schema.fields
            ]
        )
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", version="2.6", write_statistics=True)
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write(self._rows)
        self._writer.close()

    def write(self, piece: pa.Table) -> None:
        """Add rows: typed columns, one a field."""
        self._waiting.append(piece.cast(self._schema))
        self._rows += piece.num_rows
        while self._rows >= ROW_GROUP_ROWS:
            self._write(ROW_GROUP_ROWS)

    def _write(self, rows: int) -> None:
        together = pa.concat_tables([self._schema.empty_table(), *self._waiting])
        self._waiting = [together.slice(rows)]
        self._rows -= rows
        # In one chunk a column: pages end where chunks do.
        self._writer.write_table(together.slice(0, rows).combine_chunks(), row_group_size=ROW_GROUP_ROWS)


def read_parquet_in_pieces(path: Path) -> Iterator[pa.Table]:
    """The table in a Parquet file, a batch of rows at a time; the first piece has the columns and no rows.

    Raises:
        OSError: The file cannot be read.
        pa.ArrowException: It is no Parquet file.
    """
    with pq.ParquetFile(path, pre_buffer=False) as file:
        yield file.schema_arrow.empty_table()
        for batch in file.iter_batches():
            yield pa.Table.from_batches([batch])
