"""The files that a check leaves for the steps after it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Final, cast

from cstodata.report.changes import registry as changes_registry
from cstodata.report.registry import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cstodata.ci.comment import IsChanged
    from cstodata.ci.judgement import Judgement

COMMENT = "comment.md"

REPORTS: Final[Mapping[str, str]] = {
    "json": "report.json",
    "junit": "junit.xml",
    "sarif": "results.sarif",
    "gitlab": "gl-code-quality-report.json",
}
"""Files by the format of the report."""

CHANGES: Final[Mapping[str, str]] = {"json": "changes.json", "html": "changes.html"}
"""Files by the form of the changes."""

ALL: Final = (COMMENT, *REPORTS.values(), *CHANGES.values())


def contents(judgement: Judgement, *, root: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Each file's name, and what it holds in pieces of text; the comment is not among them.

    Args:
        judgement: What is thought of the change.
        root: The package's folder from the repository's top.
    """
    for form, name in REPORTS.items():
        if form in FORMATS:
            yield name, (report_as(form, judgement, root=root),)
    if judgement.changes is not None:
        for form, name in CHANGES.items():
            yield name, changes_registry.render(judgement.changes, form, limit=changes_registry.DEFAULT_ROWS[form])


def report_as(
    form: str, judgement: Judgement, *, root: str, is_changed: IsChanged | None = None, colour: bool = False
) -> str:
    """The report in a format, with as much of the options as the format takes.

    Args:
        form: One of the formats of reports.
        judgement: What is thought of the change.
        root: The package's folder from the repository's top.
        is_changed: Whether a line of a file, by its path from the top, was changed.
        colour: Whether to colour text for a terminal.
    """
    renderer = cast("Callable[..., str]", FORMATS[form])
    options = {"colour": colour, "root": root, "changed": is_changed}
    taken = inspect.signature(renderer).parameters
    return renderer(judgement.report, **{name: value for name, value in options.items() if name in taken})
