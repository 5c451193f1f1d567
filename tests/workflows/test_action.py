"""The action, step by step, on real git repositories."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

PROGRAM = """
import sys

from cstodata.cli.main import main

main()
"""


def git(folder: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **who}, capture_output=True)


@pytest.fixture
def checkout(dataset: Path) -> Path:
    """The dataset on a branch of its own, in a repository."""
    git(dataset, "init", "-q", "-b", "main")
    git(dataset, "add", "-A")
    git(dataset, "commit", "-qm", "Before")
    git(dataset, "switch", "-qc", "change")
    return dataset


@pytest.fixture
def check(runner: Any, repository: Path, checkout: Path) -> Any:
    """Run the step that checks; `cstodata` stands where the step before would have installed it."""
    program = runner.temp / "cstodata" / "venv" / "bin" / "cstodata"
    program.parent.mkdir(parents=True)
    runner.program("cstodata", PROGRAM).rename(program)

    def checked(**inputs: str) -> Any:
        given = {"package": ".", "base": "main", "comment": "true", "fail_on": "error"} | inputs
        return runner.step(
            "action.yml",
            "Check the package",
            cwd=checkout,
            github_action_path=str(repository),
            github_event_pull_request_number=given.pop("number", "7"),
            **{f"inputs_{name}": value for name, value in given.items()},
        )

    return checked


def values(done: Any) -> dict[str, str]:
    """The outputs of a step, which have GitHub's form for text of several lines."""
    found = re.findall(r"^(\S+)<<(\w+)\n(.*?)\n?\2$", done.outputs, re.MULTILINE | re.DOTALL)
    return {name: value for name, _, value in found}


def broken(checkout: Path) -> None:
    """Change one seat wrongly, and commit it."""
    seats = checkout / "data" / "delegation_seats.csv"
    seats.write_text(seats.read_text().replace("BY-2026-02-20,BY-LC01,7", "BY-2026-02-20,BY-LC01,8"))
    git(checkout, "commit", "-qam", "One seat")


def test_a_branch_that_changes_nothing_passes(check: Any, runner: Any) -> None:
    done = check()
    assert done.code == 0, done.log
    assert values(done)["changed"] == "false"
    assert (runner.temp / "cstodata" / "cstodata-report" / "pull-request.txt").read_text() == "7\n"


def test_a_broken_cell_fails_and_the_report_is_there(check: Any, runner: Any, checkout: Path) -> None:
    broken(checkout)
    done = check()
    assert done.code == 1, done.log
    assert values(done)["valid"] == "false"
    assert "not valid" in (runner.temp / "cstodata" / "cstodata-report" / "comment.md").read_text()
    assert json.loads((runner.temp / "cstodata" / "cstodata-report" / "report.json").read_text()) is not None


def test_each_package_of_a_repository_has_a_report_of_its_own(check: Any, runner: Any, checkout: Path) -> None:
    shutil.copytree(checkout / "schemas", checkout / "more data" / "schemas")
    shutil.copytree(checkout / "data", checkout / "more data" / "data")
    shutil.copy(checkout / "datapackage.json", checkout / "more data")
    git(checkout, "add", "-A")
    git(checkout, "commit", "-qm", "Another package")
    logs = [check(package=package).outputs for package in (".", "more data")]
    facts = [dict(re.findall(r"^(report|report-name)=(.*)$", log, re.MULTILINE)) for log in logs]
    assert len({each["report-name"] for each in facts}) == 2
    for each, package in zip(facts, (".", "more data"), strict=True):
        assert re.fullmatch(r"cstodata-report(-[0-9]+)?", each["report-name"])
        assert (Path(each["report"]) / "package.txt").read_text() == f"{package}\n"
    assert (Path(facts[1]["report"]) / "comment.md").read_text().startswith("<!-- cstodata: more%20data -->\n")


def test_findings_do_not_fail_if_nothing_is_to(check: Any, checkout: Path) -> None:
    broken(checkout)
    assert check(fail_on="never").code == 0


def test_without_a_comment_no_pull_request_is_named(check: Any, runner: Any) -> None:
    assert check(comment="false").code == 0
    assert not {"comment.md", "pull-request.txt"} & {
        each.name for each in (runner.temp / "cstodata" / "cstodata-report").iterdir()
    }


def test_outside_of_pull_requests_none_is_named(check: Any, runner: Any) -> None:
    assert check(number="").code == 0
    assert not (runner.temp / "cstodata" / "cstodata-report" / "pull-request.txt").exists()


@pytest.mark.parametrize("name", ["comment", "fail_on"])
def test_an_input_that_means_nothing_is_wrong_usage(check: Any, name: str) -> None:
    assert check(**{name: "$(touch broken)"}).code == 2


@pytest.mark.parametrize("hostile", ["--version", "$(touch broken)", "'; touch broken #", "a b"])
@pytest.mark.parametrize("name", ["package", "base"])
def test_an_input_is_never_code_nor_an_option(check: Any, checkout: Path, name: str, hostile: str) -> None:
    done = check(**{name: hostile})
    assert "syntax error" not in done.log
    assert not (checkout / "broken").exists()
    assert name == "base" or done.code != 0


@pytest.fixture
def installing(runner: Any, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the step that installs; what cstodata depends on is taken from here, so that nothing is downloaded."""
    for key, value in {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0"}.items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("PYTHONPATH", str(Path(click.__file__).parents[1]))
    source = tmp_path / "source"
    keep = ("src", "data", "schemas", "datapackage.json", "pyproject.toml", "README.md", "LICENSE", "constraints.txt")
    for name in (*keep, ".github"):
        copy = shutil.copytree if (repository / name).is_dir() else shutil.copy
        source.mkdir(exist_ok=True)
        copy(repository / name, source / name)

    def installed(version: str = "") -> Any:
        return runner.step(
            "action.yml",
            "Install cstodata",
            cwd=tmp_path,
            github_action_path=str(source),
            inputs_version=version,
            steps_python_outputs_python_path=sys.executable,
        )

    return installed


def test_the_checkout_of_the_action_is_installed_apart(installing: Any, runner: Any) -> None:
    done = installing()
    assert done.code == 0, done.log
    program = runner.temp / "cstodata" / "venv" / "bin" / "cstodata"
    assert subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.startswith(
        "cstodata"
    )


@pytest.mark.parametrize("version", ["1.0; touch x", "--index-url=http://x", "1.0 other", "$(id)", "https://x/y.whl"])
def test_a_version_that_is_none_is_refused_before_anything_is_installed(
    installing: Any, runner: Any, version: str
) -> None:
    assert installing(version).code == 2
    assert not (runner.temp / "cstodata").exists()


def test_a_version_that_is_named_is_asked_for(installing: Any) -> None:
    assert "cstodata==99.0.0" in installing("99.0.0").log
