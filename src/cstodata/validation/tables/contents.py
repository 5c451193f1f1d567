"""The rows of a table, or of a piece of one, to be read from the first to the last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from cstodata.package.parquet_batches import read_parquet
from cstodata.package.tables import FIRST_DATA_ROW
from cstodata.validation.tables.looking import exact_cells
from cstodata.validation.tables.scan import Batch, NotFastError, ends_within_quotes, scan
from cstodata.validation.tables.typed import check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor
    from io import RawIOBase

    from cstodata.package.plain_csv import CsvDialect
    from cstodata.validation.tables.looking import ExactCells
    from cstodata.validation.tables.typed import Column


class Content(Protocol):
    """The rows of a table, or of a piece of one."""

    def batches(self, *, pool: Executor | None = None, block_size: int | None = None) -> Iterator[Batch]:
        """The rows in order.

        Args:
            pool: What reads rows while others are looked at; None if nothing does.
            block_size: In bytes, of texts, in which no record may be larger; None for the usual.

        Raises:
            RecordTooLargeError: A record is larger than a block.
            NotFastError: They cannot be read, or it does not end as it should.
        """

    def exact_cells(self) -> ExactCells:
        """A function that gives the cells of a row that looks blank; asked for ascending numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvContent:
    """A CSV file, or its bytes, in UTF-8.

    Attributes:
        source: The file, or its bytes.
        size: In bytes.
        dialect: How it is written.
        width: How many cells its header has.
    """

    source: Path | bytes
    size: int
    dialect: CsvDialect
    width: int

    def batches(self, *, pool: Executor | None = None, block_size: int | None = None) -> Iterator[Batch]:
        """As `Content.batches`."""
        last_cell, read = None, 0
        for batch in scan(self.source, self.dialect, self.width, pool=pool, block_size=block_size):
            last_cell = batch.last_cell if batch.size else last_cell
            read += batch.bytes
            yield replace(batch, share=min(1.0, read / self.size))
        self.check_end(last_cell)

    def exact_cells(self) -> ExactCells:
        """As `Content.exact_cells`."""
        return exact_cells(self.source, self.dialect)

    def check_end(self, last_cell: str | None) -> None:
        """Make sure that Arrow and Frictionless agree about the end.

        Args:
            last_cell: Of the last row; None if there is none.

        Raises:
            NotFastError: They may not.
        """
        if last_cell is not None and ends_within_quotes(self.source, self.dialect, last_cell):
            raise NotFastError("it seems to end within quotes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParquetContent:
    """A Parquet file, or some of its row groups.

    Attributes:
        source: The file, or what reads it.
        columns: How each column is looked at.
        groups: Consecutive row groups, by number; None for all.
    """

    source: Path | RawIOBase
    columns: tuple[Column, ...]
    groups: range | None = None

    def batches(self, *, pool: Executor | None = None, block_size: int | None = None) -> Iterator[Batch]:  # noqa: ARG002 -- as `Content` has them
        """As `Content.batches`."""
        first = FIRST_DATA_ROW
        try:
            for batch, share in read_parquet(self.source, self.groups, use_threads=pool is not None):
                check_rows(self.columns, batch.columns)
                texts = (column.texts(cells) for column, cells in zip(self.columns, batch.columns, strict=True))
                numbers = range(first, first + batch.num_rows)
                yield Batch(columns=tuple(texts), numbers=numbers, ragged={}, share=share)
                first = numbers.stop
        except (OSError, pa.ArrowException) as error:
            # What fails in a store may be there the next time.
            if isinstance(error, OSError) and (error.errno is not None or not isinstance(self.source, Path)):
                raise
            raise NotFastError(f"Arrow cannot read it ({str(error)[:100]})") from error

    def exact_cells(self) -> ExactCells:
        """As `Content.exact_cells`: all of them are empty."""
        return lambda _number: [""] * len(self.columns)
