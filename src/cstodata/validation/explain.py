"""What a rule or an error type means, for people."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from cstodata.errors import UnknownNameError
from cstodata.model.finding import RULE_PREFIX
from cstodata.validation.rules.registry import RULES, find_rule
from cstodata.validation.tables.advice import ADVICE
from cstodata.validation.tables.explanations import EXPLANATIONS
from cstodata.validation.tables.judge import error_class, error_types

if TYPE_CHECKING:
    from cstodata.validation.rules.base import Rule


def explain(name: str) -> str:
    """What a rule, an error type of Frictionless or another finding means, and what to do about it.

    Args:
        name: As in the type of a finding, with or without the prefix `cstodata/`.

    Returns:
        Some lines of text, with a line feed at the end.

    Raises:
        UnknownNameError: There is no such thing.
    """
    own = RULE_PREFIX + name.removeprefix(RULE_PREFIX)
    try:
        return _explain_rule(find_rule(name.removeprefix(RULE_PREFIX)))
    except UnknownNameError:
        if own in EXPLANATIONS:
            return f"{own}\n\n{EXPLANATIONS[own]}\n"
        if text := _explain_error(name):
            return text
        known = [rule.id for rule in RULES] + [type_.removeprefix(RULE_PREFIX) for type_ in EXPLANATIONS]
        raise UnknownNameError("rule or error type", name, known=known + error_types()) from None


def _explain_rule(rule: type[Rule]) -> str:
    reads = [f"{resource} ({', '.join(fields)})" for resource, fields in rule.needs.items()] or ["every table"]
    return (
        f"{rule.id}  ({rule.severity})\n\n{inspect.getdoc(rule)}\n\n"
        f"Reads: {'; '.join(reads)}\nMessage: {rule.message}\nMend: {rule.mend}\n"
    )


def _explain_error(name: str) -> str | None:
    error = error_class(name)
    if error is None:
        return None
    mend = f"Mend: {ADVICE[name]}\n" if name in ADVICE else ""
    meaning = f"{error.title}: {error.description}\n\nMessage: {error.template}\n"
    return f"{name}  (error, found by Frictionless)\n\n{meaning}{mend}"
