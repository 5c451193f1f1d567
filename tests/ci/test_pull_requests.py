"""What reviewers are told of a change, on real repositories, by the command as GitHub runs it."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.ci.conftest import Repository

DELEGATIONS, SEATS = "data/delegations.csv", "data/delegation_seats.csv"
SOURCE = "opyt-pa-odkb-po-zaschite-elektoralnyh-protsessov"


def is_annotated(said: str, file: str, line: int) -> bool:
    """Whether a finding is told on a line of a file, as an annotation or as text."""
    return re.search(rf"{re.escape(file)}(:|,line=){line}\b", said) is not None


def above_the_fold(comment: str) -> list[str]:
    return [line for line in comment.partition("<details>")[0].splitlines() if line]


def add_delegation(repository: Repository) -> None:
    """A later delegation of Tajikistan, with its seats, as a contributor would add it."""
    with (repository.top / DELEGATIONS).open("a") as file:
        file.write(f"TJ-2026-03-20,TJ,2026-03-20,13,,{SOURCE}\n")
    with (repository.top / SEATS).open("a") as file:
        file.write("TJ-2026-03-20,TJ-LC01,9,deputies\nTJ-2026-03-20,TJ-UC01,4,deputies\n")
    repository.format()


def test_a_delegation_added_rightly_is_one_line_of_words_and_the_version_it_needs(repository_of: Repository) -> None:
    add_delegation(repository_of)
    repository_of.declare("1.2.0")
    repository_of.commit()
    done = repository_of.ci("--base", "main", apart=True)
    assert done.code == 0, done.said
    assert above_the_fold(done.comment) == [
        "<!-- cstodata -->",
        "**valid**: Tajikistan&#58; seats 12 → 13, as of 2026-03-20. Needs version **1.2.0** (minor), as declared.",
    ]
    assert done.outputs == {
        "valid": "true",
        "changed": "true",
        "required-version": "1.2.0",
        "declared-version": "1.2.0",
        "bump": "minor",
    }
    assert done.first_line in done.summary
    reports = {file.name for file in done.folder.iterdir()}
    assert {"comment.md", "report.json", "changes.json", "changes.html"} <= reports
    assert json.loads((done.folder / "report.json").read_text())["valid"] is True
    assert len(json.loads((done.folder / "changes.json").read_text())["tables"]) == 2


def test_a_wrong_total_stands_on_the_line_of_its_row_and_the_comment_names_the_rule(repository_of: Repository) -> None:
    repository_of.change(DELEGATIONS, "BY-2026-02-20,BY,2026-02-20,11", "BY-2026-02-20,BY,2026-02-20,12")
    repository_of.format()
    repository_of.commit()
    done = repository_of.ci("--base", "main", apart=True)
    assert done.code == 1
    assert done.first_line.startswith("**not valid**: cstodata/seats-add-up in delegations, line 3")
    assert is_annotated(done.said, DELEGATIONS, 3)
    assert done.outputs["valid"] == "false"


def test_a_wrong_seat_is_told_on_its_own_line_though_the_rule_is_the_delegation_s(repository_of: Repository) -> None:
    repository_of.change(SEATS, "BY-2026-02-20,BY-LC01,7", "BY-2026-02-20,BY-LC01,8")
    repository_of.format()
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert done.code == 1
    assert done.first_line.startswith("**not valid**: cstodata/seats-add-up in delegation&#95;seats, line 4")
    assert is_annotated(done.said, SEATS, 4)
    assert "(data/delegations.csv, line 3)" in done.said
    (failed,) = [
        rule
        for rule in json.loads((done.folder / "report.json").read_text())["cstodata"]["rules"]
        if rule["count"] and rule["rule"] == "seats-add-up"
    ]
    assert [(each["resource"], each["lineNumber"]) for each in failed["findings"]] == [("delegations", 3)]


def test_a_file_whose_digest_is_not_recorded_yet_does_not_hide_the_rule(repository_of: Repository) -> None:
    repository_of.change(DELEGATIONS, "BY-2026-02-20,BY,2026-02-20,11", "BY-2026-02-20,BY,2026-02-20,12")
    done = repository_of.ci("--base", "main")
    assert done.first_line.startswith("**not valid**: cstodata/seats-add-up in delegations, line 3; hash-count")


def test_a_pull_request_without_data_has_no_text(repository_of: Repository) -> None:
    (repository_of.top / "README.md").write_text("Read me.")
    repository_of.commit()
    stale = repository_of.top.parent / "runner" / "reports" / "changes.json"
    stale.parent.mkdir(parents=True)
    stale.write_text("of another run")
    done = repository_of.ci("--base", "main", apart=True)
    assert (done.code, done.comment, done.summary, done.noted) == (0, "", "", "")
    assert done.said == "datapackage.json: nothing of the package changed\n"
    assert (done.outputs["changed"], done.outputs["valid"], done.outputs["declared-version"]) == ("false", "", "1.1.0")
    assert [file.name for file in done.folder.iterdir()] == ["comment.md"]


def test_changes_that_are_not_committed_count(repository_of: Repository) -> None:
    assert repository_of.ci("--base", "main").outputs["changed"] == "false"
    repository_of.declare("1.1.1")
    assert repository_of.ci("--base", "main").outputs["changed"] == "true"


def test_a_version_too_low_fails_unless_nothing_may(repository_of: Repository) -> None:
    add_delegation(repository_of)
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert done.code == 1
    assert done.first_line.startswith("**valid**, but the version is too low: Tajikistan")
    assert "Needs version **1.2.0** (minor); 1.1.0 is declared, which is **too low**." in done.first_line
    assert (done.outputs["valid"], done.outputs["required-version"]) == ("true", "1.2.0")
    declared_on = (repository_of.top / "datapackage.json").read_text().splitlines().index('  "version": "1.1.0",') + 1
    assert is_annotated(done.said, "datapackage.json", declared_on)
    assert repository_of.ci("--base", "main", "--fail-on", "never").code == 0


def test_warnings_fail_where_they_may_not_be(repository_of: Repository) -> None:
    with (repository_of.top / "data" / "sources.csv").open("a") as sources:
        sources.write(f"zzz,https://pacsto.org/events/zzz,A title,2020-01-01,en,{'0' * 64},\n")
    repository_of.format()
    repository_of.declare("1.2.0")
    repository_of.commit()
    codes = [repository_of.ci("--base", "main", "--fail-on", level).code for level in ("warning", "error")]
    done = repository_of.ci("--base", "main")
    assert (codes, done.code) == ([1, 0], 0)
    assert done.first_line.startswith("**valid**, with 1 warning")
    assert "warning&#58;" in done.comment or "warning:" in done.comment


def test_a_schema_change_says_what_it_asks_for(repository_of: Repository) -> None:
    path = repository_of.top / "schemas" / "delegations.json"
    schema = json.loads(path.read_text())
    schema["fields"][3]["constraints"] = {**schema["fields"][3].get("constraints", {}), "maximum": 90}
    path.write_text(json.dumps(schema, indent=2))
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert (done.code, done.outputs["bump"], done.outputs["required-version"]) == (1, "major", "2.0.0")
    assert "tighter" in done.first_line


def test_a_renamed_field_and_a_renamed_file_are_compared_with_what_they_were(repository_of: Repository) -> None:
    repository_of.git("mv", "data/news.csv", "data/articles.csv")
    repository_of.change("datapackage.json", "data/news.csv", "data/articles.csv")
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert done.outputs["changed"] == "true"
    assert done.outputs["valid"] == "true"
    assert "row" not in done.first_line


def test_a_removed_table_is_gone(repository_of: Repository) -> None:
    descriptor = json.loads((repository_of.top / "datapackage.json").read_text())
    descriptor["resources"] = [each for each in descriptor["resources"] if each["name"] != "mentions"]
    (repository_of.top / "datapackage.json").write_text(json.dumps(descriptor | {"version": "2.0.0"}, indent=2))
    repository_of.git("rm", "--quiet", "data/mentions.csv")
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert (done.outputs["valid"], done.outputs["bump"], done.code) == ("true", "major", 0)
    assert "mentions&#58; the resource is gone" in done.first_line


def test_a_base_that_moved_is_compared_at_the_merge_base(repository_of: Repository) -> None:
    (repository_of.top / "README.md").write_text("Read me.")
    repository_of.commit()
    repository_of.git("checkout", "--quiet", "main")
    add_delegation(repository_of)
    tip = repository_of.commit("the base moves")
    repository_of.git("checkout", "--quiet", "pr")
    event = repository_of.event({"pull_request": {"base": {"sha": tip, "ref": "main"}}})
    done = repository_of.ci(GITHUB_EVENT_PATH=event, GITHUB_EVENT_NAME="pull_request", GITHUB_BASE_REF="main")
    assert (done.code, done.comment, done.outputs["changed"]) == (0, "", "false")


@pytest.fixture
def clone(repository_of: Repository, tmp_path: Path) -> Callable[..., Repository]:
    """Clone the repository, on the branch `pr` and after a change on it."""

    def make(*options: str) -> Repository:
        add_delegation(repository_of)
        repository_of.declare("1.2.0")
        repository_of.commit()
        repository_of.git("checkout", "--quiet", "main")
        repository_of.git(
            "clone", "--quiet", "--branch", "pr", *options, f"file://{repository_of.top}", str(tmp_path / "clone")
        )
        return type(repository_of)(tmp_path / "clone")

    return make


def test_a_shallow_clone_is_checked_and_told_how_to_compare(clone: Callable[..., Repository]) -> None:
    shallow = clone("--depth", "1", "--no-single-branch")
    event = shallow.event({"pull_request": {"base": {"sha": shallow.git("rev-parse", "origin/main"), "ref": "main"}}})
    # Both tips are there, and what they have in common is not.
    done = shallow.ci(GITHUB_EVENT_PATH=event, GITHUB_BASE_REF="main")
    assert (done.code, done.outputs["valid"], done.outputs["required-version"]) == (0, "true", "")
    assert done.first_line.startswith("**valid**: not compared with what it was, as the clone is shallow")
    assert "fetch-depth&#58; 0" in done.first_line
    assert "compared-with-base" in done.said
    assert shallow.ci("--fail-on", "warning", GITHUB_EVENT_PATH=event, GITHUB_BASE_REF="main").code == 1


def test_a_shallow_clone_fetches_the_rest_if_told(clone: Callable[..., Repository]) -> None:
    shallow = clone("--depth", "1")
    assert "shallow" in shallow.ci("--base", "origin/main").noted
    done = shallow.ci("--base", "origin/main", "--fetch")
    assert (done.code, done.outputs["required-version"]) == (0, "1.2.0")


def test_a_fork_is_compared_with_the_branch_of_the_other_remote(clone: Callable[..., Repository]) -> None:
    fork = clone()
    fork.git("remote", "rename", "origin", "upstream")
    fork.git("remote", "add", "origin", "https://fork.example/a/b")
    assert fork.ci("--base", "upstream/main").outputs["required-version"] == "1.2.0"
    event = fork.event({"pull_request": {"base": {"sha": fork.git("rev-parse", "upstream/main"), "ref": "main"}}})
    assert fork.ci(GITHUB_EVENT_PATH=event, GITHUB_BASE_REF="main").outputs["required-version"] == "1.2.0"
    lacking = fork.ci(GITHUB_BASE_REF="main")
    assert "the clone has no origin/main: fetch it" in lacking.noted
    assert lacking.outputs["valid"] == "true"


def test_a_push_is_compared_with_what_stood_before(repository_of: Repository) -> None:
    before = repository_of.git("rev-parse", "HEAD")
    repository_of.declare("1.1.1")
    repository_of.commit()
    repository_of.commit("nothing of the package")
    assert repository_of.ci().outputs["changed"] == "false"
    for event in ({"before": before}, {"before": before, "pull_request": None}):
        assert repository_of.ci(GITHUB_EVENT_PATH=repository_of.event(event)).outputs["changed"] == "true"
    new_branch = repository_of.event({"before": "0" * 40})
    assert repository_of.ci(GITHUB_EVENT_PATH=new_branch).outputs["changed"] == "false"


def test_gitlab_tells_the_base_too(repository_of: Repository) -> None:
    before = repository_of.git("rev-parse", "HEAD")
    repository_of.declare("1.1.1")
    repository_of.commit()
    repository_of.commit("nothing of the package")
    assert repository_of.ci(CI_MERGE_REQUEST_DIFF_BASE_SHA=before, GITHUB_ACTIONS="").outputs["changed"] == "true"
    repository_of.git("update-ref", "refs/remotes/origin/main", "main")
    assert repository_of.ci(CI_DEFAULT_BRANCH="main", GITHUB_ACTIONS="").outputs["changed"] == "true"
    repository_of.git("update-ref", "refs/remotes/origin/main", "HEAD")
    assert repository_of.ci(CI_DEFAULT_BRANCH="main", GITHUB_ACTIONS="").outputs["changed"] == "false"


def test_without_a_base_the_package_is_checked_alone(repository_of: Repository) -> None:
    done = repository_of.ci()
    assert (done.code, done.outputs["valid"], done.outputs["bump"]) == (0, "true", "")
    assert done.first_line == "**valid**: not compared with what it was, as there is no commit before."
    assert not (done.folder / "changes.json").exists()


def test_without_git_the_package_is_checked_alone(dataset: Path, repository_of: Repository) -> None:
    shutil.rmtree(dataset / ".git")
    done = repository_of.ci(GIT_CEILING_DIRECTORIES=str(dataset.parent))
    assert (done.code, done.outputs["valid"]) == (0, "true")
    assert "not a git repository" in done.noted


def test_a_base_that_is_no_revision_is_said(repository_of: Repository) -> None:
    for base in ("nowhere", "--upload-pack=x", "HEAD~99"):
        done = repository_of.ci("--base", base)
        assert f"the clone has no {base}" in done.noted
        assert done.outputs["valid"] == "true"


def test_a_package_in_a_folder_is_named_from_the_top(repository_of: Repository) -> None:
    inside = repository_of.top / "sets" / "one"
    inside.mkdir(parents=True)
    for name in ("datapackage.json", "data", "schemas"):
        (repository_of.top / name).rename(inside / name)
    repository_of.git("checkout", "--quiet", "-B", "main")
    repository_of.commit("moved")
    repository_of.git("checkout", "--quiet", "-B", "pr")
    repository_of.change(
        "sets/one/data/delegations.csv", "BY-2026-02-20,BY,2026-02-20,11", "BY-2026-02-20,BY,2026-02-20,12"
    )
    repository_of.commit()
    done = repository_of.ci("--base", "main", "--package", "sets/one")
    assert done.code == 1
    assert "sets/one/data/delegations.csv&#58;3" in done.comment
    repository_of.git("checkout", "--quiet", "main")
    assert repository_of.ci("--base", "main", "--package", "sets/one").outputs["changed"] == "false"


def test_a_package_that_is_new_is_said_to_be(repository_of: Repository) -> None:
    shutil.copytree(repository_of.top / "data", repository_of.top / "other" / "data")
    shutil.copytree(repository_of.top / "schemas", repository_of.top / "other" / "schemas")
    shutil.copy(repository_of.top / "datapackage.json", repository_of.top / "other")
    repository_of.commit()
    done = repository_of.ci("--base", "main", "--package", "other")
    assert done.code == 0
    assert done.first_line == "**valid**: not compared with what it was, as the package is new."


def test_a_deleted_descriptor_is_not_valid_and_nothing_can_proceed(repository_of: Repository) -> None:
    repository_of.git("rm", "--quiet", "datapackage.json")
    repository_of.commit()
    done = repository_of.ci("--base", "main", "--fail-on", "never")
    assert done.code == 3
    assert done.first_line.startswith("**not valid**: package-error")
    assert done.outputs["valid"] == "false"
    assert "no such file or folder" in done.comment


def test_where_there_never_was_a_package_it_is_said(repository_of: Repository) -> None:
    done = repository_of.ci("--base", "main", "--package", "nowhere")
    assert done.code == 3
    assert "nowhere" in done.noted + done.said


def test_a_descriptor_that_is_no_json_is_annotated_on_its_line(repository_of: Repository) -> None:
    repository_of.change("datapackage.json", '  "version": "1.1.0",', '<<<<<<< ours\n  "version": "1.1.0",')
    number = (repository_of.top / "datapackage.json").read_text().splitlines().index("<<<<<<< ours") + 1
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert done.code == 3
    assert is_annotated(done.said, "datapackage.json", number)
    assert f"package-error, line {number}" in done.first_line


def test_merge_conflict_markers_in_a_table_are_on_their_lines(repository_of: Repository) -> None:
    row = next(line for line in (repository_of.top / SEATS).read_text().splitlines() if line.startswith("BY-2026"))
    repository_of.change(SEATS, row, f"<<<<<<< HEAD\n{row}\n=======\n{row}\n>>>>>>> other")
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert done.code == 1
    assert done.first_line.startswith("**not valid**: ")
    assert is_annotated(done.said, SEATS, 4)
    assert is_annotated(done.said, SEATS, 6)


def test_a_binary_change_is_told_without_its_bytes(repository_of: Repository) -> None:
    descriptor = json.loads((repository_of.top / "datapackage.json").read_text())
    descriptor["resources"].append({"name": "logo", "path": "logo.png"})
    (repository_of.top / "datapackage.json").write_text(json.dumps(descriptor))
    (repository_of.top / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    repository_of.git("checkout", "--quiet", "-B", "main")
    repository_of.commit("a picture")
    repository_of.git("checkout", "--quiet", "-B", "pr")
    (repository_of.top / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\1\xff")
    repository_of.commit()
    done = repository_of.ci("--base", "main")
    assert "logo&#58; the file has other bytes" in done.first_line
    (repository_of.top / SEATS).write_bytes(b"\0\xff\xfe binary")
    done = repository_of.ci("--base", "main")
    assert done.code == 1
    assert done.first_line.startswith("**not valid**")


def test_what_is_folded_tells_where_the_change_parted(repository_of: Repository) -> None:
    base = repository_of.git("rev-parse", "main")
    add_delegation(repository_of)
    done = repository_of.ci("--base", "main")
    assert f"<code>{base[:12]}</code>" in done.comment


def test_no_comment_is_written_if_none_is_wished(repository_of: Repository) -> None:
    done = repository_of.ci("--base", "main", "--no-comment")
    assert not (done.folder / "comment.md").exists()
    repository_of.declare("1.1.1")
    done = repository_of.ci("--base", "main", "--no-comment")
    assert not (done.folder / "comment.md").exists()
    assert (done.folder / "report.json").exists()


def test_nothing_of_the_package_is_written_over(repository_of: Repository) -> None:
    (repository_of.top / "data" / "changes.json").write_text("{}")
    descriptor = json.loads((repository_of.top / "datapackage.json").read_text())
    descriptor["resources"].append({"name": "notes", "path": "data/changes.json"})
    (repository_of.top / "datapackage.json").write_text(json.dumps(descriptor))
    done = repository_of.ci("--base", "main", "--output", "data", output=False)
    assert done.code == 2
    assert (repository_of.top / "data" / "changes.json").read_text() == "{}"


def test_a_summary_stays_within_what_github_takes(repository_of: Repository) -> None:
    add_delegation(repository_of)
    full = repository_of.top.parent / "full.md"
    full.write_bytes(b"x" * (1024 * 1024 - 300) + b"\n")
    repository_of.ci("--base", "main", GITHUB_STEP_SUMMARY=str(full))
    assert full.stat().st_size <= 1024 * 1024
    assert b"Tajikistan" in full.read_bytes()


def test_an_event_that_is_no_json_is_said_in_one_sentence(repository_of: Repository) -> None:
    file = repository_of.top.parent / "event.json"
    file.write_bytes(b"\xff{")
    done = repository_of.ci(GITHUB_EVENT_PATH=str(file))
    assert (done.code, done.noted.count("\n")) == (3, 1)


def test_words_of_the_domain_hide_nothing_that_breaks(repository_of: Repository) -> None:
    path = repository_of.top / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    descriptor["resources"] = [each for each in descriptor["resources"] if each["name"] != "mentions"]
    path.write_text(json.dumps(descriptor, indent=2), encoding="utf-8")
    repository_of.change("data/delegations.csv", "KG-2026-02-20,KG,2026-02-20,6", "KG-2026-02-20,KG,2026-02-20,7")
    repository_of.commit()
    above = repository_of.ci("--base", "main").comment.partition("<details>")[0]
    assert "mentions&#58; the resource is gone; Kyrgyzstan&#58; seats 6 → 7" in above


def test_a_new_package_that_is_broken_is_told_as_any_other(repository_of: Repository) -> None:
    (repository_of.top / "new").mkdir()
    (repository_of.top / "new" / "datapackage.json").write_text("{")
    repository_of.commit()
    done = repository_of.ci("--base", "main", "--package", "new")
    assert done.code == 3
    assert "**not valid**" in done.first_line
