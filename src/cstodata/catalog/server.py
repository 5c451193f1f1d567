"""A server that shows a folder on this machine, and to nobody else."""

from __future__ import annotations

import re
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cstodata.errors import PublishError, StoreError

if TYPE_CHECKING:
    from io import BytesIO

LOOPBACK = "127.0.0.1"
_NAMES = frozenset({LOOPBACK, "localhost", None})
"""The hosts that a reader on this machine asks for; None if it does not say."""

_PART = re.compile(r"bytes=([0-9]{1,18})-([0-9]{1,18})?|bytes=-([0-9]{1,18})")
"""The part of a file that Polars, DuckDB and Arrow ask for: from a place on, or the last bytes."""


def server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server that listens, and answers once its `serve_forever` is called.

    Args:
        folder: What it shows; it must hold pages.
        port: Where it listens; 0 for any port that is free.

    Raises:
        PublishError: There are no pages in the folder.
        StoreError: The port is taken.
    """
    if not (folder / "index.html").is_file():
        raise PublishError(f"{folder} holds no pages; `cstodata site` writes them")
    try:
        return _Server((LOOPBACK, port), partial(_Handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreError(f"port {port}", why=f"cannot be listened to ({why}); name another with --port") from error


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asked went away."""


class _Part:
    """A part of a file, for who copies it."""

    def __init__(self, file: IO[bytes], begin: int, end: int) -> None:
        file.seek(begin)
        self._file = file
        self._left = end - begin

    def read(self, size: int) -> bytes:
        """The next bytes, so many at most; none at the end."""
        piece = self._file.read(min(size, self._left))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class _Handler(SimpleHTTPRequestHandler):
    """Files, or parts of them, kept by no cache; no lists of folders, and nothing that a link leads to elsewhere."""

    extensions_map = {  # noqa: RUF012 -- as its parent has it
        **SimpleHTTPRequestHandler.extensions_map,
        ".atom": "application/atom+xml",
        ".csv": "text/csv; charset=utf-8",
        ".jsonld": "application/ld+json",
        ".md": "text/markdown; charset=utf-8",
        ".parquet": "application/vnd.apache.parquet",
    }

    def send_head(self) -> Any:
        """Refuse what is not in the folder, and who asks for another host: its page could read ours."""
        if self._host() not in _NAMES:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        file = self._file()
        if file is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        part = _PART.fullmatch(self.headers.get("Range", ""))
        if part is None or not file.is_file() or "If-Range" in self.headers:
            return super().send_head()
        return self._send_part(file, part)

    def _host(self) -> str | None:
        """The host that is asked for, without its port; None if it is not said."""
        try:
            return urlsplit(f"//{self.headers.get('Host', '')}").hostname
        except ValueError:
            return ""

    def _file(self) -> Path | None:
        """What stands at the path in the folder; None if that is not shown."""
        try:
            found = Path(self.translate_path(self.path)).resolve()
        except ValueError:  # it holds a NUL
            return None
        root = Path(self.directory).resolve()
        is_shown = found.is_relative_to(root) and not any(
            part.startswith(".") for part in found.relative_to(root).parts
        )
        return found if is_shown else None

    def _send_part(self, file: Path, part: re.Match[str]) -> _Part | None:
        """Send the head of an answer that holds a part of a file; the part."""
        size = file.stat().st_size
        begin = int(part[1]) if part[1] else max(0, size - int(part[3]))
        end = min(size, int(part[2]) + 1) if part[2] else size
        is_there = begin < end
        self.send_response(HTTPStatus.PARTIAL_CONTENT if is_there else HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{size}" if is_there else f"bytes */{size}")
        self.send_header("Content-Length", str(end - begin if is_there else 0))
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.end_headers()
        return _Part(file.open("rb"), begin, end) if is_there else None

    def list_directory(self, path: Any) -> BytesIO | None:  # noqa: ARG002 -- as its parent has it
        """Not shown: a store of objects has no folders either."""
        self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def end_headers(self) -> None:
        """Let nothing be kept, so that pages that were written anew are seen."""
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
