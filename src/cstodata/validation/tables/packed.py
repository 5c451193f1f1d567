"""Gzipped files: which they are, and how they are read."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

GZIP: Final = b"\x1f\x8b"
"""What such files begin with."""

DAMAGE: Final = (EOFError, OSError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged compressed file may raise."""


def is_packed(path: Path) -> bool:
    """Whether a file is gzipped, whatever its name says."""
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


def open_unpacked(path: Path) -> IO[bytes]:
    """A file, or what it unpacks to; what is wrong with it shows when it is read."""
    return cast("IO[bytes]", gzip.GzipFile(path)) if is_packed(path) else path.open("rb")
