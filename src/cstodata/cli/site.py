"""`cstodata site` and `cstodata serve`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import progress
from cstodata.report.terminal import shown

_LONG = 1000
_PORT = 8000


@click.command(short_help="Write pages that show what a store holds.")
@click.argument("store")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the pages into this folder, not into the store.",
)
@click.option("--address", metavar="URL", help="Where the store is read on the web; examples and metadata name it.")
def site(*, store: str, output: Path | None, address: str | None) -> ExitCode:
    """Write static pages into STORE: index.html, and what it leads to below pages/.

    STORE is a folder or an address, as `cstodata publish` takes it. The pages show every version: its tables row by
    row, fields, changes, validation, downloads. Run it again after each publication and each yank: pages that are
    the same are left as they are. Pages in a folder of their own lead to the files at --address; without it they
    expect these beside them.

    Exit code 0: written; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.catalog.pages import Addresses
    from cstodata.catalog.site import write_site
    from cstodata.publish.store import Store
    from cstodata.release.documents.about import web_address

    base = web_address(address)
    if address is not None and (not base or "?" in base or "#" in base):
        raise click.UsageError(
            f"--address {shown(address)} is no address on the web, such as https://example.org/data/."
        )
    base = f"{base.rstrip('/')}/" if base else ""
    target = Store(store if output is None else str(output))
    addresses = Addresses(store=base, files="" if output is None else base)
    with progress("Writing") as on_step:
        written = write_site(Store(store), target, addresses, on_step=on_step)
    click.echo(
        f"written: {written.pages} pages in {shown(target.place, _LONG)}, {written.changed} of them new or changed"
    )
    if target.folder is not None:
        click.echo(f"look at them: {_program()} serve {shown(target.place, _LONG)}")
    return ExitCode.CLEAN


def _program() -> str:
    """This program as a shell finds it: by its name, or by the path by which it was called."""
    called = Path(sys.argv[0])
    is_found = called.name != "cstodata" or shutil.which("cstodata") == str(called.absolute())
    return "cstodata" if is_found else shown(called, _LONG)


@click.command(short_help="Show the pages of a store on this machine.")
@click.argument("store", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--port", "-p", type=click.IntRange(0, 65535), default=_PORT, show_default=True, help="Where; 0 for any port."
)
def serve(*, store: Path, port: int) -> ExitCode:
    """Show the folder STORE, with the pages that `cstodata site` wrote, on this machine alone.

    It says the address, and goes on until Ctrl-C.

    Exit code 0: ended; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.catalog.server import server

    with server(store, port) as listening:
        host, at = listening.server_address[:2]
        click.echo(f"{shown(store, _LONG)} is shown at http://{host!s}:{at}/ until Ctrl-C is pressed")
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            click.echo("ended", err=True)
    return ExitCode.CLEAN
