"""Text as lines of CSV, made column by column: minimal quoting as in Python's `csv` module, LF at the end of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cstodata.package.plain_csv import CsvDialect

_ROWS_AT_ONCE = 65_536


def header_line(labels: Sequence[str], dialect: CsvDialect) -> bytes:
    """The line that names the columns."""
    row = [pa.array([label], pa.large_string()) for label in labels]
    return bytes(_lines(row, dialect))


def csv_lines(texts: pa.Table, dialect: CsvDialect) -> Iterator[pa.Buffer]:
    """The rows of a table as lines in UTF-8, some thousand at a time.

    Args:
        texts: String columns without nulls, one at least.
        dialect: Delimiter and quote.
    """
    for batch in texts.to_batches(max_chunksize=_ROWS_AT_ONCE):
        if batch.num_rows:
            # Joined lines may be more than the 2 GiB that a plain string column holds.
            yield _lines([column.cast(pa.large_string()) for column in batch.columns], dialect)


def _lines(columns: list[pa.LargeStringArray], dialect: CsvDialect) -> pa.Buffer:
    cells = [_quoted(column, dialect) for column in columns]
    if len(cells) == 1:  # an empty line would be no record
        cells[0] = pc.if_else(pc.equal(cells[0], ""), _text(dialect.quote * 2), cells[0])
    cells[-1] = pc.binary_join_element_wise(cells[-1], _text(""), _text("\n"))
    return _content(pc.binary_join_element_wise(*cells, _text(dialect.delimiter)))


def _quoted(column: pa.LargeStringArray, dialect: CsvDialect) -> pa.LargeStringArray:
    """The cells, within quotes where one holds a delimiter, a quote or an end of line."""
    special = (dialect.delimiter, dialect.quote, "\n", "\r")
    content = _content(column).to_pybytes()
    if not any(character.encode() in content for character in special):
        return column
    needed = pc.match_substring_regex(column, f"[{''.join(map(re.escape, special))}]")
    doubled = pc.replace_substring(column.filter(needed), dialect.quote, dialect.quote * 2)
    quote = _text(dialect.quote)
    return pc.replace_with_mask(column, needed, pc.binary_join_element_wise(quote, doubled, quote, _text("")))


def _text(text: str) -> pa.LargeStringScalar:
    return pa.scalar(text, pa.large_string())


def _content(texts: pa.LargeStringArray) -> pa.Buffer:
    """The bytes of all texts, one behind the other."""
    _, offsets, content = texts.buffers()
    positions = memoryview(offsets).cast("q")
    start, end = positions[texts.offset], positions[texts.offset + len(texts)]
    return content.slice(start, end - start)
