"""What Frictionless says of a resource before its rows are read, and whether the fast path may judge them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from frictionless import FrictionlessException
from frictionless.formats.csv import CsvControl
from frictionless.resources import TableResource
from frictionless.table.row import Row, create_cell_handlers

from cstodata.package.plain_csv import CsvDialect
from cstodata.validation.tables.acquit import NULL, Acquittal
from cstodata.validation.tables.contents import CsvContent, ParquetContent
from cstodata.validation.tables.packed import is_packed
from cstodata.validation.tables.parquet_files import columns_of, labels_of
from cstodata.validation.tables.plain_files import Part, blocks_of, parts_of
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from frictionless import Field, Resource

    from cstodata.validation.tables.contents import Content
    from cstodata.validation.tables.plain_files import PlainFiles
    from cstodata.validation.tables.scan import Batch
    from cstodata.validation.tables.typed import Column

_UNHASHABLE = frozenset({"array", "geojson", "list", "object"})
_HASHES = ("md5:", "sha256:")
_UTF_8 = frozenset({"utf-8", "utf-8-sig"})
_DIALECT_DEFAULTS = {
    "header": True,
    "header_rows": [1],
    "comment_char": None,
    "comment_rows": [],
    "skip_blank_rows": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """One foreign key: fields here, and fields of a resource ("" is the resource itself)."""

    fields: tuple[str, ...]
    resource: str
    referred: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePlan:
    """How to judge the rows of a resource.

    Attributes:
        parts: The files that hold its bytes.
        is_own: Whether these are its own, and not one that was made of them.
        files: What makes one plain file of them, when it is asked for.
        digested: The file whose digest and size Frictionless gives; None for the bytes of the parts as one.
        is_digested_first: Whether it gives them even if it does not read all rows, as of compressed files.
        dialect: As Frictionless reads the file, what it detects included.
        columns: How each column of a Parquet file is looked at; None of a text.
        fields: How many fields the schema has.
        labels: The header's cells.
        acquittals: One a field, in the order of the columns.
        handlers: What Frictionless' rows are made with.
        primary_key: Names of its fields; empty if it has none.
        unique: Names of the fields whose values must differ.
        foreign_keys: In the order of the schema.
    """

    parts: tuple[Part, ...]
    is_own: bool
    files: PlainFiles
    digested: Path | None
    is_digested_first: bool
    dialect: CsvDialect
    columns: tuple[Column, ...] | None
    fields: int
    labels: tuple[str, ...]
    acquittals: tuple[Acquittal, ...]
    handlers: dict[str, Any]
    primary_key: tuple[str, ...]
    unique: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def path(self) -> Path:
        """The plain file that holds its bytes: its own, or one that is made of its parts when it is asked for first.

        Raises:
            NotFastError: There is none: one of its files is damaged, or there is no room.
            RefusedError: One of its files unpacks to too much.
        """
        return self.files.plain(self.parts)

    @property
    def is_one_plain_file(self) -> bool:
        """Whether it is one file of the package, as it stands there."""
        return self.is_own and len(self.parts) == 1 and not self.parts[0].is_packed

    def content(self) -> Content:
        """Its rows; errors are those of `path`."""
        if self.columns is not None:
            return ParquetContent(source=self.path, columns=self.columns)
        return CsvContent(source=self.path, size=self.path.stat().st_size, dialect=self.dialect, width=self.width)

    @property
    def is_digested(self) -> bool:
        """Whether Frictionless gives a digest: not of Parquet files, which are read past it."""
        return self.columns is None

    def digested_blocks(self) -> Iterator[bytes]:
        """The bytes whose digest and size Frictionless gives; errors are those of `path`."""
        return self.files.blocks(self.parts) if self.digested is None else blocks_of(self.digested)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.acquittals)

    def row(self, texts: list[str], number: int) -> Row:
        """A row as Frictionless makes it."""
        cells: list[Any] = texts
        if self.columns is not None:
            cells = [column.cell(text) for column, text in zip(self.columns, texts, strict=True)]
        return Row(cells, handlers=self.handlers, row_number=number)

    def cells(self, batch: Batch, names: Iterable[str]) -> dict[str, pa.Array]:
        """The cells of some columns as texts, those of them that are there; null where a cell is null in itself."""
        at = {name: self.position(name) for name in names if name in self.handlers}
        if self.columns is None:
            return {name: batch.columns[each] for name, each in at.items()}
        return {name: self.columns[each].with_nulls(batch.columns[each]) for name, each in at.items()}

    def position(self, name: str) -> int:
        """Position of a field among the columns, from 0."""
        return [acquittal.field.name for acquittal in self.acquittals].index(name)


def plan_table(source: Resource, files: PlainFiles) -> TablePlan:
    """The plan for a resource.

    Args:
        source: Frictionless' resource, closed; it is left as it is.
        files: What unpacks and joins its files.

    Raises:
        NotFastError: Its rows are left to Frictionless.
        RefusedError: It is not to be read at all.
    """
    if not isinstance(source, TableResource):
        raise NotFastError("it is not a table")
    _refuse(source.data is not None, "its data is inline")
    _refuse(source.hash and not source.hash.startswith(_HASHES) and ":" in source.hash, "its digest is of another kind")
    # A copy, because opening one changes what it declares; without foreign keys, because Frictionless would read what
    # they refer to.
    probe = source.to_copy()
    if probe.schema:
        probe.schema.foreign_keys = []
    parquet = _parquet_file(source)
    if parquet is not None:  # Frictionless would read all of it to see its header
        probe.path, probe.data, probe.format = None, [labels_of(parquet)], "inline"
    try:
        with probe:
            return _plan(source, probe, files, parquet)
    except FrictionlessException as error:
        raise NotFastError(f"it cannot be opened ({error.error.type})") from error


def _parquet_file(source: TableResource) -> Path | None:
    """The Parquet file of a resource; None if it is none."""
    if source.format != "parquet":
        return None
    _refuse(source.scheme != "file" or source.multipart or source.compression, "it is no plain Parquet file")
    _refuse(not (source.schema and source.schema.fields), "it has no schema")
    _refuse(source.dialect.to_descriptor(), "it declares a dialect")
    return Path(str(source.normpath))


def _plan(source: TableResource, probe: TableResource, files: PlainFiles, parquet: Path | None) -> TablePlan:
    if parquet is None:
        _refuse(probe.format not in ({"csv"} if probe.multipart else {"csv", "tsv"}), f"its format is {probe.format}")
        _refuse(probe.scheme not in {"file", "multipart"}, f"its scheme is {probe.scheme}")
        _refuse(probe.compression not in {None, "", "gz"}, f"it is compressed as {probe.compression}")
        _refuse(probe.encoding not in _UTF_8, f"its encoding is {probe.encoding}")
    for name, default in _DIALECT_DEFAULTS.items():
        _refuse(getattr(probe.dialect, name) != default, f"its dialect says {name}")
    _refuse(not probe.dialect.header_case, "its header may be in any case")
    _refuse(not probe.header.valid, "its header is wrong")
    fields: list[Field] = probe.header.get_expected_fields()
    _refuse(len(fields) != len(probe.labels), "its columns are not the fields of its schema")
    columns = columns_of(parquet, fields, list(map(_missing_values, fields))) if parquet else None
    acquittals = tuple(map(_acquittal, fields, columns or [None] * len(fields)))
    names = {field.name for field in fields}
    primary_key = tuple(probe.schema.primary_key)
    unique = tuple(field.name for field in fields if field.constraints.get("unique"))
    foreign_keys = _foreign_keys(source)
    _refuse(any(not set(key.fields) <= names for key in foreign_keys), "a foreign key is of a column that is not there")
    in_keys = {*primary_key, *unique, *(name for key in foreign_keys for name in key.fields)}
    for field in fields:
        _refuse(field.name in in_keys and field.type in _UNHASHABLE, f"a field of type {field.type} is part of a key")
    _compile_readers(acquittals)
    parts = (Part(path=parquet, is_packed=False, is_first=True),) if parquet else _parts(probe, files)
    return TablePlan(
        parts=parts,
        is_own=bool(parquet) or [str(part.path) for part in parts] == [str(Path(path)) for path in probe.normpaths],
        files=files,
        digested=None if parquet or probe.multipart else Path(str(probe.normpath)),
        is_digested_first=bool(probe.compression) and not probe.multipart,
        dialect=CsvDialect() if parquet else _csv_dialect(probe),
        columns=columns,
        fields=len(probe.schema.fields),
        labels=tuple(probe.labels),
        acquittals=acquittals,
        handlers=create_cell_handlers(fields),
        primary_key=primary_key if set(primary_key) <= names else (),
        unique=unique,
        foreign_keys=foreign_keys,
    )


def _acquittal(field: Field, column: Column | None) -> Acquittal:
    if column is None:
        return Acquittal(field=field, missing_values=_missing_values(field))
    return Acquittal(field=field, missing_values=(*_missing_values(field), NULL), is_sure=column.is_sure)


def _foreign_keys(source: TableResource) -> tuple[ForeignKey, ...]:
    return tuple(
        ForeignKey(
            fields=tuple(key["fields"]),
            resource=key["reference"]["resource"],
            referred=tuple(key["reference"]["fields"]),
        )
        for key in (source.schema.foreign_keys if source.schema else ())
    )


def _parts(probe: TableResource, files: PlainFiles) -> tuple[Part, ...]:
    """The files whose bytes Frictionless hands to its CSV reader."""
    paths = [Path(path) for path in probe.normpaths]
    if probe.multipart:
        for path in paths:
            _refuse(path.suffix not in {".csv", ".gz"}, f"one of its files is a {path.suffix} file")
            _refuse(is_packed(path) != (path.suffix == ".gz"), "one of its files is misnamed")
        return parts_of(paths)
    if probe.format == "tsv":
        path = files.with_line_feeds(files.unpacked(paths[0]) if probe.compression else paths[0])
        return (Part(path=path, is_packed=False, is_first=True),)
    return (Part(path=paths[0], is_packed=bool(probe.compression) and is_packed(paths[0]), is_first=True),)


def _csv_dialect(probe: TableResource) -> CsvDialect:
    control = CsvControl.from_dialect(probe.dialect)
    _refuse(control.escape_char, "its dialect has an escape character")
    _refuse(control.skip_initial_space, "blanks after its delimiters do not count")
    for name in ("delimiter", "quote_char"):
        value = getattr(control, name)
        _refuse(len(value) != 1 or not value.isascii(), f"its {name.replace('_', ' ')} is not one ASCII character")
    return CsvDialect(delimiter=control.delimiter, quote=control.quote_char)


def _missing_values(field: Field) -> tuple[str, ...]:
    own = field.has_defined("missing_values") or field.schema is None
    return tuple(field.missing_values if own else field.schema.missing_values)  # type: ignore[union-attr]  # not None here


def _compile_readers(acquittals: tuple[Acquittal, ...]) -> None:
    """Leave a field with a constraint that cannot be compiled to Frictionless, whose failure is then reported."""
    for acquittal in acquittals:
        try:
            acquittal.field.create_cell_reader()
        except Exception as error:  # a pattern, an enum or a bound of any wrong form
            raise NotFastError(f"the constraints of {acquittal.field.name} cannot be applied") from error


def _refuse(reason: object, sentence: str) -> None:
    if reason:
        raise NotFastError(sentence)
