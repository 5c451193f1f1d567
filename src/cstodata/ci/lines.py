"""Which lines of the package's files were changed."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cstodata.ci.comment import IsChanged
    from cstodata.ci.plan import Plan
    from cstodata.ci.repository import Repository


def changed_lines(repository: Repository | None, plan: Plan) -> IsChanged:
    """Whether a line of a file was changed, by the file's path from the repository's top and the line's number from 1.

    git is asked only of files that are asked for.

    Args:
        repository: That the package stands in; None if there is none.
        plan: Of the check.
    """

    @cache
    def hunks(path: str) -> tuple[tuple[range, ...], list[int]]:
        if repository is None or plan.merge_base is None:
            return (), []
        lines = repository.changed_lines(plan.merge_base, path)
        return lines, [each.start for each in lines]

    def is_changed(path: str, line: int) -> bool:
        lines, begins = hunks(path)
        at = bisect_right(begins, line) - 1  # git tells hunks in order
        return at >= 0 and line in lines[at]

    return is_changed
