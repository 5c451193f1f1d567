"""`cstodata explain`."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from cstodata.cli.options import complete_rules, write
from cstodata.model.finding import RULE_PREFIX


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
    from cstodata.ci.judgement import EXPLANATIONS as OF_CHANGES
    from cstodata.validation.explain import explain as explained

    own = RULE_PREFIX + name.removeprefix(RULE_PREFIX)
    write(f"{own}\n\n{OF_CHANGES[own]}\n" if own in OF_CHANGES else explained(name), None)
