"""Putting tables of a release into a folder: planned as a whole, then each file as a whole, and none over another."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cstodata.errors import ClientError
from cstodata.package.digest import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cstodata.client.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file to be written.

    Attributes:
        resource: The table.
        form: `csv` or `parquet`.
        target: Where it goes.
        is_there: Whether it stands there already.
    """

    resource: str
    form: str
    target: Path
    is_there: bool


def plan_download(release: Release, resources: Sequence[str], folder: Path, form: str) -> tuple[Download, ...]:
    """What is to be written; no table is fetched for it.

    Args:
        release: What to take the tables from.
        resources: Their names; none for all.
        folder: Where to put them.
        form: `csv` or `parquet`.

    Raises:
        UnknownNameError: There is no such table.
        ClientError: Another file is in the way of one, or two have the same name.
    """
    plan: dict[Path, Download] = {}
    for resource in dict.fromkeys(resources or release.tables):
        file = release.held.listed(resource, form)
        target = folder / PurePosixPath(file.path).name
        if target in plan:
            raise ClientError(str(target), why=f"{plan[target].resource} and {resource} would both be written there")
        is_there = target.is_file() and sha256_of_file(target) == file.sha256
        if not is_there and os.path.lexists(target):
            raise ClientError(str(target), why="something else is there already; nothing was written")
        plan[target] = Download(resource=resource, form=form, target=target, is_there=is_there)
    return tuple(plan.values())


def download(release: Release, planned: Download) -> None:
    """Write a file that was planned; raises as `Release.file`.

    Raises:
        ClientError: Something else was put there meanwhile, or it cannot be written.
    """
    if planned.is_there:
        return
    source = release.file(planned.resource, planned.form)
    folder = planned.target.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{planned.target.name}.")
        try:
            with os.fdopen(handle, "wb") as file, source.open("rb") as opened:
                shutil.copyfileobj(opened, file)
            Path(name).chmod(0o644)
            _put(Path(name), planned.target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise ClientError(str(planned.target), why=f"it cannot be written: {error.strerror or error}") from error


def _put(file: Path, target: Path) -> None:
    """Give a file its name, if nothing has it: a link never replaces what is there, as a rename would."""
    try:
        os.link(file, target)
    except OSError:
        if os.path.lexists(target):
            raise
        file.rename(target)  # there are no links on FAT, and on much of what is shared
