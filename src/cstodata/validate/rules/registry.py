"""All rules, in the order in which they are applied and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.errors import UnknownNameError
from cstodata.model.finding import RULE_PREFIX
from cstodata.validate.rules.delegations import (
    DelegationHasSeats,
    OneDelegationPerDate,
    SeatsAddUp,
    SeatsInOwnParliament,
)
from cstodata.validate.rules.news import MentionNamesOneThing, NewsDatedSensibly, TitlesAreUnique
from cstodata.validate.rules.parliaments import ChambersFitStructure, CountryCodeKnown, NameNamesOneThing
from cstodata.validate.rules.people import RepresentativeHoldsPosition
from cstodata.validate.rules.sources import SourceIsUsed, WebsiteIsPlausible
from cstodata.validate.rules.texts import TextIsClean

if TYPE_CHECKING:
    from cstodata.validate.rules.base import Rule

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
