"""Captured pages as text: text itself, saved HTML, or what a WARC file holds; one after the other."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import replace
from io import BufferedReader, RawIOBase
from typing import IO, TYPE_CHECKING, Any, cast

from cstodata.errors import PageError
from cstodata.extraction.encoding import declared_in_html, decode
from cstodata.extraction.extraction import Page
from cstodata.extraction.html import read_html
from cstodata.extraction.warc import Capture, Skipped, read_warc
from cstodata.package.digest import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

MAX_BYTES = 16 * 1024 * 1024
"""What a page may have, unpacked."""
MAX_LINES = 200_000
"""Lines that a page may have: each takes memory of its own."""

_GZIP = b"\x1f\x8b"
_WARC = b"WARC/"
_HTML = re.compile(r"\s*<(?:!doctype\s|!--|\?xml|[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)
_ENDS = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_BEGINS = re.compile(r"<html[\s>]", re.IGNORECASE)
_MHTML = re.compile(rb"content-type:\s*multipart/related", re.IGNORECASE)
_MHTML_WITHIN = 2048


def read_pages(
    place: str, stream: IO[bytes], *, address: str | None = None, captured_on: date | None = None
) -> Iterator[Page | Skipped]:
    """The pages of a file, one after the other, and what else it holds.

    What it is tells its content: a WARC file, HTML, or else text; each may be compressed by gzip. A page's digest is
    that of the file's bytes, unpacked; that of a page in a WARC file is of the bytes that the server sent, unpacked.

    Args:
        place: What to call the file.
        stream: The file; it is read as the pages are asked for.
        address: Where it was captured from; None if the page itself, or the WARC file, says so, or nobody does.
        captured_on: When; None if the WARC file says so, or nobody does.

    Raises:
        PageError: It cannot be read, in whole or in part.
    """
    try:
        for each in _read(place, stream):
            if isinstance(each, Page):
                if each.text.count("\n") >= MAX_LINES:
                    raise PageError(each.place, why=f"it has more than {MAX_LINES:,} lines")
                yield replace(each, address=address or each.address, captured_on=captured_on or each.captured_on)
            else:
                yield each
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise PageError(place, why=f"it is compressed by gzip, and cut short or damaged ({error})") from error
    except OSError as error:
        raise PageError(place, why=f"it cannot be read: {error.strerror or error}") from error


def _read(place: str, stream: IO[bytes]) -> Iterator[Page | Skipped]:
    head = stream.read(len(_GZIP))
    whole = _joined(head, stream)
    if head == _GZIP:
        whole = cast("IO[bytes]", BufferedReader(cast("RawIOBase", gzip.GzipFile(fileobj=whole))))
    head = whole.read(len(_WARC))
    if head == _WARC:
        for each in read_warc(place, _joined(head, whole), max_bytes=MAX_BYTES):
            yield each if isinstance(each, Skipped) else _of_capture(each)
        return
    content = head + whole.read(MAX_BYTES + 1 - len(head))
    if len(content) > MAX_BYTES:
        raise PageError(place, why=f"it is larger than {MAX_BYTES // 1024**2} MiB")
    yield _of_file(place, content)


def _of_file(place: str, content: bytes) -> Page:
    if not content.strip():
        raise PageError(place, why="it is empty")
    if _MHTML.search(content, 0, _MHTML_WITHIN):
        raise PageError(place, why="it is MHTML, which is not read: save the page as HTML only")
    digest = sha256_of(content)
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    source = decode(place, content, declared_in_html(content) if start == b"<" else None)
    if not _HTML.match(source):
        return Page(place=place, text=_with_line_feeds(source), sha256=digest)
    if _BEGINS.search(source) and not _ENDS.search(source):
        raise PageError(place, why="it is HTML that does not end with </html>: the file is cut short")
    html = read_html(place, source)
    return Page(place=place, text=_with_text(place, html.text), sha256=digest, address=html.address)


def _of_capture(capture: Capture) -> Page:
    source = decode(capture.place, capture.content, capture.charset or declared_in_html(capture.content))
    return Page(
        place=capture.place,
        text=_with_text(capture.place, read_html(capture.place, source).text),
        sha256=sha256_of(capture.content),
        address=capture.address,
        captured_on=capture.captured_on,
    )


def _with_text(place: str, text: str) -> str:
    if not text:
        raise PageError(place, why="it is HTML without any text")
    return text


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _joined(head: bytes, rest: IO[bytes]) -> IO[bytes]:
    """A stream with what was read of it put back."""
    return cast("IO[bytes]", BufferedReader(_Joined(head, rest)))


class _Joined(RawIOBase):
    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        piece = piece or self._rest.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)
