"""Pages as they are read: by the verb that shows them, and from an object store over HTTP."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import polars as pl
import pytest
from moto.server import ThreadedMotoServer
from tests.catalog.conftest import served

from cstodata.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
READ_BY_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}],
}
HIDDEN = ["v/", "pages/1.1.0/nothing.html", ".cstodata/lock", "../secret", "out/secret", "%2e%2e/secret", "%00"]


def fetch(address: str) -> Any:
    return urllib.request.urlopen(address)  # noqa: S310 -- our own server


def test_the_verb_says_the_address_and_ends_cleanly(real: Path) -> None:
    command = [sys.executable, "-m", "cstodata", "serve", str(real), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = said.split(" is shown at ")[1].split()[0]
        with fetch(address) as response:
            assert b"<h1" in response.read()
            assert response.headers["Cache-Control"] == "no-store"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "ended\n")


def test_a_store_without_pages_is_not_shown(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", str(published)], debug=False) == 3
    assert "holds no pages; `cstodata site` writes them" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_to_be(real: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert run(["serve", str(real), "--port", str(port)], debug=False) == 3
    assert f"port {port}: cannot be listened to (Address already in use)" in capsys.readouterr().err


@pytest.mark.parametrize("path", HIDDEN)
def test_what_is_no_file_of_the_store_is_not_shown(path: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    shown = tmp_path / "shown"
    (shown / "v").mkdir(parents=True)
    (shown / "index.html").write_text("page")
    (shown / ".cstodata").mkdir()
    (shown / ".cstodata" / "lock").write_text("")
    (shown / "out").symlink_to(tmp_path)
    with served(shown) as address:
        with pytest.raises(urllib.error.HTTPError) as raised:
            fetch(address + path)
        assert raised.value.code == 404
        raised.value.close()


@pytest.mark.parametrize(
    ("host", "status"), [("localhost", 200), ("127.0.0.1", 200), ("evil.example", 421), ("[", 421)]
)
def test_a_page_of_another_host_cannot_read_it_by_a_name_that_leads_here(host: str, status: int, address: str) -> None:
    port = urlsplit(address).port
    with closing(HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", "/index.json", headers={"Host": f"{host}:{port}"})
        assert connection.getresponse().status == status


@pytest.mark.parametrize(
    ("wanted", "status", "begin", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=5-", 206, 5, None),
        ("bytes=-7", 206, -7, None),
        ("bytes=3-99999999", 206, 3, None),
        ("bytes=-99999999", 206, 0, None),
        ("bytes=99999999-", 416, 0, 0),
        ("bytes=9-3", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=0-1,3-4", 200, 0, None),
        ("bytes=x", 200, 0, None),
        ("bytes=" + "9" * 5000 + "-", 200, 0, None),
    ],
)
def test_a_part_of_a_file_is_sent_to_who_asks_for_it(
    wanted: str, status: int, begin: int, end: int | None, address: str, real: Path
) -> None:
    with closing(HTTPConnection("127.0.0.1", urlsplit(address).port)) as connection:
        connection.request("GET", "/index.json", headers={"Range": wanted})
        response = connection.getresponse()
        assert response.status == status
        assert response.read() == (real / "index.json").read_bytes()[begin:end]


def test_polars_reads_a_table_where_the_pages_are_shown(address: str) -> None:
    assert pl.read_parquet(f"{address}v/1.1.0/parquet/delegations.parquet").height == 10


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An S3 server on this machine with a bucket `data`; its address is in the environment, as for a user."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": address}.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    client.create_bucket(Bucket="data")
    client.put_bucket_policy(Bucket="data", Policy=json.dumps(READ_BY_ALL))
    yield address
    server.stop()


def test_pages_in_an_object_store_are_read_over_http(published: Path, bucket: str, open_page: Any) -> None:
    place, base = "s3://data/some/place", f"{bucket}/data/some/place/"
    for version in ("1.0.0", "1.1.0"):
        assert run(["publish", str(published / "v" / version), place], debug=True) == 0
    assert run(["site", place, "--address", base], debug=True) == 0
    assert run(["verify", place, "--no-validation"], debug=True) == 0
    with fetch(f"{base}pages/site.js") as response:
        assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert response.headers["Cache-Control"] == "public, max-age=60"
    watched = open_page()
    page = watched.page
    page.goto(f"{base}index.html")
    page.get_by_role("link", name="Republic of Belarus").click()
    page.get_by_role("link", name="2026-02-20").click()
    assert page.locator("tr:target td").first.inner_text() == "BY-2026-02-20"
    page.get_by_role("button", name="seats_total").click()
    page.get_by_text("Version 1.1.0").click()
    page.get_by_role("link", name="1.0.0", exact=True).click()
    assert page.url == f"{base}pages/1.0.0/tables/delegations.html"
    assert f"{base}v/1.0.0/parquet/delegations.parquet" in page.locator("pre").nth(1).text_content()
    assert watched.complaints == []
    assert watched.left == set()
