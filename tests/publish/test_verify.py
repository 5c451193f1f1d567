"""A release that was tampered with is found out, and the very file is named."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import cstodata
from cstodata.cli.main import run
from cstodata.errors import DescriptorError
from cstodata.package.descriptor import read_package
from cstodata.publish.problems import Fault
from cstodata.publish.verify import verify_files
from cstodata.publish.verify_tables import verify_tables
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN = Origin(created="2026-02-20T00:00:00Z", commit=None, is_dirty=False, tool="0.1.0")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A release of the dataset that tests leave as it is."""
    output = tmp_path_factory.mktemp("release")
    package = read_package(repository)
    build_release(package, plan_release(package, cstodata.validate(repository), origin=ORIGIN), output)
    return output / "v" / "1.1.0"


@pytest.fixture
def copy(release: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(release, tmp_path / "copy"))


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_release_is_what_it_says_it_is(release: Path) -> None:
    assert verify_files(release) == verify_tables(release) == ()
    assert run(["verify", str(release)], debug=False) == 0


@pytest.mark.parametrize("where", [0.0, 0.5, 1.0])
def test_one_changed_byte_in_any_file_names_that_very_file(copy: Path, where: float) -> None:
    for name in names(copy):
        path = copy / name
        content = bytearray(path.read_bytes())
        at = int(where * (len(content) - 1))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert [(problem.path, problem.fault) for problem in verify_files(copy)] == [(name, Fault.CHANGED)]
        path.write_bytes(content)
    assert verify_files(copy) == ()


def test_a_file_that_is_missing_or_extra_is_named(copy: Path) -> None:
    for name in names(copy):
        if name == "SHA256SUMS":
            continue
        content = (copy / name).read_bytes()
        (copy / name).unlink()
        assert [(problem.path, problem.fault) for problem in verify_files(copy)] == [(name, Fault.MISSING)]
        (copy / name).write_bytes(content)
    (copy / "data" / "more.csv").write_text("x\n")
    assert [(problem.path, problem.fault) for problem in verify_files(copy)] == [("data/more.csv", Fault.EXTRA)]


def test_a_folder_without_checksums_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(DescriptorError, match="is no release"):
        verify_files(tmp_path)
    assert run(["verify", str(tmp_path / "nowhere")], debug=False) == 3


def test_tables_that_differ_are_found_though_all_digests_are_right(copy: Path) -> None:
    people = copy / "data" / "people.csv"
    people.write_text(people.read_text().replace("Viktor Kogut", "Viktar Kohut"))
    assert [(problem.path, problem.fault) for problem in verify_tables(copy)] == [
        ("release.json", Fault.WRONG),
        ("parquet/people.parquet", Fault.WRONG),
        ("csto-pa-1.1.0.zip", Fault.WRONG),
    ]


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("rows", 999, "how many rows sources has"),
        ("content_sha256", "0" * 64, "the content_sha256 of sources"),
        ("schema_sha256", "0" * 64, "the schema_sha256 of sources"),
    ],
)
def test_a_manifest_that_tells_something_else_of_a_table_is_found(
    copy: Path, key: str, value: object, why: str
) -> None:
    manifest = json.loads((copy / "release.json").read_text())
    manifest["tables"][0][key] = value
    (copy / "release.json").write_text(json.dumps(manifest))
    told = {(problem.path, problem.why) for problem in verify_tables(copy)}
    assert ("release.json", f"it does not tell {why}") in told


@pytest.mark.parametrize("wrong", ["other bytes", "a file less", "a file more", "no zip file", "a bomb"])
def test_a_zip_file_that_does_not_hold_the_release_is_found(copy: Path, wrong: str) -> None:
    path = copy / "csto-pa-1.1.0.zip"
    with zipfile.ZipFile(path) as archive:
        held = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    people = "csto-pa-1.1.0/data/people.csv"
    match wrong:
        case "other bytes":
            held[people] = bytes(len(held[people]))
        case "a file less":
            del held[people]
        case "a file more":
            held["../outside.csv"] = b"x"
        case "a bomb":
            held[people] = bytes(10_000_000)
        case _:
            held = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    if wrong == "no zip file":
        path.write_bytes(b"PK")
    assert [(problem.path, problem.why) for problem in verify_tables(copy)] == [
        ("csto-pa-1.1.0.zip", "it does not hold the files of the release")
    ]


def test_a_release_that_was_checked_without_rules_is_verified_without_them(
    make_package: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_package({"table": ('id\n"of two\nlines"\n', {"fields": [{"name": "id"}], "primaryKey": "id"})})
    output = str(tmp_path / "out")
    assert run(["release", str(folder), "-o", output], debug=True) == 1
    assert run(["release", str(folder), "-o", output, "--no-rules"], debug=True) == 0
    manifest = json.loads((tmp_path / "out" / "v" / "1.0.0" / "release.json").read_text())
    assert manifest["checks"]["rules"] is False
    capsys.readouterr()
    assert run(["verify", f"{output}/v/1.0.0"], debug=True) == 0


@pytest.mark.parametrize(
    ("content", "why"),
    [("{", "is not JSON"), ("[]", "holds JSON, but no object"), ('{"fields": 7}', '"fields" must be an array')],
)
def test_a_schema_that_cannot_be_read_is_named_and_not_the_descriptor(copy: Path, content: str, why: str) -> None:
    (copy / "schemas" / "people.json").write_text(content)
    (problem,) = verify_tables(copy)
    assert (problem.path, problem.fault) == ("schemas/people.json", Fault.WRONG)
    assert why in problem.why


def test_a_resource_without_a_name_is_the_descriptor_s_fault_though_its_schema_is_a_file(copy: Path) -> None:
    descriptor = json.loads((copy / "datapackage.json").read_text())
    del descriptor["resources"][0]["name"]
    (copy / "datapackage.json").write_text(json.dumps(descriptor))
    (problem,) = verify_tables(copy)
    assert (problem.path, problem.why) == ("datapackage.json", '"name" must be a string')
