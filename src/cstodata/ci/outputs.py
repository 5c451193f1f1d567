"""What the steps after it are told, in the form of GitHub's environment files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.ci.judgement import Judgement

SUMMARY_BYTES = 1024 * 1024
"""What GitHub takes as the summary of one step."""


def nothing_changed(declared: str | None) -> dict[str, str]:
    """The outputs where nothing of the package changed: it was not checked, so nothing is said of it.

    Args:
        declared: The version that the package declares; None if it declares none.
    """
    return {"valid": "", "changed": "false", "required-version": "", "declared-version": declared or "", "bump": "none"}


def outputs(judgement: Judgement) -> dict[str, str]:
    """The outputs of a check; empty is what nobody knows.

    `valid` is of the data alone: a version that is too low does not change it.
    """
    need = judgement.changes.version if judgement.changes else None
    return {
        "valid": _truth(holds=judgement.checked.valid),
        "changed": "true",
        "required-version": (need.required if need else None) or "",
        "declared-version": (need.declared if need else judgement.checked.version) or "",
        "bump": need.bump if need else "",
    }


def environment_file(values: Mapping[str, str]) -> str:
    """Values by name, as GitHub reads them from a file; none can end before its end, or set another."""
    told = "\0".join(values.values())
    end = hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()
    while end in told:
        end = hashlib.sha256(end.encode()).hexdigest()
    return "".join(f"{name}<<{end}\n{value}\n{end}\n" for name, value in values.items())


def _truth(*, holds: bool) -> str:
    return "true" if holds else "false"
