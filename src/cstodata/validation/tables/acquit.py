"""Clearing cells that are certainly good, a column at a time.

A mask acquits, and never condemns: a cell that no mask clears goes through Frictionless' own reader, once a distinct
text. So what is left is what Frictionless finds fault with, and only that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from frictionless.fields import BooleanField

from cstodata.validation.tables.patterns import re2_pattern
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from frictionless import Field

_PLAIN: Final[Mapping[str, str]] = {
    "date": "^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$",
    "integer": "^(0|-?[1-9][0-9]{0,17})$",
    # 15 significant digits at most: distinct numbers are distinct as 64-bit floats, so bounds compare exactly.
    "number": r"^-?(0|[1-9][0-9]{0,7})(\.[0-9]{1,7})?$",
    "year": "^[1-9][0-9]{3}$",
}
"""The forms that a mask may clear, as RE2 patterns; ASCII only."""

_NUMBERS: Final = {"integer": pa.int64(), "number": pa.float64(), "year": pa.int64()}

# A subset of RFC 3986: scheme, host, port, path, query and fragment of unreserved characters.
_PLAIN_URI = (
    r"^[a-z][a-z0-9+.-]*://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,4})?"
    r"(/[A-Za-z0-9._~/-]*)?(\?[A-Za-z0-9._~/=&-]*)?(#[A-Za-z0-9._~/-]*)?$"
)

_BOUNDS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "minimum": pc.greater_equal,
    "maximum": pc.less_equal,
    "exclusiveMinimum": pc.greater,
    "exclusiveMaximum": pc.less,
}

NULL: Final = "\0"
"""The text of a null, of a table whose nulls are not texts."""

_SUPPORTED = frozenset({*_BOUNDS, "required", "unique", "enum", "pattern", "minLength", "maxLength"})


@dataclass(frozen=True)
class Acquittal:
    """What clears the cells of one field.

    Attributes:
        field: Frictionless' field, bound to its schema.
        missing_values: The texts that mean null.
        is_sure: Whether the field is known to take every text that does not, constraints aside.
    """

    field: Field
    missing_values: tuple[str, ...]
    is_sure: bool = False

    def __reduce__(self) -> tuple[Any, ...]:
        """Frictionless' fields forget on their way to another process which of their properties were declared."""
        kept = {each.name: getattr(self, each.name) for each in dataclass_fields(self)}
        return _sent, (self.field.metadata_assigned, self.field.metadata_defaults, kept)

    def cleared(self, texts: pa.Array) -> pa.Array | None:
        """Which cells are certainly good; None if that is all of them. It only calls Arrow, so threads may share it.

        Args:
            texts: The cells as strings, without nulls.
        """
        mask = self._mask(texts)
        if mask is None:
            return pa.repeat(pa.scalar(value=False), len(texts))
        return None if pc.all(mask, min_count=0).as_py() else mask

    def good(self, texts: pa.Array, cleared: pa.Array | None) -> pa.Array | None:
        """Which cells Frictionless finds no fault with; None if that is all of them.

        Args:
            texts: The cells as strings, without nulls.
            cleared: Which of them need not be looked at, as `cleared` gives it.
        """
        if cleared is None:
            return None
        rest = pc.invert(cleared)
        judged = self._judge(texts.filter(rest))
        return None if judged is None else pc.replace_with_mask(cleared, rest, judged)

    def canonical(self, texts: pa.Array) -> pa.Array:
        """A text for each value, the same where Frictionless' values are equal; null for missing cells and wrong ones.

        Only for the types in `EXACT_TYPES` do different values have different texts.

        Raises:
            NotFastError: A value cannot be part of a key at all.
        """
        missing = self.missing(texts)
        present = pc.if_else(missing, None, texts) if pc.any(missing).as_py() else texts
        if self.field.type == "string" and self.field.format == "default":
            return present
        if self.field.type in {"integer", "year"}:  # whose plain form is the text of the value
            plain = pc.match_substring_regex(present, _PLAIN[self.field.type])
            if pc.all(plain, min_count=0).as_py():
                return present
        encoded = present.dictionary_encode()
        read = self.field.create_value_reader()
        values = [canonical_text(read(text)) for text in encoded.dictionary.to_pylist()]
        return pa.array(values, pa.string()).take(encoded.indices)

    @property
    def is_plain(self) -> bool:
        """Whether reading a value of the field surely takes no time to speak of, whatever the cell."""
        return self.field.type in EXACT_TYPES and self.field.format == "default" and reads_plainly(self.field)

    def missing(self, texts: pa.Array) -> pa.Array:
        """Which cells are null."""
        if self.missing_values == ("",):
            return pc.equal(pc.binary_length(texts), 0)
        return pc.is_in(texts, value_set=pa.array(self.missing_values, pa.string()))

    def _judge(self, texts: pa.Array) -> pa.Array | None:
        """Which cells Frictionless' reader takes; None if that is all of them. Each distinct text is read once."""
        encoded = texts.dictionary_encode()
        good = pa.array([self._accepts(text) for text in encoded.dictionary.to_pylist()], pa.bool_())
        return None if pc.all(good, min_count=0).as_py() else good.take(encoded.indices)

    def _accepts(self, text: str) -> bool:
        return not self._reader(None if text == NULL and NULL in self.missing_values else text)[1]

    @cached_property
    def _reader(self) -> Callable[[str | None], tuple[Any, dict[str, str] | None]]:
        reader: Callable[[str | None], tuple[Any, dict[str, str] | None]] = self.field.create_cell_reader()
        return reader

    @cached_property
    def _constraints(self) -> dict[str, Any]:
        """The constraints that Frictionless applies to a cell of this type."""
        supported = self.field.supported_constraints
        return {
            name: value for name, value in self.field.constraints.items() if name in supported and value is not None
        }

    def _mask(self, texts: pa.Array) -> pa.Array | None:
        """Which cells are certainly good; None if there is no mask for such a field."""
        field, constraints = self.field, self._constraints
        if not constraints.keys() <= _SUPPORTED:
            return None
        if self.is_sure and not constraints.keys() - {"required"}:
            mask = pa.repeat(pa.scalar(value=True), len(texts))
        elif field.type == "string":
            mask = self._string_mask(texts)
        elif field.type in _PLAIN and field.format == "default" and reads_plainly(field):
            mask = self._value_mask(texts)
        elif isinstance(field, BooleanField) and not constraints.keys() - {"required"}:
            mask = pc.is_in(texts, value_set=pa.array([*field.true_values, *field.false_values], pa.string()))
        else:
            return None
        if mask is None:
            return None
        missing = self.missing(texts)
        return pc.and_not(mask, missing) if constraints.get("required") else pc.or_(mask, missing)

    def _string_mask(self, texts: pa.Array) -> pa.Array | None:
        masks = []
        if self.field.format == "uri":
            masks.append(pc.match_substring_regex(texts, _PLAIN_URI))
        elif self.field.format != "default":
            return None
        constraints = self._constraints
        if "pattern" in constraints:
            pattern = re2_pattern(str(constraints["pattern"]))
            if pattern is None:
                return None
            masks.append(pc.match_substring_regex(texts, pattern))
        if "enum" in constraints:
            allowed = [value for value in constraints["enum"] if isinstance(value, str)]
            masks.append(pc.is_in(texts, value_set=pa.array(allowed, pa.string())))
        for name, compare in (("minLength", pc.greater_equal), ("maxLength", pc.less_equal)):
            if name in constraints:
                if type(constraints[name]) is not int:
                    return None
                masks.append(compare(pc.utf8_length(texts), constraints[name]))
        mask = pa.repeat(pa.scalar(value=True), len(texts))
        for other in masks:
            mask = pc.and_(mask, other)
        return mask

    def _value_mask(self, texts: pa.Array) -> pa.Array | None:
        type_, constraints = self.field.type, self._constraints
        # Of dates, Arrow takes no other form than the plain one; but also those of the year 0, which Python has not.
        values = _cast(texts, type_) if type_ == "date" else None
        if values is not None:
            mask = pc.fill_null(pc.greater_equal(values, pa.scalar(date.min)), fill_value=False)
        else:
            mask = pc.match_substring_regex(texts, _PLAIN[type_])
            values = _cast(pc.if_else(mask, texts, None), type_)
        if values is None:
            return None
        for name, constraint in constraints.items():
            if name in _BOUNDS:
                bound = _bound(constraint, type_)
                if bound is None:
                    return None
                mask = pc.and_(mask, pc.fill_null(_BOUNDS[name](values, bound), fill_value=False))
            elif name == "enum":
                allowed = [str(value) for value in constraint if re.fullmatch(_PLAIN[type_], str(value))]
                mask = pc.and_(mask, pc.is_in(texts, value_set=pa.array(allowed, pa.string())))
            elif name != "required":
                return None
        return mask


def _sent(assigned: set[str], defaults: dict[str, Any], kept: dict[str, Any]) -> Acquittal:
    acquittal = Acquittal(**kept)
    object.__setattr__(acquittal.field, "metadata_assigned", assigned)
    object.__setattr__(acquittal.field, "metadata_defaults", defaults)
    return acquittal


EXACT_TYPES = frozenset({"string", "integer", "date", "year", "boolean"})
"""The types whose different values have different texts, so that texts may be compared in the place of values."""


def canonical_text(value: object) -> str | None:
    """The text of a value: the same for equal values, and for values of the `EXACT_TYPES` only for these.

    Raises:
        NotFastError: Frictionless fails on such a value in a key.
    """
    match value:
        case None | str():
            return value
        case Decimal() if value.is_snan():
            raise NotFastError("a signaling NaN takes part in a key")
        case Decimal():
            return str(value.normalize() + 0)
        case bool() | int() | datetime(tzinfo=None):
            return str(value)
        case datetime():
            return str(value.astimezone(UTC))
        case date():
            return value.isoformat()
        case _:
            # Durations, times with an offset and the like: equal values may look different, so all count as the same.
            return type(value).__name__


def reads_plainly(field: Field) -> bool:
    """Whether a field declares nothing that changes how numbers are read."""
    return not any(field.has_defined(name) for name in ("bare_number", "group_char", "decimal_char"))


def _cast(texts: pa.Array, type_: str) -> pa.Array | None:
    try:
        return texts.cast(_NUMBERS.get(type_, pa.date32()))
    except pa.ArrowInvalid:
        return None  # such as 2021-02-30, which looks like a date and is none


def _bound(constraint: object, type_: str) -> pa.Scalar | None:
    """A bound as a value to compare with; None if it is not in the plain form of the type."""
    text = str(constraint)
    if isinstance(constraint, bool) or not re.fullmatch(_PLAIN[type_], text):
        return None
    readers: dict[str, Callable[[str], Any]] = {"date": date.fromisoformat, "number": float}
    try:
        return pa.scalar(readers.get(type_, int)(text))
    except ValueError:
        return None
