"""How much checking a package may find, and take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much checking a package may find, and take.

    Attributes:
        errors: Findings that a resource or rule may have before the rest is left unread; 0 for no limit.
        threads: Threads that read and judge a large table.
        memory: What finding equal keys may take before it spills to disk, such as `128MB`.
    """

    errors: int
    threads: int
    memory: str
