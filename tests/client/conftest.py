"""Stores that the tests of the client share: folders, and web servers that behave or do not."""

from __future__ import annotations

import random
import re
import shutil
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.publish.conftest import SETTINGS, moto, small_release

from cstodata.publish.publisher import publish
from cstodata.publish.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["SETTINGS", "moto"]


class Handler(SimpleHTTPRequestHandler):
    """Python's own web server, which can also send a part of a file, and be made to misbehave."""

    server: Web

    def do_GET(self) -> None:
        self.path = self.path.removeprefix("http://data.example")  # as a proxy is asked
        self.server.asked.append((self.path, self.headers.get("Range")))
        fault = self.server.faults.get(self.path)
        if fault is not None and fault(self):
            return
        wanted = re.fullmatch(r"bytes=([0-9]*)-([0-9]*)", self.headers.get("Range") or "")
        file = Path(self.translate_path(self.path))
        if wanted is None or not self.server.has_ranges or not file.is_file():
            super().do_GET()
            return
        content = file.read_bytes()
        begin = int(wanted[1] or max(0, len(content) - int(wanted[2])))
        end = min(len(content), int(wanted[2]) + 1) if wanted[1] and wanted[2] else len(content)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(content)}")
        self.send_header("Content-Length", str(end - begin))
        self.end_headers()
        self.wfile.write(content[begin:end])

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def whole(
        self, content: bytes, *, length: int | None = None, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> bool:
        """Send something else than what was asked for, and break off."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True
        return True


class Web(ThreadingHTTPServer):
    """A web server over a folder.

    Attributes:
        faults: What to do in the place of sending a file, by its path; False to send it all the same.
        asked: The path and the range of each request.
        has_ranges: Whether it can send a part of a file.
    """

    daemon_threads = True

    def __init__(self, folder: Path, *, has_ranges: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self.folder = folder
        self.faults: dict[str, Callable[[Handler], bool]] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.has_ranges = has_ranges

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """Say nothing: clients go away when they have seen enough."""


@contextmanager
def serving(folder: Path, *, has_ranges: bool = True, certificate: Path | None = None) -> Iterator[Web]:
    with Web(folder, has_ranges=has_ranges) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, and no settings."""
    folder = tmp_path / "cache"
    for name in ("CSTODATA_STORE", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CSTODATA_CACHE", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return folder


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits before he asks again; the seconds that he would have waited."""
    waited: list[float] = []
    monkeypatch.setattr("pooch.core.time.sleep", waited.append)
    return waited


def text_of(rows: int) -> str:
    chance = random.Random(rows)  # noqa: S311 -- no secret
    return "id,size\n" + "".join(f"{row},{chance.randrange(10**9)}\n" for row in range(rows))


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the versions 1.0.0, 1.0.1, 1.1.0, 2.0.0 and 3.0.0-rc.1; 2.0.0 has 40,000 rows, the others few."""
    folder = tmp_path_factory.mktemp("client")
    declared: dict[str, Any] = {
        "title": "Small {data} & more",
        "homepage": "https://example.org/small",
        "contributors": [{"title": "Anna Example", "givenName": "Anna", "familyName": "Example"}],
    }
    for number, version in enumerate(("1.0.0", "1.0.1", "1.1.0", "2.0.0", "3.0.0-rc.1"), start=1):
        rows = 40_000 if version == "2.0.0" else number
        made = small_release(folder, version, text_of(rows), **declared)
        publish(made, Store(str(folder / "store")))
    return folder / "store"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key, and a certificate for this machine that only who knows it trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path_factory.mktemp("certificate") / "certificate.pem"
    path.write_bytes(plain + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def store(pristine: Path, tmp_path: Path) -> Path:
    """The same store, to change."""
    return Path(shutil.copytree(pristine, tmp_path / "store"))


@pytest.fixture
def web(store: Path) -> Iterator[Web]:
    """The same store on the web."""
    with serving(store) as server:
        yield server
