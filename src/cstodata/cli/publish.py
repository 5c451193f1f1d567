"""`cstodata publish`, `cstodata yank` and `cstodata versions`."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import format_option, progress
from cstodata.errors import PublishError
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from cstodata.model.json import JsonObject


@click.command(short_help="Publish a release to a store.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.argument("store")
def publish(*, folder: Path, store: str) -> ExitCode:
    """Publish the release in FOLDER, such as build/release/v/1.0.0, or all that build/release holds, to STORE.

    STORE is a folder, or an address such as s3://bucket/prefix, gs://bucket/prefix or az://container/prefix. Each file
    is written once and never changed; the index comes last, so readers see a version whole or not at all. If it is
    stopped anywhere, running it again completes it. feed.atom tells of all releases, schema-feed.atom of those that
    changed a schema.

    Exit code 0: published, now or before; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.publish.publisher import publish as put
    from cstodata.publish.store import Store

    for release in _releases(folder):
        with progress("Publishing") as on_step:
            done = put(release, Store(store), on_step=on_step)
        click.echo(f"{done}: {shown(release.name)} in {shown(store, 1000)}")
    return ExitCode.CLEAN


def _releases(folder: Path) -> list[Path]:
    """The release in a folder, or all releases below it, the oldest first."""
    import semver

    below = [each for each in (folder / "v").glob("*") if semver.Version.is_valid(each.name)]
    return sorted(below, key=lambda each: semver.Version.parse(each.name)) or [folder]


@click.command(short_help="Say that a version should not be used.")
@click.argument("store")
@click.argument("version")
@click.option("--reason", metavar="TEXT", help="Why, in one line.")
@click.option("--replaced-by", metavar="VERSION", help="A version to use in its place.")
@click.option("--undo", is_flag=True, help="Take the yank back.")
def yank(*, store: str, version: str, reason: str | None, replaced_by: str | None, undo: bool) -> ExitCode:
    """Say in the index of STORE that VERSION should not be used.

    Nothing is deleted: who has pinned the version still gets it, and is told. It is not the latest any more. The day is
    noted; SOURCE_DATE_EPOCH stands for today if it is set.

    Exit code 0: said, now or before; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.publish.store import Store
    from cstodata.publish.yank import undo_yank
    from cstodata.publish.yank import yank as put

    if undo == (reason is not None) or (undo and replaced_by is not None):
        raise click.UsageError("say either --reason, with --replaced-by if there is one, or --undo.")
    if undo:
        undo_yank(Store(store), version)
        told = "no longer yanked"
    else:
        is_new = put(Store(store), version, reason=str(reason), today=_today(), replaced_by=replaced_by)
        told = "yanked" if is_new else "yanked already, for that reason"
    click.echo(f"{told}: {shown(version)} in {shown(store, 1000)}")
    return ExitCode.CLEAN


def _today() -> date:
    """The day in UTC, or the one that SOURCE_DATE_EPOCH says."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        return (datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)).date()
    except (ValueError, OverflowError, OSError) as error:
        raise click.UsageError(f'SOURCE_DATE_EPOCH is "{epoch}", and no number of seconds.') from error


@click.command(short_help="List the versions in a store.")
@click.argument("store")
@format_option("text", "json")
def versions(*, store: str, form: str) -> ExitCode:
    """List the versions that STORE holds, the newest first; which is the latest, and which are yanked and why.

    As JSON it is the index, which docs/reference/index.schema.json describes.

    Exit code 0: listed; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.publish.index import latest, read_index, to_object
    from cstodata.publish.store import Store

    index = read_index(Store(store))
    if index.read is None:
        raise PublishError(f"{store} is no store: nothing was published there")
    if form == "json":
        click.echo(json.dumps(to_object(index), indent=2))
        return ExitCode.CLEAN
    newest = latest(index.versions)
    for each in index.versions:
        click.echo("\n".join(shown(line, 1000) for line in _lines(each, is_latest=each["version"] == newest)))
    return ExitCode.CLEAN


def _lines(entry: JsonObject, *, is_latest: bool) -> list[str]:
    """What to say of a version: a line, and one more if it is yanked."""
    yanked = entry.get("yanked")
    parts = [entry["version"], entry.get("created"), "latest" if is_latest else None, "yanked" if yanked else None]
    if entry.get("bump"):
        parts.append(f"{entry['bump']} since {entry.get('previous')}")
    lines = ["  ".join(str(part) for part in parts if part)]
    if isinstance(yanked, dict):
        instead = f"; use {yanked['replaced_by']}" if yanked.get("replaced_by") else ""
        lines.append(f"    yanked on {yanked['date']}: {yanked['reason']}{instead}")
    return lines
