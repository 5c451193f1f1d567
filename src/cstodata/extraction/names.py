"""How names are compared: which wordings are one name, and which names are near to another."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from cstodata.extraction.lines import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 3
_NEAREST = 50
"""In percent, the words in any order."""
_TURNED = 95
_MISSPELT = 0.8
"""One letter in five: enough for "Viktor" and "Victor" in a short name, too little for another family name."""


@lru_cache(maxsize=4096)  # sidebars say the same again and again
def key(name: str) -> str:
    """What two wordings of a name have in common: no capitals, no "the", no "ё"; quotes and dashes are plain."""
    words = folded(name).casefold().replace("\u0451", "\u0435").split()
    return " ".join(word for word in words if word != "the")


def is_cyrillic(text: str) -> bool:
    """Whether a name is in Cyrillic letters."""
    return not text.isascii() and any("Ѐ" <= character <= "ӿ" for character in text)


def nearest(name: str, known: Mapping[str, str]) -> list[str]:
    """At most three of the known names, the nearest first.

    Args:
        name: The name that is not known.
        known: The keys of the known ones, each by what it stands for.

    Returns:
        What the nearest keys stand for.
    """
    from rapidfuzz import fuzz, process

    found = process.extract(key(name), known, scorer=fuzz.token_sort_ratio, score_cutoff=_NEAREST, limit=_SHOWN)
    return [meaning for _, _, meaning in found]


def misspelt(name: str, known: Mapping[str, str]) -> list[str]:
    """The same, of those only that the name may be a misspelling of, or the words in another order."""
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    found = [
        match
        for scorer, cutoff in ((OSA.normalized_similarity, _MISSPELT), (fuzz.token_sort_ratio, _TURNED))
        for match in process.extract(key(name), known, scorer=scorer, score_cutoff=cutoff, limit=_SHOWN)
    ]
    return list(dict.fromkeys(meaning for _, _, meaning in found))[:_SHOWN]


def code_of(country: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country; None if no country is called so."""
    return _countries().get(key(country))


@cache
def _countries() -> dict[str, str]:
    import pycountry

    kinds = ("name", "official_name", "common_name")
    return {
        key(getattr(country, kind)): country.alpha_2
        for country in pycountry.countries
        for kind in kinds
        if hasattr(country, kind)
    }
