"""A release that was tampered with is found out, and the very file is named."""

from __future__ import annotations

import shutil
from pathlib import Path

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
    ]
