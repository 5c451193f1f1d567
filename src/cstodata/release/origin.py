"""Where a release comes from: the commit that it is made of, and when that was."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from cstodata.errors import ReleaseRefusedError
from cstodata.package.paths import named_files

if TYPE_CHECKING:
    from cstodata.package.descriptor import DataPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a release comes from.

    Attributes:
        created: When its content came to be, as RFC 3339 in UTC; None if nobody says.
        commit: The git commit that it is made of; None if the package is not in a repository.
        is_dirty: Whether the package has changes that are not committed.
        tool: Version of this program.
    """

    created: str | None
    commit: str | None
    is_dirty: bool
    tool: str


def origin_of(package: DataPackage, *, epoch: str | None) -> Origin:
    """Where a package comes from.

    Args:
        package: The package.
        epoch: Seconds since 1970 that stand for the time of the commit (reproducible-builds.org: SOURCE_DATE_EPOCH);
            None for the time of the commit itself.

    Raises:
        ReleaseRefusedError: The epoch is no number, or git does not open the repository, as one of somebody else.
    """
    is_repository = _is_in_repository(package)
    commit = _git(package, "rev-parse", "--verify", "--quiet", "HEAD") if is_repository else ""
    seconds = epoch or (_git(package, "show", "--no-patch", "--format=%ct", "HEAD") if commit else "")
    try:
        created = datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else None
    except (ValueError, OverflowError, OSError) as error:
        raise ReleaseRefusedError([f'SOURCE_DATE_EPOCH is "{epoch}", and no number of seconds']) from error
    is_dirty = is_repository and _is_dirty(package)
    return Origin(created=created, commit=commit or None, is_dirty=is_dirty, tool=version("cstodata"))


def _is_dirty(package: DataPackage) -> bool:
    """Whether a file of the package is not as the commit has it: changed, not known to git, or ignored by it."""
    files = [package.path, *named_files(package.root, package.descriptor)]
    # Where links lead, the data stands; and git is asked in another folder than that which paths start from.
    places = {str(path) for file in files for path in (file.absolute(), file.resolve())}
    asked = ("status", "--porcelain", "--ignored", "--untracked-files=all", "--", *sorted(places))
    return bool(_git(package, *asked))


def _is_in_repository(package: DataPackage) -> bool:
    """Whether the package is in a git repository that git opens."""
    asked = _run(package, "rev-parse", "--is-inside-work-tree")
    root = package.root.resolve()
    if asked is not None and asked.returncode and any((folder / ".git").exists() for folder in (root, *root.parents)):
        why = (asked.stderr.strip().splitlines() or ["it gives no reason"])[0]
        raise ReleaseRefusedError([f"git does not say what is committed: {why}"])
    return asked is not None and asked.stdout.strip() == "true"


def _git(package: DataPackage, *arguments: str) -> str:
    """What git says; nothing if there is no such thing."""
    done = _run(package, *arguments)
    return "" if done is None or done.returncode else done.stdout.strip()


def _run(package: DataPackage, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    """What became of a command of git; None if git is not there."""
    try:
        return subprocess.run(  # noqa: S603 -- no shell
            ["git", *arguments],  # noqa: S607 -- the user's own git, wherever it is
            cwd=package.root.resolve(),
            capture_output=True,
            check=False,
            text=True,
            errors="replace",
        )
    except OSError:
        return None
