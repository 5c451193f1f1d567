"""A server that shows a folder on this machine, and to nobody else."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cstodata.errors import PublishError, StoreError

if TYPE_CHECKING:
    from io import BytesIO

LOOPBACK = "127.0.0.1"


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


class _Handler(SimpleHTTPRequestHandler):
    """Files as they are, kept by no cache; no lists of folders, and nothing that a link leads to elsewhere."""

    extensions_map = {  # noqa: RUF012 -- as its parent has it
        **SimpleHTTPRequestHandler.extensions_map,
        ".atom": "application/atom+xml",
        ".csv": "text/csv; charset=utf-8",
        ".jsonld": "application/ld+json",
        ".md": "text/markdown; charset=utf-8",
        ".parquet": "application/vnd.apache.parquet",
    }

    def send_head(self) -> Any:
        """Refuse what is not in the folder."""
        root = Path(self.directory).resolve()
        found = Path(self.translate_path(self.path)).resolve()
        if not found.is_relative_to(root) or any(part.startswith(".") for part in found.relative_to(root).parts):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> BytesIO | None:  # noqa: ARG002 -- as its parent has it
        """Not shown: a store of objects has no folders either."""
        self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def end_headers(self) -> None:
        """Let nothing be kept, so that pages that were written anew are seen."""
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
