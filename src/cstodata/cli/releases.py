"""What the verbs that use releases share: which one, and how its rows are written."""

from __future__ import annotations

import os
import shutil
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cstodata.cli.options import format_option, note, progress
from cstodata.errors import CstodataError, CstodataWarning
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    import pyarrow as pa
    from click.shell_completion import CompletionItem

    from cstodata.client.release import Release

    Command = TypeVar("Command", bound=Callable[..., object])

_LONG = 1000

rows_option = format_option("table", "csv", "json", told="How to write the rows.")


def release_options(command: Command) -> Command:
    """`--from STORE`, as `store`, and `--version VERSION`."""
    version = click.option(
        "--version", metavar="VERSION", help="An exact version, or 1, 1.0, latest.  [default: latest]"
    )
    store = click.option(
        "--from",
        "store",
        metavar="STORE",
        help="An address or a folder; else what CSTODATA_STORE or config.toml sets, else the copy that comes along.",
    )
    return store(version(command))


@contextmanager
def opened(store: str | None, version: str | None) -> Iterator[Release]:
    """A release; what there is to know of it is noted, and a bar tells what is fetched."""
    import cstodata

    with progress("Fetching") as on_step:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", CstodataWarning)
            release = cstodata.open(store, version, on_step=on_step)
        for each in caught:
            note(f"cstodata: {shown(each.message, _LONG)}")
        yield release


def write_rows(table: pa.Table, form: str, *, rows: int) -> None:
    """Write rows to standard output."""
    from cstodata.report.rows import counted, to_csv, to_json, to_text

    if form != "table" and table.num_rows < rows:
        note(f"cstodata: these are {counted(table, rows)}; --limit 0 gives all")
    match form:
        case "csv":
            told = to_csv(table)
        case "json":
            told = to_json(table)
        case _:
            told = to_text(table, width=shutil.get_terminal_size().columns, rows=rows)
    click.echo(told, nl=False)


def complete_tables(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of a release's tables, for the shell, if they are on this machine."""
    from click.shell_completion import CompletionItem

    import cstodata
    from cstodata.client.settings import STORE

    store = context.params.get("store")
    if "://" in (store or os.environ.get(STORE) or ""):
        return []  # who presses a key does not want to wait for a network
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CstodataWarning)
            names = cstodata.open(store, context.params.get("version")).tables
    except CstodataError:
        return []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
