"""A package may be a folder, a file, or a revision that git holds."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from cstodata.diff.sides import open_side
from cstodata.errors import PackageNotFoundError, SideError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCHEMA = {"fields": [{"name": "id", "type": "integer"}]}


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(make_package: Callable[..., Path]) -> Path:
    """A repository whose package had one row in the first commit, has two in the second and three on disk."""
    package = make_package({"table": ("id\n1\n", SCHEMA)})
    git(package, "init", "--initial-branch", "main")
    for content in ("id\n1\n", "id\n1\n2\n"):
        (package / "table.csv").write_text(content)
        git(package, "add", ".")
        git(package, "commit", "-m", "rows")
    git(package, "tag", "v1.0.0", "HEAD~1")
    (package / "table.csv").write_text("id\n1\n2\n3\n")
    return package


def rows(place: str, beside: Path) -> int:
    with open_side(place, beside=beside) as package:
        return len((package.root / "table.csv").read_text().splitlines()) - 1


def test_a_revision_is_read_without_a_checkout(repository: Path) -> None:
    assert [rows(place, repository) for place in ("git:v1.0.0", "git:HEAD~1", "git:main", "git:", str(repository))] == [
        1,
        1,
        2,
        2,
        3,
    ]
    assert (repository / "table.csv").read_text() == "id\n1\n2\n3\n"


def test_a_package_in_a_folder_of_the_repository_is_found_beside_and_by_its_path(repository: Path) -> None:
    inside = repository / "deep" / "package"
    inside.mkdir(parents=True)
    for name in ("datapackage.json", "table.csv"):
        (inside / name).write_bytes((repository / name).read_bytes())
    git(repository, "add", ".")
    git(repository, "commit", "-m", "deep")
    assert rows("git:HEAD", inside) == rows("git:HEAD", inside / "datapackage.json") == 3
    assert rows("git:HEAD:deep/package", repository) == rows("git:main:deep/package/datapackage.json", inside) == 3
    assert rows("git:main", repository) == 3


def test_a_file_that_the_revision_lacks_is_missing(repository: Path) -> None:
    git(repository, "rm", "--cached", "table.csv")
    git(repository, "commit", "-m", "no table")
    with open_side("git:HEAD", beside=repository) as package:
        assert not (package.root / "table.csv").exists()


@pytest.mark.parametrize(
    "place",
    ["git:nowhere", "git:--output=x", "git:-h", "git:main:nowhere", "git:main:../..", "git:HEAD~99", "git:main:/etc"],
)
def test_what_git_does_not_hold_is_said_in_one_sentence(repository: Path, place: str) -> None:
    with pytest.raises(SideError) as caught, open_side(place, beside=repository):
        pass
    assert str(caught.value).startswith(f"{place}: ")
    assert not (repository / "x").exists()


def test_outside_a_repository_git_says_so(tmp_path: Path) -> None:
    with pytest.raises(SideError, match="not a git repository"), open_side("git:HEAD", beside=tmp_path):
        pass


def test_a_folder_without_a_package_is_none(tmp_path: Path) -> None:
    with pytest.raises(PackageNotFoundError), open_side(str(tmp_path), beside=tmp_path):
        pass
