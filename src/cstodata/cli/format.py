"""`cstodata format`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import chosen_package, note, package_argument, progress

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="format", short_help="Write the tables as canonical CSV.")
@package_argument
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if a file would change.")
def format_(*, path: Path | None, check: bool) -> ExitCode:
    """Write the tables as canonical CSV, and record their sizes and digests.

    Canonical CSV is UTF-8 with LF, rows sorted by the primary key, quotes only where needed, dates in ISO form. Cells
    keep their values. Sizes and digests are set where the descriptor declares them.
    """
    from cstodata.package.descriptor import read_package
    from cstodata.package.formatting import apply_format, plan_format

    with progress("Reading"):
        plan = plan_format(read_package(chosen_package(path)))
    for resource, why in plan.skipped.items():
        note(f"{resource} is left as it is: {why}")
    for rewrite in plan.rewrites:
        click.echo(f"{'would write' if check else 'wrote'} {rewrite.path}")
    if not plan.rewrites:
        click.echo("all files are canonical")
    if check:
        return ExitCode.FINDINGS if plan.rewrites else ExitCode.CLEAN
    apply_format(plan)
    return ExitCode.CLEAN
