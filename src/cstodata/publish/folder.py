"""A folder as a store: what is created is linked into place, and what is replaced is renamed under a lock.

Both are one step of the file system, so no reader ever sees half a file. What is being written stands in a folder of
its own, `.cstodata`; a publisher that is killed leaves its file there, where it is in nobody's way.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from filelock import FileLock

from cstodata.errors import StoreError
from cstodata.package.digest import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

_ASIDE = ".cstodata"
_PIECE = 1024 * 1024


class Folder:
    """A folder; paths are relative to it, with `/` between their parts."""

    def __init__(self, root: Path) -> None:
        """Choose a folder; it is created when something is written."""
        self.root = root

    def read(self, path: str) -> tuple[bytes, str] | None:
        """The bytes of a file, and what tells them from others; None if there is none."""
        try:
            content = self._locate(path).read_bytes()
        except FileNotFoundError:
            return None
        return content, sha256_of(content)

    def size(self, path: str) -> int | None:
        """Bytes that a file has; None if there is none."""
        try:
            return self._locate(path).stat().st_size
        except FileNotFoundError:
            return None

    def pieces(self, path: str, *, offset: int = 0) -> Iterator[bytes]:
        """The bytes of a file from an offset on, piece by piece."""
        with self._locate(path).open("rb") as file:
            file.seek(offset)
            while piece := file.read(_PIECE):
                yield piece

    def create(self, path: str, file: Path, *, media_type: str) -> bool:  # noqa: ARG002 -- a folder keeps no types
        """Copy a file to where nothing stands yet; whether it was."""
        target = self._locate(path)
        if target.exists():
            return False
        with self._aside() as (staged, name), file.open("rb") as source:
            shutil.copyfileobj(source, staged, _PIECE)
            _settle(staged)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(name, target)
            except FileExistsError:
                return False
        return True

    def replace(self, path: str, content: bytes, *, media_type: str, expected: str | None) -> bool:  # noqa: ARG002 -- as above
        """Write a file if what stands there is still what was read; whether it was."""
        with self._aside() as (staged, name):
            staged.write(content)
            _settle(staged)
            with FileLock(self.root / _ASIDE / "lock"):
                there = self.read(path)
                if (there and there[1]) != expected:
                    return False
                target = self._locate(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                name.replace(target)
        return True

    def list(self, prefix: str) -> Iterator[str]:
        """All paths that begin with a folder; none of what is being written."""
        for path in sorted(self._locate(prefix).rglob("*")):
            if path.is_file() and _ASIDE not in path.relative_to(self.root).parts:
                yield path.relative_to(self.root).as_posix()

    def _locate(self, path: str) -> Path:
        parts = PurePosixPath(path).parts
        if PurePosixPath(path).is_absolute() or ".." in parts or "\0" in path:
            raise StoreError(str(self.root), why=f"{path} leads out of it")
        return self.root.joinpath(*parts)

    @contextmanager
    def _aside(self) -> Iterator[tuple[IO[bytes], Path]]:
        """A file that nobody reads, on the same file system; it goes away unless it was moved."""
        (self.root / _ASIDE).mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.root / _ASIDE)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file, Path(name)
        finally:
            Path(name).unlink(missing_ok=True)


def _settle(file: IO[bytes]) -> None:
    """Let a file be read by all, and be on the disk before its name is."""
    file.flush()
    os.fchmod(file.fileno(), 0o644)
    os.fsync(file.fileno())
