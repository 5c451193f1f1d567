"""Stores keep their promises: nothing is overwritten, nobody reads half a file, and what goes wrong is one sentence."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from cstodata.cli.main import run
from cstodata.errors import StoreError
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIB = 1024**2


def test_what_is_there_is_never_created_again(place: str, tmp_path: Path) -> None:
    store, one, other = Store(place), tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"one")
    other.write_bytes(b"two")
    assert store.create("a/b", one, media_type="text/plain")
    assert not store.create("a/b", one, media_type="text/plain")
    with pytest.raises(StoreError, match="a/b is there already, with other bytes"):
        store.create("a/b", other, media_type="text/plain")
    assert store.digest("a/b") == hashlib.sha256(b"one").hexdigest()
    assert list(store.list("a")) == ["a/b"]


def test_what_changed_meanwhile_is_not_replaced(place: str) -> None:
    store = Store(place)
    put = {"media_type": "text/plain"}
    assert store.replace("x", b"1", expected=None, **put)
    first = store.read("x")
    assert not store.replace("x", b"2", expected=None, **put)
    assert store.replace("x", b"3", expected=first, **put)
    assert not store.replace("x", b"4", expected=first, **put)
    third = store.read("x")
    assert third is not None
    assert third.content == b"3"


def test_files_of_all_sizes_arrive(place: str, tmp_path: Path) -> None:
    store, file = Store(place), tmp_path / "file"
    for size in (0, 1, MIB, 12 * MIB + 1):
        file.write_bytes(os.urandom(size))
        assert store.create(f"sizes/{size}", file, media_type="text/plain")
        assert store.digest(f"sizes/{size}") == hashlib.sha256(file.read_bytes()).hexdigest()
        assert not store.create(f"sizes/{size}", file, media_type="text/plain")
    assert b"".join(store.pieces(f"sizes/{12 * MIB + 1}", offset=MIB)) == file.read_bytes()[MIB:]


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a\0b"])
def test_no_path_leads_out_of_a_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "x").write_text("secret")
    with pytest.raises(StoreError, match="leads out of it"):
        Store(str(tmp_path / "store")).read(path)


def test_nobody_reads_half_a_file_of_a_folder(tmp_path: Path) -> None:
    """A reader looks all the time while a large file is created, and a small one replaced again and again."""
    store, large = Store(str(tmp_path / "store")), tmp_path / "large"
    large.write_bytes(os.urandom(MIB) * 64)
    seen, done = set[int](), threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(store._room.size("v/large") or -1)  # noqa: SLF001 -- reading 64 MiB would look too seldom
            found = store.read("index")
            seen.add(-1 if found is None else len(set(found.content)) + len(found.content))

    reader = threading.Thread(target=look)
    reader.start()
    assert store.create("v/large", large, media_type="text/plain")
    for number in range(100):
        assert store.replace("index", bytes([number]) * MIB, media_type="text/plain", expected=store.read("index"))
    done.set()
    reader.join()
    assert seen <= {-1, 64 * MIB, MIB + 1}
    assert MIB + 1 in seen


def test_caches_and_browsers_are_told_what_each_file_is(s3: Any, releases: list[Path]) -> None:
    publish(releases[0], Store("s3://data/headers"))

    def head(key: str) -> tuple[str, str]:
        told = s3.client.head_object(Bucket="data", Key=f"headers/{key}")
        return told["ContentType"], told["CacheControl"]

    for_ever, for_a_minute = "public, max-age=31536000, immutable", "public, max-age=60"
    assert head("v/1.0.0/data/table.csv") == ("text/csv; charset=utf-8", for_ever)
    assert head("v/1.0.0/parquet/table.parquet") == ("application/vnd.apache.parquet", for_ever)
    assert head("v/1.0.0/datapackage.json") == ("application/json", for_ever)
    assert head("v/1.0.0/README.md") == ("text/markdown; charset=utf-8", for_ever)
    assert head("v/1.0.0/SHA256SUMS") == ("text/plain; charset=utf-8", for_ever)
    assert head("index.json") == ("application/json", for_a_minute)
    for name in ("feed.atom", "schema-feed.atom"):
        assert head(name) == ("application/atom+xml; charset=utf-8", for_a_minute)


class Answers(BaseHTTPRequestHandler):
    """An object store that swallows what is put, and holds 300 MiB of zeros; or is out of order."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        left = int(self.headers["Content-Length"])
        while left:
            left -= len(self.rfile.read(min(left, MIB)))
        self._say(412 if "there" in self.path else 200)

    def do_GET(self) -> None:
        if "broken" in self.path:
            self._say(500)
            return
        self._say(200, 300 * MIB)
        for _ in range(300):
            self.wfile.write(bytes(MIB))

    def _say(self, code: int, length: int = 0) -> None:
        self.send_response(code)
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Fri, 20 Feb 2026 00:00:00 GMT")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "test")
    yield "s3://data"
    server.shutdown()
    server.server_close()


# May take 100 MiB of memory of its own, and writes 300 to a store, then compares with what is there.
LARGE = """
import resource, sys
from pathlib import Path
from cstodata.publish.store import Store
store, file = Store(sys.argv[1]), Path(sys.argv[2])
store.create("small", Path(sys.argv[3]), media_type="text/plain")
if sys.platform == "linux":  # others do not limit it
    used = int(next(line for line in open("/proc/self/status") if line.startswith("VmData")).split()[1]) * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (used + 100 * 1024**2, -1))
print(store.create("new", file, media_type="text/plain"), store.create("there", file, media_type="text/plain"))
"""


def test_a_large_file_takes_little_memory(answers: str, tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    small.write_text("x")
    with large.open("wb") as file:
        file.truncate(300 * MIB)
    command = [sys.executable, "-c", LARGE, answers, str(large), str(small)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("True False\n", 0), done.stderr


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence of a command that cannot proceed, said within seconds."""
    begin = time.monotonic()
    assert run(list(arguments), debug=False) == 3
    assert time.monotonic() - begin < 15
    told = capsys.readouterr().err
    assert told.startswith("cstodata: ")
    assert told.count("\n") == 1
    assert "Debug" not in told
    assert "unexpected" not in told
    assert len(told) < 300
    return told


@pytest.mark.parametrize("verb", ["publish", "versions", "yank"])
def test_a_store_that_cannot_be_reached_is_said_in_one_sentence(
    verb: str, s3: Any, guarded: Any, releases: list[Path], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def command(place: str) -> list[str]:
        return {"publish": [verb, str(releases[0]), place], "yank": [verb, place, "1.0.0", "--reason", "x"]}.get(
            verb, [verb, place]
        )

    assert "s3://nothing/x: index.json: there is no such bucket" in said(capsys, *command("s3://nothing/x"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", guarded.address)
    assert "access is denied, look at the credentials: InvalidAccessKeyId" in said(capsys, *command("s3://data/x"))
    for endpoint in ("http://127.0.0.1:9", "http://nowhere.invalid"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert "it cannot be reached" in said(capsys, *command("s3://data/x"))


def test_a_store_that_is_out_of_order_is_said_in_one_sentence(answers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "500" in said(capsys, "versions", f"{answers}/broken")


@pytest.mark.parametrize(
    "place", ["ftp://nowhere/x", "/proc/nowhere/store", "s3://", "az://x", "://", "file:///proc/x"]
)
def test_a_store_that_cannot_be_is_said_in_one_sentence(
    releases: list[Path], place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "publish", str(releases[0]), place)
