"""Fixtures that several rooms of the tests share."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyspark.sql import SparkSession

REPOSITORY = Path(__file__).parents[1]
DIALECT = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}


# How long an example takes says something of the machine, nothing of the law.
settings.register_profile("project", deadline=None)
settings.load_profile("project")


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket of an S3 server on this machine, and what the environment must hold to reach it."""

    client: Any
    environment: dict[str, str]

    def fill(self, folder: Path, prefix: str) -> str:
        """Upload the files of a folder; the address of where they are."""
        for path in folder.rglob("*"):
            if path.is_file():
                self.client.put_object(
                    Bucket="data", Key=f"{prefix}/{path.relative_to(folder).as_posix()}", Body=path.read_bytes()
                )
        return f"s3://data/{prefix}"


def s3_client(address: str) -> Any:
    """A client of an S3 server on this machine."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 -- no secret
    )


@pytest.fixture(scope="session")
def bucket() -> Iterator[Bucket]:
    """A bucket that is empty at first."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    names = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    client = s3_client(address)
    client.create_bucket(Bucket="data")
    yield Bucket(client=client, environment={**names, "AWS_ENDPOINT_URL": address})
    server.stop()


@pytest.fixture(scope="session")
def spark(bucket: Bucket) -> Iterator[SparkSession]:
    """Spark on this machine, with two threads; executors may read the bucket."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**bucket.environment, "PYSPARK_PYTHON": sys.executable}.items():
            patch.setenv(name, value)
        from cstodata.spark.session import start_session

        session = start_session(master="local[2]")
        yield session
        session.stop()


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A copy of the real dataset that a test may change; the folder of its descriptor."""
    copy = tmp_path / "dataset"
    copy.mkdir()
    shutil.copy(REPOSITORY / "datapackage.json", copy)
    for folder in ("data", "schemas"):
        shutil.copytree(REPOSITORY / folder, copy / folder)
    return copy


@pytest.fixture
def make_package(tmp_path: Path) -> Callable[..., Path]:
    """Make a package: CSV text and Table Schema by resource name; returns its folder."""

    def make(tables: Mapping[str, tuple[str | bytes, Mapping[str, Any]]], **changes: Mapping[str, Any]) -> Path:
        folder = tmp_path / "package"
        folder.mkdir(exist_ok=True)
        resources = []
        for name, (content, schema) in tables.items():
            (folder / f"{name}.csv").write_bytes(content.encode() if isinstance(content, str) else content)
            resource = {
                "name": name,
                "type": "table",
                "path": f"{name}.csv",
                "encoding": "utf-8",
                "dialect": DIALECT,
                "schema": schema,
            }
            resources.append({**resource, **changes.get(name, {})})
        descriptor = {
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": "example",
            "version": "1.0.0",
            "resources": resources,
        }
        (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
        return folder

    return make


@pytest.fixture
def case_package(make_package: Callable[..., Path]) -> Callable[[Path], Path]:
    """Make a package from a case's CSV files: the dataset's schemas, cut to the columns that the files have."""

    def make(case: Path) -> Path:
        tables = {}
        for file in sorted(case.glob("*.csv")):
            text = file.read_text(encoding="utf-8")
            labels = text.partition("\n")[0].split(",")
            schema = json.loads((REPOSITORY / "schemas" / f"{file.stem}.json").read_text(encoding="utf-8"))
            fields = {field["name"]: field for field in schema["fields"]}
            cut = {"fields": [{**fields[label], "constraints": {}} for label in labels]}
            if set(schema["primaryKey"]) <= set(labels):
                cut["primaryKey"] = schema["primaryKey"]
            tables[file.stem] = (text, cut)
        return make_package(tables)

    return make


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of SSH keys: `ed25519`, `rsa`, `ecdsa`, `other`, and `locked`, which has a passphrase."""
    folder = tmp_path_factory.mktemp("keys")
    kinds = {"ed25519": "ed25519", "rsa": "rsa", "ecdsa": "ecdsa", "other": "ed25519", "locked": "ed25519"}
    for name, kind in kinds.items():
        passphrase = "secret" if name == "locked" else ""
        command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True)
    return folder


@pytest.fixture
def allowed_signers(keys: Path, tmp_path: Path) -> Path:
    """Who may sign: `releases@example.org` with one of two keys."""
    path = tmp_path / "allowed_signers"
    path.write_text(
        "".join(f"releases@example.org {(keys / f'{name}.pub').read_text()}" for name in ("ed25519", "rsa"))
    )
    return path
