"""The exit codes, the same for every verb."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command ends with."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    CANNOT_PROCEED = 3
    INTERRUPTED = 130
