"""Whether a release comes out the same wherever it is built: it is built twice, in places that differ."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from cstodata.errors import ReleaseRefusedError
from cstodata.package.digest import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ELSEWHERE = (
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1", "PYTHONUTF8": "1"},
    {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2", "PYTHONUTF8": "0"},
)
"""Two environments: a time zone, a locale and a seed of hashes each."""


def build_elsewhere(command: Sequence[str], folders: Sequence[Path], environment: Mapping[str, str]) -> None:
    """Build a release in each folder, each in a process and an environment of its own.

    Args:
        command: What builds it; the folder is added as the last argument.
        folders: As many as there are environments in `ELSEWHERE`; each is created.
        environment: What they have in common.

    Raises:
        ReleaseRefusedError: A build fails; the error tells what it said.
    """
    for folder, other in zip(folders, ELSEWHERE, strict=True):
        folder.mkdir(parents=True)
        done = subprocess.run(  # noqa: S603 -- our own program, no shell
            [*command, str(folder)], env={**environment, **other}, capture_output=True, check=False
        )
        if done.returncode:
            said = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
            why = said[-1].removeprefix("cstodata: ").removeprefix("not released: ") if said else ""
            raise ReleaseRefusedError([why or f"building ended with exit code {done.returncode}"])


def differing_files(one: Path, other: Path) -> list[str]:
    """The files that are not in both folders with the same bytes, relative to them and sorted."""
    before, after = (
        {path.relative_to(folder).as_posix(): sha256_of_file(path) for path in folder.rglob("*") if path.is_file()}
        for folder in (one, other)
    )
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
