"""The same work on both sides of a comparison at once: Arrow, DuckDB and digests leave the interpreter to others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Side = TypeVar("_Side")
_Result = TypeVar("_Result")


def abreast(work: Callable[[_Side], _Result], old: _Side, new: _Side) -> tuple[_Result, _Result]:
    """The results for the old and the new side; if the work fails on both, raises what it raises for the old one."""
    with ThreadPoolExecutor(2) as pool:
        before, after = pool.submit(work, old), pool.submit(work, new)
        return before.result(), after.result()
