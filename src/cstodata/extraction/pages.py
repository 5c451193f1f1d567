"""Captured pages as text: text itself, saved HTML, or what a WARC file holds; one after the other."""

from __future__ import annotations

import gzip
import re
import zlib
from io import BufferedReader, BytesIO, RawIOBase
from typing import IO, TYPE_CHECKING, cast

from cstodata.errors import PageError
from cstodata.extraction.encoding import declared_in_html, decode
from cstodata.extraction.extraction import Page
from cstodata.extraction.html import read_html
from cstodata.extraction.warc import Capture, Skipped, read_warc
from cstodata.package.digest import sha256_of

if TYPE_CHECKING:
    from collections.abc import Buffer, Iterator
    from datetime import date

MAX_BYTES = 16 * 1024 * 1024
"""What a page may have, unpacked."""

_GZIP = b"\x1f\x8b"
_WARC = b"WARC/"
_HEAD = 5
_HTML = re.compile(rb"\s*<(?:!doctype\s|!--|\?xml|[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)
_MHTML = re.compile(rb"(?:From|Subject|MIME-Version|Snapshot-Content-Location):[^\n]*\n(?:[A-Za-z\t -][^\n]*\n)*?Content-Type:\s*multipart/related", re.IGNORECASE)


def read_pages(
    place: str, stream: IO[bytes], *, address: str | None = None, captured_on: date | None = None
) -> Iterator[Page | Skipped]:
    """The pages of a file, one after the other, and what else it holds.

    What it is tells its content: a WARC file, HTML, or else text; each may be compressed by gzip. A page's digest is that
    of the file's bytes, unpacked; that of a page in a WARC file is of the bytes that the server sent, unpacked.

    Args:
        place: What to call the file.
        stream: The file; it is read as the pages are asked for.
        address: Where it was captured from; None if the page itself, or the WARC file, says so or nobody does.
        captured_on: When; None if the WARC file says so, or nobody does.

    Raises:
        PageError: It cannot be read, in whole or in part.
    """
    try:
        for each in _read(place, stream):
            if isinstance(each, Skipped):
                yield each
            else:
                page, own_address, own_day = each
                yield _page(page, address or own_address, captured_on or own_day)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise PageError(place, why=f"it is compressed by gzip, and cut short or damaged ({error})") from error
    except OSError as error:
        raise PageError(place, why=f"it cannot be read: {error.strerror or error}") from error
