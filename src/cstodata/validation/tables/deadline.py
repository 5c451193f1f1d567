"""An end to the reading of a cell, or to the guessing of a dialect, that would take for ever.

Some patterns, `(a+)+$` say, take Python exponentially long to find that they do not match. A timer looks, every few
seconds, whether what is being read is still the same. Regular expressions let signals through, so the
timer can end them; where there are no such signals (on Windows, or in another thread than the main one), nothing does.
"""

from __future__ import annotations

import csv
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from frictionless import Field
from frictionless.errors import SchemaError, SourceError

from cstodata.validation.tables.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

SECONDS = 5.0
"""A cell is given up after this time, or after twice as long."""

_SHOWN = 100
_CELL_READER: CodeType = Field(name="any").create_cell_reader().__code__  # type: ignore[attr-defined]  # a function
_SNIFFER: CodeType = csv.Sniffer.sniff.__code__


@contextmanager
def cell_deadline() -> Iterator[None]:
    """Within it, a cell whose reading takes too long raises `RefusedError`, which names the field and its pattern."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    if signal.getitimer(signal.ITIMER_REAL)[0]:  # somebody else's, which must not be lost
        yield
        return
    seen: FrameType | None = None

    def look(_signal: int, frame: FrameType | None) -> None:
        nonlocal seen
        while frame is not None and frame.f_code not in {_CELL_READER, _SNIFFER}:
            frame = frame.f_back
        if frame is not None and frame is seen:
            raise _refusal(frame)
        seen = frame

    before = signal.signal(signal.SIGALRM, look)
    signal.siginterrupt(signal.SIGALRM, False)  # noqa: FBT003 -- the standard library takes it by position
    signal.setitimer(signal.ITIMER_REAL, SECONDS, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _refusal(frame: FrameType) -> RefusedError:
    if frame.f_code is _SNIFFER:
        note = f"guessing how its first lines are written takes more than {SECONDS:g} seconds"
        return RefusedError(SourceError(note=note), mend="Look at the quotes in the first 100 lines.")
    field, cell = frame.f_locals["self"], str(frame.f_locals["cell"])
    pattern = field.constraints.get("pattern")
    what = f'the pattern "{pattern}"' if pattern else f"the type {field.type}/{field.format}"
    shown = cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…"
    note = f'{what} of field "{field.name}" takes more than {SECONDS:g} seconds on the cell "{shown}"'
    mend = "Write a pattern that cannot match a text in many ways: (a+)+ is a+." if pattern else "Shorten the cell."
    return RefusedError(SchemaError(note=f"{note}; not all rows were checked"), mend=mend)
