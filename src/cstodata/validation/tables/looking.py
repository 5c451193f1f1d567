"""What Arrow can tell of a batch of rows: which of them are not acquitted. Pure functions, whoever runs them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.validation.tables.keys import BatchKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from cstodata.package.plain_csv import CsvDialect
    from cstodata.validation.tables.keys import Fields
    from cstodata.validation.tables.plan import TablePlan
    from cstodata.validation.tables.scan import Batch

    Suspicions = dict[Fields, pa.Array]
    ExactCells = Callable[[int], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A batch, its keys, and for each column which cells are certainly good; None if that is all of them."""

    batch: Batch
    keys: BatchKeys
    cleared: tuple[pa.Array | None, ...]


def look(plan: TablePlan, batch: Batch, keys: Iterable[Fields]) -> Looked:
    """Look at a batch, and make the keys of these fields where that takes no time to speak of."""
    cleared = tuple(acquittal.cleared(texts) for acquittal, texts in zip(plan.acquittals, batch.columns, strict=True))
    made = BatchKeys(plan, batch)
    made.make({*keys, *((plan.primary_key,) if plan.primary_key else ())})
    return Looked(batch=batch, keys=made, cleared=cleared)


def suspects(
    plan: TablePlan, looked: Looked, suspicions: Suspicions, exact_cells: ExactCells
) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not acquitted: their numbers, ascending, and cells.

    Args:
        plan: The table.
        looked: The batch.
        suspicions: Keys of which every row is judged, by the fields that they are made of.
        exact_cells: Gives the cells of a record as Python's `csv` module reads them; asked for ascending numbers.
    """
    rows = {**looked.batch.ragged, **_not_acquitted(plan, looked, suspicions, exact_cells)}
    return iter(sorted(rows.items()))


def exact_cells(source: Path | bytes, dialect: CsvDialect) -> ExactCells:
    """A function that gives the cells of a record as Python's `csv` module reads them; for ascending numbers."""

    def records() -> Iterator[tuple[int, list[str]]]:
        binary = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
        with io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as file:
            yield from enumerate(csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote), start=1)

    reading = records()
    return lambda number: next(cells for at, cells in reading if at == number)


def _not_acquitted(
    plan: TablePlan, looked: Looked, suspicions: Suspicions, exact_cells: ExactCells
) -> dict[int, list[str]]:
    """The cells of the rows of the right width that are not acquitted, by number."""
    batch, keys = looked.batch, looked.keys
    suspect = _blank_rows(plan, batch)
    for acquittal, texts, cleared in zip(plan.acquittals, batch.columns, looked.cleared, strict=True):
        good = acquittal.good(texts, cleared)
        if good is not None:
            suspect = _either(suspect, pc.invert(good))
    for fields, values in suspicions.items():
        suspect = _either(suspect, pc.is_in(keys.of(fields), value_set=values))
    if plan.primary_key:
        null = keys.of(plan.primary_key).is_null()
        suspect = _either(suspect, null) if pc.any(null).as_py() else suspect
    if suspect is None:
        return {}
    where = pc.indices_nonzero(suspect)
    cells = zip(*(column.take(where).to_pylist() for column in batch.columns), strict=True)
    rows = {batch.numbers[index]: list(row) for index, row in zip(where.to_pylist(), cells, strict=True)}
    # A blank line and a line of delimiters look the same here, and not to Frictionless.
    return {number: row if any(row) else exact_cells(number) for number, row in rows.items()}


def _blank_rows(plan: TablePlan, batch: Batch) -> pa.Array | None:
    """The rows whose cells are all missing or empty; None if there are none."""
    blank = None
    for acquittal, texts in zip(plan.acquittals, batch.columns, strict=True):
        missing = pc.or_(acquittal.missing(texts), pc.equal(pc.binary_length(texts), 0))
        blank = missing if blank is None else pc.and_(blank, missing)
        if not pc.any(blank).as_py():
            return None
    return blank


def _either(one: pa.Array | None, other: pa.Array) -> pa.Array:
    other = pc.fill_null(other, fill_value=False)
    return other if one is None else pc.or_(one, other)
