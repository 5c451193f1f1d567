"""`cstodata format`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import chosen_package, has_colour, note, package_argument, progress

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="format", short_help="Write the tables as canonical CSV.")
@package_argument
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
def format_(*, path: Path | None, check: bool) -> ExitCode:
    """Write the tables as canonical CSV, and record their sizes and digests.

    Canonical CSV is UTF-8 with LF, rows sorted by the primary key, quotes only where needed; integers, numbers,
    booleans and dates in their one plain form. Cells keep their values. Nothing is written if a table has rows that do
    not fit its schema. Sizes and digests are set where the descriptor declares them.
    """
    from cstodata.api import validate
    from cstodata.package.descriptor import read_package
    from cstodata.package.formatting import apply_format, plan_format
    from cstodata.report.terminal import shown
    from cstodata.report.text import render
    from cstodata.validation.tables.findings import is_readable

    package = chosen_package(path)
    with progress("Checking") as on_step:
        report = validate(package, rules=(), on_step=on_step)
    if report.metadata or not all(map(is_readable, report.tables)):
        # Nobody can tell what a row means that does not fit its schema; written anew, it would look as if meant so.
        click.echo(render(report, colour=has_colour(sys.stdout)), color=True)
        click.echo("nothing was written: mend the errors first")
        return ExitCode.FINDINGS
    with progress("Reading"):
        plan = plan_format(read_package(package))
    for resource, why in plan.skipped.items():
        note(f"{shown(resource)} is left as it is: {why}")
    if not check:
        apply_format(plan)
    for rewrite in plan.rewrites:
        click.echo(f"{'would write' if check else 'wrote'} {shown(rewrite.path, 1000)}")
    if not plan.rewrites:
        click.echo("nothing to write" if plan.skipped else "all files are canonical")
    return ExitCode.FINDINGS if check and plan.rewrites else ExitCode.CLEAN
