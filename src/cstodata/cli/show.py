"""`cstodata show`, `cstodata query` and `cstodata cite`."""

from __future__ import annotations

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import format_option
from cstodata.cli.releases import complete_tables, opened, release_options, rows_option, write_rows
from cstodata.report.terminal import shown

_LONG = 10_000


@click.command(short_help="Show a table of a release.")
@click.argument("resource", shell_complete=complete_tables)
@release_options
@click.option("--columns", metavar="NAMES", help="Only these, such as name,as_of; in this order.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=20, show_default=True, help="Rows to show; 0 for all of them."
)
@rows_option
def show(
    *, resource: str, store: str | None, version: str | None, columns: str | None, limit: int, form: str
) -> ExitCode:
    """Show the rows of RESOURCE, such as delegations.

    As a table they fit the terminal: long cells are cut, and columns that find no room are named below.

    Exit code 0: shown; 2: wrong usage; 3: cannot proceed.
    """
    chosen = None if columns is None else [name.strip() for name in columns.split(",")]
    with opened(store, version) as release:
        table = release.load(resource, columns=chosen)
    write_rows(table.slice(0, limit or None), form, rows=table.num_rows)
    return ExitCode.CLEAN


@click.command(short_help="Ask the tables of a release in SQL.")
@click.argument("sql")
@release_options
@rows_option
def query(*, sql: str, store: str | None, version: str | None, form: str) -> ExitCode:
    """Answer SQL, one SELECT that calls tables by their names: "SELECT * FROM delegations".

    DuckDB answers it, and can read and write nothing else: no file, no address, no setting.

    Exit code 0: answered; 2: wrong usage; 3: cannot proceed.
    """
    with opened(store, version) as release:
        table = release.sql(sql)
    write_rows(table, form, rows=table.num_rows)
    return ExitCode.CLEAN


@click.command(short_help="Tell how to cite a release.")
@release_options
@format_option("text", "bibtex", "json", told="A line for people, an entry of BibTeX, or CSL-JSON.")
def cite(*, store: str | None, version: str | None, form: str) -> ExitCode:
    """Tell how to cite a release, as its CITATION.cff says.

    Exit code 0: told; 2: wrong usage; 3: cannot proceed.
    """
    with opened(store, version) as release:
        told = release.cite(form)  # type: ignore[arg-type]  # click lets nothing else through
    # JSON is printable as it is; escapes of ours would break it.
    click.echo(told if form == "json" else "\n".join(shown(line, _LONG) for line in told.split("\n")))
    return ExitCode.CLEAN
