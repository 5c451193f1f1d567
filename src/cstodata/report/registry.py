"""The formats that a report can be written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from cstodata.report import github, gitlab, json, junit, sarif, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.report import Report


class Renderer(Protocol):
    """A pure function from a report to text."""

    def __call__(self, report: Report, *, colour: bool = False, root: str = "") -> str:
        """The report as text.

        Args:
            report: The report.
            colour: Whether to use ANSI colours where the format has any.
            root: The folder of the package relative to the top of the repository, in POSIX form, where the format
                tells of files to a service that knows the repository; empty if it is the top.
        """


FORMATS: Final[Mapping[str, Renderer]] = {
    "text": text.render,
    "json": json.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "junit": junit.render,
    "sarif": sarif.render,
}
