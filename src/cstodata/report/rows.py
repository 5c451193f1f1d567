"""The rows of a table as text: for a terminal, as CSV, as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date, datetime, time
from decimal import Decimal
from itertools import accumulate
from math import isfinite
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from cstodata.errors import QueryError
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    import pyarrow as pa

_NARROW = 10
"""Room that a column keeps, if it needs that much, before columns are left out: that of a date."""

_GAP = 2


def to_text(table: pa.Table, *, width: int, rows: int) -> str:
    """A table that fits a terminal: long cells are cut, and columns that find no room are named below.

    Args:
        table: The rows to show.
        width: Of the terminal, in cells.
        rows: How many rows there are in all.
    """
    columns = [
        [shown(name), *(shown(_as_text(value)) for value in _values(column))]
        for name, column in zip(table.column_names, table.columns, strict=True)
    ]
    widths = _widths([max(map(cell_len, texts)) for texts in columns], width)
    drawn = [
        [_cut(text, room, is_number=_is_number(kind)) for text in texts]
        for texts, room, kind in zip(columns, widths, table.schema.types, strict=False)
    ]
    lines = [(" " * _GAP).join(cells).rstrip() for cells in zip(*drawn, strict=True)]
    left = table.column_names[len(widths) :]
    hidden = f", {len(left)} of {len(columns)} columns find no room: {shown(', '.join(left), 500)}" if left else ""
    return "\n".join([*lines, "", f"{counted(table, rows)}{hidden}", ""])


def counted(table: pa.Table, rows: int) -> str:
    """How many rows are shown, of how many."""
    shown_of = f"{table.num_rows:,} of " if table.num_rows < rows else ""
    return f"{shown_of}{rows:,} {'row' if rows == 1 else 'rows'}"


def to_csv(table: pa.Table) -> str:
    """A table as CSV with a header: null is empty, booleans are true and false, dates are ISO 8601."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(table.column_names)
    writer.writerows(zip(*([_as_text(value) for value in _values(column)] for column in table.columns), strict=True))
    return file.getvalue()


def to_json(table: pa.Table) -> str:
    """A table as an array of objects: null is null, dates are ISO 8601, and numbers that JSON has not are texts.

    Raises:
        QueryError: Two columns have the same name, so that an object has no place for both.
    """
    doubled = next((name for name, count in Counter(table.column_names).items() if count > 1), None)
    if doubled is not None:
        raise QueryError(f'two columns are called "{doubled}", which JSON cannot say; AS gives one another name')
    columns = [[_plain(value) for value in _values(column)] for column in table.columns]
    rows = [dict(zip(table.column_names, row, strict=True)) for row in zip(*columns, strict=True)]
    return printable_json(rows) + "\n"


def printable_json(value: Any) -> str:
    """JSON for people and programs: what is not seen is escaped, as JSON does it."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def _values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column.

    Raises:
        QueryError: One is a date or a time that no calendar here has, such as infinity.
    """
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError) as error:
        raise QueryError(f"a value of type {column.type} cannot be shown ({error}); CAST makes a text of it") from error


def _widths(wanted: Sequence[int], width: int) -> list[int]:
    """The widths of the columns that find room: as wanted, or the widest ones cut to the same."""
    taken = accumulate(min(_NARROW, each) + _GAP for each in wanted)
    fitting = max(sum(end - _GAP <= width for end in taken), min(1, len(wanted)))
    room = width - _GAP * (fitting - 1)
    given: dict[int, int] = {}
    for position in sorted(range(fitting), key=lambda position: wanted[position]):
        given[position] = min(wanted[position], max(1, room // (fitting - len(given))))
        room -= given[position]
    return [given[position] for position in range(fitting)]


def _cut(text: str, room: int, *, is_number: bool) -> str:
    """A text in exactly as much room."""
    if cell_len(text) > room:
        text = set_cell_size(text, room - 1) + "…"
    blanks = " " * (room - cell_len(text))
    return blanks + text if is_number else text + blanks


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _as_text(value: Any) -> str:
    plain = _plain(value)
    if plain is None:
        return ""
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case None | bool() | int() | str():
            plain: Any = value
        case float():
            plain = value if isfinite(value) else str(value)
        case Decimal():
            plain = int(value) if value == value.to_integral_value() else str(value)
        case date() | datetime() | time():
            plain = value.isoformat()
        case dict():
            plain = {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            plain = [_plain(each) for each in value]
        case _:
            plain = value.hex() if isinstance(value, bytes) else str(value)
    return plain
