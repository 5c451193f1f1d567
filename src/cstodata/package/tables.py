"""A table of a data package as a typed Arrow table."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import pyarrow as pa

from cstodata.errors import TableReadError
from cstodata.package.canonical_texts import canonical_texts
from cstodata.package.cells import from_values, parse, render
from cstodata.package.open_quotes import has_open_quote
from cstodata.package.parquet_tables import has_own_types, read_typed
from cstodata.package.paths import resolve
from cstodata.package.plain_csv import (
    csv_dialect,
    is_csv_file,
    is_plain_csv,
    read_labels,
    read_pieces,
    read_texts,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from typing import Any

    from cstodata.package.descriptor import DataPackage, Field, Resource, Schema

_LARGE_BYTES = 32 * 1024 * 1024

FIRST_DATA_ROW = 2
"""Number of the first record after the header, which is record 1."""


def schema_of(resource: Resource) -> Schema:
    """The schema of a resource.

    Raises:
        TableReadError: It declares none.
    """
    if resource.schema is None:
        raise TableReadError(resource.name, problem="it has no schema")
    return resource.schema


def read_table(package: DataPackage, resource: Resource) -> pa.Table:
    """The table of a resource, its columns typed by the schema and in the schema's order.

    Args:
        package: The package, for its root.
        resource: What to read; it must declare a schema.

    Returns:
        One column a field, of `cells.arrow_type`; null where a cell is a missing value.

    Raises:
        TableReadError: The file cannot be read, not as the schema types it, or has columns that the schema does not
            know.
        UnsafePathError: Its path leads out of the package.
    """
    schema = schema_of(resource)
    if not is_plain_csv(resource):
        return pa.concat_tables(table for table, _ in _read_values(package, resource, schema.fields))
    texts = read_resource_texts(package, resource)
    check_columns(texts, schema, resource=resource.name)
    return type_texts(texts, schema.fields, resource=resource.name)


def read_numbered(
    package: DataPackage, resource: Resource, fields: Collection[str], *, row_numbers: str
) -> Iterator[pa.Table]:
    """Some columns of a table, typed, with the number of each record, the header being 1; large tables in pieces.

    Columns that the schema does not know are passed over.

    Args:
        package: The package, for its root.
        resource: What to read; it must declare a schema.
        fields: The names of the fields to read.
        row_numbers: Name of the int64 column that is appended.

    Raises:
        TableReadError: The file cannot be read, or a field in it not as the schema types it.
        UnsafePathError: Its path leads out of the package.
    """
    schema = schema_of(resource)
    chosen = [field for field in schema.fields if field.name in fields]
    _check_reserved(resource, schema, row_numbers)
    if not is_plain_csv(resource):
        for values, numbers in _read_values(package, resource, chosen):
            yield values.append_column(row_numbers, numbers)
        return
    for texts, numbers in _numbered(_pieces(package, resource, [field.name for field in chosen])):
        yield type_texts(texts, chosen, resource=resource.name).append_column(row_numbers, numbers)


def read_canonical(package: DataPackage, resource: Resource, *, row_numbers: str) -> Iterator[pa.Table]:
    """The cells of a table as canonical text, in pieces: equal values have equal texts, and null is null.

    Cells that cannot be read are as they stand in the file. A CSV file that declares no delimiter has commas, as the
    standard says, or tabs if it is a TSV file.

    Args:
        package: The package, for its root.
        resource: What to read; it must declare a schema.
        row_numbers: Name of the int64 column that is appended: the number of the record, the header being 1.

    Raises:
        TableReadError: The file cannot be read, or its columns are not the fields of its schema.
        UnsafePathError: Its path leads out of the package.
    """
    schema = schema_of(resource)
    check_sound(package, resource, row_numbers=row_numbers)
    for texts in read_raw(package, resource, row_numbers=row_numbers):
        yield in_canonical_form(texts, resource, [field.name for field in schema.fields])


def read_raw(package: DataPackage, resource: Resource, *, row_numbers: str) -> Iterator[pa.Table]:
    """The cells of a table as they are written, in pieces, as `read_canonical` gives them otherwise.

    The file must have been looked at by `check_sound`. What is no CSV file comes in canonical form.
    """
    schema = schema_of(resource)
    if not is_csv_file(resource):
        for values, numbers in _read_values(package, resource, schema.fields):
            rendered = {field.name: render(values[field.name].combine_chunks(), field) for field in schema.fields}
            yield pa.table(rendered).append_column(row_numbers, numbers)
        return
    names = [field.name for field in schema.fields]
    for texts, numbers in _numbered(_pieces(package, resource, names)):
        check_columns(texts, schema, resource=resource.name)
        yield texts.select(names).append_column(row_numbers, numbers)


def read_text_pieces(
    package: DataPackage, resource: Resource, columns: Collection[str] | None = None
) -> Iterator[pa.Table]:
    """The cells of a plain CSV file as they are written, in pieces.

    Args:
        package: The package, for its root.
        resource: What to read; it must declare a schema, whose fields the columns are.
        columns: The fields to read; None for all, in the schema's order.

    Raises:
        TableReadError: The file cannot be read, or its columns are not the fields of its schema. Whether a quote is
            left open is known after the last piece.
    """
    schema = schema_of(resource)
    names = [field.name for field in schema.fields if columns is None or field.name in columns]
    with ThreadPoolExecutor(1) as other:
        looking = other.submit(_check_large, package, resource, schema)
        for texts in _pieces(package, resource, names):
            if columns is None:
                check_columns(texts, schema, resource=resource.name)
            for name in names:
                _check_column(texts, name, resource.name)
            yield texts.select(names)
        looking.result()


def in_canonical_form(texts: pa.Table, resource: Resource, names: Collection[str]) -> pa.Table:
    """The same table, some of its columns as canonical text; the columns stay in order."""
    if not is_csv_file(resource):
        return texts
    for field in schema_of(resource).fields:
        if field.name in names:
            at = texts.column_names.index(field.name)
            texts = texts.set_column(at, field.name, canonical_texts(texts.column(at), field))
    return texts


def check_sound(package: DataPackage, resource: Resource, *, row_numbers: str) -> None:
    """Make sure that a table can be read in pieces, without missing what stands wrong in it.

    Raises:
        TableReadError: It cannot.
    """
    schema = schema_of(resource)
    _check_reserved(resource, schema, row_numbers)
    if is_csv_file(resource):
        _check_large(package, resource, schema)


def _check_large(package: DataPackage, resource: Resource, schema: Schema) -> None:
    """Look at what reading a large file in pieces would pass over: columns nobody asks for, and an open quote."""
    path, dialect = resolve(package.root, cast("str", resource.path)), csv_dialect(resource)
    if path.is_file() and path.stat().st_size > _LARGE_BYTES:
        try:
            labels = read_labels(path, dialect)
            open_quote = has_open_quote(path, dialect)
        except (OSError, UnicodeError, csv.Error) as error:
            raise TableReadError(resource.name, problem=f"its file cannot be read: {error}") from error
        if open_quote:
            raise TableReadError(resource.name, problem="its file cannot be read: a quote is opened and never closed")
        if len(set(labels)) == len(labels):  # the other ones are found column by column
            check_columns(
                pa.table({label: pa.array([], pa.string()) for label in labels}), schema, resource=resource.name
            )


def _check_reserved(resource: Resource, schema: Schema, name: str) -> None:
    if schema.position(name) is not None:
        raise TableReadError(resource.name, problem=f"a field has the reserved name {name}")


def _numbered(pieces: Iterable[pa.Table]) -> Iterator[tuple[pa.Table, pa.Array]]:
    """Consecutive pieces of a table, each with the numbers of its records."""
    first = FIRST_DATA_ROW
    for piece in pieces:
        yield piece, pa.arange(first, first + piece.num_rows)
        first += piece.num_rows


def _pieces(package: DataPackage, resource: Resource, columns: list[str]) -> Iterator[pa.Table]:
    dialect, path = csv_dialect(resource), resolve(package.root, cast("str", resource.path))
    large = path.is_file() and path.stat().st_size > _LARGE_BYTES
    if large and dialect.encoding.lower() in {"utf-8", "utf8"} and columns:
        yield from read_pieces(path, dialect, columns, resource=resource.name)
    else:
        yield read_resource_texts(package, resource)


def read_resource_texts(package: DataPackage, resource: Resource) -> pa.Table:
    """The cells of a plain CSV resource as text; raises as `plain_csv.read_texts`, and if there is no file."""
    path = resolve(package.root, cast("str", resource.path))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableReadError(resource.name, problem=f"{resource.path} cannot be read: {error.strerror}") from error
    return read_texts(content, csv_dialect(resource), resource=resource.name)


def check_columns(texts: pa.Table, schema: Schema, *, resource: str) -> None:
    """Make sure that the columns are the schema's fields, in any order.

    Raises:
        TableReadError: There is a column that the schema does not know, or none for one of its fields, or two.
    """
    fields = [field.name for field in schema.fields]
    if unknown := [label for label in texts.column_names if label not in fields]:
        raise TableReadError(resource, problem=f'its schema does not know the column "{unknown[0]}"')
    for name in fields:
        _check_column(texts, name, resource)


def type_texts(texts: pa.Table, fields: Collection[Field], *, resource: str) -> pa.Table:
    """The columns of these fields, typed.

    Raises:
        TableReadError: A field has no column or two, or a cell that cannot be read.
    """
    columns = {}
    for field in fields:
        _check_column(texts, field.name, resource)
        try:
            columns[field.name] = parse(texts[field.name], field)
        except TableReadError as error:
            raise TableReadError(f"{resource}.{error.resource}", problem=error.problem) from error
    return pa.table(columns)


def _check_column(texts: pa.Table, name: str, resource: str) -> None:
    if texts.column_names.count(name) != 1:
        raise TableReadError(resource, problem=f"it has not one column {name}")


def _read_values(
    package: DataPackage, resource: Resource, fields: Sequence[Field]
) -> Iterator[tuple[pa.Table, pa.Array]]:
    """The typed columns of these fields of what is no CSV file, in pieces, and the numbers of the rows."""
    if has_own_types(package, resource):
        path = resolve(package.root, str(resource.path))
        yield from _numbered(read_typed(path, fields, resource=resource.name))
    else:
        table, numbers = _read_by_frictionless(package, resource, schema_of(resource))
        yield table.select([field.name for field in fields]), numbers


def _read_by_frictionless(package: DataPackage, resource: Resource, schema: Schema) -> tuple[pa.Table, pa.Array]:
    from frictionless import FrictionlessException

    try:
        return _frictionless_table(package, resource, schema)
    except FrictionlessException as error:
        raise TableReadError(resource.name, problem=error.error.message) from error
    except TableReadError:
        raise
    except Exception as error:  # some constraints make Frictionless raise anything
        raise TableReadError(resource.name, problem=f"Frictionless fails on it ({error})") from error


def _frictionless_table(package: DataPackage, resource: Resource, schema: Schema) -> tuple[pa.Table, pa.Array]:
    from frictionless import Package
    from frictionless.resources import TableResource

    described = cast("dict[str, Any]", package.descriptor)
    source = Package.from_descriptor(described, basepath=str(package.root)).get_resource(resource.name)
    if not isinstance(source, TableResource):
        raise TableReadError(resource.name, problem="it is no table that Frictionless can read")
    with source:
        if source.labels != [field.name for field in schema.fields]:
            raise TableReadError(resource.name, problem="its header is not that of its schema")
        rows = [(row.row_number, row.valid, row.to_list()) for row in source.row_stream]
    for number, valid, _ in rows:
        if not valid:
            raise TableReadError(resource.name, problem=f"row {number} does not fit the schema")
    columns = zip(*(cells for _, _, cells in rows), strict=True) if rows else ((),) * len(schema.fields)
    table = {field.name: from_values(list(column), field) for field, column in zip(schema.fields, columns, strict=True)}
    return pa.table(table), pa.array([number for number, _, _ in rows], pa.int64())
