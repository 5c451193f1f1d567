"""What a field asks of its values, as verdicts over an Arrow column: true where a value is as it should be.

The three libraries hand their columns over as Arrow, so that a constraint is written once and means the same in each.
What Parquet holds as text is judged by Frictionless, each distinct text once; the rest by Arrow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from cstodata.errors import TableReadError
from cstodata.package.cells import ARROW_TYPES, frictionless_field, from_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.package.descriptor import Field

    Holds = Callable[[pa.ChunkedArray], pa.Array | pa.ChunkedArray]

BOUNDS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "minimum": pc.greater_equal,
    "maximum": pc.less_equal,
    "exclusiveMinimum": pc.greater,
    "exclusiveMaximum": pc.less,
}

_OF_TEXTS = ("minLength", "maxLength", "pattern", "enum", *BOUNDS)

_FAMILIES: Final[Mapping[str, tuple[Callable[[pa.DataType], bool], ...]]] = {
    "boolean": (pt.is_boolean,),
    "date": (pt.is_date,),
    "datetime": (pt.is_timestamp,),
    "integer": (pt.is_integer,),
    "number": (pt.is_floating, pt.is_integer),
    "time": (pt.is_time,),
    "year": (pt.is_integer,),
}
_TEXT = (pt.is_string, pt.is_large_string, pt.is_string_view)

_ROW = "row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One thing that a field asks of its values.

    Attributes:
        name: The constraint, or `type`.
        told: What is asked, for people: `minimum 0`.
        holds: Of a column, where it is so, and null where nothing can be said, as where the value is null.
    """

    name: str
    told: str
    holds: Holds

    def on_first(self, columns: pa.Table) -> pa.Array | pa.ChunkedArray:
        """The same of the first column of a table."""
        return self.holds(columns[0])


def verdicts(field: Field, *, is_nullable: bool) -> Iterator[Verdict]:
    """What a field asks of its values, one by one; its type comes first.

    Args:
        field: As it is declared.
        is_nullable: Whether null is allowed, so that a library without null in integers has them as floats.

    Raises:
        TableReadError: A constraint is more than the Arrow type of the field can hold.
    """
    constraints = cast("JsonObject", field.descriptor.get("constraints") or {})
    form = "" if field.format == "default" else f" ({field.format})"
    is_text = field.type not in ARROW_TYPES
    typed = _is_text(field) if is_text else partial(_is_typed, field=field, is_nullable=is_nullable)
    yield Verdict(name="type", told=f"type {field.type}{form}", holds=typed)
    for name in _OF_TEXTS:
        if constraints.get(name) is not None:
            judge = _of_texts(name, field) if is_text else _judge(name, constraints[name], field)
            yield Verdict(name=name, told=f"{name} {constraints[name]}", holds=judge)
    declared = field.descriptor.get("categories")
    if declared is not None:
        values = [_value(each) for each in declared] if isinstance(declared, list) else [None]
        yield Verdict(name="categories", told=f"categories {values}", holds=_judge("categories", values, field))


def distinct(columns: pa.Table) -> pa.Array:
    """Of each row, whether no other has the same values; rows with a null are exempt, as in SQL."""
    numbered = columns.append_column(pa.field("", pa.int64()), pa.array(range(columns.num_rows), pa.int64()))
    numbered = numbered.rename_columns([*(str(at) for at in range(columns.num_columns)), _ROW])
    keys = [str(at) for at in range(columns.num_columns)]
    groups = numbered.drop_null().group_by(keys).aggregate([(_ROW, "list"), (_ROW, "count")])
    twice = groups.filter(pc.greater(groups[f"{_ROW}_count"], 1))
    repeated = pc.list_flatten(twice[f"{_ROW}_list"])
    return pc.invert(pc.is_in(numbered[_ROW].combine_chunks(), value_set=repeated.combine_chunks()))


def _is_typed(column: pa.ChunkedArray, *, field: Field, is_nullable: bool) -> pa.Array | pa.ChunkedArray:
    if _is_void(column) or any(is_of(column.type) for is_of in _FAMILIES[field.type]):
        return _all(column, value=True)
    if is_nullable and field.type in {"integer", "year"} and pt.is_floating(column.type):
        return pc.and_(pc.is_finite(column), pc.equal(column, pc.floor(column)))
    return _all(column, value=False)


def _is_text(field: Field) -> Holds:
    takes_all = field.type in {"any", "string"} and field.format == "default"
    reads = None if takes_all else _of_texts("type", field)

    def holds(column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
        if _is_void(column):
            return _all(column, value=True)
        is_text = any(is_of(column.type) for is_of in _TEXT)
        return reads(column) if is_text and reads else _all(column, value=is_text)

    return holds


def _of_texts(name: str, field: Field) -> Holds:
    """Frictionless' own judgement of each text: by type, or by a constraint."""
    constraints = cast("JsonObject", field.descriptor.get("constraints") or {})
    asked = {each: constraints[each] for each in _OF_TEXTS if each in constraints}
    if name in {"enum", *BOUNDS}:
        _read(name, asked[name], field)
    # The texts are those of values that are there: none of them means null any more.
    declared = {**field.descriptor, "constraints": asked, "missingValues": []}
    try:
        read = frictionless_field(replace(field, descriptor=declared), with_constraints=True).create_cell_reader()
    except re.error as error:
        raise TableReadError(field.name, problem=f"its pattern is none: {error}") from error

    def holds(column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
        texts = column.cast(pa.string())
        good = [text for text in pc.unique(texts).drop_null().to_pylist() if name not in (read(text)[1] or {})]
        return pc.or_(texts.is_null(), pc.is_in(texts, value_set=pa.array(good, pa.string())))

    return holds


def _judge(name: str, declared: JsonValue, field: Field) -> Holds:
    """A bound, or the values that are allowed, on a column that Arrow compares."""
    allowed = from_values(_read(name, declared, field), field)

    def holds(column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
        values = column.cast(allowed.type)
        if name in BOUNDS:
            return BOUNDS[name](values, allowed[0])
        return pc.or_(values.is_null(), pc.is_in(values, value_set=allowed))

    return holds


def _read(name: str, declared: JsonValue, field: Field) -> list[Any]:
    """What a constraint declares, as the values that its texts mean."""
    read = frictionless_field(field).create_value_reader()
    values = [read(each) for each in (declared if isinstance(declared, list) else [declared])]
    if None in values:
        raise TableReadError(field.name, problem=f"{name} {declared} is not of the type {field.type}")
    return values


def _value(category: JsonValue) -> JsonValue:
    """The value of a category, which may be an object with a label."""
    return category.get("value") if isinstance(category, dict) else category


def _is_void(column: pa.ChunkedArray) -> bool:
    """Whether there is no value that could be of a wrong type; some readers give such a column any type."""
    return bool(column.null_count == len(column))


def _all(column: pa.ChunkedArray, *, value: bool) -> pa.Array:
    return pa.repeat(pa.scalar(value), len(column))
