"""The files that a check leaves for the steps after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cstodata.report.changes import registry as changes_registry
from cstodata.report.registry import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cstodata.ci.judgement import Judgement

COMMENT = "comment.md"

REPORTS: Final[Mapping[str, str]] = {
    "json": "report.json",
    "junit": "junit.xml",
    "sarif": "results.sarif",
    "gitlab": "gl-code-quality-report.json",
}
"""Files by the format of the report."""

_BESIDE_CHANGES: Final = frozenset({"gitlab", "sarif"})

CHANGES: Final[Mapping[str, str]] = {"json": "changes.json", "html": "changes.html"}
"""Files by the form of the changes."""

ALL: Final = (COMMENT, *REPORTS.values(), *CHANGES.values())


def contents(judgement: Judgement, seen: Judgement, *, root: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Each file's name, and what it holds in pieces of text; the comment is not among them.

    Args:
        judgement: What is thought of the change.
        seen: The same, with findings where reviewers look: for the services that show them beside the change.
        root: The package's folder from the repository's top.
    """
    for form, name in REPORTS.items():
        report = seen.report if form in _BESIDE_CHANGES else judgement.report
        yield name, (FORMATS[form](report, root=root),)
    if judgement.changes is not None:
        for form, name in CHANGES.items():
            yield name, changes_registry.render(judgement.changes, form, limit=changes_registry.DEFAULT_ROWS[form])
