"""What a finding is known by from one run to the next, though lines move."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.model.finding import Finding


def fingerprint(finding: Finding) -> str:
    """SHA-256, in hex, of the resource, the key of the row, the field and the type of a finding.

    The number of the row stands for the key where there is none. Lines, messages and cells have no part in it.
    """
    row = sorted(finding.key.items()) if finding.key else finding.row
    return _digest([finding.resource, row, finding.field, finding.type])


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """The fingerprints of findings, each another one: of those that would be the same all but the first are counted."""
    seen: Counter[str] = Counter()
    told = []
    for finding in findings:
        own = fingerprint(finding)
        told.append(_digest([own, seen[own]]) if seen[own] else own)
        seen[own] += 1
    return told


def _digest(of: list[object]) -> str:
    return hashlib.sha256(json.dumps(of).encode()).hexdigest()
