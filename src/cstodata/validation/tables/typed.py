"""The columns of Parquet files as texts, so that whoever looks at the cells of CSV files can look at theirs.

Frictionless makes one frame of pandas of a whole file, and what it sees in a cell depends on other cells: an integer is
a float if its column has a null anywhere. What pandas makes of a column can be told from its type, and from whether it
has nulls, which the metadata of the file says. The texts are chosen so that if Frictionless takes a text, it takes the
cell too, as the same value: so texts may acquit. A row that is not acquitted is judged by the cells that pandas would
give, which are made of the texts again. Where these depend on the rest of the row, Frictionless reads the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from frictionless.fields import BooleanField

from cstodata.package.parquet_tables import is_instant, is_like_a_number
from cstodata.validation.tables.acquit import NULL, reads_plainly
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from frictionless import Field

_LARGEST: Final = 2**53
"""Integers up to it are exact as 64-bit floats."""


class Form(StrEnum):
    """What pandas makes of the cells of a column that are not null."""

    TEXT = "text"
    INTEGER = "integer"
    YEAR = "year"
    """Integers that are to be read as years, of which Frictionless takes no text that has not four digits."""
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    FLOAT = "float"
    WHOLE = "whole"
    """Floats that are to be read as integers, which Frictionless does if they are whole."""


_NUMERIC = frozenset({Form.FLOAT, Form.WHOLE})
"""The forms of which a null is NaN; of all others it is None."""

_OBJECTS = frozenset({Form.TEXT, Form.DECIMAL, Form.DATE})
"""The forms whose columns make pandas hand out the cells of each row as they are."""

_UNSHOWN = frozenset({Form.YEAR, Form.FLOAT, Form.WHOLE, Form.DECIMAL, Form.INSTANT})
"""The forms whose texts may be others than Python shows for their cells."""

_SURE: Final[Mapping[str, frozenset[Form]]] = {
    "boolean": frozenset({Form.BOOLEAN}),
    "datetime": frozenset({Form.INSTANT}),
    "integer": frozenset({Form.INTEGER}),
    "number": frozenset({Form.INTEGER, Form.DECIMAL, Form.FLOAT}),
}
"""The forms of which a field of a type takes every cell."""

_READABLE: Final[Mapping[str, frozenset[Form]]] = {
    **_SURE,
    "date": frozenset({Form.DATE}),
    "integer": frozenset({Form.INTEGER, Form.WHOLE}),
    "year": frozenset({Form.YEAR}),
}
"""The forms of which a field of a type takes the texts and the cells alike. Of texts, every field does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a Parquet file.

    Attributes:
        form: What pandas makes of it.
        has_nulls: Whether there may be any; of integers, whether there are.
        is_sure: Whether its field takes every cell that is not null, constraints aside.
    """

    form: Form
    has_nulls: bool
    is_sure: bool

    def texts(self, cells: pa.Array) -> pa.Array:
        """The cells as texts, without nulls.

        Raises:
            NotFastError: Pandas changes the cells, or fails on them.
        """
        if cells.null_count and not self.has_nulls:
            raise NotFastError("it was written meanwhile")
        return pc.fill_null(_TEXTS.get(self.form, _as_they_are)(cells), self._null)

    def with_nulls(self, texts: pa.Array) -> pa.Array:
        """The texts of cells, null where a cell is null, or NaN, which pandas does not tell from it."""
        return pc.replace_with_mask(texts, pc.equal(texts, self._null), pa.scalar(None, pa.string()))

    @property
    def _null(self) -> str:
        return "nan" if self.form in _NUMERIC else NULL

    def cell(self, text: str) -> Any:
        """The cell, as pandas gives it, that a text was made of."""
        return None if text == NULL else _CELLS[self.form](text)


def column_of(type_: pa.DataType, field: Field, missing_values: Sequence[str], *, has_nulls: bool) -> Column:
    """How a column is looked at.

    Args:
        type_: Its type in the file.
        field: Frictionless' field, bound to its schema.
        missing_values: The texts that mean null in it.
        has_nulls: Whether there may be any; of integers, whether there are.

    Raises:
        NotFastError: It is left to Frictionless.
    """
    form = _form(type_, field.type, has_nulls=has_nulls)
    if form is None or not (form is Form.TEXT or _agrees(form, field)):
        raise NotFastError(f"{field.name} is of type {type_}, and to be read as {field.type}")
    if form in _UNSHOWN and any(map(is_like_a_number, missing_values)):
        raise NotFastError(f"a number means null in {field.name}")
    return Column(form=form, has_nulls=has_nulls, is_sure=form in _SURE.get(field.type, ()))


def _form(type_: pa.DataType, read_as: str, *, has_nulls: bool) -> Form | None:
    """What pandas makes of a column; None if that is nothing that can be told."""
    is_ = pa.types
    if is_.is_string(type_) or is_.is_large_string(type_):
        return Form.TEXT
    if is_.is_float64(type_) or (is_.is_integer(type_) and has_nulls):
        return Form.WHOLE if read_as == "integer" else Form.FLOAT
    if is_.is_integer(type_) and not is_.is_uint64(type_):
        return Form.YEAR if read_as == "year" else Form.INTEGER
    if is_instant(type_) and not has_nulls:
        return Form.INSTANT
    others = {is_.is_boolean: Form.BOOLEAN, is_.is_date32: Form.DATE, is_.is_decimal128: Form.DECIMAL}
    return next((form for is_of, form in others.items() if is_of(type_)), None)


def _agrees(form: Form, field: Field) -> bool:
    """Whether a field takes no text of a form but those whose cells it takes as the same values."""
    if isinstance(field, BooleanField):
        true, false = set(field.true_values) - set(field.false_values), field.false_values
        return form is Form.BOOLEAN and "True" in true and "False" in false
    if field.has_defined("float_number"):
        return False
    formats = {"default", "any"} if field.type in {"date", "datetime"} else {"default"}
    return form in _READABLE.get(field.type, ()) and field.format in formats and reads_plainly(field)


def check_frame(columns: Sequence[Column]) -> None:
    """Make sure that pandas does not turn the cells of one column into those of another.

    Raises:
        NotFastError: It may, as it keeps rows of numbers as numbers of one kind.
    """
    forms = {column.form for column in columns}
    is_mixed = Form.BOOLEAN in forms or Form.INSTANT in forms or forms & _OBJECTS
    if forms & _NUMERIC and forms & {Form.INTEGER, Form.YEAR} and not is_mixed:
        raise NotFastError("all of its columns are numbers, of two kinds")


def check_rows(columns: Sequence[Column], cells: Sequence[pa.Array]) -> None:
    """Make sure that pandas takes no row for one of strings alone, or of instants alone, in which null is another null.

    Args:
        columns: All of the table.
        cells: Theirs, of some rows.

    Raises:
        NotFastError: There is such a row.
    """
    present = [pc.invert(pc.is_null(each, nan_is_null=True)) for each in cells]

    def any_of(each: Iterable[pa.Array]) -> pa.Array:
        return reduce(pc.or_, each, pa.repeat(pa.scalar(value=False), len(cells[0])))

    def of(forms: Container[Form]) -> list[pa.Array]:
        return [there for column, there in zip(columns, present, strict=True) if column.form in forms]

    nan = any_of(map(pc.invert, of(_NUMERIC)))
    strings = pc.invert(any_of(of(frozenset(Form) - {Form.TEXT})))
    if pc.any(pc.and_(nan, strings)).as_py():
        raise NotFastError("beside a number that is null there are but strings")
    if instants := of({Form.INSTANT}):
        others = of(frozenset(Form) - {Form.INSTANT})
        alone = pc.invert(any_of(others))
        if others and pc.any(pc.and_(any_of(instants), alone)).as_py():
            raise NotFastError("beside an instant there are but nulls")


def _as_they_are(cells: pa.Array) -> pa.Array:
    cells.validate(full=True)  # whether it is UTF-8, of which Arrow is silent where it reads
    texts = cells.cast(pa.string())
    if pc.any(pc.equal(texts, NULL)).as_py():
        raise NotFastError("a cell is a null character")
    return texts


def _floats(cells: pa.Array) -> pa.Array:
    floats = _as_floats(cells)
    return pc.if_else(pc.is_nan(floats), "nan", floats.cast(pa.string()))


def _whole(cells: pa.Array) -> pa.Array:
    floats = _as_floats(cells)
    is_whole = pc.and_(pc.equal(floats, pc.floor(floats)), pc.is_finite(floats))
    if pc.any(pc.and_(is_whole, pc.greater(pc.abs(floats), _LARGEST))).as_py():
        raise NotFastError("a whole number is too large for floats")
    # Of zeros, integers do not tell the sign.
    integers = pc.if_else(pc.and_(is_whole, pc.not_equal(floats, 0)), floats, None).cast(pa.int64())
    return pc.coalesce(integers.cast(pa.string()), _floats(floats))


def _as_floats(cells: pa.Array) -> pa.Array:
    try:
        return cells.cast(pa.float64())
    except pa.ArrowInvalid as error:
        raise NotFastError("a whole number is too large for floats, and there are nulls beside it") from error


def _instants(cells: pa.Array) -> pa.Array:
    bounds = pc.min_max(pc.year(cells))
    if len(cells) and not 1 <= bounds["min"].as_py() <= bounds["max"].as_py() <= MAXYEAR:
        raise NotFastError("an instant is beyond what Python can hold")
    return cells.cast(pa.string())


def _years(cells: pa.Array) -> pa.Array:
    return pc.utf8_lpad(cells.cast(pa.string()), 4, "0")


def _booleans(cells: pa.Array) -> pa.Array:
    return pc.if_else(cells, "True", "False")


_TEXTS: Final[Mapping[Form, Callable[[pa.Array], pa.Array]]] = {
    Form.BOOLEAN: _booleans,
    Form.FLOAT: _floats,
    Form.INSTANT: _instants,
    Form.WHOLE: _whole,
    Form.YEAR: _years,
}

_CELLS: Final[Mapping[Form, Callable[[str], Any]]] = {
    Form.TEXT: str,
    Form.INTEGER: int,
    Form.YEAR: int,
    Form.DECIMAL: Decimal,
    Form.BOOLEAN: {"True": True, "False": False}.__getitem__,
    Form.DATE: date.fromisoformat,
    Form.INSTANT: datetime.fromisoformat,
    Form.FLOAT: float,
    Form.WHOLE: float,
}
