"""The files that were fetched before, by digest: each is verified whenever it is used.

    <root>/objects/ab/ab12…      what has this digest; `.part` while it comes, `.lock` for who fetches it
    <root>/indexes/<digest>      the index of a store as it was seen last, by the digest of the store's address; its own
                                 digest stands in the first line

Whatever happens to a file in it, it is noticed and fetched anew. Any part may be deleted at any time.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cstodata.errors import ClientError
from cstodata.package.digest import sha256_of, sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Cache:
    """A folder of files by digest, shared by all processes of a user."""

    def __init__(self, root: Path) -> None:
        """Choose a folder; it is created when something is kept."""
        self.root = root

    def get(self, digest: str, fetch: Callable[[Path], None]) -> Path:
        """The file that has a digest.

        Args:
            digest: SHA-256.
            fetch: Brings it to the path that it is called with, if it is not there, or something else is; no other
                process does so at the same time.

        Raises:
            ClientError: The cache cannot be written.
        """
        path = self.root / "objects" / digest[:2] / digest
        if _is(path, digest):
            return path
        from filelock import FileLock

        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_name(f"{digest}.lock")):
                if not _is(path, digest):
                    fetch(path)
        return path

    def remember(self, place: str, index: bytes) -> None:
        """Keep the index of a store, if the cache can be written: it is only for when the store cannot be reached."""
        from cstodata.package.formatting import replacing

        path = self._index(place)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as file:
                file.write(f"{sha256_of(index)}\n".encode() + index)

    def recall(self, place: str) -> tuple[bytes, datetime] | None:
        """The index of a store as it was seen last, and when; None if it never was, or is broken."""
        path = self._index(place)
        try:
            digest, _, index = path.read_bytes().partition(b"\n")
            seen = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            return None
        return (index, seen) if digest == sha256_of(index).encode() else None

    def _index(self, place: str) -> Path:
        return self.root / "indexes" / sha256_of(place.encode())

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = f"the cache cannot be written: {error.strerror or error}; CSTODATA_CACHE names another folder"
            raise ClientError(str(self.root), why=why) from error


def _is(path: Path, digest: str) -> bool:
    """Whether a file is there, can be read, and has a digest."""
    try:
        return sha256_of_file(path) == digest
    except OSError:
        return False
