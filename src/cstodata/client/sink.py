"""What is being received: a file that goes on where it broke off, and never grows beyond what was promised."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from cstodata.errors import NotVerifiedError

if TYPE_CHECKING:
    from collections.abc import Callable


class Sink:
    """A file that is written from its end on, up to a limit; pooch's downloaders write to it as to a file."""

    def __init__(
        self, file: IO[bytes], *, limit: int, place: str, path: str, on_bytes: Callable[[int], object] | None = None
    ) -> None:
        """Go on with a file.

        Args:
            file: Opened for appending.
            limit: The bytes that it may have.
            place: The store, for errors.
            path: What is received, for errors.
            on_bytes: Called with the bytes that are there; None if nobody asks.
        """
        self._file = file
        self._limit = limit
        self._place = place
        self._path = path
        self._on_bytes = on_bytes
        self.size = file.seek(0, 2)

    def write(self, piece: bytes) -> int:
        """Add a piece.

        Raises:
            NotVerifiedError: It is more than was promised; what was received is thrown away.
        """
        if self.size + len(piece) > self._limit:
            self.restart()
            why = f"{self._path} has more than the {self._limit:,} bytes that it may have"
            raise NotVerifiedError(self._place, why=why)
        self._file.write(piece)
        self.size += len(piece)
        if self._on_bytes is not None:
            self._on_bytes(self.size)
        return len(piece)

    def flush(self) -> None:
        """Do nothing: pooch asks for it after each piece."""

    def restart(self) -> None:
        """Throw away what was received."""
        self._file.truncate(0)
        self.size = 0
