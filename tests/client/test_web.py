"""Servers that break off, lie, are slow, or stand behind a proxy."""

from __future__ import annotations

import json
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from tests.client.conftest import Handler, Web, serving

import cstodata
from cstodata.client.sink import Sink
from cstodata.client.web import Web as Reader
from cstodata.errors import CstodataError, NotVerifiedError, StoreError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "/v/2.0.0/parquet/table.parquet"
ROWS = 40_000


def once(fault: Callable[[Handler], bool]) -> Callable[[Handler], bool]:
    """Misbehave the first time only."""
    left = [fault]
    return lambda handler: left.pop()(handler) if left else False


def half(handler: Handler) -> bool:
    """Promise a file, and die in the middle of it."""
    content = (handler.server.folder / FILE[1:]).read_bytes()
    return handler.whole(content[: len(content) // 2], length=len(content))


def ranges(web: Web) -> list[str | None]:
    return [wanted for path, wanted in web.asked if path == FILE]


class TestBreakingOff:
    def test_a_server_that_dies_in_the_middle_is_asked_for_the_rest(self, web: Web, hasty: list[float]) -> None:
        web.faults[FILE] = once(half)
        size = (web.folder / FILE[1:]).stat().st_size
        assert cstodata.load("table", source=web.address).num_rows == ROWS
        first, second = ranges(web)
        assert first is None
        assert 0 < int(str(second).removeprefix("bytes=").removesuffix("-")) <= size // 2
        assert hasty == [1]

    def test_one_that_cannot_send_the_rest_is_asked_for_all(self, store: Path, hasty: list[float]) -> None:
        with serving(store, has_ranges=False) as web:
            web.faults[FILE] = once(half)
            assert cstodata.load("table", source=web.address).num_rows == ROWS
            assert len(ranges(web)) == 2
        assert hasty == [1]

    def test_one_that_keeps_dying_is_given_up_and_the_next_run_goes_on_there(
        self, web: Web, hasty: list[float]
    ) -> None:
        web.faults[FILE] = lambda handler: handler.whole(b"", length=10)
        with pytest.raises(UnreachableError, match=r"parquet/table\.parquet: the answer broke off"):
            cstodata.load("table", source=web.address)
        assert hasty == [1, 2, 3]
        web.faults[FILE] = half
        with pytest.raises(CstodataError):
            cstodata.load("table", source=web.address)
        del web.faults[FILE]
        web.asked.clear()
        assert cstodata.load("table", source=web.address).num_rows == ROWS
        (wanted,) = ranges(web)
        assert wanted is not None

    def test_one_that_is_busy_is_asked_again(self, web: Web, hasty: list[float]) -> None:
        for path in (FILE, "/index.json"):
            web.faults[path] = once(lambda handler: handler.whole(b"later", status=503))
        assert cstodata.load("table", source=web.address).num_rows == ROWS
        assert hasty == [1, 1]

    def test_what_was_spoilt_before_is_fetched_from_the_start(self, web: Web, cache: Path, hasty: list[float]) -> None:
        digest = sha256((web.folder / FILE[1:]).read_bytes()).hexdigest()
        (cache / "objects" / digest[:2]).mkdir(parents=True)
        (cache / "objects" / digest[:2] / f"{digest}.part").write_bytes(b"something else")
        assert cstodata.load("table", source=web.address).num_rows == ROWS
        assert ranges(web) == ["bytes=14-", None]
        assert hasty == [1]


class TestLying:
    def test_another_content_is_not_served(self, web: Web, cache: Path, hasty: list[float]) -> None:
        content = bytearray((web.folder / FILE[1:]).read_bytes())
        content[1000] ^= 1
        web.faults[FILE] = lambda handler: handler.whole(bytes(content))
        with pytest.raises(NotVerifiedError, match=r"parquet/table\.parquet has another digest than was published"):
            cstodata.load("table", source=web.address)
        assert hasty == []
        assert bytes(content) not in [path.read_bytes() for path in cache.rglob("*") if path.is_file()]

    def test_a_file_without_end_is_stopped_at_its_size(self, web: Web, hasty: list[float]) -> None:
        size = (web.folder / FILE[1:]).stat().st_size
        sent = 0

        def endless(handler: Handler) -> bool:
            nonlocal sent
            handler.send_response(200)
            handler.end_headers()
            while sent < 1_000_000_000:
                handler.wfile.write(bytes(1_000_000))
                sent += 1_000_000
            return True

        web.faults[FILE] = endless
        with pytest.raises(NotVerifiedError, match=f"has more than the {size:,} bytes that it may have"):
            cstodata.load("table", source=web.address)
        assert sent < 100_000_000
        assert hasty == []

    def test_an_index_without_end_is_stopped_too(self, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cstodata.client.published.MAX_BYTES", 1000)
        web.faults["/index.json"] = lambda handler: handler.whole(bytes(10_000))
        with pytest.raises(NotVerifiedError, match=r"index\.json has more than the 1,000 bytes"):
            cstodata.open(web.address)

    def test_a_shorter_file_is_not_served(self, web: Web, hasty: list[float]) -> None:
        web.faults[FILE] = lambda handler: handler.whole(b"short")
        with pytest.raises(NotVerifiedError, match=r"has 5 bytes, not [0-9,]+"):
            cstodata.load("table", source=web.address)
        assert hasty

    @pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x"])
    def test_a_redirection_out_of_the_web_is_not_followed(self, web: Web, target: str, hasty: list[float]) -> None:
        web.faults[FILE] = lambda handler: handler.whole(b"", status=302, headers={"Location": target})
        with pytest.raises(StoreError, match=r"is redirected to (file|ftp|data), which is not followed"):
            cstodata.load("table", source=web.address)
        assert hasty == []

    def test_a_redirection_on_the_web_is_followed(self, web: Web) -> None:
        (web.folder / "moved").write_bytes((web.folder / FILE[1:]).read_bytes())
        web.faults[FILE] = lambda handler: handler.whole(b"", status=301, headers={"Location": "/moved"})
        assert cstodata.load("table", source=web.address).num_rows == ROWS

    @pytest.mark.usefixtures("hasty")
    def test_a_redirection_in_a_circle_ends(self, web: Web) -> None:
        web.faults["/index.json"] = lambda handler: handler.whole(b"", status=302, headers={"Location": "/index.json"})
        with pytest.raises(StoreError, match="it is redirected again and again"):
            cstodata.open(web.address)

    @pytest.mark.parametrize(
        "headers",
        [
            {"Location": "http://[::1"},
            {"Location": f"http://{'a' * 70}.example/"},
            {"Content-Range": f"bytes {'9' * 5000}-1/*"},
        ],
    )
    def test_an_answer_that_makes_no_sense_is_told_of_with_the_file(
        self, web: Web, hasty: list[float], headers: dict[str, str]
    ) -> None:
        status = 302 if "Location" in headers else 206
        web.faults["/index.json"] = lambda handler: handler.whole(b"", status=status, headers=headers)
        with pytest.raises(StoreError, match=r"index\.json: the answer cannot be understood \(.+\)$"):
            cstodata.open(web.address)
        assert hasty == [1]

    def test_another_part_than_was_asked_for_is_not_joined(self, web: Web, hasty: list[float]) -> None:
        web.faults[FILE] = half
        with pytest.raises(CstodataError):
            cstodata.load("table", source=web.address)
        headers = {"Content-Range": "bytes 0-9/10"}
        web.faults[FILE] = lambda handler: handler.whole(b"0123456789", status=206, headers=headers)
        with pytest.raises(StoreError, match="the server sends another part than was asked for"):
            cstodata.load("table", source=web.address)
        assert hasty == [1, 2, 3]

    @pytest.mark.parametrize("name", ["SHA256SUMS", "release.json"])
    def test_lists_are_verified_like_all_files(self, web: Web, name: str) -> None:
        path = web.folder / "v" / "2.0.0" / name
        path.write_bytes(path.read_bytes() + b"\n")
        with pytest.raises(NotVerifiedError, match=f"{name} has another digest than was published"):
            cstodata.open(web.address)


class TestHostileManifests:
    """A store whose publisher is hostile: its index fits its checksums, and these its manifest."""

    @staticmethod
    def publish(web: Web, alter: Callable[[Any], Any]) -> None:
        folder = web.folder / "v" / "2.0.0"
        told = json.loads((folder / "release.json").read_text())
        content = json.dumps(alter(told)).encode()
        sums = (folder / "SHA256SUMS").read_text()
        before = sha256((folder / "release.json").read_bytes()).hexdigest()
        (folder / "release.json").write_bytes(content)
        (folder / "SHA256SUMS").write_text(sums.replace(before, sha256(content).hexdigest()))
        index = json.loads((web.folder / "index.json").read_text())
        entry = next(each for each in index["versions"] if each["version"] == "2.0.0")
        entry["checksums_sha256"] = sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
        (web.folder / "index.json").write_text(json.dumps(index))

    @pytest.mark.parametrize(
        "path", ["../1.0.0/data/table.csv", "/etc/passwd", "..\\x.parquet", "a//b.parquet", "http://x/y", "", 7, None]
    )
    def test_a_path_out_of_the_release_is_refused(self, web: Web, path: object) -> None:
        def alter(told: Any) -> Any:
            told["tables"][0]["files"][0]["path"] = path
            return told

        self.publish(web, alter)
        with pytest.raises(NotVerifiedError, match=r"release\.json of version 2\.0\.0 is wrong"):
            cstodata.load("table", source=web.address)
        assert all(asked.startswith(("/index.json", "/v/2.0.0/")) for asked, _ in web.asked)

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("version", "9.9.9"),
            ("version", None),
            ("tables", None),
            ("tables", [3]),
            ("tables", [{"name": 1, "files": []}]),
            ("tables", [{"name": "table", "files": "x"}]),
            ("tables", [{"name": "table", "files": [{"path": "data/table.csv", "sha256": "x", "bytes": 1}]}]),
            ("tables", [{"name": "table", "files": []}, {"name": "table", "files": []}]),
        ],
    )
    def test_a_manifest_of_another_form_is_refused(self, web: Web, key: str, value: object) -> None:
        self.publish(web, lambda told: {**told, key: value})
        with pytest.raises(NotVerifiedError, match=r"release\.json of version 2\.0\.0 is wrong"):
            cstodata.open(web.address)

    @pytest.mark.parametrize(("key", "value"), [("bytes", -1), ("bytes", True), ("bytes", 1.5), ("sha256", "0" * 64)])
    def test_sizes_and_digests_must_be_some_and_agree(self, web: Web, key: str, value: object) -> None:
        def alter(told: Any) -> Any:
            told["tables"][0]["files"][1][key] = value
            return told

        self.publish(web, alter)
        with pytest.raises(NotVerifiedError, match=r"release\.json of version 2\.0\.0 is wrong"):
            cstodata.open(web.address)

    def test_a_table_without_a_parquet_file_says_so(self, web: Web) -> None:
        self.publish(web, lambda told: {**told, "tables": [{"name": "table", "files": []}]})
        with pytest.raises(NotVerifiedError, match="does not name one parquet file of table"):
            cstodata.load("table", source=web.address)

    def test_a_size_below_the_true_one_is_an_error_and_not_a_part_of_the_table(self, web: Web) -> None:
        def alter(told: Any) -> Any:
            for file in told["tables"][0]["files"]:
                file["bytes"] = 100
            return told

        self.publish(web, alter)
        with pytest.raises(NotVerifiedError, match="has more than the 100 bytes"):
            cstodata.load("table", source=web.address)


def test_how_much_of_a_file_is_there_is_told(web: Web) -> None:
    told: list[tuple[str, float]] = []
    cstodata.load("table", source=web.address, on_step=lambda name, share: told.append((name, share)))
    shares = [share for name, share in told if name == "parquet/table.parquet"]
    assert len(shares) > 2
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_proxy_is_asked_if_the_environment_names_one(
    web: Web, monkeypatch: pytest.MonkeyPatch, hasty: list[float]
) -> None:
    monkeypatch.setenv("http_proxy", web.address)
    assert cstodata.load("table", source="http://data.example").num_rows == ROWS
    assert FILE in {path for path, _ in web.asked}
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match="the proxy cannot be reached, or refuses"):
        cstodata.load("table", "1.0.0", source="http://data.example/other")
    assert hasty == [1]


class TestCertificates:
    def test_one_that_is_trusted_is_taken_and_one_that_is_not_is_not(
        self, store: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch, hasty: list[float]
    ) -> None:
        with serving(store, certificate=certificate) as web:
            place = f"https://localhost:{web.server_port}"
            with pytest.raises(StoreError, match="its certificate cannot be trusted"):
                cstodata.open(place)
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
            assert cstodata.load("table", source=place).num_rows == ROWS
        assert hasty == [1]

    def test_a_redirection_to_plain_http_is_not_followed(
        self, web: Web, store: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        with serving(store, certificate=certificate) as safe:
            target = {"Location": f"{web.address}/index.json"}
            safe.faults["/index.json"] = lambda handler: handler.whole(b"", status=302, headers=target)
            with pytest.raises(StoreError, match="is redirected to http, which is not followed"):
                cstodata.open(f"https://localhost:{safe.server_port}")
        assert web.asked == []


@pytest.mark.parametrize("silent", ["before the answer", "within it"])
def test_a_server_that_falls_silent_is_left(web: Web, tmp_path: Path, silent: str) -> None:
    def fault(handler: Handler) -> bool:
        if silent == "within it":
            handler.whole(b"12345", length=10)
            handler.close_connection = False
        time.sleep(3)
        return True

    web.faults["/file"] = fault
    reader = Reader(web.address, shown=web.address, timeout=(0.3, 0.3))
    begin = time.monotonic()
    with pytest.raises(UnreachableError, match=r"nothing came within the time allowed|the answer broke off|cannot be"):
        reader.read("file", max_bytes=1000, is_patient=False)
    assert time.monotonic() - begin < 2


def test_a_sink_goes_on_where_it_was_and_never_beyond_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"123")
    told: list[int] = []
    with path.open("ab") as file:
        sink = Sink(file, limit=5, place="here", path="file", on_bytes=told.append)
        assert sink.size == 3
        sink.write(b"45")
        with pytest.raises(NotVerifiedError, match="more than the 5 bytes"):
            sink.write(b"6")
    assert told == [5]
    assert path.read_bytes() == b""
