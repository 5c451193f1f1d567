"""`cstodata explain`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from cstodata.cli.options import complete_rules, write
from cstodata.errors import UnknownNameError
from cstodata.model.finding import RULE_PREFIX

if TYPE_CHECKING:
    from cstodata.validation.rules.base import Rule


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from cstodata.validation.tables.judge import error_types

    types = [CompletionItem(type_) for type_ in error_types() if type_.startswith(incomplete)]
    return complete_rules(context, parameter, incomplete) + types


@click.command(short_help="Explain a rule or an error type.")
@click.argument("name", shell_complete=_complete)
def explain(*, name: str) -> None:
    """Explain a rule or an error type.

    NAME is a rule as `cstodata rules` lists them, or an error type of Frictionless such as type-error.
    """
    from cstodata.validation.rules.registry import RULES, find_rule

    try:
        write(_explain_rule(find_rule(name)), None)
    except UnknownNameError:
        from cstodata.ci.judgement import EXPLANATIONS as OF_CHANGES
        from cstodata.validation.tables.explanations import EXPLANATIONS as OF_TABLES
        from cstodata.validation.tables.judge import error_types

        explanations = {**OF_TABLES, **OF_CHANGES}
        own = RULE_PREFIX + name.removeprefix(RULE_PREFIX)
        if own in explanations:
            write(f"{own}\n\n{explanations[own]}\n", None)
        elif name in error_types():
            write(_explain_error(name), None)
        else:
            known = (
                [rule.id for rule in RULES]
                + [type_.removeprefix(RULE_PREFIX) for type_ in explanations]
                + error_types()
            )
            raise UnknownNameError("rule or error type", name, known=known) from None


def _explain_rule(rule: type[Rule]) -> str:
    reads = [f"{resource} ({', '.join(fields)})" for resource, fields in rule.needs.items()] or ["every table"]
    return (
        f"{rule.id}  ({rule.severity})\n\n{inspect.getdoc(rule)}\n\n"
        f"Reads: {'; '.join(reads)}\nMessage: {rule.message}\nMend: {rule.mend}\n"
    )


def _explain_error(name: str) -> str:
    from cstodata.validation.tables.advice import ADVICE
    from cstodata.validation.tables.judge import error_class

    error = error_class(name)
    if error is None:
        raise UnknownNameError("error type", name, known=[])
    mend = f"Mend: {ADVICE[name]}\n" if name in ADVICE else ""
    meaning = f"{error.title}: {error.description}\n\nMessage: {error.template}\n"
    return f"{name}  (error, found by Frictionless)\n\n{meaning}{mend}"
