"""`cstodata rules`."""

from __future__ import annotations

import json

import click

from cstodata.cli.options import write


@click.command()
@click.option(
    "--format",
    "-f",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to list.",
    show_default=True,
)
def rules(*, format_: str) -> None:
    """List the rules."""
    from cstodata.validation.rules.base import title_of
    from cstodata.validation.rules.registry import RULES

    if format_ == "json":
        listed = [
            {"id": rule.id, "severity": rule.severity, "resource": rule.resource, "title": title_of(rule)}
            for rule in RULES
        ]
        write(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", None)
        return
    width = max(len(rule.id) for rule in RULES)
    for rule in RULES:
        write(f"{rule.id:{width}}  {rule.severity:7}  {title_of(rule)}\n", None)
