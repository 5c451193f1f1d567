"""What was read from pages, for programs: JSON and CSV, written page by page."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cstodata.extraction.extraction import Extraction, Row, Span
    from cstodata.model.json import JsonObject, JsonValue

_LONG = ("place", "resource", "row", "field", "value", "line", "text")


def as_json(extractions: Iterable[Extraction]) -> Iterator[str]:
    """One document of all pages, in pieces, a page on each line; docs/reference/extract.schema.json describes it."""
    yield '{"format": "1.0", "pages": ['
    before = "\n"
    for extraction in extractions:
        yield before + json.dumps(_page(extraction), ensure_ascii=False)
        before = ",\n"
    yield "\n]}\n"


def as_long_csv(extractions: Iterable[Extraction]) -> Iterator[str]:
    """All tables in one: a line for each cell that is not empty, with the words that state its row."""
    yield _csv_line(_LONG)
    for extraction in extractions:
        place, text = extraction.page.place, extraction.page.text
        numbers: dict[str, int] = {}
        for row in extraction.rows:
            number = numbers[row.resource] = numbers.get(row.resource, 0) + 1
            line, words = line_and_words(text, row.spans)
            for name, value in row.cells.items():
                if value is not None:
                    yield _csv_line((place, row.resource, number, name, value, line, words))


def as_csv(extractions: Iterable[Extraction], fields: Sequence[str]) -> Iterator[str]:
    """The rows of one table: its fields, then place, line and words; the pages hold rows of no other table."""
    yield _csv_line((*fields, "place", "line", "text"))
    for extraction in extractions:
        for row in extraction.rows:
            line, words = line_and_words(extraction.page.text, row.spans)
            yield _csv_line((*(row.cells.get(name) for name in fields), extraction.page.place, line, words))


def line_and_words(text: str, spans: Sequence[Span]) -> tuple[int, str]:
    """The line, from 1, on which the words that state a row begin, and the words; several parts are joined by ` … `."""
    line = text.count("\n", 0, spans[0].start) + 1 if spans else 1
    parts = dict.fromkeys(" ".join(text[span.start : span.end].split("\n")) for span in spans)
    return line, " … ".join(part for part in parts if part)


def _page(extraction: Extraction) -> JsonObject:
    page = extraction.page
    rows: dict[str, list[JsonValue]] = {}
    for row in extraction.rows:
        rows.setdefault(row.resource, []).append(_row(page.text, row))
    problems = [
        {"line": each.line, "text": each.text, "message": each.message, "mend": each.mend}
        for each in extraction.problems
    ]
    return {
        "place": page.place,
        "address": page.address,
        "captured_on": page.captured_on.isoformat() if page.captured_on else None,
        "sha256": page.sha256,
        "rows": rows,
        "problems": problems,
    }


def _row(text: str, row: Row) -> JsonObject:
    line, words = line_and_words(text, row.spans)
    return {"cells": _cells(row), "line": line, "text": words}


def _cells(row: Row) -> Mapping[str, JsonValue]:
    return {
        name: value if value is None or isinstance(value, str | int) else value.isoformat()
        for name, value in row.cells.items()
    }


def _csv_line(cells: Iterable[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
