"""Files that Git LFS keeps elsewhere: where it did not fetch them, a few lines stand in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.errors import GitError
from cstodata.package.descriptor import locate, read_json
from cstodata.package.paths import named_files

if TYPE_CHECKING:
    from pathlib import Path

_POINTER = b"version https://git-lfs.github.com/spec/"


def check_is_there(descriptor: Path) -> None:
    """Make sure that no file of a package is a pointer of Git LFS, which would be checked as if it were the table.

    Raises:
        GitError: One is.
        PackageNotFoundError: There is no package.
        DescriptorError: Its descriptor cannot be read.
    """
    path = locate(descriptor)
    for file in named_files(path.parent, read_json(path)):
        if file.is_file() and _begins(file):
            why = "it is a pointer of Git LFS, and no table: check out with `lfs: true`, or run `git lfs pull`"
            raise GitError(file.relative_to(path.parent).as_posix(), why=why)


def _begins(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_POINTER)) == _POINTER
