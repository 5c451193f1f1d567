"""What a dry run tells of a release, against the release itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cstodata.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


TABLE = {"seats": ("id,seats\n1,7\n2,4\n", {"fields": [{"name": "id"}, {"name": "seats"}], "primaryKey": "id"})}


@pytest.fixture
def package(make_package: Callable[..., Path]) -> Path:
    folder = make_package(TABLE)
    declare(folder, version="1.0.0")
    return folder


@pytest.fixture
def released(package: Path, tmp_path: Path) -> Callable[..., int]:
    """Release the package: the exit code."""
    return lambda *options: run(["release", str(package), "-o", str(tmp_path / "out"), *options], debug=False)


def declare(folder: Path, **changes: Any) -> None:
    path = folder / "datapackage.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_dry_run_names_the_files_that_are_written_then(
    released: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert released("--dry-run") == 0
    assert not (tmp_path / "out").exists()
    told = {line.removeprefix("would write ") for line in capsys.readouterr().out.splitlines() if "would" in line}
    assert released() == 0
    assert told == {str(path) for path in (tmp_path / "out" / "v").rglob("*") if path.is_file()}


def test_a_dry_run_of_what_is_there_says_that_it_is_the_same(
    released: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert released() == 0
    before = everything(tmp_path)
    assert released("--dry-run") == 0
    assert "is there already, with the same bytes: nothing would be written" in capsys.readouterr().out
    assert everything(tmp_path) == before


def test_what_a_release_would_be_refused_for_a_dry_run_is_refused_for(
    released: Callable[..., int], package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert released() == 0
    (package / "seats.csv").write_text("id,seats\n1,8\n2,4\n")
    for options in ((), ("--dry-run",)):
        assert released(*options) == 3
        assert "version 1.0.0 is there already with other content, such as" in capsys.readouterr().err
    declare(package, version="1.0.1")
    assert released("--dry-run", "--previous", str(package.parent / "out")) == 0
    told = capsys.readouterr()
    assert f"would write {package.parent / 'out' / 'v' / '1.0.1' / 'SHA256SUMS'}" in told.out
    assert "1.0.0 → 1.0.1: needs version at least 1.0.1 (patch); 1.0.1 is declared" in told.out
    (package / "seats.csv").write_text("id,seats\n1,8\n2,4\n3,1\n")
    for options in ((), ("--dry-run",)):
        assert released("--previous", str(package.parent / "out"), *options) == 3
        assert "the changes since 1.0.0 need version 1.1.0 (minor)" in capsys.readouterr().err


def test_a_dry_run_of_nothing_new_is_refused(
    released: Callable[..., int], package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert released() == 0
    declare(package, version="1.0.1")
    assert released("--dry-run", "--previous", str(package.parent / "out")) == 3
    assert "nothing changed since 1.0.0" in capsys.readouterr().err
