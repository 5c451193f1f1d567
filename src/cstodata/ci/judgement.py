"""What is thought of a change: what checking found, what changed, and whether its version will do."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cstodata.model.change import Bump
from cstodata.model.finding import RULE_PREFIX, Finding, Severity
from cstodata.model.report import Report, RuleResult
from cstodata.report.changes.sentences import reasons

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Final

    from cstodata.ci.plan import Plan
    from cstodata.errors import CstodataError
    from cstodata.model.change import ChangeSet, VersionNeed

VERSION = "version-is-enough"
COMPARED = "compared-with-base"

EXPLANATIONS: Final[Mapping[str, str]] = {
    RULE_PREFIX + VERSION: """The declared version is high enough for what changed.

Only `cstodata ci` finds it. What changed since the merge base needs a version (`cstodata version` tells the
reasons), and the descriptor declares a lower one, or none. Where there never was a version, it is a warning.""",
    RULE_PREFIX + COMPARED: """The package could be compared with what it was.

Only `cstodata ci` finds it, as a warning: the merge base is not in the clone, or the package in it cannot be read. What
changed is not told then, and the version is not checked.""",
}
"""What the findings mean that only `cstodata ci` gives, by type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is thought of a change.

    Attributes:
        checked: What checking the package found.
        report: The same, and the findings about the change itself.
        changes: What changed since the merge base; None if it was not compared.
        note: Why it was not compared; None if it was.
        merge_base: The commit that it was compared with; None if it was not.
        moved_from: Where its descriptor stood in that commit, from the repository's top; None if it did not move.
        is_unreadable: Whether there is no package that could be checked.
    """

    checked: Report
    report: Report
    changes: ChangeSet | None
    note: str | None
    merge_base: str | None
    moved_from: str | None = None
    is_unreadable: bool = False

    @property
    def too_low(self) -> VersionNeed | None:
        """What the changes need, if the declared version is lower; None if it will do, or nobody knows."""
        need = self.changes.version if self.changes else None
        return need if need and _is_too_low(need) else None


def judge(
    plan: Plan, checked: Report, changes: ChangeSet | None, *, note: str | None, is_unreadable: bool = False
) -> Judgement:
    """What is thought of a change.

    Args:
        plan: Of the check.
        checked: What checking the package found.
        changes: What changed; None if it was not compared.
        note: Why the comparison that was planned failed; None if it did not, or none was planned.
        is_unreadable: Whether there is no package that could be checked.
    """
    own = []
    need = changes.version if changes else None
    if changes is not None and need is not None and _is_too_low(need):
        own.append(_version_finding(plan.descriptor, changes))
    if note or (plan.note and plan.is_lack):
        message = f"the package was not compared with what it was: {note or plan.note}"
        own.append(_finding(COMPARED, Severity.WARNING, message, plan.descriptor.name))
    results = tuple(
        RuleResult(rule=each.type.removeprefix(RULE_PREFIX), severity=each.severity, findings=(each,), count=1)
        for each in own
    )
    return Judgement(
        checked=checked,
        report=replace(
            checked,
            rules=(*checked.rules, *results),
            explanations={**checked.explanations, **{each.type: EXPLANATIONS[each.type] for each in own}},
        ),
        changes=changes,
        note=note or plan.note,
        merge_base=plan.merge_base if changes else None,
        moved_from=plan.moved_from,
        is_unreadable=is_unreadable,
    )


def unreadable_report(plan: Plan, error: CstodataError) -> Report:
    """A report on a package that cannot be read, so that it can be told as any other."""
    from frictionless.errors import PackageError

    from cstodata.validation.tables.findings import as_finding

    cause = error.__cause__
    finding = replace(
        as_finding(PackageError(note=str(error))),
        path=plan.descriptor.name,
        line=cause.lineno if isinstance(cause, json.JSONDecodeError) else None,
        message=str(error),
    )
    return Report(
        package=None, version=None, place=str(plan.descriptor), metadata=(finding,), tables=(), rules=(), seconds=0
    )


def _is_too_low(need: VersionNeed) -> bool:
    if need.required is None or need.is_enough:
        return False
    return need.declared is not None or need.bump is not Bump.NONE


def _version_finding(descriptor: Path, changes: ChangeSet) -> Finding:
    need = changes.version
    never = need.declared is None and changes.old.version is None
    is_declared = "no version is declared" if need.declared is None else f"the version {need.declared} is too low"
    message = f"{is_declared}: at least {need.required} is needed ({reasons(need)})"
    return replace(
        _finding(VERSION, Severity.WARNING if never else Severity.ERROR, message, descriptor.name),
        mend="Declare the version that is needed, by hand or with `cstodata version --write`.",
        line=_line_of_version(descriptor, need.declared),
        field="version",
        value=need.declared,
    )


def _finding(rule: str, severity: Severity, message: str, path: str) -> Finding:
    return Finding(type=RULE_PREFIX + rule, severity=severity, message=message, path=path)


def _line_of_version(descriptor: Path, declared: str | None) -> int:
    """The line that declares the version; of several the one that is indented least; 1 if none is found."""
    if declared is None:
        return 1
    wanted = re.compile(rf'^(\s*).*"version"\s*:\s*{re.escape(json.dumps(declared, ensure_ascii=False))}')
    lines = enumerate(descriptor.read_text(encoding="utf-8").splitlines(), start=1)
    found = [(len(match[1]), number) for number, line in lines if (match := wanted.match(line))]
    return min(found, default=(0, 1))[1]
