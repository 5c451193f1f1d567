"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

OnStep = Callable[[str, float], object]
"""Called with what is being done, such as the name of a resource, and the share of it that is done, from 0 to 1."""

OnShare = Callable[[float], object]
"""Called with the share of the work that is done, from 0 to 1."""


def unheard(_step: str, _share: float) -> None:
    """What is called where nobody wants to know."""
