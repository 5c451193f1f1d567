"""A table of a data package as a typed Arrow table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.csv as pa_csv

from cstodata.errors import DescriptorError, TableReadError
from cstodata.package.cells import from_values, parse
from cstodata.package.paths import resolve

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path
    from typing import Any

    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import DataPackage, Field, Resource, Schema

FIRST_DATA_ROW = 2
"""Number of the first record after the header, which is record 1."""

_PLAIN_DIALECT = frozenset(
    {"$schema", "delimiter", "doubleQuote", "header", "lineTerminator", "quoteChar", "skipInitialSpace"}
)
_BLOCK_BYTES = 64 * 1024 * 1024


def read_table(
    package: DataPackage,
    resource: Resource,
    *,
    row_numbers: str | None = None,
    leave_out: Collection[str] = (),
) -> pa.Table:
    """The table of a resource, its columns typed by the schema and in the schema's order.

    Plain CSV is parsed by Arrow with the options under which it agrees with Python's `csv` module record for record;
    what is no plain CSV is read by Frictionless.

    Args:
        package: The package, for its root.
        resource: What to read; it must declare a schema.
        row_numbers: Name of an int64 column to append with the number of each record, the header being 1; None for
            none.
        leave_out: Fields not to read, such as those with cells of another type.

    Returns:
        One column a field, of `cells.arrow_type`; null where a cell is a missing value.

    Raises:
        DescriptorError: The resource declares no schema.
        TableReadError: The file cannot be read, or not as the schema types it.
        UnsafePathError: Its path leads out of the package.
    """
    schema = resource.schema
    if schema is None:
        raise DescriptorError(package.path, problem=f"resource {resource.name} has no schema")
    if is_plain_csv(resource):
        fields = [field for field in schema.fields if field.name not in leave_out]
        table = _read_csv(package, resource, fields)
        numbers = pa.array(range(FIRST_DATA_ROW, FIRST_DATA_ROW + table.num_rows), pa.int64())
    else:
        table, numbers = _read_by_frictionless(package, resource, schema)
    return table if row_numbers is None else table.append_column(row_numbers, numbers)


def is_csv_file(resource: Resource) -> bool:
    """Whether the resource is one uncompressed CSV file with a header, quoted in the usual way."""
    dialect, path = resource.descriptor.get("dialect", {}), resource.path
    return (
        path is not None
        and path.lower().endswith((".csv", ".tsv"))
        and resource.descriptor.get("format", "csv") in {"csv", "tsv"}
        and isinstance(dialect, dict)
        and dialect.keys() <= _PLAIN_DIALECT
        and dialect.get("header", True) is True
        and dialect.get("doubleQuote", True) is True
        and dialect.get("skipInitialSpace", False) is False
    )


def is_plain_csv(resource: Resource) -> bool:
    """Whether it is such a file and declares its delimiter: then Frictionless guesses nothing."""
    dialect = resource.descriptor.get("dialect", {})
    return is_csv_file(resource) and isinstance(dialect, dict) and "delimiter" in dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvDialect:
    """How a plain CSV file is written."""

    delimiter: str
    quote: str
    encoding: str


def csv_dialect(resource: Resource) -> CsvDialect:
    """The dialect that a plain CSV resource declares, or that its ending implies."""
    declared = cast("JsonObject", resource.descriptor.get("dialect", {}))
    implied = "\t" if resource.path is not None and resource.path.lower().endswith(".tsv") else ","
    return CsvDialect(
        delimiter=str(declared.get("delimiter", implied)),
        quote=str(declared.get("quoteChar", '"')),
        encoding=str(resource.descriptor.get("encoding") or "utf-8"),
    )


def _read_csv(package: DataPackage, resource: Resource, fields: list[Field]) -> pa.Table:
    path = resolve(package.root, cast("str", resource.path))
    dialect = csv_dialect(resource)
    try:
        labels = _labels(path, dialect)
        texts = pa_csv.read_csv(
            path,
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES, encoding=dialect.encoding),
            parse_options=pa_csv.ParseOptions(
                delimiter=dialect.delimiter, quote_char=dialect.quote, newlines_in_values=True, ignore_empty_lines=False
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(labels, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except (OSError, UnicodeError, LookupError, csv.Error, pa.ArrowException) as error:
        raise TableReadError(resource.name, problem=f"{resource.path} cannot be read: {error}") from error
    return pa.table({field.name: _typed(resource, field, texts) for field in fields})


def _labels(path: Path, dialect: CsvDialect) -> list[str]:
    """The header's cells; a byte order mark is no part of them."""
    encoding = "utf-8-sig" if dialect.encoding.lower() in {"utf-8", "utf8"} else dialect.encoding
    with path.open(encoding=encoding, newline="") as file:
        return next(csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote), [])


def _typed(resource: Resource, field: Field, texts: pa.Table) -> pa.Array:
    if texts.column_names.count(field.name) != 1:
        raise TableReadError(resource.name, problem=f"it has not one column {field.name}")
    try:
        return parse(texts[field.name].combine_chunks(), field)
    except TableReadError as error:
        raise TableReadError(f"{resource.name}.{error.resource}", problem=error.problem) from error


def _read_by_frictionless(package: DataPackage, resource: Resource, schema: Schema) -> tuple[pa.Table, pa.Array]:
    from frictionless import FrictionlessException, Package
    from frictionless.resources import TableResource

    described = cast("dict[str, Any]", package.descriptor)
    try:
        source = Package.from_descriptor(described, basepath=str(package.root)).get_resource(resource.name)
        if not isinstance(source, TableResource):
            raise TableReadError(resource.name, problem="it is no table that Frictionless can read")
        with source:
            rows = [(row.row_number, row.valid, row.to_list()) for row in source.row_stream]
    except FrictionlessException as error:
        raise TableReadError(resource.name, problem=error.error.message) from error
    for number, valid, _ in rows:
        if not valid:
            raise TableReadError(resource.name, problem=f"row {number} does not fit the schema")
    columns = zip(*(cells for _, _, cells in rows), strict=True) if rows else ((),) * len(schema.fields)
    table = {field.name: from_values(list(column), field) for field, column in zip(schema.fields, columns, strict=True)}
    return pa.table(table), pa.array([number for number, _, _ in rows], pa.int64())
