"""Templates, and what they may call; every text is escaped, and every name must be known."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

import jinja2

from cstodata.catalog.charts import colour_of
from cstodata.catalog.paths import HOME, SCRIPT, STYLE, way
from cstodata.catalog.texts import address_in, cut, language_of, mail_to, size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cstodata.catalog.contents import Version

_BRIEF, _TEXT, _LONG_TEXT = 20, 300, 3000


def _clip(text: object, limit: int = _TEXT) -> str:
    return cut(str(text), limit)


def _brief(text: object) -> str:
    told = "not stated" if text is None else str(text)
    return cut(told if len(told) <= _BRIEF else f"{told[:_BRIEF]}…", _BRIEF + 1)


def _long(text: object) -> str:
    return cut(str(text), _LONG_TEXT)


def _count(number: int) -> str:
    return f"{number:,}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _day(moment: str) -> str:
    return moment[:10]


_FILTERS: Final[Mapping[str, Callable[..., str]]] = {
    "address": address_in,
    "brief": _brief,
    "clip": _clip,
    "count": _count,
    "counted": _counted,
    "day": _day,
    "language": language_of,
    "long": _long,
    "mailto": mail_to,
    "size": size,
}


def environment() -> jinja2.Environment:
    """The templates of the pages."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("cstodata.catalog", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= _FILTERS
    made.globals |= {"colour_of": colour_of, "HOME": HOME, "SCRIPT": SCRIPT, "STYLE": STYLE}
    return made


def asset(name: str) -> bytes:
    """The style or the script of the pages."""
    return files("cstodata.catalog").joinpath("templates", name).read_bytes()


class Page:
    """A page that is being made: what leads from it to others, and to files of the store."""

    def __init__(self, path: str, address: str) -> None:
        """Begin a page.

        Args:
            path: Where it stands in the store.
            address: Where the files of the store are read, with a slash at the end; empty if beside the pages.
        """
        self.path = path
        self._address = address

    def to(self, path: str, anchor: str = "") -> str:
        """The address of another page."""
        return way(self.path, path, anchor)

    def file(self, path: str) -> str:
        """The address of a file of the store."""
        return f"{self._address}{way('', path)}" if self._address else way(self.path, path)

    def of(self, version: Version, name: str) -> str:
        """The address of a file of a version."""
        return self.file(f"v/{version.number}/{name}")
