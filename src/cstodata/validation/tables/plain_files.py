"""The bytes of tables as plain files, whatever they are kept in."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tempfile
import zipfile
import zlib
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from frictionless.errors import CompressionError

from cstodata.validation.tables.refusal import RefusedError
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Opener = Callable[[Path], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]

MAX_RATIO = 250
"""How many times its size a compressed file may unpack to; tables of real data stay far below."""

FREE_BYTES = 64 * 1024 * 1024
"""What any compressed file may unpack to."""

MAX_BYTES = 64 * 1024**3
"""What no compressed file may unpack to."""

_BLOCK_BYTES = 4 * 1024 * 1024
_HEADER_BYTES = 4096

_GZIP = b"\x1f\x8b"
_OPENERS: Mapping[bytes, Opener] = {
    _GZIP: gzip.GzipFile,
    b"BZh91AY&SY": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
"""By the bytes that such a file begins with."""

_DAMAGE = (EOFError, OSError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)


class PlainFiles:
    """The files of tables, unpacked and joined in a folder as Frictionless hands them to its CSV reader."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unpacked: dict[Path, Path] = {}
        self._joined: dict[tuple[Path, ...], Path] = {}

    def unpacked(self, path: Path) -> Path:
        """A file itself; if it is gzipped, what it unpacks to.

        Raises:
            RefusedError: It is compressed, and unpacks to too much.
            NotFastError: It is damaged, or there is no room to unpack it.
        """
        if path not in self._unpacked:
            self._unpacked[path] = self._unpack(path)
        return self._unpacked[path]

    def joined(self, paths: Sequence[Path]) -> Path:
        """CSV files, some of them gzipped, as one; without the first lines of all but the first file.

        Raises:
            RefusedError: As `unpacked`.
            NotFastError: As `unpacked`; or a first line is so long that Frictionless may cut it in two.
        """
        if tuple(paths) not in self._joined:
            first, *others = paths
            parts = [_blocks(self.unpacked(first))]
            parts += [_without_first_line(self.unpacked(path), gzipped=path.suffix == ".gz") for path in others]
            self._joined[tuple(paths)] = self._write(chain.from_iterable(parts))
        return self._joined[tuple(paths)]

    def with_line_feeds(self, path: Path) -> Path:
        """A file in which every line ends with a line feed alone."""
        if not any(b"\r" in block for block in _blocks(path)):
            return path
        return self._write(_in_line_feeds(_blocks(path)))

    def _unpack(self, path: Path) -> Path:
        with path.open("rb") as file:
            begin = file.read(16)
        if begin.startswith(b"PK"):  # as spreadsheets do too
            try:
                with zipfile.ZipFile(path) as archive:
                    # Of a member, no more is ever unpacked than it declares.
                    _check_size(path, sum(member.file_size for member in archive.infolist()))
            except _DAMAGE as error:
                raise NotFastError(f"it cannot be unpacked ({error})") from error
        for magic, opener in _OPENERS.items():
            if begin.startswith(magic):
                blocks = _unpacked_blocks(path, opener)
                if magic == _GZIP:
                    return self._write(blocks)
                for _ in blocks:  # Frictionless unpacks it, if it may
                    pass
        return path

    def _write(self, blocks: Iterator[bytes]) -> Path:
        try:
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".csv", delete=False) as file:
                for block in blocks:
                    if shutil.disk_usage(self._folder).free < 2 * _BLOCK_BYTES:
                        raise NotFastError("there is no room on the disk to unpack it")
                    file.write(block)
        except OSError as error:
            raise NotFastError(f"it cannot be unpacked on the disk ({error.strerror})") from error
        return Path(file.name)


def _in_line_feeds(blocks: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for block in blocks:
        whole = held + block
        held = b"\r" if whole.endswith(b"\r") else b""
        yield whole.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    yield held.replace(b"\r", b"\n")


def _without_first_line(file: Path, *, gzipped: bool) -> Iterator[bytes]:
    """The bytes of a part after what Frictionless takes for its header; of gzipped files, only line feeds end that."""
    with file.open("rb") as opened:
        if gzipped:
            opened.readline()
        else:
            block = opened.read(_HEADER_BYTES)
            header, *others = block.splitlines(keepends=True) or [b""]
            if not others and len(block) == _HEADER_BYTES:
                raise NotFastError("the header of one of its files is very long")
            opened.seek(len(header))
        yield from iter(partial(opened.read, _BLOCK_BYTES), b"")


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _unpacked_blocks(path: Path, opener: Opener) -> Iterator[bytes]:
    size = 0
    try:
        with opener(path) as file:
            while block := file.read(_BLOCK_BYTES):
                size += len(block)
                _check_size(path, size)
                yield block
    except _DAMAGE as error:
        raise NotFastError(f"it cannot be unpacked ({error})") from error


def _check_size(path: Path, unpacked: int) -> None:
    packed = path.stat().st_size
    if unpacked > MAX_BYTES or (unpacked > FREE_BYTES and unpacked > MAX_RATIO * packed):
        note = f"{path.name} has {packed:,} bytes and unpacks to {unpacked:,} or more: it is not unpacked"
        raise RefusedError(CompressionError(note=note), mend="Publish the file as it is, uncompressed.")
