"""One text for each value, so that values can be compared without being typed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.package.cells import ARROW_TYPES, WRITERS, frictionless_field, means_null, reads_plainly, write_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.package.cells import Reader
    from cstodata.package.descriptor import Field

_ONE_FORM: Final[Mapping[str, str]] = {
    "boolean": "^(true|false)$",
    "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "datetime": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z?$",
    "integer": "^(0|-?[1-9][0-9]*)$",
    "number": r"^(0|-?[1-9][0-9]{0,30}|-?(0|[1-9][0-9]{0,30})\.[0-9]{0,30}[1-9])$",
    "time": "^[0-9]{2}:[0-9]{2}:[0-9]{2}$",
    "year": "^[1-9][0-9]{3}$",
}
"""Texts that no other text of the same value looks like, by type; as RE2 patterns. They need not be valid."""

_LONG_NUMBER = 40


def canonical_texts(texts: pa.Array | pa.ChunkedArray, field: Field) -> pa.Array | pa.ChunkedArray:
    """One text for each value: equal values have equal texts, in the form that the field declares.

    Args:
        texts: The cells as strings; a null is a missing value.
        field: What the cells are to be read as.

    Returns:
        A column of strings of the same length; missing values are null, and cells that cannot be read are as they were.
    """
    missing = means_null(texts, field)
    present = pc.if_else(missing, pa.scalar(None, pa.string()), texts) if pc.any(missing).as_py() else texts
    if field.type not in ARROW_TYPES:
        return present
    odd = pc.invert(pc.match_substring_regex(present, _ONE_FORM[field.type])) if reads_plainly(field) else None
    if odd is not None and not pc.any(odd, min_count=0).as_py():
        return present
    combined = present.combine_chunks() if isinstance(present, pa.ChunkedArray) else present
    encoded = combined.dictionary_encode()
    reader = frictionless_field(field).create_cell_reader()
    forms = [_one_form(text, reader, field) for text in encoded.dictionary.to_pylist()]
    return pa.array(forms, pa.string()).take(encoded.indices)


def _one_form(text: str, reader: Reader, field: Field) -> str:
    value, notes = reader(text)
    if notes or value is None:
        return text
    if isinstance(value, Decimal):
        digits = _digits(value)
        written = {"Infinity": "INF", "-Infinity": "-INF"}.get(digits, digits)
        written = written.replace(".", str(field.descriptor.get("decimalChar") or "."))
    elif isinstance(value, datetime) and value.tzinfo is not None and field.format in {"default", "any"}:
        try:
            written = write_datetime(value.astimezone(UTC), field)
        except OverflowError:
            return text
    else:
        written = WRITERS[field.type](value, field)
    again, _ = reader(written)
    return written if again == value or str(again) == str(value) == "NaN" else text


def _digits(value: Decimal) -> str:
    """A number without zeros that do not count."""
    if not value.is_finite() or not _is_short(value):
        return str(value)
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _is_short(value: Decimal) -> bool:
    return -_LONG_NUMBER < value.adjusted() < _LONG_NUMBER
