"""Which lines of the package's files were changed."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from cstodata.ci.plan import under

if TYPE_CHECKING:
    from cstodata.ci.comment import IsChanged
    from cstodata.ci.plan import Plan
    from cstodata.ci.repository import Repository
    from cstodata.model.report import Report


def changed_lines(repository: Repository | None, plan: Plan, report: Report) -> IsChanged:
    """Whether a line of a file was changed, by the file's path from the repository's top and the line's number from 1.

    git is asked only of files with findings.

    Args:
        repository: That the package stands in; None if there is none.
        plan: Of the check.
        report: What checking the package found.
    """
    files = {
        under(plan.root, finding.path)
        for finding in report.findings
        if finding.path is not None and finding.line is not None
    }
    hunks: dict[str, tuple[range, ...]] = {}
    if repository is not None and plan.merge_base is not None:
        base = plan.merge_base
        hunks = {path: repository.changed_lines(base, path) for path in files}
    begins = {path: [lines.start for lines in each] for path, each in hunks.items()}

    def is_changed(path: str, line: int) -> bool:
        at = bisect_right(begins.get(path, []), line) - 1  # git tells hunks in order
        return at >= 0 and line in hunks[path][at]

    return is_changed
