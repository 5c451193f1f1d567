"""Files of a package, as the driver finds them and as executors do: on a file system, or in an object store."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cstodata.errors import SparkError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCAL: Final = "file://"
_BLOCK_BYTES: Final = 256 * 1024
_OPTIONS: Final[dict[str, Any]] = {
    "client_options": {
        "connect_timeout": timedelta(seconds=10),
        "read_timeout": timedelta(minutes=1),
        "timeout": timedelta(days=1),  # of a whole request, which may be for much
        "allow_http": True,  # only who names an endpoint of his own gets it, and he wrote the scheme
    },
    "retry_config": {"max_retries": 4, "retry_timeout": timedelta(minutes=1)},  # Spark tries again, too
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder that executors find somewhere else than the driver.

    Attributes:
        address: Its path, or an address such as `s3://bucket/prefix`, `gs://…`, `az://…`.
    """

    address: str

    @property
    def is_store(self) -> bool:
        """Whether it is in an object store."""
        return "://" in self.address and not self.address.startswith(_LOCAL)

    def check(self) -> None:
        """Make sure that it can be a place, whether there is anything or not.

        Raises:
            SparkError: There are no such places.
        """
        if self.is_store:
            try:
                _store(self.address)
            except Exception as error:  # the library raises many kinds
                raise SparkError(f"{self.address} is no object store ({str(error).partition(chr(10))[0]})") from error

    def path(self, name: str) -> Path:
        """A file in it, if it is a folder."""
        return Path(self.address.removeprefix(_LOCAL)) / name

    def blocks(self, name: str, start: int, stop: int, *, size: int) -> Iterator[bytes]:
        """Some bytes of an object in it.

        Args:
            name: Where it stands.
            start: The first byte.
            stop: What follows on the last byte, of which there is one at least.
            size: How many bytes the object should have.

        Raises:
            OSError: It has not, or cannot be read.
        """
        import obstore
        from obstore.exceptions import BaseError

        try:
            found = obstore.get(_store(self.address), name, options={"range": (start, stop)})
            if found.meta["size"] == size:
                yield from (bytes(block) for block in found.stream())
                return
        except (BaseError, OSError) as error:
            raise OSError(f"{self.address}: {str(error).partition(chr(10))[0]}") from error
        raise _other_size(f"{name} in {self.address}", found.meta["size"], size)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file.

    Attributes:
        path: Where the driver finds it.
        size: In bytes, there.
        place: Where executors find it, if not there.
        name: What it is called in that place: its path, with slashes.
    """

    path: Path
    size: int
    place: Place | None = None
    name: str = ""

    @classmethod
    def of(cls, path: Path) -> File:
        """A file that executors find by the same path."""
        return cls(path=path.resolve(), size=path.stat().st_size)

    def at(self, place: Place, root: Path, path: Path) -> File:
        """The same file for executors that find the folder `root`, in which it is called `path`, at a place."""
        return replace(self, place=place, name=Path(os.path.relpath(path, root)).as_posix())

    def blocks(self, start: int, stop: int) -> Iterator[bytes]:
        """Some of its bytes, read by an executor.

        Raises:
            OSError: It cannot be read, or is not as large as where the driver finds it.
        """
        if self.place is None or not self.place.is_store:
            return _blocks(self.fetched(Path()), start, stop, _BLOCK_BYTES)
        return self.place.blocks(self.name, start, stop, size=self.size)

    def opened(self) -> Path | io.RawIOBase:
        """The file for who reads here and there in it, as an executor finds it.

        Raises:
            OSError: As `blocks`.
        """
        is_there = self.place is None or not self.place.is_store
        return self.fetched(Path()) if is_there else _Object(self)

    def peek(self, start: int, stop: int, *, at_once: int) -> Iterator[bytes]:
        """The same, so many bytes at once, read by the driver."""
        return _blocks(self.path, start, stop, at_once)

    def fetched(self, folder: Path) -> Path:
        """Where an executor finds it as a whole; in that folder, if it is in an object store.

        Raises:
            OSError: As `read`.
        """
        if self.place is None:
            return self.path
        if not self.place.is_store:
            path = self.place.path(self.name)
            if path.stat().st_size != self.size:
                raise _other_size(str(path), path.stat().st_size, self.size)
            return path
        path = folder / "fetched"
        with path.open("wb") as file:
            file.writelines(self.place.blocks(self.name, 0, self.size, size=self.size))
        return path


class _Object(io.RawIOBase):
    """An object in a store, of which only what is asked for is fetched."""

    def __init__(self, file: File) -> None:
        self._file, self._at = file, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}[whence] + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        stop = min(self._at + len(buffer), self._file.size)
        start, at = self._at, 0
        for block in self._file.blocks(start, stop) if start < stop else ():
            buffer[at : at + len(block)] = block
            at += len(block)
        self._at += at
        return at


def _blocks(path: Path, start: int, stop: int, size: int) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while start < stop and (block := file.read(min(size, stop - start))):
            yield block
            start += len(block)


def _other_size(name: str, size: int, expected: int) -> OSError:
    return OSError(f"{name} has {size:,} bytes, and {expected:,} where the driver finds it")


@cache
def _store(address: str) -> Any:
    """A store, opened once in each process; credentials are looked for there, where its own programs do."""
    from obstore.store import from_url

    return from_url(address, **_OPTIONS)
