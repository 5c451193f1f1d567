"""What a release claims of its commit is true."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from cstodata.errors import ReleaseRefusedError
from cstodata.package.descriptor import read_package
from cstodata.release.origin import origin_of

if TYPE_CHECKING:
    from pathlib import Path


def git(folder: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **who}, capture_output=True)


@pytest.fixture
def committed(dataset: Path) -> Path:
    git(dataset, "init", "-q")
    git(dataset, "add", "-A")
    git(dataset, "commit", "-qm", "data")
    return dataset


def test_a_package_named_by_a_relative_path_is_looked_at_too(committed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(committed.parent)
    here = committed.relative_to(committed.parent)
    assert not origin_of(read_package(here), epoch=None).is_dirty
    people = committed / "data" / "people.csv"
    people.write_bytes(people.read_bytes() + b"\n")
    assert origin_of(read_package(here), epoch=None).is_dirty
    assert origin_of(read_package(here / "datapackage.json"), epoch=None).is_dirty


def test_data_that_git_ignores_is_not_committed(committed: Path) -> None:
    git(committed, "rm", "-q", "--cached", "data/people.csv")
    (committed / ".gitignore").write_text("people.csv\n")
    git(committed, "add", ".gitignore")
    git(committed, "commit", "-qm", "ignored")
    assert origin_of(read_package(committed), epoch=None).is_dirty


def test_data_behind_a_link_is_looked_at(committed: Path) -> None:
    people = committed / "data" / "people.csv"
    people.rename(committed / "real.csv")
    people.symlink_to(committed / "real.csv")
    git(committed, "add", "-A")
    git(committed, "commit", "-qm", "linked")
    assert not origin_of(read_package(committed), epoch=None).is_dirty
    (committed / "real.csv").write_bytes((committed / "real.csv").read_bytes() + b"\n")
    assert origin_of(read_package(committed), epoch=None).is_dirty


def test_a_repository_without_a_commit_holds_nothing(dataset: Path) -> None:
    git(dataset, "init", "-q")
    origin = origin_of(read_package(dataset), epoch=None)
    assert (origin.commit, origin.created, origin.is_dirty) == (None, None, True)


def test_a_repository_that_git_does_not_open_is_not_taken_for_none(committed: Path) -> None:
    (committed / ".git" / "config").write_text("[core\n")
    with pytest.raises(ReleaseRefusedError, match="git does not say what is committed: "):
        origin_of(read_package(committed), epoch=None)
