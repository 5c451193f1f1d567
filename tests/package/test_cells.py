"""Cells mean what Frictionless says they mean, and survive the way to Arrow and back."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import frictionless
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cstodata.errors import TableReadError
from cstodata.package.cells import ARROW_TYPES, arrow_type, parse, render
from cstodata.package.descriptor import Field

FIELDS = {
    type_: Field(name="f", type=type_, format="default", missing_values=("",), descriptor={"name": "f", "type": type_})
    for type_ in (
        *ARROW_TYPES,
        "string",
        "any",
        "yearmonth",
        "duration",
        "object",
        "array",
        "geopoint",
        "geojson",
        "list",
    )
}

# Text near the forms that the types take, so that both sides of every border are met.
NEAR_CELLS = st.one_of(
    st.from_regex(r"\A[ +-]?[0-9_]{1,20}(\.[0-9]{0,9})?(e[0-9])? ?\Z"),
    st.from_regex(r"\A[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+03:00)?)?\Z"),
    st.from_regex(r"\A[0-9]{2}:[0-9]{2}:[0-9]{2}(Z)?\Z"),
    st.sampled_from(["true", "True", "TRUE", "1", "0", "false", "NaN", "INF", "-INF", "٣", "１２", "0000", "00012"]),
    st.text(max_size=6),
)


def judged(type_: str, cell: str) -> tuple[Any, bool]:
    """What Frictionless reads, and whether it accepts the cell."""
    value, notes = frictionless.Field.from_descriptor({"name": "f", "type": type_}).read_cell(cell)
    return value, not notes


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, Decimal):
        return bool(ours == float(theirs)) or (math.isnan(ours) and theirs.is_nan())
    if isinstance(theirs, datetime) and theirs.tzinfo is not None:
        theirs = theirs.astimezone(UTC)
    return bool(ours == theirs)


@pytest.mark.parametrize("type_", ARROW_TYPES)
@settings(max_examples=200)
@given(cell=NEAR_CELLS)
def test_a_cell_that_is_read_has_the_value_that_frictionless_reads(type_: str, cell: str) -> None:
    field = FIELDS[type_]
    try:
        (value,) = parse(pa.array([cell]), field).to_pylist()
    except TableReadError:
        return
    read, accepted = judged(type_, cell)
    assert accepted
    assert same(value, read)


@pytest.mark.parametrize("type_", ARROW_TYPES)
@settings(max_examples=200)
@given(cell=NEAR_CELLS)
def test_the_canonical_text_of_a_cell_reads_back_as_the_same_and_is_final(type_: str, cell: str) -> None:
    field = FIELDS[type_]
    try:
        column = parse(pa.array([cell]), field)
    except TableReadError:
        return
    text = render(column, field)
    again = parse(text, field)
    assert again.type == column.type
    assert render(again, field).equals(text)


@pytest.mark.parametrize("type_", [type_ for type_ in FIELDS if type_ not in ARROW_TYPES])
@given(cells=st.lists(st.text(st.characters(codec="utf-8"), min_size=1)))
def test_text_stays_as_it_is(type_: str, cells: list[str]) -> None:
    column = parse(pa.array(cells, pa.string()), FIELDS[type_])
    assert render(column, FIELDS[type_]).to_pylist() == cells


CELLS = [
    ("integer", "007", 7, "7"),
    ("integer", " 1_000 ", 1000, "1000"),
    ("integer", "-0", 0, "0"),
    ("number", "1.50", 1.5, "1.5"),
    ("number", "1e3", 1000.0, "1000"),
    ("number", "INF", math.inf, "INF"),
    ("boolean", "TRUE", True, "true"),
    ("boolean", "0", False, "false"),
    ("date", "2020-1-5", date(2020, 1, 5), "2020-01-05"),
    ("date", "0999-12-31", date(999, 12, 31), "0999-12-31"),
    ("year", "0020", 20, "0020"),
    ("time", "10:00:00", time(10), "10:00:00"),
    ("datetime", "2020-01-01T00:00:00", datetime(2020, 1, 1), "2020-01-01T00:00:00"),  # noqa: DTZ001 -- naive on purpose
]


@pytest.mark.parametrize(("type_", "cell", "value", "text"), CELLS)
def test_cells_are_read_typed_and_written_canonically(type_: str, cell: str, value: object, text: str) -> None:
    column = parse(pa.array([cell, ""]), FIELDS[type_])
    assert column.to_pylist() == [value, None]
    assert column.type == arrow_type(FIELDS[type_])
    assert render(column, FIELDS[type_]).to_pylist() == [text, None]


@pytest.mark.parametrize("ignored", ["", "1"])
def test_a_datetime_with_an_offset_is_an_instant_in_utc(monkeypatch: pytest.MonkeyPatch, ignored: str) -> None:
    monkeypatch.setenv("PYARROW_IGNORE_TIMEZONE", ignored)
    column = parse(pa.array(["2020-01-01T03:00:00+03:00"]), FIELDS["datetime"])
    assert column.type == pa.timestamp("us", tz="UTC")
    assert render(column, FIELDS["datetime"]).to_pylist() == ["2020-01-01T00:00:00Z"]


@pytest.mark.parametrize(
    ("type_", "cells", "why"),
    [
        ("integer", ["x"], "cannot be read"),
        ("integer", ["9" * 30], "cannot be stored"),
        ("number", ["0.1234567890123456789"], "more digits"),
        ("number", ["1e400"], "more digits"),
        ("date", ["2021-02-30"], "cannot be read"),
        ("time", ["10:00:00Z"], "offset"),
        ("datetime", ["2020-01-01T00:00:00", "2020-01-01T00:00:00Z"], "some have none"),
    ],
)
def test_what_would_be_lost_is_refused(type_: str, cells: list[str], why: str) -> None:
    with pytest.raises(TableReadError, match=why):
        parse(pa.array(cells), FIELDS[type_])


@pytest.mark.parametrize(
    ("descriptor", "cell", "value", "text"),
    [
        ({"type": "date", "format": "%d.%m.%Y"}, "5.1.2020", date(2020, 1, 5), "05.01.2020"),
        ({"type": "number", "decimalChar": ",", "groupChar": "."}, "1.234,5", 1234.5, "1234,5"),
        ({"type": "boolean", "trueValues": ["yes"], "falseValues": ["no"]}, "yes", True, "yes"),
        ({"type": "integer", "bareNumber": False}, "5 %", 5, "5"),
    ],
)
def test_a_field_that_declares_its_own_form_is_written_in_it(
    descriptor: dict[str, Any], cell: str, value: object, text: str
) -> None:
    declared = {"name": "f", **descriptor}
    field = Field(
        name="f",
        type=descriptor["type"],
        format=descriptor.get("format", "default"),
        missing_values=("",),
        descriptor=declared,
    )
    column = parse(pa.array([cell]), field)
    assert column.to_pylist() == [value]
    assert render(column, field).to_pylist() == [text]


def test_a_form_that_cannot_express_a_value_is_refused() -> None:
    field = Field(
        name="f",
        type="date",
        format="%d.%m.",
        missing_values=("",),
        descriptor={"name": "f", "type": "date", "format": "%d.%m."},
    )
    with pytest.raises(TableReadError, match="cannot be written"):
        render(pa.array([date(2020, 1, 5)]), field)
