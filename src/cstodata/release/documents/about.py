"""What a data package says of itself, read so that nothing odd in it stops a release.

A text that is missing, or is no text, is empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from cstodata.model.json import JsonObject, JsonValue

_CONTACT: Final = frozenset({"contact", "contactperson", "contactpoint"})
_AUTHOR: Final = frozenset({"author", "creator"})
_PUBLISHER: Final = frozenset({"publisher"})
_EMAIL: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """One licence; `name` is its identifier, `title` is for people, `url` is where it can be read."""

    name: str
    title: str
    url: str

    @property
    def label(self) -> str:
        """What people call it."""
        return self.title or self.name or self.url or "the licence that the descriptor declares"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """Somebody who made the data, with a name.

    Attributes:
        name: What they are called.
        given_name: Of a person; empty if the package does not say that it is one.
        family_name: The same.
        url: Their page.
        email: Their address.
        roles: What they did, in lower-case letters.
    """

    name: str
    given_name: str
    family_name: str
    url: str
    email: str
    roles: frozenset[str]

    @property
    def is_person(self) -> bool:
        """Whether the package gives a personal name."""
        return bool(self.given_name or self.family_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a package says of itself.

    Attributes:
        identifier: A name for it that is unique in the world.
        name: Its short name.
        title: Its title, or else its name.
        description: What it holds.
        homepage: Its page.
        keywords: Each once, in the order given.
        licences: Any of them may be chosen.
        contributors: Those who have a name, in the order given.
    """

    identifier: str
    name: str
    title: str
    description: str
    homepage: str
    keywords: tuple[str, ...]
    licences: tuple[Licence, ...]
    contributors: tuple[Contributor, ...]

    @property
    def authors(self) -> tuple[Contributor, ...]:
        """Who is cited: authors and creators, or everybody if nobody is called so."""
        return self._who(_AUTHOR) or self.contributors

    @property
    def publishers(self) -> tuple[Contributor, ...]:
        """Who publishes it."""
        return self._who(_PUBLISHER)

    @property
    def contacts(self) -> tuple[Contributor, ...]:
        """Whom to ask: who is called so, or everybody with an address."""
        return self._who(_CONTACT) or tuple(each for each in self.contributors if each.email)

    def _who(self, roles: frozenset[str]) -> tuple[Contributor, ...]:
        return tuple(each for each in self.contributors if each.roles & roles)


def about(descriptor: JsonObject) -> About:
    """What a package's descriptor says of it."""
    name = text(descriptor.get("name"))
    contributors = [_contributor(each) for each in objects(descriptor.get("contributors"))]
    return About(
        identifier=text(descriptor.get("id")),
        name=name,
        title=text(descriptor.get("title")) or name or "Untitled data package",
        description=text(descriptor.get("description")),
        homepage=web_address(descriptor.get("homepage")),
        keywords=tuple(dict.fromkeys(filter(None, map(text, _list(descriptor.get("keywords")))))),
        licences=licences(descriptor),
        contributors=tuple(each for each in contributors if each.name),
    )


def licences(descriptor: JsonObject) -> tuple[Licence, ...]:
    """The licences that a package or a resource declares."""
    return tuple(
        Licence(name=text(each.get("name")), title=text(each.get("title")), url=web_address(each.get("path")))
        for each in objects(descriptor.get("licenses"))
    )


def text(value: JsonValue) -> str:
    """A text without blanks around it; empty if it is none."""
    return value.strip() if isinstance(value, str) else ""


def web_address(value: JsonValue) -> str:
    """An absolute address on the web, with nothing in it that an IRI must not hold; empty if it is none."""
    try:
        parts = urlsplit(text(value))
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    return quote(text(value), safe="!#$%&'()*+,/:;=?@[]~")


def objects(value: JsonValue) -> list[JsonObject]:
    """The objects in an array; none if it is no array."""
    return [each for each in _list(value) if isinstance(each, dict)]


def stated(value: JsonObject) -> JsonObject:
    """What is said in an object: the entries that are not empty."""
    return {key: each for key, each in value.items() if each not in (None, "", [], {})}


def _contributor(declared: JsonObject) -> Contributor:
    given, family = text(declared.get("givenName")), text(declared.get("familyName"))
    email = text(declared.get("email"))
    roles = [declared.get("role"), *_list(declared.get("roles"))]
    return Contributor(
        name=text(declared.get("title")) or f"{given} {family}".strip(),
        given_name=given,
        family_name=family,
        url=web_address(declared.get("path")),
        email=email if _EMAIL.fullmatch(email) else "",
        roles=frozenset("".join(filter(str.isalpha, text(role))).lower() for role in roles),
    )


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
