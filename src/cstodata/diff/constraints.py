"""Whether a constraint is tighter than it was, or looser: what can be proved is decided."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from cstodata.model.change import ChangeKind

if TYPE_CHECKING:
    from cstodata.model.json import JsonValue

_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength")


def compare_constraint(name: str, before: JsonValue, after: JsonValue) -> ChangeKind | None:
    """Whether a constraint is tighter than before, looser, or something else; None if it says the same.

    Args:
        name: Of the constraint, or `categories`.
        before: Its value; None if it was not there.
        after: The same now.
    """
    if name in {"required", "unique"}:
        before, after = before is True or None, after is True or None
    if before == after:
        return None
    if before is None or after is None:
        return ChangeKind.CONSTRAINT_TIGHTENED if before is None else ChangeKind.CONSTRAINT_LOOSENED
    if name in {"enum", "categories"}:
        return _compare_sets(_values(before), _values(after))
    if name in {*_LOWER, *_UPPER}:
        return _compare_bounds(before, after, upper=name in _UPPER)
    return ChangeKind.CONSTRAINT_CHANGED


def _compare_sets(before: set[str], after: set[str]) -> ChangeKind | None:
    if before == after:
        return None
    if before < after:
        return ChangeKind.CONSTRAINT_LOOSENED
    return ChangeKind.CONSTRAINT_TIGHTENED if after < before else ChangeKind.CONSTRAINT_CHANGED


def _compare_bounds(before: JsonValue, after: JsonValue, *, upper: bool) -> ChangeKind | None:
    was, now = _ordered(before), _ordered(after)
    if isinstance(was, Decimal) and isinstance(now, Decimal):
        larger = now > was
        same = now == was
    elif isinstance(was, str) and isinstance(now, str):
        larger, same = now > was, now == was
    else:
        return ChangeKind.CONSTRAINT_CHANGED
    if same:
        return None
    return ChangeKind.CONSTRAINT_LOOSENED if larger == upper else ChangeKind.CONSTRAINT_TIGHTENED


def _ordered(bound: JsonValue) -> Decimal | str | None:
    """A bound as something that is ordered as its values are; None if that is not known."""
    text = str(bound)
    try:
        number = Decimal(text)
    except InvalidOperation:
        # Dates and datetimes of one form are ordered as their texts are.
        return text if len(text) == len("2006-11-16") and text[4:8:3] == "--" and text.isascii() else None
    return number if number.is_finite() else None


def _values(declared: JsonValue) -> set[str]:
    values = declared if isinstance(declared, list) else [declared]
    return {str(value["value"]) if isinstance(value, dict) and "value" in value else str(value) for value in values}
