"""`cstodata release`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import chosen_package, has_colour, package_argument, progress
from cstodata.cli.validate import verdict


@click.command(short_help="Validate and write a release.")
@package_argument
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder that holds all releases.",
)
@click.option(
    "--previous", metavar="PLACE", help="The release before it, or a revision: what changed is told and checked."
)
@click.option(
    "--sign-key",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Sign the checksums with this SSH key; one with a passphrase must be in ssh-agent.",
)
@click.option("--allow-dirty", is_flag=True, help="Release changes that are not committed too.")
@click.option("--dry-run", is_flag=True, help="Tell what would be written, and write nothing.")
def release(
    *,
    path: Path | None,
    output: Path,
    previous: str | None,
    sign_key: Path | None,
    allow_dirty: bool,
    dry_run: bool,
) -> ExitCode:
    """Validate a data package and write its release: tables as CSV and Parquet, what describes them, and checksums.

    The release goes to OUTPUT/v/VERSION, where VERSION is the `version` of the descriptor. Nothing is written if the
    package has errors, or if the changes since the previous release need a higher version. A version that is there
    already is never changed; only a signature is added, if it has none. The same commit gives the same bytes;
    SOURCE_DATE_EPOCH stands for its time if it is set.
    """
    from cstodata.api import validate
    from cstodata.package.descriptor import read_package
    from cstodata.release.origin import origin_of
    from cstodata.release.plan import plan_release
    from cstodata.report.terminal import shown
    from cstodata.report.text import render

    chosen = chosen_package(path)
    with progress("Checking") as on_step:
        report = validate(chosen, on_step=on_step)
    click.echo(render(report, colour=has_colour(sys.stdout)), color=True)
    if not report.valid:
        click.echo("not released: mend the errors first")
        return verdict(report)
    package = read_package(chosen)
    origin = origin_of(package, epoch=os.environ.get("SOURCE_DATE_EPOCH"))
    plan = plan_release(package, report, origin=origin, previous=previous, allow_dirty=allow_dirty)
    if dry_run:
        target = output / plan.folder
        if target.exists():
            click.echo(f"{shown(target, 1000)} is there already: it would be compared, and never changed")
        else:
            click.echo("\n".join(f"would write {shown(target / name, 1000)}" for name in plan.files))
        if sign_key is not None:
            click.echo(f"would sign it with {shown(sign_key, 1000)}")
        return ExitCode.CLEAN
    from cstodata.release.build import build_release

    with progress("Writing") as on_step:
        built = build_release(package, plan, output, on_step=on_step)
    click.echo(
        f"{built}: {shown(output / plan.folder, 1000)} ({len(plan.files)} files; CSV and Parquet are proved equal)"
    )
    if sign_key is not None:
        from cstodata.release.signature import SIGNATURE, sign

        signed = "signed" if sign(output / plan.folder, sign_key) else "signed already, with the same key"
        click.echo(f"{signed}: {shown(output / plan.folder / SIGNATURE, 1000)}")
    return ExitCode.CLEAN
