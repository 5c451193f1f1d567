"""What stands in the repository for GitHub is sound, and has no more rights than it needs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cstodata.cli.main import run

REPOSITORY = Path(__file__).parents[2]
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
ACTIONS = [REPOSITORY / "action.yml", *sorted((REPOSITORY / ".github" / "actions").glob("*/action.yml"))]
SCRIPTS = sorted((REPOSITORY / ".github" / "scripts").glob("*.sh"))
BIN = Path(sys.executable).parent


def program(name: str) -> str:
    found = shutil.which(name, path=f"{BIN}:{BIN.parent / 'Scripts'}") or shutil.which(name)
    assert found, f"{name} is not installed"
    return found


def checked(name: str, *arguments: str | Path, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    command = [program(name), *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def actionlint(*files: Path) -> subprocess.CompletedProcess[str]:
    return checked("actionlint", "-no-color", "-shellcheck", program("shellcheck"), "-pyflakes=", *files)


def zizmor(*files: Path) -> subprocess.CompletedProcess[str]:
    return checked("zizmor", "--offline", "--no-progress", "--color=never", *files)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that `cstodata init` has made."""
    folder = tmp_path_factory.mktemp("begun") / "new"
    assert run(["init", str(folder), "--action", f"owner/cstodata@{'0' * 40}"], debug=True) == 0
    return folder


def test_the_workflows_and_actions_are_sound(begun: Path) -> None:
    done = actionlint(*WORKFLOWS, *sorted((begun / ".github" / "workflows").glob("*.yml")))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_nothing_in_them_can_be_attacked(begun: Path) -> None:
    done = zizmor(*WORKFLOWS, *ACTIONS, REPOSITORY / ".github" / "dependabot.yml", begun)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linters_would_find_an_attack(tmp_path: Path) -> None:
    bad = tmp_path / ".github" / "workflows" / "bad.yml"
    bad.parent.mkdir(parents=True)
    text = (REPOSITORY / ".github" / "workflows" / "data.yml").read_text()
    bad.write_text(text + '      - run: echo "${{ github.event.pull_request.title }}"\n')
    assert "untrusted" in actionlint(bad).stdout
    assert "template-injection" in zizmor(bad).stdout


def test_the_scripts_are_sound() -> None:
    done = checked("shellcheck", *SCRIPTS)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.github-actions", ACTIONS),
        ("vendor.dependabot", [REPOSITORY / ".github" / "dependabot.yml"]),
        ("vendor.github-issue-config", [REPOSITORY / ".github" / "ISSUE_TEMPLATE" / "config.yml"]),
        ("vendor.github-issue-forms", sorted((REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("*-*.yml"))),
    ],
)
def test_each_file_has_the_form_that_github_asks_for(schema: str, files: list[Path]) -> None:
    done = checked("check-jsonschema", "--builtin-schema", schema, *files)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_has_no_rights_but_those_that_its_jobs_name(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert isinstance(job["permissions"], dict)
        assert job["timeout-minutes"] <= 30


def uses() -> list[tuple[str, str, str]]:
    """Each action that is used: its name, its revision, and the version that the comment says."""
    templates = sorted((REPOSITORY / "src" / "cstodata" / "init" / "templates").glob("*.yml.jinja"))
    texts = [path.read_text() for path in (*WORKFLOWS, *ACTIONS, *templates)]
    found = [each for text in texts for each in re.findall(r"uses: (?!\./|<<)([^@\s]+)@(\S+)(?: # (\S+))?", text)]
    assert found
    return found


def test_actions_are_pinned_by_their_digest_with_the_version_beside_it_the_same_everywhere() -> None:
    for name, revision, version in uses():
        assert re.fullmatch("[0-9a-f]{40}", revision), name
        assert re.fullmatch(r"v[0-9]+\.[0-9]+\.[0-9]+", version), name
    assert len({(name, revision, version) for name, revision, version in uses()}) == len(
        {name for name, _, _ in uses()}
    )


def all_steps() -> list[Any]:
    documents = [yaml.safe_load(path.read_text()) for path in (*WORKFLOWS, *ACTIONS)]
    jobs = [job for each in documents for job in each.get("jobs", {"": each.get("runs")}).values()]
    return [step for job in jobs for step in job["steps"]]


def test_no_checkout_leaves_credentials_behind() -> None:
    checkouts = [step for step in all_steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_no_script_holds_an_expression_or_is_long() -> None:
    scripts = [step["run"] for step in all_steps() if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script or len(script.splitlines()) > 10]
