"""What a table's schema might be: types that Frictionless describes in a sample, each proved on every cell.

Everything here is a proposal, and says so. A type is proposed only if all cells have it, and if writing them in their
canonical form loses nothing: `007` is a text, whatever Frictionless makes of it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.errors import TableReadError
from cstodata.package.cells import parse
from cstodata.package.descriptor import Field
from cstodata.report.places import number
from cstodata.validation.rules.texts import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cstodata.model.json import JsonObject, JsonValue

SAMPLE_ROWS = 500
"""How many rows Frictionless describes; all others are only compared with what it says."""

_ENOUGH_ROWS = 2
"""Of one row, everything is unique and complete."""

_PLAIN: Final[Mapping[str, str]] = {
    "integer": r"^(0|-?[1-9][0-9]{0,17})$",
    "number": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$",
    "boolean": r"^(true|false|True|False|TRUE|FALSE)$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "datetime": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z?$",
}
"""How the cells of a type must be written to be proposed as such, as RE2 patterns; other types are not proposed."""

_ODD: Final[Mapping[str, str]] = {"boolean": "[A-Z]", "number": r"\.[0-9]*0$"}
"""How the cells of a type are written that their canonical form writes otherwise, as RE2 patterns."""

_KEY_NAME = re.compile(r"(^|[_\W])(id|key|code|no|number)$|(?<=[a-z])(Id|ID|Key|Code)$", re.IGNORECASE)
_KEY_TYPES = frozenset({"string", "integer", "date"})
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A table and what its schema might be.

    Attributes:
        texts: The cells as they are to be written: a string column without nulls for each field; empty means null.
        schema: The Table Schema.
        cleaned: How many texts were changed because they held what nobody sees, by field.
        rewritten: How many cells are read as a value and written in another way, and the first of them, by field.
    """

    texts: pa.Table
    schema: JsonObject
    cleaned: Mapping[str, int]
    rewritten: Mapping[str, tuple[int, str]]


def propose(texts: pa.Table) -> Proposal:
    """The schema that might fit a table.

    Args:
        texts: The cells: a string column without nulls for each field.
    """
    columns: dict[str, pa.ChunkedArray] = {}
    cleaned: dict[str, int] = {}
    rewritten: dict[str, tuple[int, str]] = {}
    fields: list[JsonObject] = []
    for name, type_ in _described(texts).items():
        column = texts[name]
        proved = type_ if type_ in _PLAIN and _fits(column, name, type_) else "string"
        if proved == "string":
            column, changed = _clean(column)
            cleaned |= {name: changed} if changed else {}
        if odd := _oddly_written(column, proved):
            rewritten[name] = (len(odd), odd[0])
        columns[name] = column
        fields.append(_field(name, proved, column))
    key = _key(fields, columns)
    schema: JsonObject = {
        "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
        "fields": cast("list[JsonValue]", fields),
        "missingValues": [""],
        **({"primaryKey": [key]} if key else {}),
    }
    return Proposal(texts=pa.table(columns), schema=schema, cleaned=cleaned, rewritten=rewritten)


def _described(texts: pa.Table) -> dict[str, str]:
    """The type of each field that Frictionless describes in the first rows."""
    from frictionless import Detector

    names = texts.column_names
    sample = texts.slice(0, SAMPLE_ROWS)
    rows = [list(row) for row in zip(*(sample[name].to_pylist() for name in names), strict=True)]
    described = Detector(field_confidence=1).detect_schema(rows, labels=list(names))
    return dict(zip(names, (str(field.type) for field in described.fields), strict=True))


def _fits(column: pa.ChunkedArray, name: str, type_: str) -> bool:
    """Whether every cell that is not empty is plainly of a type."""
    present = column.filter(pc.not_equal(column, ""))
    if len(present) == 0 or not pc.all(pc.match_substring_regex(present, _PLAIN[type_])).as_py():
        return False
    field = Field(
        name=name, type=type_, format="default", missing_values=("",), descriptor={"name": name, "type": type_}
    )
    try:
        parse(column, field)
    except TableReadError:
        return False
    return True


def _oddly_written(column: pa.ChunkedArray, type_: str) -> list[str]:
    """The cells that their canonical form does not leave as they are, such as `TRUE` and `1.50`."""
    pattern = _ODD.get(type_)
    return cast("list[str]", column.filter(pc.match_substring_regex(column, pattern)).to_pylist()) if pattern else []


def _field(name: str, type_: str, column: pa.ChunkedArray) -> JsonObject:
    words = name.replace("_", " ").strip() or name
    rows = number(len(column), "row")
    complete = len(column) >= _ENOUGH_ROWS and not pc.any(pc.equal(column, "")).as_py()
    return {
        "name": name,
        "type": type_,
        "title": words[:1].upper() + words[1:],
        "description": f"To do: say what the cells mean. The type is a proposal, made from {rows}.",
        **({"constraints": {"required": True}} if complete else {}),
    }


def _key(fields: Sequence[JsonObject], columns: Mapping[str, pa.ChunkedArray]) -> str | None:
    """The field that might be the primary key: the first unique one that is called so, or else the first one at all."""
    complete = [field for field in fields if "constraints" in field and field["type"] in _KEY_TYPES]
    names = [str(field["name"]) for field in complete]
    for name in sorted(names, key=lambda name: _KEY_NAME.search(name) is None):
        if pc.count_distinct(columns[name]).as_py() == len(columns[name]):
            return name
    return None


def _clean(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, int]:
    """The texts without what nobody sees, as the rule text-is-clean asks, and how many were changed."""
    encoded = column.combine_chunks().dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    clean = [text if text.isascii() and text.isprintable() and text == text.strip() else _seen(text) for text in texts]
    if clean == texts:
        return column, 0
    array = pa.array(clean, pa.string()).take(encoded.indices)
    return pa.chunked_array([array]), pc.sum(pc.not_equal(array, column.combine_chunks())).as_py()


def _seen(text: str) -> str:
    """A text in normal form C, without what nobody sees; line breaks and tabs are made blanks."""
    one_line = _BREAKS.sub(" ", unicodedata.normalize("NFC", text))
    seen = "".join(each for each in one_line if not any(first <= ord(each) <= last for first, last in UNSEEN))
    return unicodedata.normalize("NFC", seen).strip()
