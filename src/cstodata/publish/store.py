"""Where releases are published: a folder or an object store, written to with preconditions only.

What is created is never overwritten, and what is replaced is replaced only if it is still what was read. Object stores
keep both promises themselves; in a folder, creating is the file system's promise, and replacing is guarded by a lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from filelock import FileLock
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PreconditionError
from obstore.store import LocalStore, from_url

from cstodata.errors import StoreError
from cstodata.package.digest import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator

IMMUTABLE = "public, max-age=31536000, immutable"
"""How long caches may keep what is written once."""

MUTABLE = "public, max-age=60"
"""The same for what is replaced."""

_LOCK = ".cstodata.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """What a store holds at a path: its bytes, and what tells this version of it from others."""

    content: bytes
    etag: str | None


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
        self._folder = None if "://" in place and not place.startswith("file://") else _folder(place)
        try:
            if self._folder is not None:
                self._store: Any = LocalStore(self._folder, mkdir=True)
            else:
                self._store = from_url(place)
        except (BaseError, OSError, ValueError) as error:
            raise StoreError(place, why=str(error)) from error

    def read(self, path: str) -> Object | None:
        """What stands at a path; None if nothing does.

        Raises:
            StoreError: The store cannot be read.
        """
        try:
            found = obstore.get(self._store, path)
            return Object(content=bytes(found.bytes()), etag=found.meta["e_tag"])
        except (NotFoundError, FileNotFoundError):
            return None
        except (BaseError, OSError) as error:
            raise StoreError(self.place, why=f"{path}: {error}") from error

    @property
    def folder(self) -> Path | None:
        """The folder that it is; None for an object store."""
        return self._folder

    def fetch(self, path: str, file: Path, *, max_bytes: int | None = None) -> bool:
        """Write what stands at a path into a file, piece by piece; whether anything stands there.

        Args:
            path: What to read.
            file: Where to write; the folders above it are made.
            max_bytes: How much to write of it at most, and a piece; None for all.

        Raises:
            StoreError: The store cannot be read, or the file not written.
        """
        written = 0
        try:
            found = obstore.get(self._store, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("wb") as target:
                for piece in found.stream():
                    written += target.write(piece)
                    if max_bytes is not None and written > max_bytes:
                        break
        except (NotFoundError, FileNotFoundError):
            return False
        except (BaseError, OSError) as error:
            raise StoreError(self.place, why=f"{path}: {error}") from error
        return True

    def create(self, path: str, file: Path, *, media_type: str) -> bool:
        """Write a file where nothing stands yet; whether it was written.

        Raises:
            StoreError: Something else stands there, or the store cannot be written.
        """
        attributes = {} if self._folder else {"Content-Type": media_type, "Cache-Control": IMMUTABLE}
        try:
            obstore.put(self._store, path, file, attributes=attributes, mode="create", use_multipart=False)
        except (AlreadyExistsError, FileExistsError, PreconditionError):
            there = self.read(path)
            if there is None or sha256_of(there.content) != sha256_of(file.read_bytes()):
                raise StoreError(self.place, why=f"{path} is there already, with other bytes") from None
            return False
        except (BaseError, OSError) as error:
            raise StoreError(self.place, why=f"{path}: {error}") from error
        return True

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
        if self._folder is not None:
            with FileLock(self._folder / _LOCK):
                if self.read(path) != expected:
                    return False
                return self._put(path, content, media_type, "overwrite")
        return self._put(path, content, media_type, "create" if expected is None else {"e_tag": expected.etag})

    def list(self, prefix: str) -> Iterator[str]:
        """All paths that begin with a folder.

        Raises:
            StoreError: The store cannot be read.
        """
        try:
            for batch in obstore.list(self._store, prefix=prefix):
                yield from (str(each["path"]) for each in batch)
        except (BaseError, OSError) as error:
            raise StoreError(self.place, why=f"{prefix}: {error}") from error

    def _put(self, path: str, content: bytes, media_type: str, mode: Any) -> bool:
        attributes = {} if self._folder else {"Content-Type": media_type, "Cache-Control": MUTABLE}
        try:
            obstore.put(self._store, path, content, attributes=attributes, mode=mode, use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            return False
        except (BaseError, OSError) as error:
            raise StoreError(self.place, why=f"{path}: {error}") from error
        return True


def _folder(place: str) -> Path:
    return Path(place.removeprefix("file://")).resolve()
