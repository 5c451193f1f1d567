"""`cstodata diff`, `cstodata version` and `cstodata apply`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import (
    format_option,
    has_colour,
    is_part_of,
    note,
    output_option,
    progress,
    resource_option,
    write_all,
)
from cstodata.cli.spark import check_spark_options, spark_engine, spark_options
from cstodata.errors import VersionError
from cstodata.report.changes.registry import DEFAULT_ROWS, render
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from cstodata.model.change import ChangeSet
    from cstodata.spark.engine import SparkEngine


@click.command(short_help="Tell what changed from one package to another.")
@click.argument("old")
@click.argument("new", required=False)
@format_option(*DEFAULT_ROWS)
@output_option
@resource_option("Compare")
@click.option("--limit", type=click.IntRange(min=0), help="Rows of a kind to tell of each table; 0 for all.")
@click.option("--summary", is_flag=True, help="Tell no rows, only what kinds of changes there are.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="Who joins the rows: DuckDB on this machine, or Spark those of large tables.",
)
@spark_options
def diff(  # noqa: PLR0913 -- one parameter an option
    *,
    old: str,
    new: str | None,
    form: str,
    output: Path | None,
    resources: tuple[str, ...],
    limit: int | None,
    summary: bool,
    engine: Literal["duckdb", "spark"],
    master: str | None,
    remote: str | None,
) -> ExitCode:
    """Tell what changed from OLD to NEW: what is declared, and every row, cell by cell.

    Each is a datapackage.json, a folder that holds one, such as a release, or a revision of a git repository:
    git:main, git:HEAD~3, git:v1.0.0:path/to/package. Without NEW, it is the current folder's package.

    Exit code 0: the same; 1: different; 2: wrong usage; 3: cannot proceed.
    """
    if summary and limit is not None:
        raise click.UsageError("--summary and --limit contradict each other.")
    check_spark_options(engine, master, remote)
    rows = 0 if summary else DEFAULT_ROWS[form] if limit is None else limit or None
    after = new or str(_package_here(None))
    for side in (old, after):
        if output is not None and not side.startswith("git:") and is_part_of(output, Path(side)):
            raise click.UsageError(f"{output} is part of {side}.")
    with ExitStack() as stack:
        joined_by = stack.enter_context(spark_engine(master, remote)) if engine == "spark" else engine
        changes = _compared(old, after, resources, joined_by)
    colour = output is None and has_colour(sys.stdout)
    write_all(render(changes, form, limit=rows, colour=colour), output)
    return ExitCode.CLEAN if changes.is_same else ExitCode.FINDINGS


@click.command(short_help="Tell which version the changes need.")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--base", default="git:HEAD", show_default=True, help="What the package is compared with.")
@click.option("--check", is_flag=True, help="Fail if the declared version is too low.")
@click.option("--write", "write_version", is_flag=True, help="Declare the version that is needed.")
def version(*, path: Path | None, base: str, check: bool, write_version: bool) -> ExitCode:
    """Tell which version the package at PATH needs, with all reasons.

    The base is what `cstodata diff` takes: a package, a release, or a revision such as git:v1.0.0.

    Exit code 0: told; 1, with --check: the declared version is too low; 2: wrong usage; 3: cannot proceed.
    """
    package = _package_here(path)
    changes = _compared(base, str(package), ())
    need = changes.version
    write_all(render(changes, "text", limit=0, colour=has_colour(sys.stdout)), None)
    if need.required is None:
        raise VersionError(f'the base declares the version "{changes.old.version}", which is no semantic version')
    if write_version and not need.is_enough:
        from cstodata.package.formatting import write_package_version

        write_package_version(package, need.required)
        note(f"declared {need.required} in {shown(package)}")
        return ExitCode.CLEAN
    return ExitCode.FINDINGS if check and not need.is_enough else ExitCode.CLEAN


@click.command(short_help="Apply changes to the package that they were made from.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("changes", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="The folder to write; a new one.")
def apply(*, old: Path, changes: Path, output: Path) -> ExitCode:
    """Make the new package from OLD and CHANGES, a file that `cstodata diff --format json` wrote.

    OLD is left as it is. A package that is not the one that the changes were made from is refused.

    Exit code 0: written; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.diff.apply import MAX_BYTES, apply_changes
    from cstodata.package.descriptor import read_json, read_package

    written = apply_changes(read_package(old), read_json(changes, max_bytes=MAX_BYTES), output)
    note(f"written: {shown(output)} ({len(written.resources)} resources)")
    return ExitCode.CLEAN


def _package_here(path: Path | None) -> Path:
    """The package that was named, or the current folder's; never the bundled one, which is nobody's to change."""
    if path is None and not Path("datapackage.json").is_file():
        raise click.UsageError("there is no datapackage.json here: name a package.")
    return path or Path("datapackage.json")


def _compared(
    old: str, new: str, resources: tuple[str, ...], engine: Literal["duckdb"] | SparkEngine = "duckdb"
) -> ChangeSet:
    from cstodata.api import compare

    with progress("Comparing") as on_step:
        return compare(old, new, resources=resources, engine=engine, on_step=on_step)
