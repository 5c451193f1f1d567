"""`cstodata publish` and `cstodata versions`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import progress
from cstodata.report.terminal import shown


@click.command(short_help="Publish a release to a store.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.argument("store")
def publish(*, folder: Path, store: str) -> ExitCode:
    """Publish the release in FOLDER, such as build/release/v/1.0.0, to STORE.

    STORE is a folder, or an address such as s3://bucket/prefix, gs://bucket/prefix or az://container/prefix. Each file
    is written once and never changed; the index comes last, so readers see a version whole or not at all. If it is
    stopped anywhere, running it again completes it.

    Exit code 0: published, now or before; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.publish.publisher import publish as put
    from cstodata.publish.store import Store

    with progress("Publishing") as on_step:
        done = put(folder, Store(store), on_step=on_step)
    click.echo(f"{done}: {shown(folder.name)} in {shown(store, 1000)}")
    return ExitCode.CLEAN


@click.command(short_help="List the versions in a store.")
@click.argument("store")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to list.",
)
def versions(*, store: str, form: str) -> ExitCode:
    """List the versions that STORE holds, the newest first.

    Exit code 0: listed; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.publish.publisher import read_index
    from cstodata.publish.store import Store

    index = read_index(Store(store))
    if form == "json":
        click.echo(json.dumps(index.versions, indent=2, ensure_ascii=False))
        return ExitCode.CLEAN
    for each in index.versions:
        bump = f"  {each['bump']} since {each['previous']}" if each.get("bump") else ""
        click.echo(shown(f"{each['version']}  {each.get('created') or ''}{bump}".rstrip()))
    if not index.versions:
        click.echo("no versions")
    return ExitCode.CLEAN
