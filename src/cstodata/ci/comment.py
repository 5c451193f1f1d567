"""The comment on a pull request: the verdict, what is wrong, what changed in words of the domain; then the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from cstodata.ci.plan import under
from cstodata.model.bump import rule_of
from cstodata.model.change import Bump, ChangeKind
from cstodata.model.finding import Severity
from cstodata.report.changes import markdown
from cstodata.report.changes.sentences import place, reasons, sentence, title
from cstodata.report.markup import code, plain
from cstodata.report.places import is_cut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cstodata.ci.judgement import Judgement
    from cstodata.model.change import Change, ChangeSet
    from cstodata.model.finding import Finding

    IsChanged = Callable[[str, int], bool]

BUDGET = markdown.BUDGET
FINDINGS = 10
"""How many are told; the rest is counted."""

_KINDS, _WORDS, _LEAST = 3, 3, 200

_IN_WORDS = frozenset(
    {
        ChangeKind.ROWS_ADDED,
        ChangeKind.ROWS_CHANGED,
        ChangeKind.RELEASE_FACT_CHANGED,
        ChangeKind.WRITTEN_DIFFERENTLY,
    }
)
_DIGESTS = frozenset({"hash-count", "byte-count"})
"""Types of findings whose digests say nothing to people."""

_CHARACTERS = 200
"""Of one text above the fold."""


def marker(root: str) -> str:
    """The line by which the comment is found again: there is only ever one for each package of a repository.

    Args:
        root: The package's folder from the repository's top.
    """
    # Nothing in a path can end the comment that it stands in.
    return f"<!-- cstodata: {quote(root).replace('--', '-%2D')} -->" if root else "<!-- cstodata -->"


def render(
    judgement: Judgement, *, root: str, is_changed: IsChanged, budget: int = BUDGET, findings: int = FINDINGS
) -> str:
    """The comment as GitHub Markdown.

    Args:
        judgement: What is thought of the change.
        root: The package's folder from the repository's top.
        is_changed: Whether a line of a file, by its path from the top, was changed; those are told first.
        budget: Bytes that it may have.
        findings: How many to tell.
    """
    listed = sorted(judgement.checked.findings, key=lambda each: _rank(each, root, is_changed))
    head = "\n".join((marker(root), *_head(judgement, listed, root, findings))) + "\n"
    if len(head.encode()) > budget:
        head = "\n".join((marker(root), *_head(judgement, listed, root, 0))) + "\n"
    fold = "" if judgement.changes is None else _fold(judgement, judgement.changes, budget - len(head.encode()))
    return head + fold


def _rank(finding: Finding, root: str, is_changed: IsChanged) -> tuple[bool, bool, bool]:
    """What was changed comes first, then errors, then what has a place; what is wrong with a whole file comes last."""
    changed = (
        finding.path is not None and finding.line is not None and is_changed(under(root, finding.path), finding.line)
    )
    return not changed, finding.severity is not Severity.ERROR, finding.line is None


def _head(judgement: Judgement, listed: list[Finding], root: str, most: int) -> Iterator[str]:
    """What stands above the fold."""
    told = _told(judgement)
    if not listed:
        yield f"{_verdict(judgement, listed)}{told}"
        return
    yield _verdict(judgement, listed)
    yield ""
    stale = [each for each in listed if each.type in _DIGESTS] if most else []
    first = [each for each in listed if each.type not in _DIGESTS][:most]
    yield from (f"- {_finding(each, root)}" for each in first)
    if stale:
        yield f"- {_stale(stale, root)}"
    count = judgement.checked.errors + judgement.checked.warnings - len(first) - len(stale)
    if count > 0:
        least = "at least " if is_cut(judgement.checked) else ""
        yield f"- … and {least}{count:,} more" if most else f"- {least}{count:,} findings"
    if told:
        yield ""
        yield told.removeprefix(": ")


def _verdict(judgement: Judgement, listed: list[Finding]) -> str:
    report = judgement.checked
    if report.valid:
        low = ", but the version is too low" if judgement.too_low else ""
        warned = f", with {_number(report.warnings, 'warning')}" if report.warnings else ""
        return f"**valid**{warned}{low}"
    kinds: dict[tuple[str, str | None], Finding] = {}
    for finding in listed:
        if finding.severity is Severity.ERROR:
            kinds.setdefault((finding.type, finding.resource), finding)
    named = [_named(finding) for finding in list(kinds.values())[:_KINDS]]
    if len(kinds) > _KINDS:
        named.append(f"and {_number(len(kinds) - _KINDS, 'more kind')}")
    least = "at least " if is_cut(report) else ""
    more = f" ({least}{report.errors:,} errors)" if report.errors > 1 else ""
    return f"**not valid**: {'; '.join(named)}{more}"


def _named(finding: Finding) -> str:
    """The rule, and the first place where it does not hold."""
    where = f" in {plain(finding.resource, _CHARACTERS)}" if finding.resource else ""
    line = f", line {finding.line}" if finding.line is not None else ""
    return f"{plain(finding.type, _CHARACTERS)}{where}{line}"


def _stale(findings: list[Finding], root: str) -> str:
    """One quiet line on the files whose digests or sizes are not those that the descriptor records."""
    files = list(dict.fromkeys(under(root, each.path or str(each.resource)) for each in findings))
    more = f" and {_number(len(files) - 1, 'more file')}" if len(files) > 1 else ""
    return f"{code(files[0])}{more} changed, which <code>cstodata format</code> has to record in the descriptor"


def _finding(finding: Finding, root: str) -> str:
    file = under(root, finding.path or "datapackage.json") if finding.path or not finding.resource else finding.resource
    line = "" if finding.line is None else f":{finding.line}"
    key = "".join(f" {plain(name, 50)} {code(value)}" for name, value in finding.key.items())
    warning = "warning: " if finding.severity is Severity.WARNING else ""
    return f"{code(f'{file}{line}')}{key}: {warning}{plain(finding.message, _CHARACTERS)}"


def _told(judgement: Judgement) -> str:
    """What changed, the version that it needs, and whether the package moved, in one line."""
    changes = judgement.changes
    if changes is None:
        return f": not compared with what it was, as {plain(judgement.note)}." if judgement.note else ""
    moved = "" if judgement.moved_from is None else f" Moved from {code(judgement.moved_from)}."
    return f": {_changed(judgement, changes)}{moved}"


def _changed(judgement: Judgement, changes: ChangeSet) -> str:
    if changes.version.bump is Bump.NONE and not judgement.too_low:
        return "nothing changed that a reader of the data could notice."
    # Words of the domain stand for rows that are new or corrected; all else is said as well, and what breaks first.
    others = [each for each in changes.changes if not changes.words or each.kind not in _IN_WORDS]
    breaking = dict.fromkeys(_line(each) for each in others if rule_of(each).bump is Bump.MAJOR)
    words = tuple(dict.fromkeys((*breaking, *changes.words, *map(_line, others))))
    few = "; ".join(plain(word, _CHARACTERS) for word in words[:_WORDS])
    more = f"; and {len(words) - _WORDS:,} more" if len(words) > _WORDS else ""
    return f"{few}{more}. {_version(judgement, changes)}" if words else _version(judgement, changes)


def _line(change: Change) -> str:
    return f"{place(change)}: {sentence(change)}"


def _version(judgement: Judgement, changes: ChangeSet) -> str:
    need = changes.version
    if need.required is None:
        return f"Which version it needs is not known: {plain(str(changes.old.version))} is no semantic version."
    told = f"Needs version **{plain(need.required)}** ({plain(reasons(need))})"
    if need.declared is None:
        return f"{told}; none is declared."
    if need.declared == need.required:
        return f"{told}, as declared."
    low = ", which is **too low**" if judgement.too_low else ""
    return f"{told}; {plain(need.declared)} is declared{low}."


def _fold(judgement: Judgement, changes: ChangeSet, room: int) -> str:
    """What changed, in full or as far as there is room; nothing if there is hardly any, or nothing changed."""
    base = f"Compared with {code((judgement.merge_base or '')[:12])}, where the change parted from its base."
    before = f"\n<details><summary>What changed: {plain(title(changes))}</summary>\n\n"
    after = f"\n{base}\n\n</details>\n"
    left = room - len((before + after).encode())
    if left < _LEAST or not (changes.changes or changes.tables):
        return ""
    return before + "".join(markdown.render(changes, budget=left)) + after


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
