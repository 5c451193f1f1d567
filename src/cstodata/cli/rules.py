"""`cstodata rules`."""

from __future__ import annotations

import json

import click

from cstodata.cli.options import format_option, write


@click.command()
@format_option("text", "json")
def rules(*, form: str) -> None:
    """List the rules."""
    from cstodata.validation.rules.base import title_of
    from cstodata.validation.rules.registry import RULES

    if form == "json":
        listed = [
            {"id": rule.id, "severity": rule.severity, "resource": rule.resource, "title": title_of(rule)}
            for rule in RULES
        ]
        write(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", None)
        return
    width = max(len(rule.id) for rule in RULES)
    for rule in RULES:
        write(f"{rule.id:{width}}  {rule.severity:7}  {title_of(rule)}\n", None)
