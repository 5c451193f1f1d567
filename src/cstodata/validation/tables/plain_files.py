"""The bytes of tables as plain files, whatever they are kept in."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from frictionless.errors import CompressionError

from cstodata.validation.tables.packed import DAMAGE, GZIP, is_packed
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

_OPENERS: Mapping[bytes, Opener] = {
    GZIP: gzip.GzipFile,
    b"BZh91AY&SY": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
"""By the bytes that such a file begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the files of a table.

    Attributes:
        path: The file.
        is_packed: Whether it is gzipped.
        is_first: Whether the table begins with it; of all others the first line is left out.
        start: How many of its bytes are left out, if it is not gzipped.
    """

    path: Path
    is_packed: bool
    is_first: bool
    start: int = 0


class PlainFiles:
    """The files of tables, unpacked and joined in a folder as Frictionless hands them to its CSV reader."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unpacked: dict[Path, Path] = {}
        self._joined: dict[tuple[Part, ...], Path] = {}

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
            NotFastError: As `unpacked`, and `parts_of`.
        """
        return self.plain(parts_of(paths))

    def plain(self, parts: tuple[Part, ...]) -> Path:
        """What the parts of a table are as one plain file; written when it is asked for first.

        Raises:
            RefusedError: As `unpacked`.
            NotFastError: As `unpacked`.
        """
        first, *others = parts
        if not others:
            return self.unpacked(first.path) if first.is_packed else first.path
        if parts not in self._joined:
            self._joined[parts] = self._write(self.blocks(parts))
        return self._joined[parts]

    def blocks(self, parts: tuple[Part, ...]) -> Iterator[bytes]:
        """The bytes of that file, which need not be written for it.

        Raises:
            RefusedError: As `unpacked`.
            NotFastError: As `unpacked`.
        """
        if parts in self._joined:
            return blocks_of(self._joined[parts])
        return chain.from_iterable(map(_blocks_of_part, parts))

    def written(self, parts: tuple[Part, ...], *, after: bytes) -> Path:
        """The bytes of that file behind some others, as another one.

        Raises:
            RefusedError: As `unpacked`.
            NotFastError: As `unpacked`.
        """
        return self._write(chain([after], self.blocks(parts)))

    def with_line_feeds(self, path: Path) -> Path:
        """A file in which every line ends with a line feed alone."""
        if not any(b"\r" in block for block in blocks_of(path)):
            return path
        return self._write(_in_line_feeds(blocks_of(path)))

    def _unpack(self, path: Path) -> Path:
        with path.open("rb") as file:
            begin = file.read(16)
        if begin.startswith(b"PK"):  # as spreadsheets do too
            try:
                with zipfile.ZipFile(path) as archive:
                    # Of a member, no more is ever unpacked than it declares.
                    _check_size(path, sum(member.file_size for member in archive.infolist()))
            except DAMAGE as error:
                raise NotFastError(f"it cannot be unpacked ({error})") from error
        for magic, opener in _OPENERS.items():
            if begin.startswith(magic):
                blocks = _unpacked_blocks(path, opener)
                if magic == GZIP:
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


def parts_of(paths: Sequence[Path]) -> tuple[Part, ...]:
    """The files of a table, in their order.

    Raises:
        NotFastError: A first line that is left out is so long that Frictionless may cut it in two.
    """
    first, *others = paths
    parts = [Part(path=first, is_packed=is_packed(first), is_first=True)]
    for path in others:
        packed = is_packed(path)
        parts.append(Part(path=path, is_packed=packed, is_first=False, start=0 if packed else _first_line_bytes(path)))
    return tuple(parts)


def blocks_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, block by block."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _first_line_bytes(path: Path) -> int:
    """How long is what Frictionless takes for the header of a part."""
    with path.open("rb") as file:
        block = file.read(_HEADER_BYTES)
    header, *others = block.splitlines(keepends=True) or [b""]
    if not others and len(block) == _HEADER_BYTES:
        raise NotFastError("the header of one of its files is very long")
    return len(header)


def _blocks_of_part(part: Part) -> Iterator[bytes]:
    if part.is_packed:
        blocks = _unpacked_blocks(part.path, gzip.GzipFile)
        # Of gzipped files, only line feeds end what Frictionless takes for the header.
        yield from blocks if part.is_first else _after_line_feed(blocks)
        return
    with part.path.open("rb") as file:
        file.seek(part.start)
        while block := file.read(_BLOCK_BYTES):
            yield block


def _after_line_feed(blocks: Iterator[bytes]) -> Iterator[bytes]:
    for block in blocks:
        _, ended, rest = block.partition(b"\n")
        if ended:
            yield rest
            break
    yield from blocks


def _unpacked_blocks(path: Path, opener: Opener) -> Iterator[bytes]:
    size = 0
    try:
        with opener(path) as file:
            while block := file.read(_BLOCK_BYTES):
                size += len(block)
                _check_size(path, size)
                yield block
    except DAMAGE as error:
        raise NotFastError(f"it cannot be unpacked ({error})") from error


def _check_size(path: Path, unpacked: int) -> None:
    packed = path.stat().st_size
    if unpacked > MAX_BYTES or (unpacked > FREE_BYTES and unpacked > MAX_RATIO * packed):
        note = f"{path.name} has {packed:,} bytes and unpacks to {unpacked:,} or more: it is not unpacked"
        raise RefusedError(CompressionError(note=note), mend="Publish the file as it is, uncompressed.")
