"""What to do about each of Frictionless' errors, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ADVICE: Final[Mapping[str, str]] = {
    "blank-header": "Give the file a header: the field names, in the order of the schema.",
    "blank-label": "Give the column the name of its field.",
    "blank-row": "Remove the empty line.",
    "byte-count": "If the change is meant, run `cstodata format`, which records the new size; else restore the file.",
    "constraint-error": "Correct the cell, or the constraint in the schema if it is the constraint that is wrong.",
    "duplicate-label": "Name each column once.",
    "encoding-error": "Save the file as UTF-8, or declare its encoding.",
    "extra-cell": "Remove the cell, or quote the cell that holds a delimiter.",
    "extra-label": "Remove the column, or add its field to the schema.",
    "field-error": "Correct the field in the schema.",
    "foreign-key": "Correct the cell, or add the row that it refers to.",
    "format-error": "Use a format that Frictionless reads, such as csv, and name it in `format`.",
    "hash-count": "If the change is meant, run `cstodata format`, which records the new digest; else restore the file.",
    "incorrect-label": "Name the column as its field, and keep the order of the schema.",
    "missing-cell": "Add the missing cells; an empty one is written as two delimiters in a row.",
    "missing-label": "Add the column, in the order of the schema.",
    "package-error": "Correct the descriptor.",
    "primary-key": "Give each row its own key: correct one of the two rows, or remove it.",
    "resource-error": "Correct the resource in the descriptor.",
    "schema-error": "Correct the schema.",
    "scheme-error": "Add the file, or correct the path in the descriptor.",
    "source-error": "Give the file a header and rows; an empty file is no table.",
    "type-error": "Write the cell in the form of its type.",
    "unique-error": "Correct one of the two cells: the field may hold each value once.",
}
"""By error type; a type that is missing has a message that says it all."""


def advice_on(type_: str, message: str) -> str | None:
    """What to do about an error; None if its message says it all."""
    if "No module named" in message or "pip install" in message:
        return "Install the library that is named: Frictionless needs it to read this format."
    return ADVICE.get(type_)
