"""`cstodata verify`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import has_colour, progress
from cstodata.report.terminal import painter, shown


@click.command(short_help="Prove that a release is what it says it is.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--no-validation", is_flag=True, help="Do not validate the tables anew.")
def verify(*, folder: Path, no_validation: bool) -> ExitCode:
    """Prove that the release in FOLDER, such as build/release/v/1.0.0, is what it says it is.

    Each file must be there with its digest and no other; then the manifest must agree with the files, CSV with Parquet,
    and the tables must be valid.

    Exit code 0: it is; 1: it is not, and each file that is missing, extra or changed is named; 3: cannot proceed.
    """
    from cstodata.publish.verify import verify_files, verify_tables

    paint = painter(colour=has_colour(sys.stdout))
    with progress("Verifying") as on_step:
        on_step("files", 0)
        problems = verify_files(folder)
        if not problems:
            on_step("tables", 0.5)
            problems = verify_tables(folder)
    for problem in problems:
        told = f"{shown(problem.path, 1000)}  {shown(problem.why, 300)}"
        click.echo(f"{paint(f'{problem.fault:7}', 'red')}  {told}", color=True)
    if problems:
        click.echo(f"not verified: {len(problems)} of its files {'is' if len(problems) == 1 else 'are'} wrong")
        return ExitCode.FINDINGS
    if not no_validation:
        from cstodata.api import validate

        report = validate(folder)
        if not report.valid:
            click.echo(f"not verified: its tables have {report.errors} errors; `cstodata validate` lists them")
            return ExitCode.FINDINGS
    click.echo(f"verified: {shown(folder, 1000)}")
    return ExitCode.CLEAN
