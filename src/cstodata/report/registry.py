"""The formats that a report can be written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from cstodata.report import json, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.report import Report


class Renderer(Protocol):
    """A pure function from a report to text."""

    def __call__(self, report: Report, *, colour: bool) -> str:
        """The report as text; `colour` asks for ANSI colours where the format has any."""


FORMATS: Final[Mapping[str, Renderer]] = {
    "text": text.render,
    "json": lambda report, colour: json.render(report),  # noqa: ARG005 -- JSON has no colours
}
