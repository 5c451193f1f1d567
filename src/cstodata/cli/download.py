"""`cstodata download`."""

from __future__ import annotations

from pathlib import Path

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import format_option
from cstodata.cli.releases import complete_tables, opened, release_options
from cstodata.report.terminal import shown

_LONG = 1000


@click.command(short_help="Write tables of a release into a folder.")
@click.argument("resources", nargs=-1, metavar="[RESOURCE]...", shell_complete=complete_tables)
@release_options
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    show_default=True,
    help="The folder; it is made.",
)
@format_option("csv", "parquet", told="The form of the files.")
def download(
    *, resources: tuple[str, ...], store: str | None, version: str | None, folder: Path, form: str
) -> ExitCode:
    """Write the tables RESOURCE of a release, or all of them, into a folder.

    Each file is verified, and is there as a whole or not at all. A file of another content is never replaced: then
    nothing is written. If it is stopped anywhere, running it again goes on there.

    Exit code 0: written, now or before; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.client.download import download as put
    from cstodata.client.download import plan_download

    with opened(store, version) as release:
        for each in plan_download(release, resources, folder, form):
            put(release, each)
            click.echo(f"{'already there' if each.is_there else 'written'}: {shown(each.target, _LONG)}")
    return ExitCode.CLEAN
