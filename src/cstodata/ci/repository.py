"""What git knows of the repository that a package stands in. It is only asked; `fetch` alone changes anything."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Collection

_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_DIFF = ("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--ignore-submodules")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """Lines of a file that differ, numbered from 1.

    Attributes:
        before: Those that were there; empty if lines were only added.
        after: Those that are there instead; of lines that were only removed the one before them, or the first line.
    """

    before: range
    after: range


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository with its working tree.

    Attributes:
        top: The folder of its working tree.
    """

    top: Path

    @staticmethod
    def around(place: Path) -> Repository:
        """The repository that a file or folder stands in, whether it is still there or not.

        Raises:
            GitError: There is none, or git cannot be run, or refuses it.
        """
        here = next(folder for folder in (place.absolute(), *place.absolute().parents) if folder.is_dir())
        return Repository(top=Path(_ask(here, "rev-parse", "--show-toplevel").decode().removesuffix("\n")).resolve())

    def is_inside(self, place: Path) -> bool:
        """Whether it stands in another repository, which a folder is in: what is told of that is not true of it."""
        try:
            around = Repository.around(place)
        except GitError:
            return False
        return around.top != self.top and self.top.is_relative_to(around.top)

    @property
    def is_shallow(self) -> bool:
        """Whether it lacks older commits."""
        return _ask(self.top, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def commit(self, revision: str) -> str | None:
        """The commit that a revision names; None if there is none."""
        done = _run(self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return None if done.returncode else done.stdout.decode().strip()

    def merge_base(self, commit: str) -> str | None:
        """The commit that the head and another parted from; None if they share none that is here."""
        done = _run(self.top, "merge-base", commit, "HEAD")
        return None if done.returncode else done.stdout.decode().split()[0]

    def fetch(self) -> None:
        """Fetch all that `origin` has.

        Raises:
            GitError: It cannot be reached.
        """
        deeper = ["--unshallow"] if self.is_shallow else []
        _ask(self.top, "fetch", "--quiet", "--no-tags", *deeper, "origin", "+refs/heads/*:refs/remotes/origin/*")

    def changed_files(self, commit: str) -> frozenset[str]:
        """The files that differ from a commit, in the index or the working tree; a renamed one by both names."""
        return _names(_ask(self.top, *_DIFF, "--name-only", "-z", commit))

    def tracked(self, names: Collection[str]) -> frozenset[str]:
        """Those of the files that git tracks."""
        return _names(_ask(self.top, "ls-files", "-z")) & frozenset(names)

    def hunks(self, commit: str, name: str, *, was: str | None = None) -> tuple[Hunk, ...]:
        """Where a file differs from a commit, in its order; of a binary file, or one that git lacks, nothing.

        Args:
            commit: To compare with.
            name: Of the file.
            was: What it was called in the commit; None for the same.
        """
        asked = [*_DIFF, "--unified=0"]
        if was is None or was == name:
            told = _ask(self.top, "--literal-pathspecs", *asked, commit, "--", name)
        else:
            done = _run(self.top, "--literal-pathspecs", *asked, f"{commit}:{was}", "--", name)
            told = b"" if done.returncode else done.stdout  # which is so if there was no such file
        return tuple(_hunk(*(int(number or 1) for number in numbers)) for numbers in _HUNK.findall(told))

    def read(self, commit: str, name: str) -> bytes | None:
        """The bytes of a file as of a commit; None if there was none."""
        done = _run(self.top, "cat-file", "blob", f"{commit}:{name}")
        return None if done.returncode else done.stdout


def _hunk(begin_before: int, count_before: int, begin: int, count: int) -> Hunk:
    before = range(begin_before, begin_before + count_before)
    return Hunk(before=before, after=range(begin, begin + count) if count else range(max(begin, 1), max(begin, 1) + 1))


def _names(told: bytes) -> frozenset[str]:
    return frozenset(name.decode(errors="surrogateescape") for name in told.split(b"\0") if name)


def _ask(folder: Path, *arguments: str) -> bytes:
    done = _run(folder, *arguments)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = said[0] if said else f"it ended with {done.returncode}"
        if "dubious ownership" in why:
            why += f"; trust it with git config --global --add safe.directory {folder.resolve()}"
        raise GitError(f"git {arguments[0]}", why=why)
    return done.stdout


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 -- no shell, and no argument that git takes for an option
            ["git", *arguments],  # noqa: S607 -- the user's own git, wherever it is
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise GitError("git", why=f"it cannot be run: {error.strerror}") from error
