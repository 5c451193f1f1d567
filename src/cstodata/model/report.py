"""What checking a data package found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cstodata.model.finding import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """What Frictionless says of one resource.

    Attributes:
        name: Name of the resource.
        type: `table`, or another resource type for what is no table.
        place: Where the data stands: a path relative to the package, or `<memory>`.
        labels: The header's cells.
        stats: Figures as Frictionless gives them: md5, sha256, bytes, fields, rows, errors, warnings, seconds.
        findings: Its errors, in its order.
        beyond: Findings about the table that Frictionless is silent about.
        warnings: Its notices, such as a limit that was reached.
        engine: Who read its rows: `fast`, or `frictionless` alone.
        why: Why they were left to Frictionless; None if they were not.
        how: Where the fast engine looked at them, if Spark was asked for; else None. Reports do not tell it.
    """

    name: str
    type: str
    place: str
    labels: tuple[str, ...]
    stats: JsonObject
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]
    engine: str
    why: str | None
    beyond: tuple[Finding, ...] = ()
    how: str | None = None


class Outcome(StrEnum):
    """What became of a rule."""

    HOLDS = "holds"
    FAILS = "fails"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What became of one rule.

    Attributes:
        rule: Its id, without the prefix.
        severity: What its findings weigh.
        findings: The failing rows, in the order of the file, cut at the limit.
        count: How many rows fail, cut or not.
        skipped: Why it was not applied; None if it was.
    """

    rule: str
    severity: Severity
    findings: tuple[Finding, ...] = ()
    count: int = 0
    skipped: str | None = None

    @property
    def outcome(self) -> Outcome:
        """Whether the rule holds, fails, or was skipped."""
        if self.skipped is not None:
            return Outcome.SKIPPED
        return Outcome.FAILS if self.count else Outcome.HOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What checking a data package found.

    Attributes:
        package: Name of the package; None if it has none.
        version: Version of its data; None if it declares none.
        place: Path of the descriptor as it was asked for.
        metadata: Findings about the descriptor. If there are any, no data was checked.
        tables: One result a resource, in the descriptor's order.
        rules: One result a rule, in the registry's order.
        seconds: Wall time that the checks took.
        explanations: What each rule that was asked for, and each other finding, means; by type of finding.
    """

    package: str | None
    version: str | None
    place: str
    metadata: tuple[Finding, ...]
    tables: tuple[TableResult, ...]
    rules: tuple[RuleResult, ...]
    seconds: float
    explanations: Mapping[str, str] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings: of the metadata, then the tables, then the rules."""
        return (
            *self.metadata,
            *(finding for table in self.tables for finding in (*table.findings, *table.beyond)),
            *(finding for rule in self.rules for finding in rule.findings),
        )

    @property
    def errors(self) -> int:
        """Number of findings that are errors; a rule counts all rows that fail it."""
        found = len(self.metadata) + sum(len(table.findings) for table in self.tables)
        return found + self._beyond(Severity.ERROR) + self._failing_rows(Severity.ERROR)

    @property
    def warnings(self) -> int:
        """Number of findings that are warnings."""
        return self._beyond(Severity.WARNING) + self._failing_rows(Severity.WARNING)

    @property
    def valid(self) -> bool:
        """Whether there are no errors; warnings do not count."""
        return self.errors == 0

    def _beyond(self, severity: Severity) -> int:
        return sum(finding.severity is severity for table in self.tables for finding in table.beyond)

    def _failing_rows(self, severity: Severity) -> int:
        return sum(rule.count for rule in self.rules if rule.severity is severity)
