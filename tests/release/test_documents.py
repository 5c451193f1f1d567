"""What a release says of itself is true, complete, and the same whoever builds it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

import cstodata
from cstodata.errors import ReleaseRefusedError
from cstodata.package.descriptor import read_package
from cstodata.package.formatting import apply_format, plan_format
from cstodata.release.build import build_release
from cstodata.release.origin import Origin, origin_of
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
ORIGIN = Origin(created="2026-02-20T00:00:00Z", commit="0" * 40, is_dirty=False, tool="0.1.0")


def release(folder: Path, output: Path, *, previous: Path | None = None) -> Path:
    package = read_package(folder)
    report = cstodata.validate(folder)
    plan = plan_release(package, report, origin=ORIGIN, previous=str(previous) if previous else None)
    build_release(package, plan, output)
    return output / plan.folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def raise_version(folder: Path, version: str) -> None:
    path = folder / "datapackage.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": version}))


def rename_a_person(folder: Path) -> None:
    people = folder / "data" / "people.csv"
    people.write_text(people.read_text().replace("Viktor Kogut", "Viktar Kohut"))
    apply_format(plan_format(read_package(folder)))  # the descriptor declares sizes and digests


def test_the_manifest_is_as_its_schema_says_and_names_every_table_file(dataset: Path, tmp_path: Path) -> None:
    built = release(dataset, tmp_path / "out")
    manifest = json.loads((built / "release.json").read_text())
    jsonschema.Draft202012Validator(json.loads((REFERENCE / "release.schema.json").read_text())).validate(manifest)
    told = {file["path"]: (file["bytes"], file["sha256"]) for table in manifest["tables"] for file in table["files"]}
    there = {
        name: (len(content), hashlib.sha256(content).hexdigest())
        for name, content in files(built).items()
        if name.startswith(("data/", "parquet/", "schemas/")) and name != "parquet/datapackage.json"
    }
    assert told == there
    assert (manifest["created"], manifest["previous"], manifest["bump"]) == ("2026-02-20T00:00:00Z", None, None)


def test_the_registry_and_the_checksums_name_every_other_file(dataset: Path, tmp_path: Path) -> None:
    built = release(dataset, tmp_path / "out")
    registry = dict(line.split(" ") for line in (built / "registry.txt").read_text().splitlines())
    assert registry.keys() == files(built).keys() - {"registry.txt", "SHA256SUMS"}
    sums = [line.split("  ")[1] for line in (built / "SHA256SUMS").read_text().splitlines()]
    assert sums == sorted(files(built).keys() - {"SHA256SUMS"})
    done = subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=built, check=False)
    assert done.returncode == 0


def test_the_codebook_lists_every_field_once(dataset: Path, tmp_path: Path) -> None:
    built = release(dataset, tmp_path / "out")
    lines = list(csv.DictReader(io.StringIO((built / "codebook.csv").read_text())))
    fields = [
        (each.name, field.name)
        for each in read_package(dataset).resources
        if each.schema
        for field in each.schema.fields
    ]
    assert [(line["table"], line["field"]) for line in lines] == fields
    assert all(line["description"] for line in lines)


def test_the_citation_names_authors_version_and_licence(dataset: Path, tmp_path: Path) -> None:
    citation = json.loads((release(dataset, tmp_path / "out") / "CITATION.cff").read_text())
    assert citation["authors"] == [{"name": "CSTO Parliamentary Assembly", "website": "https://pacsto.org/"}]
    assert (citation["version"], citation["license"], citation["date-released"]) == ("1.1.0", "CC-BY-4.0", "2026-02-20")


def test_what_changed_since_the_previous_release_is_told(dataset: Path, tmp_path: Path) -> None:
    first = release(dataset, tmp_path / "out")
    rename_a_person(dataset)
    raise_version(dataset, "1.1.1")
    second = release(dataset, tmp_path / "out", previous=first)
    manifest = json.loads((second / "release.json").read_text())
    assert (manifest["previous"], manifest["bump"]["required"], manifest["bump"]["level"]) == (
        "1.1.0",
        "1.1.1",
        "patch",
    )
    reasons = [(reason["rule"], reason["table"]) for reason in manifest["bump"]["reasons"]]
    assert ("B50", "people") in reasons
    assert {name for name in files(second) if name.startswith("changes/")} == {
        "changes/changes.html",
        "changes/changes.json",
        "changes/changes.md",
    }
    assert "1 row changed" in (second / "README.md").read_text()
    assert str(tmp_path) not in "".join(content.decode(errors="replace") for content in files(second).values())


@pytest.mark.parametrize(
    ("version", "why"), [("1.1.0", "need version 1.1.1"), ("1.2.0", "nothing changed since 1.1.0")]
)
def test_a_version_that_the_changes_do_not_bear_is_refused_and_leaves_nothing(
    dataset: Path, tmp_path: Path, version: str, why: str
) -> None:
    first = release(dataset, tmp_path / "out").rename(tmp_path / "first")
    if version == "1.1.0":
        rename_a_person(dataset)
    raise_version(dataset, version)
    with pytest.raises(ReleaseRefusedError, match=why):
        release(dataset, tmp_path / "out", previous=first)
    assert not list((tmp_path / "out" / "v").iterdir())


def commit(folder: Path) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    date = {**os.environ, "GIT_COMMITTER_DATE": "2026-02-20T12:00:00+03:00"}
    for arguments in (["init"], ["add", "."], ["commit", "-m", "data"]):
        subprocess.run(["git", *identity, *arguments], cwd=folder, env=date, check=True, capture_output=True)


def test_the_origin_is_the_commit_and_its_time(dataset: Path) -> None:
    commit(dataset)
    origin = origin_of(read_package(dataset), epoch=None)
    assert (origin.created, origin.is_dirty) == ("2026-02-20T09:00:00Z", False)
    assert origin.commit is not None
    assert origin_of(read_package(dataset), epoch="0").created == "1970-01-01T00:00:00Z"
    with pytest.raises(ReleaseRefusedError, match="no number of seconds"):
        origin_of(read_package(dataset), epoch="soon")


def test_changes_that_are_not_committed_are_refused_unless_they_are_allowed(dataset: Path) -> None:
    commit(dataset)
    (dataset / "notes.txt").write_text("not part of the package")
    assert not origin_of(read_package(dataset), epoch=None).is_dirty
    rename_a_person(dataset)
    package, report = read_package(dataset), cstodata.validate(dataset)
    origin = origin_of(package, epoch=None)
    with pytest.raises(ReleaseRefusedError, match="not committed"):
        plan_release(package, report, origin=origin)
    assert plan_release(package, report, origin=origin, allow_dirty=True).version == "1.1.0"


def test_outside_a_repository_there_is_no_commit_and_no_time(make_package: Callable[..., Path]) -> None:
    package = read_package(make_package({}))
    assert origin_of(package, epoch=None).created is origin_of(package, epoch=None).commit is None


def test_the_same_commit_gives_the_same_bytes_whoever_builds_it(dataset: Path, tmp_path: Path) -> None:
    commit(dataset)
    built = []
    for number, (zone, seed, language) in enumerate((("UTC", "1", "C"), ("Asia/Bishkek", "2", "C.UTF-8"))):
        here = tmp_path / str(number) / "package"
        shutil.copytree(dataset, here)
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": language}
        command = [sys.executable, "-m", "cstodata", "release", "--output", str(tmp_path / str(number) / "out")]
        subprocess.run(command, cwd=here, env=environment, check=True, capture_output=True)
        built.append(files(tmp_path / str(number) / "out"))
    assert built[0] == built[1]
    assert json.loads(built[0]["v/1.1.0/release.json"])["git"]["dirty"] is False
