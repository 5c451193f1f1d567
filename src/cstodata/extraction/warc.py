"""The HTML pages that a WARC file holds, one after the other.

warcio reads the headers of records. Its iterator is not used: where a file is cut short or damaged it goes on with what
is left, and a line or a chunk may be as long as it likes.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from cstodata.errors import PageError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HEADERS = 1024 * 1024
"""Bytes that the headers of one record may have."""

_PIECE = 1024 * 1024
_OK = 200
_HTML = re.compile(r"\s*(text/html|application/xhtml\+xml)\s*(;|$)", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s;"']+)""", re.IGNORECASE)
_WBITS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """An HTML page as a server sent it.

    Attributes:
        place: The file, and which of its pages this is, from 1.
        content: Its bytes, unpacked.
        charset: The encoding that the server declared; None if it did not.
        address: What was asked for.
        captured_on: The day, in UTC.
    """

    place: str
    content: bytes
    charset: str | None
    address: str
    captured_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """What a file holds beside pages.

    Attributes:
        place: The file.
        counts: How many records there are of each kind that is no page.
    """

    place: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> str:
        """How many of each kind, in words."""
        return ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.counts.items())) or "nothing"


def read_warc(place: str, stream: IO[bytes], *, max_bytes: int) -> Iterator[Capture | Skipped]:
    """The pages of a WARC file in its order, then what else it holds, if anything.

    A page is a response with status 200 whose content is HTML.

    Args:
        place: What to call the file in an error.
        stream: The file, unpacked.
        max_bytes: What a page may have.

    Raises:
        PageError: The file is cut short or damaged, holds no page, or one that is too large, incomplete, or packed in
            an unknown way.
    """
    skipped = Skipped(place=place)
    pages = 0
    for here, record in _records(place, stream):
        kind, http = _kind(here, record)
        if kind is not None:
            skipped.counts[kind] += 1
            continue
        pages += 1
        yield _capture(f"{place}#{pages}", record, http, max_bytes)
    if not pages:
        why = f"it holds no page, that is no response with status 200 whose content is HTML; it holds {skipped.told}"
        raise PageError(place, why=why)
    if skipped.counts:
        yield skipped


class _Lines:
    """A stream whose lines, since the last reset, are not longer than `MAX_HEADERS` together."""

    def __init__(self, place: str, stream: IO[bytes]) -> None:
        self._place = place
        self._stream = stream
        self._left = MAX_HEADERS

    def reset(self) -> None:
        self._left = MAX_HEADERS

    def read(self, size: int) -> bytes:
        return self._stream.read(size)

    def readline(self, size: int | None = None) -> bytes:
        line = self._stream.readline(self._left if size is None else min(size, self._left))
        self._left -= len(line)
        if self._left <= 0:
            raise PageError(self._place, why=f"a record has headers of more than {MAX_HEADERS // 1024**2} MiB")
        return line

    def tell(self) -> int:
        return 0  # where a record begins, it counts from


def _records(place: str, stream: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Where each record stands, and the record as warcio has it; it is read to its end before the next one."""
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.recordloader import ArcWarcRecordLoader

    loader, lines, number = ArcWarcRecordLoader(), _Lines(place, stream), 0
    while (first := _first_line(lines)) is not None:
        number += 1
        here = f"{place} record {number}"
        try:
            record = loader.parse_record_stream(lines, first, known_format="warc", no_record_parse=True)
        except ArchiveLoadFailed as error:
            why = "no WARC record begins where one should: the file is damaged"
            raise PageError(here, why=why) from error
        told = record.rec_headers.get_header("Content-Length") or ""
        if not re.fullmatch("[0-9]{1,18}", told):
            raise PageError(here, why="it does not tell its length: the file is cut short or damaged")
        yield here, record
        while record.raw_stream.read(_PIECE):
            pass
        _check_whole(here, record)


def _check_whole(place: str, record: Any) -> None:
    """Refuse a record that was read to the end of the file, and lacks bytes."""
    if record.raw_stream.limit:
        missing = f"{record.raw_stream.limit:,} of its {record.length:,} bytes are missing"
        raise PageError(place, why=f"{missing}: the file is cut short")


def _first_line(lines: _Lines) -> bytes | None:
    """The line on which the next record begins, behind empty ones; None at the end."""
    lines.reset()
    while (line := lines.readline()) and not line.strip():
        pass
    return line or None


def _kind(place: str, record: Any) -> tuple[str | None, Any]:
    """Why a record is no page; None and its HTTP headers if it is one."""
    from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

    if record.rec_type != "response":
        return str(record.rec_type), None
    if not re.match(r"\s*application/http\b", record.content_type or "", re.IGNORECASE):
        return "response that is not HTTP", None
    try:
        http = StatusAndHeadersParser(["HTTP/"]).parse(record.raw_stream)
    except (StatusAndHeadersParserException, EOFError) as error:
        raise PageError(place, why=f"the response of {_address(record)} has no HTTP headers") from error
    status = re.match(r"[0-9.]+ ([0-9]{3})\b", http.statusline)
    if status is None or int(status[1]) != _OK:
        return f"response {status[1] if status else 'without a status'}", None
    content_type = http.get_header("Content-Type") or "of no type"
    return (None, http) if _HTML.match(content_type) else (f"response {content_type.partition(';')[0].strip()}", None)


def _capture(place: str, record: Any, http: Any, max_bytes: int) -> Capture:
    if cut := record.rec_headers.get_header("WARC-Truncated"):
        raise PageError(place, why=f"its capture was cut short (WARC-Truncated: {cut})")
    if record.rec_headers.get_header("WARC-Segment-Number"):
        raise PageError(place, why="it is one segment of several, which are not put together")
    raw = _whole(record.raw_stream, max_bytes)
    if raw is None:
        raise PageError(place, why=f"it is larger than {max_bytes // 1024**2} MiB")
    _check_whole(place, record)
    charset = _CHARSET.search(http.get_header("Content-Type"))
    return Capture(
        place=place,
        content=_unpacked(place, raw, http, max_bytes),
        charset=charset[1] if charset else None,
        address=_address(record),
        captured_on=_day(place, record),
    )


def _whole(stream: Any, max_bytes: int) -> bytes | None:
    """All that a stream holds; None if that is more than it may be."""
    content: bytes = stream.read(max_bytes + 1)
    return content if len(content) <= max_bytes else None


def _unpacked(place: str, raw: bytes, http: Any, max_bytes: int) -> bytes:
    """The page itself: without the chunks in which it was sent, and not compressed."""
    from warcio.bufferedreaders import ChunkedDataException, ChunkedDataReader

    if (http.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        try:
            raw = ChunkedDataReader(BytesIO(raw), raise_exceptions=True).read()
        except ChunkedDataException as error:
            raise PageError(place, why="it was sent in chunks, and one is damaged or missing") from error
    encoding = (http.get_header("Content-Encoding") or "identity").strip().lower()
    if encoding == "identity":
        return raw
    if encoding not in _WBITS:
        why = f'it is compressed as "{encoding}", which is not read; capture it with gzip, or without compression'
        raise PageError(place, why=why)
    unpacker = zlib.decompressobj(_WBITS[encoding])
    try:
        content = unpacker.decompress(raw, max_bytes + 1)
    except zlib.error as error:
        raise PageError(place, why=f"it says that it is compressed as {encoding}, and is damaged or is not") from error
    if len(content) > max_bytes:
        raise PageError(place, why=f"it is larger than {max_bytes // 1024**2} MiB when it is unpacked")
    if not unpacker.eof:
        raise PageError(place, why="it is compressed, and cut short")
    return content


def _address(record: Any) -> str:
    return str(record.rec_headers.get_header("WARC-Target-URI") or "")


def _day(place: str, record: Any) -> date:
    told = record.rec_headers.get_header("WARC-Date") or ""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError as error:
        raise PageError(place, why=f'its WARC-Date "{told}" is no moment') from error
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).date()
