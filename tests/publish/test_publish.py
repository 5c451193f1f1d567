"""What is published is whole, once, and for ever: in folders, and on an S3 server."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]  # it has none
import pytest

import cstodata
from cstodata.cli.main import run
from cstodata.errors import PublishError, StoreError
from cstodata.package.descriptor import read_package
from cstodata.package.formatting import apply_format, plan_format
from cstodata.publish.publisher import Published, publish, read_index
from cstodata.publish.store import Store
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

ORIGIN = Origin(created="2026-02-20T00:00:00Z", commit=None, is_dirty=False, tool="0.1.0")

# Publishes a release, and kills itself before the file of a given number; None is the index.
KILLED = """
import os, signal, sys
from pathlib import Path
from cstodata.publish import publisher
from cstodata.publish.store import Store
folder, place, number = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
seen = []
def on_step(name, share):
    if str(len(seen)) == number:
        os.kill(os.getpid(), signal.SIGKILL)
    seen.append(name)
if number == "index":
    publisher.to_json = lambda _: os.kill(os.getpid(), signal.SIGKILL)
publisher.publish(folder, Store(place), on_step=on_step)
"""


def release(folder: Path, output: Path) -> Path:
    package = read_package(folder)
    plan = plan_release(package, cstodata.validate(folder), origin=ORIGIN)
    build_release(package, plan, output)
    return output / plan.folder


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Versions 1.0.0 to 1.7.0 of a small package; each has a row more."""
    folder = tmp_path_factory.mktemp("package")
    built = []
    for number in range(8):
        rows = "".join(f"{row}\n" for row in range(number + 1))
        (folder / "table.csv").write_text(f"id\n{rows}")
        schema = {"fields": [{"name": "id", "type": "integer"}], "primaryKey": ["id"]}
        resource = {
            "name": "table",
            "type": "table",
            "path": "table.csv",
            "dialect": {"delimiter": ","},
            "schema": schema,
        }
        descriptor = {"name": "small", "version": f"1.{number}.0", "resources": [resource]}
        (folder / "datapackage.json").write_text(json.dumps(descriptor))
        apply_format(plan_format(read_package(folder)))
        built.append(release(folder, tmp_path_factory.getbasetemp() / "releases"))
    return built


def versions(place: str) -> list[Any]:
    return [each["version"] for each in read_index(Store(place)).versions]


def is_whole(place: str, version: str, release: Path) -> bool:
    store = Store(place)
    names = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    found = {name: store.read(f"v/{version}/{name}") for name in names}
    return all(each is not None and each.content == (release / name).read_bytes() for name, each in found.items())


def test_versions_are_published_once_and_listed_newest_first(place: str, releases: list[Path]) -> None:
    assert [publish(releases[number], Store(place)) for number in (1, 0, 2)] == [Published.PUBLISHED] * 3
    assert publish(releases[1], Store(place)) is Published.ALREADY
    assert versions(place) == ["1.2.0", "1.1.0", "1.0.0"]
    index = Store(place).read("index.json")
    assert index is not None
    assert json.loads(index.content)["latest"] == "1.2.0"
    assert all(is_whole(place, f"1.{number}.0", releases[number]) for number in range(3))
    assert run(["versions", place], debug=False) == 0


def test_a_version_is_never_published_with_other_bytes(place: str, releases: list[Path], tmp_path: Path) -> None:
    publish(releases[0], Store(place))
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "table.csv").write_text("id\n7\n")
    schema = {"fields": [{"name": "id", "type": "integer"}], "primaryKey": ["id"]}
    resource = {"name": "table", "path": "table.csv", "dialect": {"delimiter": ","}, "schema": schema}
    descriptor = {"name": "small", "version": "1.0.0", "resources": [resource]}
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    other = release(folder, tmp_path / "out")
    with pytest.raises(PublishError, match="published already, with other bytes"):
        publish(other, Store(place))
    assert is_whole(place, "1.0.0", releases[0])


def test_a_store_is_of_one_package(place: str, releases: list[Path], dataset: Path, tmp_path: Path) -> None:
    publish(releases[0], Store(place))
    with pytest.raises(PublishError, match="holds the package small, not csto-pa"):
        publish(release(dataset, tmp_path / "out"), Store(place))


def test_a_release_that_was_tampered_with_is_not_published(releases: list[Path], tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(releases[0], tmp_path / "copy"))
    (copy / "README.md").write_text("other")
    with pytest.raises(PublishError, match=r"README\.md is changed"):
        publish(copy, Store(str(tmp_path / "store")))
    assert not (tmp_path / "store" / "v").exists()


@pytest.mark.parametrize("number", ["0", "1", "5", "9", "12", "index"])
def test_a_publisher_that_is_killed_leaves_the_old_state_and_can_be_run_again(
    place: str, releases: list[Path], number: str
) -> None:
    publish(releases[0], Store(place))
    before = Store(place).read("index.json")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(releases[1]), place, number], check=False)
    assert killed.returncode == -9
    assert Store(place).read("index.json") == before
    assert publish(releases[1], Store(place)) is Published.PUBLISHED
    assert versions(place) == ["1.1.0", "1.0.0"]
    assert is_whole(place, "1.1.0", releases[1])


def test_publishers_side_by_side_all_end_in_the_index(place: str, releases: list[Path]) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        done = list(pool.map(lambda each: publish(each, Store(place)), releases))
    assert done == [Published.PUBLISHED] * 8
    assert versions(place) == [f"1.{number}.0" for number in reversed(range(8))]


def test_caches_and_browsers_are_told_what_each_file_is(s3: str, releases: list[Path]) -> None:
    publish(releases[0], Store("s3://data/headers"))
    client = boto3.client("s3", endpoint_url=s3, region_name="us-east-1")
    table = client.head_object(Bucket="data", Key="headers/v/1.0.0/data/table.csv")
    assert table["ContentType"] == "text/csv; charset=utf-8"
    assert table["CacheControl"] == "public, max-age=31536000, immutable"
    index = client.head_object(Bucket="data", Key="headers/index.json")
    assert (index["ContentType"], index["CacheControl"]) == ("application/json", "public, max-age=60")


@pytest.mark.parametrize(
    "content", ["[]", "{}", "{", '{"format": "2.0"}', '{"format": "1.0", "package": "x", "versions": [{}]}']
)
def test_an_index_that_cannot_be_read_stops_the_publisher(releases: list[Path], tmp_path: Path, content: str) -> None:
    (tmp_path / "index.json").write_text(content)
    with pytest.raises(PublishError):
        publish(releases[0], Store(str(tmp_path)))
    assert (tmp_path / "index.json").read_text() == content


@pytest.mark.parametrize("place", ["ftp://nowhere/x", "/proc/nowhere/store"])
def test_a_store_that_cannot_be_is_said_in_one_sentence(releases: list[Path], place: str) -> None:
    with pytest.raises(StoreError):
        publish(releases[0], Store(place))
