"""Where releases are published: a folder or an object store, written to with preconditions only.

What is created is never overwritten, and what is replaced is replaced only if it is still what was read.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.errors import StoreError, UnreachableError
from cstodata.package.digest import sha256_of_file
from cstodata.publish.bucket import ERRORS, IMMUTABLE, MUTABLE, UNREACHABLE, Bucket, sentence
from cstodata.publish.folder import Folder
from cstodata.publish.place import folder_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["IMMUTABLE", "MUTABLE", "Object", "Store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What a store holds at a path: its bytes, and what tells this version of it from others."""

    content: bytes
    etag: str


class Store:
    """A folder or an object store; paths are relative to it."""

    def __init__(self, place: str) -> None:
        """Open a store.

        Args:
            place: A folder, or an address such as `s3://bucket/prefix`, `gs://…`, `az://…`, `file:///…`.

        Raises:
            StoreError: There is no such store.
        """
        self.place = place
        folder = folder_at(place)
        with self._told():
            self._room = Bucket(place) if folder is None else Folder(folder.resolve())

    def read(self, path: str, *, max_bytes: int | None = None) -> Object | None:
        """What stands at a path; None if nothing does.

        Args:
            path: Where.
            max_bytes: How large it may be; None for any size.

        Raises:
            StoreError: The store cannot be read, or it is larger.
        """
        with self._told(path):
            if max_bytes is not None and (self._room.size(path) or 0) > max_bytes:
                raise StoreError(self.place, why=f"{path} is larger than {max_bytes // 1024**2} MiB")
            found = self._room.read(path)
            return None if found is None else Object(content=found[0], etag=found[1])

    def digest(self, path: str) -> str:
        """SHA-256 of what stands at a path, read piece by piece; that of nothing if nothing does.

        Raises:
            StoreError: The store cannot be read.
        """
        digest = hashlib.sha256()
        with self._told(path):
            for piece in self._room.pieces(path):
                digest.update(piece)
        return digest.hexdigest()

    @property
    def folder(self) -> Path | None:
        """The folder that it is; None for an object store."""
        return self._room.root if isinstance(self._room, Folder) else None

    def size(self, path: str) -> int | None:
        """Bytes that stand at a path; None if nothing does.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._told(path):
            return self._room.size(path)

    def fetch(self, path: str, file: Path, *, max_bytes: int | None = None) -> bool:
        """Write what stands at a path into a file, piece by piece; whether anything stands there.

        Args:
            path: What to read.
            file: Where to write; the folders above it are made.
            max_bytes: How much to write of it at most, and a piece; None for all.

        Raises:
            StoreError: The store cannot be read, or the file not written.
        """
        with self._told(path):
            if self._room.size(path) is None:
                return False
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as target:
                for piece in self._room.pieces(path):
                    target.write(piece)
                    if max_bytes is not None and target.tell() > max_bytes:
                        break
        return True

    def pieces(self, path: str, *, offset: int = 0) -> Iterator[bytes]:
        """What stands at a path, piece by piece; nothing if nothing does in an object store.

        Args:
            path: What to read.
            offset: How many bytes to pass over; there must be more.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._told(path):
            yield from self._room.pieces(path, offset=offset)

    def create(self, path: str, file: Path, *, media_type: str) -> bool:
        """Write a file where nothing stands yet; whether it was written.

        Raises:
            StoreError: Something else stands there, or the store cannot be written.
        """
        with self._told(path):
            if self._room.create(path, file, media_type=media_type):
                return True
        if self.digest(path) != sha256_of_file(file):
            raise StoreError(self.place, why=f"{path} is there already, with other bytes")
        return False

    def replace(self, path: str, content: bytes, *, media_type: str, expected: Object | None) -> bool:
        """Write what is replaced, if what stands there is still what was read; whether it was written.

        Args:
            path: Where.
            content: What.
            media_type: What it is.
            expected: What was read there; None for nothing.

        Raises:
            StoreError: The store cannot be written.
        """
        with self._told(path):
            etag = None if expected is None else expected.etag
            return self._room.replace(path, content, media_type=media_type, expected=etag)

    def list(self, prefix: str) -> Iterator[str]:
        """All paths that begin with a folder.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._told(prefix):
            yield from self._room.list(prefix)

    @contextmanager
    def _told(self, path: str = "") -> Iterator[None]:
        """Make one sentence of whatever goes wrong."""
        try:
            yield
        except ERRORS as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else sentence(error)
            kind = UnreachableError if why.startswith(UNREACHABLE) else StoreError
            raise kind(self.place, why=f"{path}: {why}" if path else why) from error
