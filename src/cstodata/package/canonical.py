"""The one form in which a table is written: UTF-8, LF, rows sorted by key, minimal quoting, plain cells.

Equal tables have equal bytes, so a diff of two files shows what changed and a digest tells whether anything did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.errors import TableReadError
from cstodata.package.cells import is_rewritten, means_null, render
from cstodata.package.plain_csv import CsvDialect, read_texts, write_texts
from cstodata.package.same import same_table
from cstodata.package.tables import type_texts

if TYPE_CHECKING:
    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import Field, Schema

DIALECT: JsonObject = {
    "delimiter": ",",
    "lineTerminator": "\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
    "header": True,
}
"""How canonical CSV is written; all of it declared, so that no reader guesses."""


def sort_by_key(table: pa.Table, schema: Schema) -> pa.Table:
    """The rows in ascending order of the primary key, nulls last; in the order given if there is no key.

    Strings are ordered by code point, numbers and dates by value; rows of equal keys keep their order.
    """
    return table.take(_order(table, schema)) if schema.primary_key else table


def rendered(table: pa.Table, schema: Schema) -> pa.Table:
    """The cells of a typed table as canonical text, in the forms that their fields declare.

    Raises:
        TableReadError: A cell has no such text.
    """
    columns = {}
    for field in schema.fields:
        column = table[field.name].combine_chunks()
        texts = _not_missing(render(column, field), field)
        columns[field.name] = texts.fill_null(_null_text(field)) if column.null_count else texts
    return pa.table(columns)


def canonical_cells(texts: pa.Table, table: pa.Table, schema: Schema) -> pa.Table:
    """The cells of a CSV file in canonical form.

    Cells of a plain type are written in its one form (`7` for `007`, `2020-01-05` for `2020-1-5`). All others stay as
    they are: text, missing values, and what is read in a form that its field declares, such as `5 %`.

    Args:
        texts: The cells of the file.
        table: The same, typed.
        schema: The fields, in the order of the columns that are returned.

    Raises:
        TableReadError: A cell would be written as what means null.
    """
    columns = {}
    for field in schema.fields:
        text = texts[field.name]
        if is_rewritten(field):
            plain = render(table[field.name].combine_chunks(), field)
            if not pc.all(pc.equal(plain, text), min_count=0).as_py():
                text = pc.coalesce(_not_missing(plain, field), text)
        columns[field.name] = text
    return pa.table(columns)


def rewrite_csv(texts: pa.Table, table: pa.Table, schema: Schema, dialect: CsvDialect) -> bytes:
    """A CSV file in canonical form, its rows sorted by key; see `canonical_cells`.

    Args:
        texts: The cells of the file.
        table: The same, typed.
        schema: The fields, in the order in which columns are written.
        dialect: Delimiter and quote.

    Raises:
        TableReadError: A cell cannot be written so that it reads back as the same.
    """
    rewritten = canonical_cells(texts, table, schema)
    if schema.primary_key:
        order = _order(table, schema)
        rewritten, table = rewritten.take(order), table.take(order)
    return _proved(rewritten, table, schema, dialect)


def _order(table: pa.Table, schema: Schema) -> pa.Array:
    return pc.sort_indices(table, sort_keys=[(name, "ascending") for name in schema.primary_key])


def _proved(texts: pa.Table, table: pa.Table, schema: Schema, dialect: CsvDialect) -> bytes:
    """The file, once it has been read back and holds the same table."""
    content = write_texts(texts, dialect)
    written = CsvDialect(delimiter=dialect.delimiter, quote=dialect.quote)
    again = type_texts(
        read_texts(content, written, resource="the file written"), schema.fields, resource="the file written"
    )
    if not same_table(again, table.select(again.column_names)):
        raise TableReadError("the file written", problem="does not read back as the same table")
    return content


def _not_missing(texts: pa.Array, field: Field) -> pa.Array:
    """Refuse a text that means null where the cell is not null."""
    hidden = means_null(texts, field)
    if pc.any(hidden).as_py():
        hidden = texts.filter(hidden)
        problem = f'a cell would be written as "{hidden[0]}", which its missingValues say is null'
        raise TableReadError(field.name, problem=problem)
    return texts


def _null_text(field: Field) -> str:
    """An empty cell where it means null, else the first text that does."""
    if not field.missing_values:
        raise TableReadError(field.name, problem="is null, and no missingValues are declared to write it with")
    return "" if "" in field.missing_values else field.missing_values[0]
