"""A page with what was understood of it marked, and what was not."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from cstodata.extraction.plan import PROVENANCE
from cstodata.report.terminal import painter, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cstodata.extraction.extraction import Extraction, Row, Span
    from cstodata.report.terminal import Paint


class _Mark(NamedTuple):
    opening: str
    closing: str


def as_marked(extraction: Extraction, keys: Mapping[str, Sequence[str]], *, colour: bool) -> str:
    """The page's text: `[words]{table key}` where words state rows, `[!words!]{why}` where they were not understood.

    Args:
        extraction: What was read from the page.
        keys: The primary key of each table.
        colour: Whether to use colours, beside the marks.
    """
    paint = painter(colour=colour)
    page = extraction.page
    marks = _marks(extraction, keys, paint)
    opening: dict[int, list[str]] = defaultdict(list)
    closing: dict[int, list[str]] = defaultdict(list)
    for span in sorted(marks, key=lambda span: (span.start, -span.end)):
        opening[span.start].append(marks[span].opening)
        closing[span.end].insert(0, marks[span].closing)
    pieces = [paint(f"{shown(page.place, 1000)}  {shown(page.address or 'no address', 1000)}", "bold"), "\n"]
    pieces += [f"{problem.closing}\n" for problem in _of_no_words(extraction, paint)]
    last = 0
    for at in sorted({*opening, *closing}):
        pieces += [_lines(page.text[last:at]), *closing[at], *opening[at]]
        last = at
    return "".join([*pieces, _lines(page.text[last:]), "\n\n"])


def _marks(extraction: Extraction, keys: Mapping[str, Sequence[str]], paint: Paint) -> dict[Span, _Mark]:
    labels: dict[Span, list[str]] = defaultdict(list)
    for row in (*extraction.rows, *extraction.confirmed):
        for span in row.spans:
            if span.start < span.end:
                labels[span].append(_label(row, keys.get(row.resource, ())))
    marks = {
        span: _Mark(paint("[", "green"), paint("]", "green") + paint("{" + "; ".join(dict.fromkeys(own)) + "}", "cyan"))
        for span, own in labels.items()
    }
    for problem in extraction.problems:
        if problem.span.start < problem.span.end:
            inner = marks.get(problem.span, _Mark("", ""))
            why = paint("!]{" + shown(problem.message, 1000) + "}", "red")
            marks[problem.span] = _Mark(paint("[!", "red") + inner.opening, inner.closing + why)
    return marks


def _of_no_words(extraction: Extraction, paint: Paint) -> Iterator[_Mark]:
    """Problems of the page as a whole."""
    for problem in extraction.problems:
        if problem.span.start >= problem.span.end:
            yield _Mark("", paint("[!!]{" + shown(problem.message, 1000) + "}", "red"))


def _label(row: Row, key: Sequence[str]) -> str:
    own = [name for name in key if name != PROVENANCE] or list(key)
    return " ".join([shown(row.resource), *(shown(row.cells.get(name)) for name in own)])


def _lines(text: str) -> str:
    return "\n".join(shown(line, len(line)) for line in text.split("\n"))
