"""People, and the wordings by which a page may mean them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.extraction.lines import folded
from cstodata.extraction.names import is_cyrillic, key, misspelt, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_SURNAME_FIRST = 3
_NAME = re.compile(r"[^\W\d_][\w'.-]*(?: [^\W\d_][\w'.-]*){1,3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """All people.

    Attributes:
        names: Their names, by id.
        by_key: The ids of those whom a key may mean.
        families: The ids of those who have a family name.
        whole: The ids of those who have a whole name, as written.
        latin: What their names are compared by, in Latin letters, by id.
    """

    names: Mapping[str, str]
    by_key: Mapping[str, frozenset[str]]
    families: Mapping[str, frozenset[str]]
    whole: Mapping[str, frozenset[str]]
    latin: Mapping[str, str]

    def find(self, name: str) -> str | None:
        """The one person whom a name means; None if it means nobody, or may mean several."""
        found = next((self.by_key[each] for each in _keys(name) if each in self.by_key), frozenset())
        return next(iter(found)) if len(found) == 1 else None

    def nearest(self, name: str) -> list[str]:
        """At most three known names, the nearest first, for a name with the given name first, in any script."""
        return [self.names[each] for each in nearest(_latin(name), self.latin)]

    def misspelt(self, name: str) -> list[str]:
        """The known names that this one, given name first, may be a misspelling of, or the form in another script."""
        return [self.names[each] for each in misspelt(_latin(name), self.latin)]

    def means_several(self, name: str) -> bool:
        """Whether several people have this name."""
        return any(len(self.by_key.get(each, ())) > 1 for each in _keys(name))

    def joined_by(self, person_id: str, name: str) -> People:
        """The same people, and one more."""
        return People(
            names={**self.names, person_id: name},
            by_key=_with(self.by_key, key(name), person_id),
            families=_with(self.families, family(name), person_id),
            whole=_with(self.whole, name, person_id),
            latin={**self.latin, person_id: key(_latin(name))},
        )

    def mentions(self) -> Iterator[tuple[str, str]]:
        """Each wording that means one person, with the person's id."""
        for wordings in (self.families, self.whole):
            for wording, ids in wordings.items():
                if len(ids) == 1:
                    yield wording, next(iter(ids))


def people_of(names: Mapping[str, str], aliases: Mapping[str, Iterable[str]]) -> People:
    """All people by id, with their other names."""
    by_key, families, whole = defaultdict(set), defaultdict(set), defaultdict(set)
    for person_id, name in names.items():
        for wording in (name, *aliases.get(person_id, ())):
            by_key[key(wording)].add(person_id)
            families[family(wording)].add(person_id)
            whole[wording].add(person_id)
    frozen = ({text: frozenset(ids) for text, ids in each.items()} for each in (by_key, families, whole))
    return People(
        names=dict(names),
        by_key=next(frozen),
        families=next(frozen),
        whole=next(frozen),
        latin={person_id: key(_latin(name)) for person_id, name in names.items()},
    )


def family(name: str) -> str:
    """The family name: the last word, or the first of a Russian name with a patronymic."""
    words = name.split() or [name]
    return words[0] if has_patronymic(name) else words[-1]


def has_patronymic(name: str) -> bool:
    """Whether a name is Russian and of three words: then the family name is the first; else nobody can be sure."""
    return is_cyrillic(name) and len(name.split()) == _SURNAME_FIRST


def given_first(name: str) -> str:
    """A name as `people` holds it: a Russian one is written surname first in the sidebar, perhaps with a patronymic."""
    words = name.split()
    return f"{words[1]} {words[0]}" if is_cyrillic(name) and len(words) > 1 else name


def id_of(name: str) -> str:
    """The id that a person of this name has: in lower case, its words joined by hyphens."""
    from slugify import slugify

    return slugify(name)


def is_name(text: str) -> bool:
    """Whether a text has the form of a person's name: two to four words, each with a capital."""
    return bool(_NAME.fullmatch(folded(text))) and all(word[0].isupper() for word in text.split())


def _with(known: Mapping[str, frozenset[str]], wording: str, person_id: str) -> dict[str, frozenset[str]]:
    return {**known, wording: known.get(wording, frozenset()) | {person_id}}


def _keys(name: str) -> Iterator[str]:
    yield key(name)
    if is_cyrillic(name):
        yield key(given_first(name))


def _latin(name: str) -> str:
    """A name in Latin letters."""
    return id_of(name).replace("-", " ") if is_cyrillic(name) else name
