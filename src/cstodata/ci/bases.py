"""What a change is compared with: the revisions that may be the base, as the place where it runs tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cstodata.model.json import JsonObject, JsonValue

BEFORE = "HEAD~1"
"""What a commit is compared with if nobody says better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the place where it runs tells of the change.

    Attributes:
        event: GitHub's event; empty elsewhere.
        base_ref: The branch that GitHub's pull request is for; None if there is none.
        diff_base: The commit that GitLab's merge request is compared with; None if there is none.
        default_branch: GitLab's default branch; None elsewhere.
    """

    event: JsonObject = field(default_factory=dict)
    base_ref: str | None = None
    diff_base: str | None = None
    default_branch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A revision that the head may be compared with.

    Attributes:
        revision: As git takes it.
        may_be_head: Whether it is the base even if it holds the head already, so that nothing changed.
    """

    revision: str
    may_be_head: bool = True


def bases(asked: str | None, circumstances: Circumstances) -> tuple[Base, ...]:
    """The revisions to compare with; the first that git knows is taken.

    A pull request's base is never replaced by the commit before: that would tell a part of the change for all of it.

    Args:
        asked: What the user asked for; None if they did not.
        circumstances: Where it runs.
    """
    if asked is not None:
        return (Base(revision=asked),)
    event = circumstances.event
    told = [
        _text(event, "pull_request", "base", "sha"),
        _text(event, "merge_group", "base_sha"),
        _branch(circumstances.base_ref or _text(event, "pull_request", "base", "ref")),
        circumstances.diff_base,
    ]
    if any(told):
        return tuple(Base(revision=each) for each in told if each)
    found = []
    before = _text(event, "before")
    if before is not None and before.strip("0"):  # zeros stand for a branch that is new
        found.append(Base(revision=before))
    if branch := _branch(circumstances.default_branch):
        found.append(Base(revision=branch, may_be_head=False))
    return (*found, Base(revision=BEFORE))


def _branch(name: str | None) -> str | None:
    return f"origin/{name}" if name else None


def _text(event: JsonObject, *names: str) -> str | None:
    value: JsonValue = event
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) and value else None
