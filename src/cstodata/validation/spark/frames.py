"""The tables that Spark looked at, as rules read them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import narwhals.stable.v1 as nw
import pyarrow as pa

from cstodata.errors import SparkError, TableReadError
from cstodata.package.cells import arrow_type
from cstodata.package.csv_batches import read_batches
from cstodata.package.parquet_tables import has_own_types, read_typed
from cstodata.package.paths import resolve
from cstodata.package.plain_csv import csv_dialect, is_plain_csv, read_labels
from cstodata.package.tables import type_texts
from cstodata.spark.notes import Note
from cstodata.validation.rules.base import ROW, Tables, failing_rows, in_order
from cstodata.validation.spark.tasks import FAILING, UNFIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from cstodata.package.descriptor import DataPackage, Field, Resource
    from cstodata.package.plain_csv import CsvDialect
    from cstodata.validation.rules.base import Rule
    from cstodata.validation.spark.carrier import Numbered, SparkCarrier
    from cstodata.validation.spark.pieces import Groups, Stretch

    Read = Callable[[Numbered], Iterator[pa.Table]]
    """Reads a piece of a table that was found to be sound: some columns, typed, and `ROW`."""

_TYPES = {pa.string(): "string", pa.int64(): "long", pa.date32(): "date"}


class SparkFrames:
    """The tables of a package that a carrier knows all records of."""

    def __init__(self, package: DataPackage, carrier: SparkCarrier) -> None:
        self._package, self._carrier = package, carrier

    def has(self, resource: Resource, fields: Iterable[Field]) -> bool:
        """Whether Spark looked at all rows of a resource, and can hold these fields."""
        if not all(arrow_type(field) in _TYPES for field in fields) or self._numbered(resource) is None:
            return False
        return is_plain_csv(resource) or has_own_types(self._package, resource)

    def frame(self, resource: Resource, fields: Sequence[Field]) -> nw.LazyFrame[Any]:
        """Some columns of a table, typed, and `ROW`; nothing is read yet.

        Args:
            resource: A resource that is there.
            fields: Strings, integers and dates.
        """
        types = {field.name: _TYPES[arrow_type(field)] for field in fields} | {ROW: "long"}
        schema = ", ".join(f"`{name.replace('`', '``')}` {type_}" for name, type_ in types.items())
        pieces = self._pieces(resource, fields)
        return nw.from_native(self._carrier.cluster.tables(pieces, self._numbered(resource) or [], schema))

    def lifted(self, table: pa.Table) -> nw.LazyFrame[Any]:
        """A table that was read here."""
        return nw.from_native(self._carrier.cluster.session.createDataFrame(table))

    def failing_cells(
        self, rule: Rule, resource: Resource, fields: Sequence[Field], *, today: date, limit: int
    ) -> Iterator[tuple[int, pa.Table]]:
        """The cells of a table for which a rule does not hold, range by range: how many, and as many as may be told.

        The rule is applied by executors, just as it is here.

        Raises:
            SparkError: They cannot.
        """
        task = _Apply(pieces=self._pieces(resource, fields), rule=rule, resource=resource, today=today, limit=limit)
        numbered = self._numbered(resource) or []
        for notes in self._carrier.cluster.notes(task, numbered, doing=f"rule {rule.id}", kept=False):
            for note in notes:
                if note.what == UNFIT:
                    raise SparkError(note.texts[0])
                yield note.number, pa.ipc.open_stream(b64decode(note.texts[0])).read_all()

    def _numbered(self, resource: Resource) -> list[Numbered] | None:
        """The pieces of a resource; None if it is none of one file, or not all of them were read."""
        if resource.path is None:
            return None
        return self._carrier.numbered(resolve(self._package.root, resource.path))

    def _pieces(self, resource: Resource, fields: Sequence[Field]) -> Read:
        if not is_plain_csv(resource):
            return _Groups(fields=tuple(fields), resource=resource.name)
        dialect = csv_dialect(resource)
        labels = read_labels(resolve(self._package.root, str(resource.path)), dialect)
        return _Stretches(labels=labels, dialect=dialect, fields=tuple(fields), resource=resource.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Groups:
    """Reads row groups of a Parquet file that was found to be sound."""

    fields: tuple[Field, ...]
    resource: str

    def __call__(self, piece: Numbered) -> Iterator[pa.Table]:
        """The columns, typed, and `ROW`."""
        groups, first = cast("Groups", piece.piece), piece.first
        source = groups.file.opened()
        for typed in read_typed(source, self.fields, resource=self.resource, groups=groups.numbers):
            yield typed.append_column(ROW, pa.arange(first, first + typed.num_rows))
            first += typed.num_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretches:
    """Reads a range of a CSV file that was found to be sound."""

    labels: list[str]
    dialect: CsvDialect
    fields: tuple[Field, ...]
    resource: str

    def __call__(self, piece: Numbered) -> Iterator[pa.Table]:
        """The columns, typed, and `ROW`."""
        names = [field.name for field in self.fields]
        first, header = piece.first, 1
        with cast("Stretch", piece.piece).opened(self.dialect, len(self.labels)) as content:
            for batch in read_batches(content, self.labels, self.dialect, columns=names):
                texts = pa.Table.from_batches([batch]).slice(header)
                typed = type_texts(texts, self.fields, resource=self.resource)
                yield typed.append_column(ROW, pa.arange(first, first + typed.num_rows))
                first, header = first + typed.num_rows, 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Apply:
    """Applies a rule about single cells to a range."""

    pieces: Read
    rule: Rule
    resource: Resource
    today: date
    limit: int

    def __call__(self, piece: Numbered) -> Iterator[Note]:
        """For each piece in which it fails, `FAILING` with the number of cells and the first ones; or `UNFIT`."""
        try:
            for table in self.pieces(piece):
                frames = {self.resource.name: nw.from_native(table).lazy()}
                failing = failing_rows(self.rule, Tables(frames=frames, today=self.today))
                if failing.num_rows:
                    told = in_order(failing, [self.resource]).slice(0, self.limit or None)
                    yield Note(FAILING, failing.num_rows, [_packed(told)])
        except (TableReadError, pa.ArrowException) as error:
            yield Note(UNFIT, 0, [str(error)])


def _packed(table: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return b64encode(sink.getvalue()).decode()
