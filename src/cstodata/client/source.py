"""Where releases are read from: an address on the web, a folder, an object store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit, urlunsplit

from cstodata.errors import StoreError

if TYPE_CHECKING:
    from cstodata.client.sink import Sink
    from cstodata.publish.store import Store

_WEB = ("http://", "https://")


class Source(Protocol):
    """A store that is only read.

    Attributes:
        place: What to call it, without a password.
        key: What tells it from others; None if its index need not be remembered, for it is always at hand.
        retries: How often a file is asked for again.
    """

    place: str
    key: str | None
    retries: int

    def address(self, path: str) -> str:
        """Where a file stands, for pooch."""
        ...

    def read(self, path: str, *, max_bytes: int, is_patient: bool) -> bytes:
        """The bytes of a file that has no digest; if patient, it is asked for twice.

        Raises:
            StoreError: It cannot be read.
            NotVerifiedError: It is larger than it may be.
        """
        ...

    def receive(self, path: str, sink: Sink) -> None:
        """Write what stands at a path into a sink, from the sink's size on if that is possible.

        Raises:
            StoreError: It cannot be read. What may be tried again raises an exception of requests.
            NotVerifiedError: It is larger than it may be.
        """
        ...


class Held:
    """A folder or an object store."""

    def __init__(self, store: Store) -> None:
        """Read a store that is open."""
        self._store = store
        self.place = store.place
        self.key = None if store.folder is not None else store.place
        self.retries = 1  # the library of object stores tries again by itself

    def address(self, path: str) -> str:
        """Where a file stands."""
        return f"{self.place}/{path}"

    def read(self, path: str, *, max_bytes: int, is_patient: bool) -> bytes:  # noqa: ARG002 -- the library has its own patience
        """The bytes of a file that has no digest."""
        found = self._store.read(path, max_bytes=max_bytes)
        if found is None:
            raise StoreError(self.place, why=f"there is no {path}, so it is no store")
        return found.content

    def receive(self, path: str, sink: Sink) -> None:
        """Write what stands at a path into a sink."""
        for piece in self._store.pieces(path, offset=sink.size):
            sink.write(piece)


def open_source(place: str) -> Source:
    """The store at a place.

    Args:
        place: A folder, or an address such as `https://example.org/data`, `s3://bucket/prefix` or `file:///…`.

    Raises:
        StoreError: There is no such store.
    """
    if not place:
        raise StoreError("no store", why="its name is empty")
    if place.lower().startswith(_WEB):
        from cstodata.client.web import Web

        return Web(place.rstrip("/"), shown=_without_password(place))
    from cstodata.publish.store import Store

    return Held(Store(place))


def _without_password(place: str) -> str:
    try:
        parts = urlsplit(place)
    except ValueError as error:
        raise StoreError(place, why=f"is no address: {error}") from error
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])).rstrip("/")
