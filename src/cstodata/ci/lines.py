"""Which lines of the package's files were changed, and where those are that were there before."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cstodata.ci.comment import IsChanged
    from cstodata.ci.plan import Plan
    from cstodata.ci.repository import Hunk, Repository

    HunksOf = Callable[[str], tuple[Hunk, ...]]


def changed_lines(repository: Repository | None, plan: Plan) -> HunksOf:
    """Where a file differs from the merge base, by its path from the repository's top.

    git is asked only of files that are asked for, and once.

    Args:
        repository: That the package stands in; None if there is none.
        plan: Of the check.
    """

    @cache
    def hunks(path: str) -> tuple[Hunk, ...]:
        if repository is None or plan.merge_base is None:
            return ()
        return repository.hunks(plan.merge_base, path, was=plan.was(path))

    return hunks


def is_changed_in(hunks_of: HunksOf) -> IsChanged:
    """Whether a line of a file was changed, or stands where lines were removed."""

    def is_changed(path: str, line: int) -> bool:
        hunks = hunks_of(path)
        at = bisect_right(hunks, line, key=lambda hunk: hunk.after.start) - 1  # git tells hunks in order
        return any(line in hunk.after for hunk in hunks[max(at - 1, 0) : at + 1])

    return is_changed


def line_now(hunks: tuple[Hunk, ...], line: int) -> int | None:
    """The changed line that stands for one that was there before; None if that was not changed."""
    at = bisect_right(hunks, line, key=lambda hunk: hunk.before.start) - 1
    return hunks[at].after.start if at >= 0 and line in hunks[at].before else None
