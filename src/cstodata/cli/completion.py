"""`cstodata completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(short_help="Print a shell's completion script.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, *, shell: str) -> None:
    """Print the script that makes a shell complete cstodata's commands.

    For bash, for example: eval "$(cstodata completion bash)"
    """
    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"{shell} is not known.")
    click.echo(made(context.find_root().command, {}, "cstodata", "_CSTODATA_COMPLETE").source())
