"""How to cite the data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cstodata.package.formatting import to_json
from cstodata.release.documents.about import stated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.release.documents.about import About, Contributor
    from cstodata.release.documents.facts import ReleaseFacts

_CREATIVE_COMMONS: Final = tuple(
    f"CC-BY{terms}-{version}"
    for terms in ("", "-SA", "-ND", "-NC", "-NC-SA", "-NC-ND")
    for version in ("1.0", "2.0", "2.5", "3.0", "4.0")
)
_OTHERS: Final = (
    *("CC0-1.0", "CDLA-Permissive-1.0", "CDLA-Sharing-1.0", "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "etalab-2.0"),
    *("OGL-Canada-2.0", "OGL-UK-1.0", "OGL-UK-2.0", "OGL-UK-3.0", "NLOD-1.0", "EUPL-1.2", "Unlicense"),
    *("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MPL-2.0", "GFDL-1.3-only", "GFDL-1.3-or-later"),
)
SPDX: Final = {
    **{name.lower(): name for name in (*_CREATIVE_COMMONS, *_OTHERS)},
    "odc-pddl-1.0": "PDDL-1.0",
}
"""SPDX identifiers of the licences that data comes under, by name; those that the form 1.2.0 of CITATION.cff takes."""

_NOT_IN_YAML: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What may stand in a text of JSON, and not as itself in one of YAML."""


def citation(facts: ReleaseFacts) -> bytes:
    """How to cite the data, in the Citation File Format 1.2.0."""
    told = to_json(to_cff(facts.about, version=facts.version, created=facts.origin.created))
    # JSON is YAML but for a few characters, and needs no writer of its own.
    return _NOT_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", told.decode()).encode()


def to_cff(about: About, *, version: str, created: str | None) -> JsonObject:
    """The same as JSON.

    Args:
        about: What the package says of itself.
        version: The version.
        created: When it was made, RFC 3339; None if nobody says.
    """
    names = dict.fromkeys(SPDX.get(each.name.lower(), "") for each in about.licences)
    other = about.licences[0].url if len(about.licences) == 1 else ""
    return stated(
        {
            "cff-version": "1.2.0",
            "type": "dataset",
            "message": "If you use this data, please cite it as below.",
            "title": about.title,
            "version": version,
            "authors": _all(about.authors) or [{"name": about.title}],
            "contact": _all(about.contacts),
            "abstract": about.description,
            "date-released": (created or "")[:10],
            # Any of several may be chosen, so naming some of them would be untrue.
            "license": None if "" in names else _one_or_all(list(names)),
            "license-url": other if "" in names else None,
            "keywords": list(about.keywords),
            "url": about.homepage,
        }
    )


def cite(facts: ReleaseFacts) -> str:
    """How to cite the data, in one line: authors, year, title, version, address."""
    about = facts.about
    authors = "; ".join(each.name for each in about.authors)
    year = f"({facts.origin.created[:4]})" if facts.origin.created else ""
    who = " ".join(filter(None, (authors, year)))
    return ". ".join(filter(None, (who, about.title, f"Version {facts.version}", about.homepage)))


def _all(people: Iterable[Contributor]) -> list[JsonObject]:
    told = [_person(each) if each.is_person else _entity(each) for each in people]
    return [each for number, each in enumerate(told) if each not in told[:number]]


def _person(person: Contributor) -> JsonObject:
    return stated(
        {
            "given-names": person.given_name,
            "family-names": person.family_name,
            "email": person.email,
            "website": person.url,
        }
    )


def _entity(entity: Contributor) -> JsonObject:
    return stated({"name": entity.name, "email": entity.email, "website": entity.url})


def _one_or_all(names: list[str]) -> JsonValue:
    return names[0] if len(names) == 1 else names
