"""Packages that moved, rows that are gone, and files that cannot be written."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ci.conftest import Repository

SEATS, CHAMBERS = "data/delegation_seats.csv", "data/chambers.csv"


def move(repository: Repository, folder: str) -> None:
    """Move the package into a folder."""
    (repository.top / folder).mkdir(parents=True)
    repository.git("mv", "datapackage.json", "schemas", "data", folder)


@pytest.mark.parametrize("folder", ["moved", "more data/März's"])
def test_a_package_that_moved_is_compared_with_what_it_was(repository_of: Repository, folder: str) -> None:
    move(repository_of, folder)
    repository_of.change(f"{folder}/{SEATS}", "BY-2026-02-20,BY-LC01,7", "BY-2026-02-20,BY-LC01,8")
    repository_of.commit()
    done = repository_of.ci("--base", "main", "--package", folder)
    assert done.code == 1
    assert done.outputs["bump"] == "patch"
    assert f"{folder}/{SEATS},line=4," in done.said
    assert "Moved from <code>datapackage.json</code>." in done.comment


def test_a_package_that_only_moved_has_no_new_version(repository_of: Repository) -> None:
    move(repository_of, "moved")
    repository_of.commit()
    done = repository_of.ci("--base", "main", "--package", "moved")
    assert done.code == 0, done.said
    assert done.first_line == (
        "**valid**: nothing changed that a reader of the data could notice. Moved from <code>datapackage.json</code>."
    )
    assert done.outputs["bump"] == "none"


def test_a_copy_is_a_new_package_and_so_is_one_of_another_name(repository_of: Repository) -> None:
    shutil.copytree(repository_of.top, repository_of.top / "copy", ignore=shutil.ignore_patterns(".git"))
    repository_of.commit()
    assert "the package is new" in repository_of.ci("--base", "main", "--package", "copy").first_line
    move(repository_of, "moved")
    path = repository_of.top / "moved" / "datapackage.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"name": "another"}))
    repository_of.commit()
    assert "the package is new" in repository_of.ci("--base", "main", "--package", "moved").first_line


def without(repository: Repository, file: str, row: str) -> int:
    """Take the line away that begins so; its number."""
    path = repository.top / file
    lines = path.read_text().splitlines(keepends=True)
    (at,) = [number for number, line in enumerate(lines) if line.startswith(row)]
    path.write_text("".join(lines[:at] + lines[at + 1 :]))
    return at + 1


def test_what_a_row_that_is_gone_made_wrong_is_told_where_it_stood(repository_of: Repository) -> None:
    line = without(repository_of, SEATS, "BY-2026-02-20,BY-LC01,7")
    repository_of.format()
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert done.code == 1
    assert done.first_line.startswith(f"**not valid**: cstodata/seats-add-up in delegation&#95;seats, line {line - 1}")
    assert f"file={SEATS},line={line - 1},title=cstodata/seats-add-up::" in done.said
    assert "(data/delegations.csv, line 3; a row that stood here is gone)" in done.said


def test_who_referred_to_a_row_that_is_gone_is_told_where_it_stood(repository_of: Repository) -> None:
    line = without(repository_of, CHAMBERS, "BY-LC01")
    repository_of.format()
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert done.code == 1
    told = [each for each in done.said.splitlines() if "title=foreign-key" in each]
    assert told
    assert all(f"file={CHAMBERS},line={max(line - 1, 1)}," in each for each in told)
    assert "data/delegation_seats.csv, line 2; a row that stood here is gone)" in done.said
    report = json.loads((done.folder / "report.json").read_text())
    assert any(error["type"] == "foreign-key" for task in report["tasks"] for error in task["errors"])


@pytest.mark.parametrize("variable", ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"])
def test_a_file_that_cannot_be_written_hides_no_annotation(
    repository_of: Repository, tmp_path: Path, variable: str
) -> None:
    repository_of.change(SEATS, "BY-2026-02-20,BY-LC01,7", "BY-2026-02-20,BY-LC01,8")
    repository_of.commit()
    environment: dict[str, Any] = {variable: str(tmp_path / "no folder" / "file")}
    done = repository_of.ci("--base", "main", **environment)
    assert done.code == 3
    assert f"file={SEATS},line=4," in done.said
    assert "no folder" in done.noted


def test_an_event_that_is_no_json_gives_way_to_the_branch_that_github_names(repository_of: Repository) -> None:
    repository_of.git("update-ref", "refs/remotes/origin/main", "main")
    (repository_of.top / "README.md").write_text("Read me.")
    repository_of.commit()
    broken = repository_of.top.parent / "event.json"
    broken.write_text("{")
    done = repository_of.ci(GITHUB_EVENT_PATH=str(broken), GITHUB_BASE_REF="main")
    assert (done.code, done.outputs["changed"]) == (0, "false")
    assert "is not JSON" in done.noted
    assert "the base is taken to be origin/main" in done.noted
    assert repository_of.ci("--base", "main", GITHUB_EVENT_PATH=str(broken)).noted == ""


def test_digests_that_are_not_recorded_yet_are_one_quiet_line(repository_of: Repository) -> None:
    repository_of.change(SEATS, "BY-2026-02-20,BY-LC01,7", "BY-2026-02-20,BY-LC01,8")
    repository_of.change("data/delegations.csv", "BY-2026-02-20,BY,2026-02-20,11", "BY-2026-02-20,BY,2026-02-20,12")
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert done.code == 1
    (line,) = [each for each in done.comment.splitlines() if "cstodata format" in each]
    told = "and 1 more file changed, which <code>cstodata format</code> has to record in the descriptor"
    assert re.fullmatch(rf"- <code>\S+</code> {told}", line)
    assert not re.search(r"[0-9a-f]{6}&#8203;", done.comment)


def test_a_pointer_of_git_lfs_is_not_checked_as_a_table(repository_of: Repository) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4d' * 32}\nsize 12345\n"
    (repository_of.top / SEATS).write_text(pointer)
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert done.code == 3
    assert "it is a pointer of Git LFS, and no table: check out with `lfs: true`" in done.said
    assert done.said.count("::error") == 1


def test_a_package_in_a_submodule_is_checked_and_not_compared_with_the_wrong_repository(
    repository_of: Repository, tmp_path: Path
) -> None:
    around = type(repository_of)(tmp_path / "around")
    around.top.mkdir()
    around.git("init", "--quiet", "--initial-branch", "main")
    around.commit()
    repository_of.git("checkout", "--quiet", "main")
    around.git("submodule", "add", "--quiet", str(repository_of.top), "sub")
    around.commit()
    inside = type(repository_of)(around.top / "sub")
    inside.change(SEATS, "BY-2026-02-20,BY-LC01,7", "BY-2026-02-20,BY-LC01,8")
    inside.commit()
    done = around.ci("--base", "main", "--package", "sub")
    assert done.code == 1
    assert "the package is in a repository of its own, such as a submodule" in done.noted
    own = inside.ci("--base", "HEAD~1")
    assert own.outputs["bump"] == "patch"
