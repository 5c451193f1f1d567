"""`cstodata verify`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import format_option, has_colour, progress
from cstodata.report.terminal import painter, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnStep
    from cstodata.publish.problems import Verdict
    from cstodata.publish.verify import Demands

_LONG = 1000


@click.command(short_help="Prove that releases are what they say they are.")
@click.argument("place")
@click.argument("version", required=False)
@click.option("--deep", is_flag=True, help="All versions of a store.")
@click.option(
    "--allowed-signers",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Whose signature it must have, in the form that ssh-keygen describes.",
)
@click.option("--require-signature", is_flag=True, help="It must be signed, by whatever key.")
@click.option("--no-validation", is_flag=True, help="Do not validate the tables anew.")
@format_option("text", "json")
def verify(
    *,
    place: str,
    version: str | None,
    deep: bool,
    allowed_signers: Path | None,
    require_signature: bool,
    no_validation: bool,
    form: str,
) -> ExitCode:
    """Prove that the release at PLACE, such as build/release/v/1.0.0, is what it says it is.

    PLACE is also a store, a folder or an address as `cstodata publish` takes it: then VERSION is verified, or the
    latest, and the index too. Each file must be there with its digest and no other; a signature must hold; then the
    manifest must agree with the files, CSV with Parquet, and the tables must be valid.

    Exit code 0: it is; 1: it is not, and each file that is missing, extra or changed is named; 2: wrong usage; 3:
    cannot proceed.
    """
    from cstodata.api import validate
    from cstodata.publish.verify import Demands

    if deep and version is not None:
        raise click.UsageError("VERSION is one, --deep means all: say one of the two.")
    demands = Demands(
        allowed_signers=allowed_signers,
        is_signature_required=require_signature,
        validate=None if no_validation else validate,
    )
    with progress("Verifying") as on_step:
        verdicts = list(_verdicts(place, version, deep, demands, on_step))
    is_verified = not any(verdict.problems for verdict in verdicts)
    if form == "json":
        told = {"place": place, "verified": is_verified, "verdicts": [_to_json(verdict) for verdict in verdicts]}
        click.echo(json.dumps(told, indent=2))
    else:
        for verdict in verdicts:
            _tell(place, verdict)
    return ExitCode.CLEAN if is_verified else ExitCode.FINDINGS


def _verdicts(place: str, version: str | None, deep: bool, demands: Demands, on_step: OnStep) -> Iterator[Verdict]:  # noqa: FBT001 -- the flag as it was given
    from cstodata.errors import DescriptorError
    from cstodata.publish.index import INDEX
    from cstodata.publish.place import folder_at
    from cstodata.publish.store import Store
    from cstodata.publish.verify import verify_release
    from cstodata.publish.verify_store import verify_store
    from cstodata.release.lists import CHECKSUMS

    folder = folder_at(place)
    if folder is None or ((folder / INDEX).exists() and not (folder / CHECKSUMS).exists()):
        yield from verify_store(Store(place), demands, version=version, deep=deep, on_step=on_step)
    elif not (folder / CHECKSUMS).is_file():
        raise DescriptorError(folder, problem=f"is no release, for it holds no {CHECKSUMS}, and no store")
    elif version is not None or deep:
        raise click.UsageError("VERSION and --deep choose from a store, and this is the folder of one release.")
    else:
        yield verify_release(folder, demands, on_step=on_step)


def _tell(place: str, verdict: Verdict) -> None:
    paint = painter(colour=has_colour(sys.stdout))
    for problem in verdict.problems:
        told = f"{shown(problem.path, _LONG)}  {shown(problem.why, _LONG)}"
        click.echo(f"{paint(f'{problem.fault:7}', 'red')}  {told}", color=True)
    said = list(verdict.notes)
    if verdict.signer is not None:
        said.append(f"signed by {verdict.signer} with the key {verdict.key}")
    if verdict.yanked is not None:
        said.append(f"yanked: {verdict.yanked}" if verdict.yanked else "yanked")
    name = place if verdict.version is None else f"{verdict.version} in {place}"
    result = "not verified" if verdict.problems else "verified"
    count = f"; {len(verdict.problems)} of its files {'is' if len(verdict.problems) == 1 else 'are'} wrong"
    line = "; ".join([name, *said])
    click.echo(f"{result}: {shown(line, 2 * _LONG)}{count if verdict.problems else ''}")


def _to_json(verdict: Verdict) -> JsonObject:
    return {
        "version": verdict.version,
        "verified": not verdict.problems,
        "problems": [{"path": each.path, "fault": each.fault, "why": each.why} for each in verdict.problems],
        "notes": list(verdict.notes),
        "signer": verdict.signer,
        "key": verdict.key,
        "yanked": verdict.yanked,
    }
