"""What is wrong with a release."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a file."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A file of a release that is not what it should be.

    Attributes:
        path: Relative to the folder of the version; `index.json` is the store's.
        fault: What is wrong with it.
        why: One sentence.
    """

    path: str
    fault: Fault
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What verifying a release found.

    Attributes:
        version: What it was asked for as; None if a folder was.
        problems: By path; none if it is what it says it is.
        notes: What is no fault, and good to know; a sentence each.
        signer: Whom the allowed signers name; None if none of them signed, or nobody asked.
        key: Fingerprint of the key that signed; None if none did.
        yanked: Why its version was withdrawn, empty if nobody says why; None if it was not.
    """

    version: str | None
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()
    signer: str | None = None
    key: str | None = None
    yanked: str | None = None
