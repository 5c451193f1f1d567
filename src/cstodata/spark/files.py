"""Files of a package, as the driver finds them and as executors do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file.

    Attributes:
        path: Where the driver finds it.
        size: In bytes, there.
    """

    path: Path
    size: int

    @classmethod
    def of(cls, path: Path) -> File:
        """A file that executors find by the same path."""
        return cls(path=path.resolve(), size=path.stat().st_size)

    def read(self, start: int, stop: int) -> bytes:
        """Some of its bytes, read by an executor."""
        return self.peek(start, stop)

    def peek(self, start: int, stop: int) -> bytes:
        """The same, read by the driver."""
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(stop - start)

    def fetched(self, folder: Path) -> Path:
        """Where an executor finds it as a whole; in that folder if nowhere else."""
        del folder
        return self.path
