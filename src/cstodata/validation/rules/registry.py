"""All rules, in the order in which they are applied and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.errors import UnknownNameError
from cstodata.model.finding import RULE_PREFIX
from cstodata.validation.rules.delegations import (
    DelegationHasSeats,
    OneDelegationPerDate,
    SeatsAddUp,
    SeatsInOwnParliament,
)
from cstodata.validation.rules.news import MentionNamesOneThing, NewsDatedSensibly, TitlesAreUnique
from cstodata.validation.rules.parliaments import ChambersFitStructure, CountryCodeKnown, NameNamesOneThing
from cstodata.validation.rules.people import RepresentativeHoldsPosition
from cstodata.validation.rules.sources import SourceCapturedOncePublished, SourceIsUsed, WebsiteIsPlausible
from cstodata.validation.rules.texts import TextIsClean

if TYPE_CHECKING:
    from cstodata.validation.rules.base import Rule

RULES: tuple[type[Rule], ...] = (
    SeatsAddUp,
    SeatsInOwnParliament,
    OneDelegationPerDate,
    DelegationHasSeats,
    RepresentativeHoldsPosition,
    ChambersFitStructure,
    CountryCodeKnown,
    NameNamesOneThing,
    NewsDatedSensibly,
    TitlesAreUnique,
    MentionNamesOneThing,
    SourceIsUsed,
    SourceCapturedOncePublished,
    WebsiteIsPlausible,
    TextIsClean,
)


def find_rule(name: str) -> type[Rule]:
    """The rule of that id, with or without `cstodata/` before it.

    Raises:
        UnknownNameError: There is none.
    """
    for rule in RULES:
        if rule.id == name.removeprefix(RULE_PREFIX):
            return rule
    raise UnknownNameError("rule", name, known=[rule.id for rule in RULES])
