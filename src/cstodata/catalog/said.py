"""What a release says of its changes and its validation, read so that nothing odd in its files stops a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.release.documents.about import objects, text

if TYPE_CHECKING:
    from cstodata.model.json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A change: where, what, which version that needs, and by which rule."""

    where: str
    text: str
    level: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """What became of a rule: its id, whether its findings are errors, whether it holds, and how many they are."""

    rule: str
    severity: str
    outcome: str
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What checking the package found."""

    valid: bool
    errors: int
    warnings: int


def words_of(manifest: JsonObject) -> list[str]:
    """What changed in the words of the data."""
    words = _object(manifest.get("bump")).get("words")
    return list(map(str, words)) if isinstance(words, list) else []


def reasons_of(manifest: JsonObject) -> list[Reason]:
    """What changed, one kind of change after the other."""
    return [
        Reason(
            where=".".join(filter(None, (text(each.get("table")), text(each.get("field"))))) or "package",
            text=text(each.get("text")),
            level=text(each.get("level")),
            rule=text(each.get("rule")),
        )
        for each in objects(_object(manifest.get("bump")).get("reasons"))
    ]


def checks_of(manifest: JsonObject) -> Checks:
    """Whether the package is valid."""
    checks = _object(manifest.get("checks"))
    errors, warnings = number(checks.get("errors")), number(checks.get("warnings"))
    return Checks(valid=checks.get("valid") is True, errors=errors, warnings=warnings)


def rules_of(report: JsonObject) -> list[RuleOutcome]:
    """The rules that were applied."""
    return [
        RuleOutcome(
            rule=text(each.get("rule")),
            severity=text(each.get("severity")),
            outcome=text(each.get("outcome")),
            findings=number(each.get("count")),
        )
        for each in objects(_object(report.get("cstodata")).get("rules"))
    ]


def commit_of(manifest: JsonObject) -> str:
    """The commit that it is made of; empty if it does not say."""
    return text(_object(manifest.get("git")).get("commit"))


def number(value: JsonValue) -> int:
    """A whole number; 0 if it is none."""
    return value if isinstance(value, int) else 0


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}
