"""CSV files in UTF-8, read by Arrow as Python's `csv` module reads them."""

from __future__ import annotations

import atexit
import io
import time
from pathlib import Path
from threading import Lock, Semaphore
from typing import TYPE_CHECKING
from weakref import WeakSet

import pyarrow as pa
import pyarrow.csv as pa_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator
    from typing import Any

    from cstodata.package.plain_csv import CsvDialect

BLOCK_BYTES = 4 * 1024 * 1024
_BLOCKS_AHEAD = 2
_PATIENCE_SECONDS = 0.2


def read_batches(
    source: Path | bytes,
    labels: list[str],
    dialect: CsvDialect,
    *,
    columns: Collection[str] = (),
    block_size: int = BLOCK_BYTES,
    on_ragged: Callable[[Any], str] | None = None,
) -> Generator[pa.RecordBatch, None, None]:
    """A CSV file in UTF-8 as batches of string columns, in order, read by Arrow as Python's `csv` module reads it.

    Args:
        source: The file, or its bytes.
        labels: What to call the columns; the first batch begins with the header.
        dialect: Its delimiter and quote.
        columns: The columns to give, by label; none for all.
        block_size: In bytes; no record may be larger.
        on_ragged: Called with each row of another width; None if there must be none.

    Raises:
        pa.ArrowInvalid: It is not UTF-8, a record is too large, or a row is of another width.
    """
    with _Blocks(source.open("rb", buffering=0) if isinstance(source, Path) else io.BytesIO(source)) as blocks:
        reader = pa_csv.open_csv(
            pa.PythonFile(blocks, "r"),
            read_options=pa_csv.ReadOptions(use_threads=on_ragged is None, block_size=block_size, column_names=labels),
            parse_options=pa_csv.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char=dialect.quote,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=on_ragged,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(labels, pa.string()),
                strings_can_be_null=False,
                null_values=[],
                include_columns=list(columns),
            ),
        )
        for batch in reader:
            blocks.make_room()
            yield batch


class _Blocks(io.RawIOBase):
    """A file as Arrow should read it.

    No block ends with CR: Arrow drops the LF that then begins the next one, even within quotes. And only a few blocks
    are read ahead: Arrow would hold 32 of them.
    """

    def __init__(self, file: io.FileIO | io.BytesIO) -> None:
        self._file = file
        self._room = Semaphore(_BLOCKS_AHEAD)
        self._reading = Lock()
        _held.add(self)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        # Should Arrow need more than is allowed to make one batch, it is only slow.
        self._room.acquire(timeout=_PATIENCE_SECONDS)
        with self._reading:
            if self._file.closed:
                return b""
            block = self._file.read(size) or b""
            if len(block) > 1 and block.endswith(b"\r"):
                self._file.seek(-1, io.SEEK_CUR)
                return block[:-1]
            return block

    def make_room(self) -> None:
        """Let one more block be read."""
        self._room.release()

    def close(self) -> None:
        with self._reading:
            self._file.close()
        self._room.release(_BLOCKS_AHEAD)
        super().close()


_held: WeakSet[_Blocks] = WeakSet()


@atexit.register
def _let_go() -> None:
    """Wait until Arrow's threads are done with the files they were given.

    They drop them after the last batch, in their own time. A thread that needs the interpreter when it is already
    ending is killed by it, and takes the process along: `terminate called without an active exception`.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    for blocks in list(_held):
        blocks.close()
    while _held and time.monotonic() < until:
        time.sleep(0.001)
