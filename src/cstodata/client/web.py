"""A store on the web, as pooch and requests read it: proxies, certificates and passwords as these two find them."""

from __future__ import annotations

import re
import tempfile
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urljoin, urlsplit

from cstodata.client.sink import Sink
from cstodata.client.transfer import UnlikeError, ask
from cstodata.client.web_errors import status
from cstodata.errors import StoreError

if TYPE_CHECKING:
    from requests import Response

CONNECT_SECONDS, READ_SECONDS = 5, 30
"""How long nobody may answer, and how long nothing may come."""

RETRIES = 3
"""How often a file is asked for again; pooch waits one second, then two, then three."""

_PIECE = 64 * 1024
_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_BEGIN = re.compile(r"bytes ([0-9]+)-")


class Web:
    """A store below an address."""

    def __init__(
        self, base: str, *, shown: str, timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS)
    ) -> None:
        """Choose an address.

        Raises:
            StoreError: It names no host, or has a query: files stand below it.
        """
        self._base = base
        self._timeout = timeout
        self.place = shown
        self.key: str | None = base
        self.retries = RETRIES
        parts = urlsplit(base)
        if not parts.hostname or parts.query or parts.fragment:
            raise StoreError(shown, why="is no address of a store: it names no host, or has a query or a fragment")

    def address(self, path: str) -> str:
        """Where a file stands."""
        return f"{self._base}/{quote(path, safe='/')}"

    def read(self, path: str, *, max_bytes: int, is_patient: bool) -> bytes:
        """The bytes of a file that has no digest."""

        def download(_address: str, output: str, _pooch: object) -> None:
            with Path(output).open("ab") as opened:
                self.receive(path, Sink(opened, limit=max_bytes, place=self.place, path=path))

        with tempfile.TemporaryDirectory(prefix="cstodata-") as temporary:
            target = Path(temporary) / "file"
            ask(self.address(path), target, download, place=self.place, path=path, retries=int(is_patient))
            return target.read_bytes()

    def receive(self, path: str, sink: Sink) -> None:
        """Write what stands at a path into a sink, from its size on if the server can."""
        from pooch import HTTPDownloader

        headers = {"Accept-Encoding": "identity"}  # a part of what is packed cannot be joined with another
        if sink.size:
            headers["Range"] = f"bytes={sink.size}-"
        hooks = {"response": partial(self._judge, path, sink)}
        download = HTTPDownloader(chunk_size=_PIECE, timeout=self._timeout, headers=headers, hooks=hooks)
        download(self.address(path), sink, None)

    def _judge(self, path: str, sink: Sink, answer: Response, **_: Any) -> None:
        """Look at an answer before its content is read."""
        if answer.is_redirect:
            target = urlsplit(urljoin(answer.url, answer.headers["Location"]))
            if target.scheme not in {"http", "https"} or (target.scheme == "http" and answer.url.startswith("https:")):
                raise StoreError(self.place, why=f"{path} is redirected to {target.scheme}, which is not followed")
        elif answer.status_code == HTTPStatus.PARTIAL_CONTENT:
            begin = _BEGIN.match(answer.headers.get("Content-Range", ""))
            if begin is None or int(begin[1]) != sink.size:
                raise StoreError(self.place, why=f"{path}: the server sends another part than was asked for")
        elif answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            sink.restart()
            raise UnlikeError(f"{path} is shorter than what was received of it before")
        elif answer.ok:
            sink.restart()
        elif answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status_code not in _PASSING:
            raise StoreError(self.place, why=f"{path}: the server answers {status(answer)}")
