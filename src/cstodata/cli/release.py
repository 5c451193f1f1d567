"""`cstodata release`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import semver

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.lean import import_lean
from cstodata.cli.options import chosen_package, has_colour, note, package_argument, progress
from cstodata.cli.validate import verdict
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from cstodata.package.descriptor import DataPackage
    from cstodata.release.plan import ReleasePlan

_LONG = 1000
_TWICE = "twice"


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
    "--previous",
    metavar="PLACE",
    help="The release before it, its store or a revision: what changed is told.",
)
@click.option(
    "--sign-key",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Sign the checksums with this SSH key; one with a passphrase must be in ssh-agent.",
)
@click.option("--allow-dirty", is_flag=True, help="Release changes that are not committed too.")
@click.option("--no-rules", is_flag=True, help="Apply no rules, check only metadata and tables.")
@click.option("--no-zip", is_flag=True, help="Write no zip file of all files.")
@click.option(
    "--check-reproducible", is_flag=True, help="Build twice elsewhere, and release only what comes out the same."
)
@click.option("--dry-run", is_flag=True, help="Tell what would be written, or refused; write nothing.")
def release(  # noqa: PLR0913 -- one parameter an option
    *,
    path: Path | None,
    output: Path,
    previous: str | None,
    sign_key: Path | None,
    allow_dirty: bool,
    no_rules: bool,
    no_zip: bool,
    check_reproducible: bool,
    dry_run: bool,
) -> ExitCode:
    """Validate a data package and write its release: tables as CSV and Parquet, what describes them, and checksums.

    The release goes to OUTPUT/v/VERSION, where VERSION is the `version` of the descriptor. Nothing is written if the
    package has errors, or if the changes since the previous release need a higher version. A version that is there
    already is never changed; only a signature is added, if it has none. The same commit gives the same bytes;
    SOURCE_DATE_EPOCH stands for its time if it is set.

    Exit code 0: released, now or before; 1: findings, or files that do not come out the same; 2: wrong usage; 3: cannot
    proceed.
    """
    from cstodata.api import validate
    from cstodata.package.descriptor import read_package
    from cstodata.release.origin import origin_of
    from cstodata.release.plan import plan_release
    from cstodata.report.text import render

    if sign_key is not None:
        from cstodata.release.signature import check_key

        check_key(sign_key)
    chosen = chosen_package(path)
    import_lean(chosen, with_rules=not no_rules)
    with progress("Checking") as on_step:
        report = validate(chosen, rules=() if no_rules else None, on_step=on_step)
    click.echo(render(report, colour=has_colour(sys.stdout)), color=True)
    if not report.valid:
        click.echo("not released: mend the errors first")
        return verdict(report)
    package = read_package(chosen)
    if previous is not None:
        previous = _before(previous, package)
    origin = origin_of(package, epoch=os.environ.get("SOURCE_DATE_EPOCH"))
    plan = plan_release(
        package, report, origin=origin, previous=previous, allow_dirty=allow_dirty, with_archive=not no_zip
    )
    if dry_run:
        _tell(package, plan, output, sign_key)
        return ExitCode.CLEAN
    given = {"--allow-dirty": allow_dirty, "--no-zip": no_zip, "--no-rules": no_rules}
    flags = [flag for flag, is_given in given.items() if is_given]
    if check_reproducible and not _is_reproducible(chosen, plan, output, flags):
        return ExitCode.FINDINGS
    _build(package, plan, output)
    if sign_key is not None:
        _sign(output / plan.folder, sign_key)
    return ExitCode.CLEAN


def _before(place: str, package: DataPackage) -> str | None:
    """The release before a package's, for as long as the command runs; None if there is none yet, which is said."""
    from cstodata.publish.sides import version_before

    name, version = package.descriptor.get("name"), package.descriptor.get("version")
    if not isinstance(version, str) or not semver.Version.is_valid(version):
        return place  # which is refused for it
    found = version_before(place, version, package=name if isinstance(name, str) else None)
    before = click.get_current_context().with_resource(found)
    if before is None:
        note(f"{shown(place, _LONG)} holds no version before {version}: there is nothing to compare with")
    return before


def _build(package: DataPackage, plan: ReleasePlan, output: Path) -> None:
    from cstodata.release.build import build_release

    with progress("Writing") as on_step:
        built = build_release(package, plan, output, on_step=on_step)
    click.echo(
        f"{built}: {shown(output / plan.folder, _LONG)} ({len(plan.files)} files; CSV and Parquet are proved equal)"
    )


def _sign(folder: Path, key: Path) -> None:
    from cstodata.release.signature import SIGNATURE, sign

    signed = "signed" if sign(folder, key) else "signed already, with the same key"
    click.echo(f"{signed}: {shown(folder / SIGNATURE, _LONG)}")


def _tell(package: DataPackage, plan: ReleasePlan, output: Path, sign_key: Path | None) -> None:
    """Tell what would be written, after what is there already was compared."""
    from cstodata.release.build import Built, rehearse_release
    from cstodata.report.changes.sentences import title
    from cstodata.report.changes.sentences import verdict as sentence_on_version

    with progress("Comparing") as on_step:
        rehearsal = rehearse_release(package, plan, output, on_step=on_step)
    target = output / plan.folder
    if rehearsal.changes is not None:
        click.echo(f"{shown(title(rehearsal.changes), _LONG)}: {shown(sentence_on_version(rehearsal.changes), _LONG)}")
    if rehearsal.built is Built.ALREADY:
        click.echo(f"{shown(target, _LONG)} is there already, with the same bytes: nothing would be written")
    else:
        click.echo("\n".join(f"would write {shown(target / name, _LONG)}" for name in plan.files))
    if sign_key is not None:
        click.echo(f"would sign it with {shown(sign_key, _LONG)}")


def _is_reproducible(package: Path, plan: ReleasePlan, output: Path, flags: list[str]) -> bool:
    """Whether two builds, in two environments, have the same files; what differs is told."""
    from cstodata.release.reproduce import build_elsewhere, differing_files
    from cstodata.release.staging import staging

    before = ["--previous", plan.previous] if plan.previous else []
    with progress("Building") as on_step, staging(output, _TWICE, on_step=on_step) as folder:
        on_step("twice", 0)
        one, other = folder / "one", folder / "other"
        command = [sys.executable, "-m", "cstodata", "release", str(package), *before, *flags, "--output"]
        build_elsewhere(command, (one, other), os.environ)
        differing = differing_files(one / plan.folder, other / plan.folder)
    if differing:
        click.echo("not released: built in two places, these files differ:")
        click.echo("\n".join(f"  {shown(name, _LONG)}" for name in differing))
    else:
        click.echo("reproducible: built in two time zones, locales and hash seeds, all files are the same")
    return not differing
