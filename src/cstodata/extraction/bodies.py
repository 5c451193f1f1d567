"""Parliaments and chambers, and the wordings by which a page may mean them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from cstodata.extraction.names import is_cyrillic, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_OF = (" of the ", " of ")


class Body(NamedTuple):
    """A parliament, or one of its chambers."""

    parliament_id: str
    chamber_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chamber:
    """A chamber, as the package has it."""

    chamber_id: str
    parliament_id: str
    name: str
    kind: str
    website: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parliament:
    """A parliament, as the package has it.

    Attributes:
        country: Name of its country, such as "Republic of Belarus".
        chambers: Those that are known.
    """

    parliament_id: str
    name: str
    country: str
    chambers: tuple[Chamber, ...]

    @property
    def short_name(self) -> str:
        """Its name without that of its country."""
        return self.name.removesuffix(self.country).removesuffix("the ").removesuffix(" of ").strip() or self.name

    @property
    def countries(self) -> tuple[str, ...]:
        """Its country's name, and the same without what a page may drop: "Belarus" of "Republic of Belarus"."""
        short = self.country.rpartition(" of ")[2].removeprefix("the ")
        return tuple(dict.fromkeys((self.country, short)))

    @property
    def only_chamber(self) -> Chamber | None:
        """Its chamber, if it has but one."""
        return self.chambers[0] if len(self.chambers) == 1 and self.chambers[0].kind == "single" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One way to word a body.

    Attributes:
        parts: The names that it is made of, the smallest body first.
        body: What it means.
        through: The parliament that is named along with its chamber; None if there is none.
        is_whole: Whether it is a name of its own: "Federal Assembly" is one only where its country is clear.
        is_bare: Whether it names neither parliament nor country besides.
    """

    parts: tuple[str, ...]
    body: Body
    through: str | None = None
    is_whole: bool = True
    is_bare: bool = False

    @property
    def key(self) -> str:
        """What all its spellings have in common."""
        return key(next(self.spellings()))

    def spellings(self) -> Iterator[str]:
        """The ways to join its parts; in Russian the case of the words joins them."""
        joints = (" ",) if is_cyrillic(self.parts[0]) else _OF
        for chosen in product(joints, repeat=len(self.parts) - 1):
            yield "".join(part + joint for part, joint in zip(self.parts, (*chosen, ""), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """All parliaments and chambers.

    Attributes:
        parliaments: By id.
        chambers: By id.
        wordings: Those that mean one body wherever they stand.
        anywhere: The bodies that a key may mean where no parliament is clear.
        within: For each parliament, the bodies that a key means where it is clear that this parliament is meant.
    """

    parliaments: Mapping[str, Parliament]
    chambers: Mapping[str, Chamber]
    wordings: tuple[Wording, ...]
    anywhere: Mapping[str, frozenset[Body]]
    within: Mapping[str, Mapping[str, Body]]

    def find(self, name: str) -> Body | None:
        """The one body that a name means; None if it means none, or may mean several."""
        found = self.anywhere.get(key(name), frozenset())
        return next(iter(found)) if len(found) == 1 else None

    def meanings(self, name: str) -> list[str]:
        """The names of all that a name may mean."""
        return sorted(self.name_of(body) for body in self.anywhere.get(key(name), ()))

    def name_of(self, body: Body) -> str:
        """The full name of a body."""
        parliament = self.parliaments[body.parliament_id].name
        return f"{self.chambers[body.chamber_id].name} of the {parliament}" if body.chamber_id else parliament

    def chamber_of(self, body: Body) -> Chamber | None:
        """The chamber that a body is, or the only one that it has."""
        return self.chambers[body.chamber_id] if body.chamber_id else self.parliaments[body.parliament_id].only_chamber


def bodies_of(parliaments: Iterable[Parliament], aliases: Mapping[Body, Iterable[str]]) -> Bodies:
    """All wordings of the parliaments, of their chambers, and of both by their other names."""
    known = {parliament.parliament_id: parliament for parliament in parliaments}
    anywhere: dict[str, set[Body]] = defaultdict(set)
    within: dict[str, dict[str, Body]] = defaultdict(dict)
    wordings = [wording for parliament in known.values() for wording in _wordings(parliament, aliases)]
    for wording in wordings:
        within[wording.body.parliament_id].setdefault(wording.key, wording.body)
        if wording.is_whole:
            anywhere[wording.key].add(wording.body)
    for wording in wordings:  # what is a name of one may be short for another, as "National Assembly" is
        if wording.key in anywhere:
            anywhere[wording.key].add(wording.body)
    return Bodies(
        parliaments=known,
        chambers={chamber.chamber_id: chamber for parliament in known.values() for chamber in parliament.chambers},
        wordings=tuple(each for each in wordings if each.is_whole and len(anywhere[each.key]) == 1),
        anywhere={name: frozenset(bodies) for name, bodies in anywhere.items()},
        within=within,
    )


def _wordings(parliament: Parliament, aliases: Mapping[Body, Iterable[str]]) -> list[Wording]:
    """The wordings of a parliament and its chambers; a chamber comes first, where both have one name."""
    body = Body(parliament.parliament_id, None)
    own = [parliament.name] if parliament.short_name == parliament.name else []
    whole = [(name,) for name in (*own, *aliases.get(body, ()))]
    names = dict.fromkeys((parliament.short_name, *(name for (name,) in whole)))
    placed = [(name, country) for name in names if not is_cyrillic(name) for country in parliament.countries]
    of_parliament = [(parliament.short_name,), *whole, *placed]
    found: list[Wording] = []
    for chamber in parliament.chambers:
        found += _of_chamber(chamber, parliament, of_parliament, aliases)
    found += [Wording(parts=parts, body=body, is_bare=len(parts) == 1) for parts in (*whole, *placed)]
    return [*found, Wording(parts=(parliament.short_name,), body=body, is_whole=False)]


def _of_chamber(
    chamber: Chamber,
    parliament: Parliament,
    of_parliament: list[tuple[str, ...]],
    aliases: Mapping[Body, Iterable[str]],
) -> Iterator[Wording]:
    """The wordings of a chamber; an only chamber is its parliament, which has words of its own."""
    own = Body(parliament.parliament_id, chamber.chamber_id)
    body = Body(parliament.parliament_id, None) if chamber.kind == "single" else own
    for name in dict.fromkeys((chamber.name, *aliases.get(own, ()))):
        yield Wording(parts=(name,), body=body, is_bare=True)
        if not is_cyrillic(name):
            yield from (Wording(parts=(name, country), body=body) for country in parliament.countries)
        for parts in of_parliament:
            if is_cyrillic(name) == is_cyrillic(parts[0]):
                yield Wording(parts=(name, *parts), body=body, through=parliament.parliament_id)
            if is_cyrillic(name) and is_cyrillic(parts[0]):
                yield from (Wording(parts=(name, country), body=body) for country in _endings(parts[0]))


def _endings(name: str) -> Iterator[str]:
    """What a Russian name ends with: its country is in there, whose Russian name no table holds."""
    words = name.split()
    yield from (" ".join(words[start:]) for start in range(1, len(words)))
