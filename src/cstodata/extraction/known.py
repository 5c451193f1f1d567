"""What a package knows already: the bodies and people that pages name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cstodata.errors import TableReadError
from cstodata.extraction.bodies import Bodies, Body, Chamber, Parliament, bodies_of
from cstodata.extraction.mentions import Finder, finder_of
from cstodata.extraction.people import People, people_of
from cstodata.package.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from typing import Any

    from cstodata.package.descriptor import DataPackage


class Dated(NamedTuple):
    """Title and date of a page that is a source already."""

    title: str
    published_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What pages are read with, made once from a package.

    Attributes:
        bodies: Parliaments and chambers.
        people: People.
        finder: Finds the names of both in a text.
        sources: The pages that are sources already, by id.
        resources: The names of the tables, in the order of the package.
    """

    bodies: Bodies
    people: People
    finder: Finder
    sources: Mapping[str, Dated]
    resources: tuple[str, ...]


def known_of(package: DataPackage) -> Known:
    """What a package knows, from its tables `parliaments`, `chambers`, `names`, `people` and `sources`.

    Raises:
        UnknownNameError: The package lacks one of these tables.
        TableReadError: A table cannot be read, or lacks a field that is needed.
        UnsafePathError: The path of a table leads out of the package.
    """
    names = _rows(package, "names", ("name", "parliament_id", "chamber_id"))
    sources = _rows(package, "sources", ("source_id", "title", "published_on"))
    bodies = _bodies(package, names)
    people = _people(package, names)
    return Known(
        bodies=bodies,
        people=people,
        finder=finder_of(bodies, people),
        sources={row["source_id"]: Dated(row["title"], row["published_on"]) for row in sources},
        resources=tuple(resource.name for resource in package.resources),
    )


def _bodies(package: DataPackage, names: Iterable[Mapping[str, Any]]) -> Bodies:
    chambers = defaultdict(list)
    parent: dict[str, str] = {}
    for row in _rows(package, "chambers", ("chamber_id", "parliament_id", "name", "kind", "website")):
        chamber = Chamber(**{field: row[field] for field in Chamber.__slots__})
        chambers[chamber.parliament_id].append(chamber)
        parent[chamber.chamber_id] = chamber.parliament_id
    parliaments = [
        Parliament(
            parliament_id=row["parliament_id"],
            name=row["name"],
            country=row["country_name"],
            chambers=tuple(chambers[row["parliament_id"]]),
        )
        for row in _rows(package, "parliaments", ("parliament_id", "name", "country_name"))
    ]
    aliases = defaultdict(list)
    for alias in names:
        chamber_id = alias["chamber_id"]
        if parliament_id := alias["parliament_id"] or parent.get(chamber_id):
            aliases[Body(parliament_id, chamber_id)].append(alias["name"])
    return bodies_of(parliaments, aliases)


def _people(package: DataPackage, names: Iterable[Mapping[str, Any]]) -> People:
    aliases = defaultdict(list)
    for alias in names:
        if alias.get("person_id"):  # other packages may have no such field
            aliases[alias["person_id"]].append(alias["name"])
    people = {row["person_id"]: row["name"] for row in _rows(package, "people", ("person_id", "name"))}
    return people_of(people, aliases)


def _rows(package: DataPackage, resource: str, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of a table in which nothing that is needed to tell them apart is null."""
    table = read_table(package, package.resource(resource))
    for field in needed:
        if field not in table.column_names:
            raise TableReadError(resource, problem=f'it has no field "{field}", which reading pages needs')
    rows: list[dict[str, Any]] = table.to_pylist()
    return [row for row in rows if row[needed[0]] is not None]
