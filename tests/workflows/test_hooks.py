"""Our hooks, run by pre-commit in a repository of somebody else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

KEEP = (
    "src",
    "data",
    "schemas",
    "datapackage.json",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
)
WHO = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, env={**os.environ, **WHO}, capture_output=True, text=True
    )
    return done.stdout.strip()


def committed(folder: Path) -> str:
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "First")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def user(dataset: Path, repository: Path, tmp_path: Path) -> Path:
    """A repository of somebody else that uses our hooks."""
    source = tmp_path / "source"
    source.mkdir()
    for name in KEEP:
        copy = shutil.copytree if (repository / name).is_dir() else shutil.copy
        copy(repository / name, source / name)
    revision = committed(source)
    hooks = "".join(f"      - id: cstodata-{verb}\n" for verb in ("format", "validate"))
    config = f"repos:\n  - repo: {source}\n    rev: {revision}\n    hooks:\n{hooks}"
    (dataset / ".pre-commit-config.yaml").write_text(config)
    committed(dataset)
    return dataset


def pre_commit(user: Path) -> subprocess.CompletedProcess[str]:
    """Run the hooks on what is staged; what cstodata depends on is taken from here, so that nothing is downloaded."""
    env = {
        **os.environ,
        **WHO,
        "PRE_COMMIT_HOME": str(user.parent / "cache"),
        "PIP_NO_DEPS": "1",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PYTHONPATH": str(Path(click.__file__).parents[1]),
    }
    command = [sys.executable, "-m", "pre_commit", "run"]
    return subprocess.run(command, cwd=user, env=env, capture_output=True, text=True, check=False)


def test_the_hooks_format_and_refuse(user: Path) -> None:
    seats = user / "data" / "delegation_seats.csv"
    header, first, *rest = seats.read_text().splitlines()
    seats.write_text("\n".join([header, *rest, first]) + "\n")
    git(user, "add", "-A")
    done = pre_commit(user)
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stdout, done.stdout + done.stderr
    git(user, "add", "-A")
    assert git(user, "status", "--porcelain") == ""
    seats.write_text(seats.read_text().replace("BY-2026-02-20,BY-LC01,7", "BY-2026-02-20,BY-LC01,8"))
    git(user, "add", "-A")
    refused = pre_commit(user)
    assert refused.returncode == 1
    assert "seats-add-up" in refused.stdout
    (user / "notes.md").write_text("no data")
    git(user, "checkout", "-q", "HEAD", "--", "data", "datapackage.json")
    git(user, "add", "-A")
    assert pre_commit(user).returncode == 0
