"""Stores and releases that the tests of publishing share."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from tests.conftest import s3_client

import cstodata
from cstodata.package.descriptor import read_package
from cstodata.package.formatting import apply_format, plan_format
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def release(folder: Path, output: Path, *, previous: Path | None = None, created: str = "2026-02-20T00:00:00Z") -> Path:
    """Release the package in a folder below another; the folder of the version."""
    package = read_package(folder)
    origin = Origin(created=created, commit=None, is_dirty=False, tool="0.1.0")
    before = None if previous is None else str(previous)
    plan = plan_release(package, cstodata.validate(folder), origin=origin, previous=before)
    build_release(package, plan, output)
    return output / plan.folder


def small_release(
    folder: Path,
    version: str,
    text: str,
    *,
    previous: Path | None = None,
    created: str = "2026-02-20T00:00:00Z",
    **declared: Any,
) -> Path:
    """Release a package of one table; the folder of the version."""
    package = folder / f"package-{version}"
    package.mkdir(parents=True)
    (package / "table.csv").write_text(text)
    fields = [{"name": name, "type": "integer"} for name in text.partition("\n")[0].split(",")]
    resource = {
        "name": "table",
        "type": "table",
        "path": "table.csv",
        "dialect": {"delimiter": ","},
        "schema": {"fields": fields, "primaryKey": ["id"]},
    }
    descriptor = {"name": "small", "version": version, **declared, "resources": [resource]}
    (package / "datapackage.json").write_text(json.dumps(descriptor))
    apply_format(plan_format(read_package(package)))
    return release(package, folder / "releases", previous=previous, created=created)


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Versions 1.0.0 to 1.7.0 of a small package; each has a row more."""
    folder = tmp_path_factory.mktemp("releases")
    rows = ["".join(f"{row}\n" for row in range(number + 1)) for number in range(8)]
    return [small_release(folder, f"1.{number}.0", f"id\n{rows[number]}") for number in range(8)]


@pytest.fixture
def make_release(tmp_path: Path) -> Callable[..., Path]:
    """Release a package of one table: version and CSV text; returns the folder of the version."""
    return partial(small_release, tmp_path)


@pytest.fixture
def index_schema(repository: Path) -> Draft202012Validator:
    schema = json.loads((repository / "docs" / "reference" / "index.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An S3 server on this machine, and a client that looks behind the scenes; its bucket is `data`."""

    address: str
    client: Any


SETTINGS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def serve(command: list[str], port: int, **settings: str) -> Iterator[Server]:
    """Start a server, wait until it answers, and stop it in the end."""
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            for _ in range(600):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    assert process.poll() is None, "the server ended"
                    time.sleep(0.1)
            address = f"http://127.0.0.1:{port}"
            yield Server(address=address, client=s3_client(address))
        finally:
            process.kill()


@pytest.fixture(scope="session")
def guarded() -> Iterator[Server]:
    """A server that lets nobody in."""
    port = free_port()
    yield from serve(["moto.server", "-H", "127.0.0.1", "-p", str(port)], port, INITIAL_NO_AUTH_ACTION_COUNT="0")


@pytest.fixture(scope="session")
def moto() -> Iterator[Server]:
    port = free_port()
    for server in serve(["moto.server", "-H", "127.0.0.1", "-p", str(port)], port):
        server.client.create_bucket(Bucket="data")
        yield server


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    port = free_port()
    folder = str(tmp_path_factory.mktemp("ministack"))
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "SERVICES": "s3", "TMPDIR": folder}
    for server in serve(["ministack"], port, **settings):
        server.client.create_bucket(Bucket="data")
        yield server


@pytest.fixture(params=["moto", "ministack"])
def s3(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Server:
    """An S3 server; its address is in the environment, as it would be for a user."""
    server: Server = request.getfixturevalue(request.param)
    for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": server.address}.items():
        monkeypatch.setenv(name, value)
    return server


@pytest.fixture(params=["folder", "moto", "ministack"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that holds nothing yet."""
    if request.param == "folder":
        return str(tmp_path / "store")
    server: Server = request.getfixturevalue(request.param)
    for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": server.address}.items():
        monkeypatch.setenv(name, value)
    return f"s3://data/{tmp_path.parent.name}-{tmp_path.name}"
