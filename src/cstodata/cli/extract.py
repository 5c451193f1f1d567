"""`cstodata extract`."""

from __future__ import annotations

import shutil
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cstodata.cli.captures import Captures, files_of
from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.extract_into import merge_into
from cstodata.cli.options import (
    chosen_package,
    complete_resources,
    has_colour,
    is_part_of,
    output_option,
    progress,
    write_all,
)
from cstodata.model.progress import unheard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from cstodata.extraction.extraction import Extraction
    from cstodata.model.progress import OnStep
    from cstodata.package.descriptor import DataPackage

_PIPE_WIDTH = 120


@click.command(short_help="Read rows from captured pages.")
@click.argument(
    "pages",
    metavar="PAGE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, allow_dash=True),
)
@click.option("--url", metavar="ADDRESS", help="Where the page was captured from, if it does not say so itself.")
@click.option(
    "--captured-on",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which the pages were captured, such as 2026-02-21.",
)
@click.option("--into", type=click.Path(path_type=Path), help="Merge the rows into this package.")
@click.option(
    "--package",
    "package",
    type=click.Path(path_type=Path),
    help="Whose names are known.  [default: --into, else the chosen package]",
)
@click.option("--add-people", is_flag=True, help="Let people whom nobody knows become rows.")
@click.option("--dry-run", is_flag=True, help="With --into: tell what would be merged, and write nothing.")
@click.option("--explain", is_flag=True, help="Show the pages, with what was understood marked, and what was not.")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    help="How to show the rows.  [default: table]",
)
@click.option("--resource", metavar="NAME", shell_complete=complete_resources, help="Show only rows of this table.")
@output_option
def extract(  # noqa: PLR0913 -- one parameter an option
    *,
    pages: tuple[Path, ...],
    url: str | None,
    captured_on: datetime | None,
    into: Path | None,
    package: Path | None,
    add_people: bool,
    dry_run: bool,
    explain: bool,
    form: str | None,
    resource: str | None,
    output: Path | None,
) -> ExitCode:
    """Read rows from captured pages of the Assembly's site, each with the sentence that states it.

    PAGE is captured text, a page saved as HTML, a WARC file, a folder of such files, or - for standard input; each may
    be compressed by gzip. Without --into the rows are shown. With it they are merged into a package: new rows are
    added, and rows that it has stay as they are. Nothing is written if a sentence is not understood, if a page
    contradicts the package or another page, or if validation would find a new error; what is written is all or nothing.

    Without --package or --into, the names are known that the current folder's package has, else those of the copy of
    the dataset that comes with cstodata.

    Exit code 0: understood, and merged; 1: not understood, or in conflict; 2: wrong usage; 3: cannot proceed.
    """
    files = files_of(pages)
    if url is not None and len(files) > 1:
        raise click.UsageError("--url is the address of one page.")
    if into is None and dry_run:
        raise click.UsageError("--dry-run goes with --into.")
    if into is not None and (explain or form or resource or output):
        raise click.UsageError("--into merges the rows; --format, --resource, --output and --explain show them.")
    if explain and (form or resource):
        raise click.UsageError("--explain shows the pages, --format and --resource show rows.")
    if output is not None and output.resolve() in {file.resolve() for file in files}:
        raise click.UsageError(f"{output} is one of the pages.")
    captures = Captures(files, url, captured_on.date() if captured_on else None, add_people=add_people)
    if into is not None:
        return merge_into(into, package, captures, dry_run=dry_run)
    return _show(
        captures, chosen_package(package), explain=explain, form=form or "table", resource=resource, output=output
    )


def _show(
    captures: Captures, path: Path, *, explain: bool, form: str, resource: str | None, output: Path | None
) -> ExitCode:
    from cstodata.extraction.known import known_of
    from cstodata.package.descriptor import read_package

    package = read_package(path)
    if output is not None and is_part_of(output, path):
        raise click.UsageError(f"{output} is part of the package.")
    if resource is not None:
        package.resource(resource)
    render = _rendered(package, explain=explain, form=form, resource=resource, colour=_colour(output))
    is_seen = output is None and sys.stdout is not None and sys.stdout.isatty()
    reading: AbstractContextManager[OnStep] = nullcontext(unheard) if is_seen else progress("Reading")
    with reading as on_step:
        write_all(render(_chosen(captures.extractions(known_of(package), on_step), resource)), output)
    return ExitCode.CLEAN if captures.is_understood else ExitCode.FINDINGS


def _rendered(
    package: DataPackage, *, explain: bool, form: str, resource: str | None, colour: bool
) -> Callable[[Iterable[Extraction]], Iterable[str]]:
    """What makes pieces of text of what was read."""
    from cstodata.extraction.documents import as_csv, as_json, as_long_csv
    from cstodata.extraction.listing import as_listing
    from cstodata.extraction.marks import as_marked

    if explain:
        keys = {each.name: each.schema.primary_key for each in package.resources if each.schema}
        return lambda extractions: (as_marked(each, keys, colour=colour) for each in extractions)
    if form == "json":
        return as_json
    if form == "csv":
        if resource is None:
            return as_long_csv
        schema = package.resource(resource).schema
        fields = [field.name for field in schema.fields] if schema else []
        return lambda extractions: as_csv(extractions, fields)
    width = shutil.get_terminal_size().columns if sys.stdout is not None and sys.stdout.isatty() else _PIPE_WIDTH
    return lambda extractions: (as_listing(each, width=width, colour=colour) for each in extractions)


def _colour(output: Path | None) -> bool:
    return output is None and has_colour(sys.stdout)


def _chosen(extractions: Iterable[Extraction], resource: str | None) -> Iterator[Extraction]:
    for each in extractions:
        if resource is None:
            yield each
        else:
            yield replace(each, rows=tuple(row for row in each.rows if row.resource == resource))
