"""Cells: text in a CSV file, typed values in Arrow, and the way between the two.

A column is first tried by Arrow: if each of its cells has the canonical form of its type, Arrow casts it. Otherwise
every distinct cell goes through Frictionless' own reader, which takes more forms (` 5 `, `1_000`, `2020-1-5`) and is
the judge of what a cell means. So this module never decides by itself that a cell is wrong.

Types that Arrow has no better type for (strings of any format, any, yearmonth, duration, list, array, object, geopoint,
geojson) stay text, exactly as written.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.errors import TableReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from frictionless import Field as FrictionlessField

    from cstodata.package.descriptor import Field

    Reader = Callable[[str], tuple[Any, dict[str, str] | None]]

_NAIVE: Final = pa.timestamp("us")

ARROW_TYPES: Final[Mapping[str, pa.DataType]] = {
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": _NAIVE,
    "integer": pa.int64(),
    "number": pa.float64(),
    "time": pa.time64("us"),
    "year": pa.int32(),
}
"""The Arrow type of each Table Schema type; all others are strings. Datetimes with an offset become instants in UTC."""

_CANONICAL: Final[Mapping[str, str]] = {
    "boolean": "^(true|false)$",
    "date": "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$",
    "integer": "^(0|-?[1-9][0-9]{0,17})$",
    # At most 15 significant digits: what a 64-bit float gives back as it was written.
    "number": r"^-?(0|[1-9][0-9]{0,7})(\.[0-9]{1,7})?$",
    "year": "^[1-9][0-9]{3}$",
}
"""What Arrow may cast, by type; as RE2 patterns. Only for fields that declare nothing that changes the reading."""

_BEYOND_MICROSECONDS = re.compile(r"[.,][0-9]{7,}")
"""Frictionless cuts them off without a word."""

MIXED_OFFSETS: Final = "some of its datetimes have an offset from UTC and some have none"

_DAYS = (datetime(2000, 1, 1), datetime(2004, 2, 2))  # noqa: DTZ001 -- Frictionless reads no zone where none is named

# Taken out of arrays: making a scalar, or comparing with a Python value, imports pandas if there is one.
_NULL: Final = pa.nulls(1, pa.string())[0]
_YEAR_1000: Final = pa.Array.from_buffers(
    pa.date32(),
    1,
    [None, pa.py_buffer((date(1000, 1, 1) - date(1970, 1, 1)).days.to_bytes(4, sys.byteorder, signed=True))],
)[0]
_EMPTY: Final = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(bytes(8)), pa.py_buffer(b"")])[0]

_READING_OPTIONS = frozenset({"trueValues", "falseValues", "decimalChar", "groupChar", "bareNumber"})


def arrow_type(field: Field) -> pa.DataType:
    """The Arrow type of a field's column."""
    return ARROW_TYPES.get(field.type, pa.string())


def parse(texts: pa.Array | pa.ChunkedArray, field: Field) -> pa.Array | pa.ChunkedArray:
    """The typed column of a field.

    Args:
        texts: The cells as strings; a null is a missing value.
        field: What the cells are to be read as.

    Returns:
        A column of `arrow_type(field)` of the same length; missing values are null.

    Raises:
        TableReadError: A cell cannot be read, or holds more than its Arrow type can (the error names the field).
    """
    missing = means_null(texts, field)
    present = pc.if_else(missing, _NULL, texts) if pc.any(missing).as_py() else texts
    if field.type not in ARROW_TYPES:
        return present
    plain = _cast(present, field) if reads_plainly(field) else None
    if plain is not None:
        return plain
    if isinstance(present, pa.ChunkedArray):
        present = present.combine_chunks()
    encoded = present.dictionary_encode()
    reader = frictionless_field(field).create_cell_reader()
    texts = encoded.dictionary.to_pylist()
    if field.type in {"datetime", "time"} and any(map(_BEYOND_MICROSECONDS.search, texts)):
        raise TableReadError(field.name, problem="some of its seconds have more than 6 decimal places")
    if field.format == "any" and field.type in {"date", "datetime"} and any(map(_is_of_today, texts)):
        raise TableReadError(field.name, problem="some of its cells name no whole date: today's would be put in")
    values = [_read(reader, field, text) for text in texts]
    return from_values(values, field).take(encoded.indices)


def means_null(texts: pa.Array | pa.ChunkedArray, field: Field) -> pa.Array | pa.ChunkedArray:
    """Which texts stand for null in a field; null where a text is null."""
    if field.missing_values == ("",):
        return pc.equal(texts, _EMPTY)  # five times as fast as looking it up
    return pc.if_else(pc.is_valid(texts), pc.is_in(texts, value_set=pa.array(field.missing_values, pa.string())), None)


def _is_of_today(text: str) -> bool:
    """Whether what a date in any form means depends on the day on which it is read."""
    from dateutil import parser

    try:
        one, other = (parser.parse(text, default=default) for default in _DAYS)
    except (ValueError, OverflowError):
        return False  # it is told to be no date
    return bool(one != other)


def from_values(values: list[Any], field: Field) -> pa.Array:
    """The typed column of a field from values that Frictionless read; None is null.

    Raises:
        TableReadError: A value is more than its Arrow type can hold (the error names the field).
    """
    if field.type not in ARROW_TYPES:
        writer = frictionless_field(field).create_cell_writer()
        texts = [value if value is None or isinstance(value, str) else writer(value)[0] for value in values]
        return pa.array(texts, pa.string())
    stored = [_storable(value, field) for value in values]
    if field.type == "datetime":
        return _instants(stored, field)
    type_ = arrow_type(field)
    try:
        return pa.array(stored, type_)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        raise TableReadError(field.name, problem=f"cannot be stored as {type_}: {error}") from error


def _instants(values: list[datetime | None], field: Field) -> pa.Array:
    """Datetimes as they are if none has an offset from UTC, as instants in UTC if all have."""
    aware = {value.tzinfo is not None for value in values if value is not None}
    if aware == {True, False}:
        raise TableReadError(field.name, problem=MIXED_OFFSETS)
    if aware != {True}:
        return pa.array(values, _NAIVE)
    # Arrow must not see the offsets: it ignores them where the environment says PYARROW_IGNORE_TIMEZONE, and importing
    # pandera makes it say so.
    try:
        in_utc = [value and value.astimezone(UTC).replace(tzinfo=None) for value in values]
    except OverflowError as error:
        raise TableReadError(
            field.name, problem="one of its datetimes is before the year 1 or after 9999 in UTC"
        ) from error
    return pc.assume_timezone(pa.array(in_utc, _NAIVE), "UTC")


def render(column: pa.Array, field: Field) -> pa.Array:
    """The canonical text of each cell in the form that the field declares; nulls stay null.

    Raises:
        TableReadError: The form that the field declares cannot express a value, such as a date's year in `%d.%m.`.
    """
    if field.type not in ARROW_TYPES:
        return column
    if field.type in {"integer", "date"} and field.format == "default":
        return column.cast(pa.string())
    encoded = column.dictionary_encode()
    values = encoded.dictionary.to_pylist()
    texts = [WRITERS[field.type](value, field) for value in values]
    if not reads_plainly(field):
        _prove_readable(texts, values, field)
    return pa.array(texts, pa.string()).take(encoded.indices)


def _prove_readable(texts: list[str], values: list[Any], field: Field) -> None:
    reader = frictionless_field(field).create_cell_reader()
    for text, value in zip(texts, values, strict=True):
        if _storable(_read(reader, field, text), field) != value:
            raise TableReadError(field.name, problem=f'{value} cannot be written in the format "{field.format}"')


def is_rewritten(field: Field) -> bool:
    """Whether a cell of the field may be written anew: its type has one plain form, and the field declares no other.

    Datetimes and times are not: they would lose their offset.
    """
    return field.type in _CANONICAL and reads_plainly(field)


def reads_plainly(field: Field) -> bool:
    """Whether a field declares nothing that changes how its cells are read."""
    return field.format == "default" and not _READING_OPTIONS & field.descriptor.keys()


def _cast(present: pa.Array, field: Field) -> pa.Array | None:
    """The column as Arrow casts it; None if a cell is not canonical, so that Arrow may not judge."""
    canonical = _CANONICAL.get(field.type)
    # Of dates, Arrow takes no other form than the canonical one, but any year.
    is_date = field.type == "date"
    if canonical is None or not (is_date or pc.all(pc.match_substring_regex(present, canonical), min_count=0).as_py()):
        return None
    try:
        values = present.cast(arrow_type(field))
    except pa.ArrowInvalid:
        return None  # such as 2021-02-30, which looks like a date and is none
    return None if is_date and pc.any(pc.less(values, _YEAR_1000)).as_py() else values


def _read(reader: Reader, field: Field, text: str) -> Any:
    """The value of a cell, by Frictionless' reader."""
    value, notes = reader(text)
    if notes:
        raise TableReadError(field.name, problem=f'"{text[:80]}" cannot be read: {"; ".join(notes.values())}')
    return value


def _storable(value: Any, field: Field) -> Any:
    """The value as Arrow stores it without loss."""
    if isinstance(value, time) and value.tzinfo is not None:
        raise TableReadError(field.name, problem=f"{value} has an offset from UTC, which a time in Arrow cannot keep")
    if not isinstance(value, Decimal):
        return value
    if value.is_finite() and Decimal(repr(float(value))) != value:
        raise TableReadError(field.name, problem=f"{value} has more digits than a 64-bit float keeps")
    return float(value)


def frictionless_field(field: Field, *, with_constraints: bool = False) -> FrictionlessField:
    """Frictionless' own field, which reads and writes its cells.

    Args:
        field: As it is declared.
        with_constraints: Whether what is read is judged by them, too.
    """
    from frictionless import Field as FrictionlessField

    declared = {key: value for key, value in field.descriptor.items() if with_constraints or key != "constraints"}
    return FrictionlessField.from_descriptor(cast("dict[str, Any]", declared))


# ---- one writer a type: the canonical text in the form that the field declares ----


def _write_boolean(value: bool, field: Field) -> str:  # noqa: FBT001 -- one signature for all writers
    texts = field.descriptor.get("trueValues" if value else "falseValues")
    return str(texts[0]) if isinstance(texts, list) and texts else str(value).lower()


def _write_number(value: float, field: Field) -> str:
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 -- only NaN differs from itself
        return {"nan": "NaN", "inf": "INF", "-inf": "-INF"}[str(value)]
    text = repr(value).removesuffix(".0")
    return text.replace(".", str(field.descriptor.get("decimalChar") or "."))


def _write_date(value: date, field: Field) -> str:
    return value.isoformat() if field.format in {"default", "any"} else value.strftime(field.format)


def write_datetime(value: datetime, field: Field) -> str:
    """A datetime in the form that a field declares."""
    if field.format not in {"default", "any"}:
        return value.strftime(field.format)
    return value.isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat()


def _write_time(value: time, field: Field) -> str:
    return value.isoformat() if field.format in {"default", "any"} else value.strftime(field.format)


WRITERS: Final[Mapping[str, Callable[[Any, Field], str]]] = {
    "boolean": _write_boolean,
    "date": _write_date,
    "datetime": write_datetime,
    "integer": lambda value, _: str(value),
    "number": _write_number,
    "time": _write_time,
    "year": lambda value, _: f"{value:04d}",
}
