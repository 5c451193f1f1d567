"""The one form in which a table is written: UTF-8, LF, rows sorted by key, minimal quoting, ISO dates.

Equal tables have equal bytes, so a diff of two files shows what changed and a digest tells whether anything did.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, cast

from cstodata.errors import TableReadError
from cstodata.package.cells import render

if TYPE_CHECKING:
    import pyarrow as pa

    from cstodata.package.descriptor import Field, Schema

ROWS_AT_ONCE = 65_536
_CRLF = "\r\n"


def sort_by_key(table: pa.Table, schema: Schema) -> pa.Table:
    """The rows in ascending order of the primary key, nulls last; in the order given if there is no key.

    Strings are ordered by code point, numbers and dates by value; rows of equal keys keep their order.
    """
    return table.sort_by([(name, "ascending") for name in schema.primary_key]) if schema.primary_key else table


def to_csv(table: pa.Table, schema: Schema, *, delimiter: str = ",", quote: str = '"') -> bytes:
    """The table as canonical CSV, its rows in the order given.

    Args:
        table: Columns of `cells.arrow_type`, one a field.
        schema: The fields, in the order of the columns, and how null is written.
        delimiter: One character.
        quote: One character, doubled inside a quoted cell.

    Raises:
        TableReadError: A cell cannot be written as the schema declares it.
    """
    text = _LineFeeds(newline="")
    writer = csv.writer(text, delimiter=delimiter, quotechar=quote, lineterminator=_CRLF)
    writer.writerow([field.name for field in schema.fields])
    for start in range(0, table.num_rows, ROWS_AT_ONCE):
        rows = table.slice(start, ROWS_AT_ONCE)
        writer.writerows(zip(*(_texts(rows, field) for field in schema.fields), strict=True))
    return text.getvalue().encode()


class _LineFeeds(io.StringIO):
    """Ends each record with LF.

    Before Python 3.13 the csv module quotes CR and LF in a cell only if they are part of the line terminator. So it is
    told to write both, and CR is taken off here, where every call is one record.
    """

    def write(self, record: str, /) -> int:
        return super().write(record.removesuffix(_CRLF) + "\n")


def _texts(rows: pa.Table, field: Field) -> list[str]:
    column = rows[field.name].combine_chunks()
    texts = render(column, field)
    if column.null_count:
        texts = texts.fill_null(_null_text(field))
    return cast("list[str]", texts.to_pylist())


def _null_text(field: Field) -> str:
    """An empty cell where it means null, else the first text that does."""
    if not field.missing_values:
        raise TableReadError(field.name, problem="is null, and no missingValues are declared to write it with")
    return "" if "" in field.missing_values else field.missing_values[0]
