"""The same work for both sides of a comparison at once: Arrow, DuckDB and digests leave the interpreter to others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")


def abreast(old: Callable[[], _Result], new: Callable[[], _Result]) -> tuple[_Result, _Result]:
    """What the work for the old and for the new side gives; if both fail, raises what the old one raises."""
    with ThreadPoolExecutor(2) as pool:
        before, after = pool.submit(old), pool.submit(new)
        return before.result(), after.result()
