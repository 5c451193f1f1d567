"""Real git repositories with a package, and the command as GitHub runs it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from cstodata.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_A_CI = ("GITHUB_", "GITLAB_", "CI_", "GIT_", "NO_COLOR", "FORCE_COLOR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a run left: its exit code and words, the files that GitHub reads, and those in its output folder."""

    code: int
    said: str
    noted: str
    outputs: Mapping[str, str]
    summary: str
    folder: Path

    @property
    def comment(self) -> str:
        return (self.folder / "comment.md").read_text(encoding="utf-8")

    @property
    def first_line(self) -> str:
        """The first line that is seen."""
        marker, line, *_ = self.comment.splitlines()
        assert re.fullmatch("<!-- cstodata(: [^<>]+)? -->", marker)
        return line


class Repository:
    """A git repository and its working tree."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        command = ["git", *identity, "-c", "protocol.file.allow=always", *arguments]
        done = subprocess.run(command, cwd=self.top, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, message: str = "a change") -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def change(self, file: str, old: str, new: str) -> None:
        """Put one text in the place of another, of which there must be one."""
        path = self.top / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, text.count(old)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def declare(self, version: str, file: str = "datapackage.json") -> None:
        path = self.top / file
        descriptor = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(descriptor | {"version": version}, indent=2), encoding="utf-8")

    def format(self) -> None:
        """Write the tables anew, and their digests into the descriptor, as contributors do."""
        assert run(["format", str(self.top)], debug=True) == 0

    def ci(self, *options: str, output: bool = True, apart: bool = False, **environment: str) -> Done:
        """Run `cstodata ci` as GitHub runs a step; apart is in a process of its own, which takes its time."""
        runner = self.top.parent / "runner"
        runner.mkdir(exist_ok=True)
        files = {name: runner / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_bytes(b"")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(_OF_A_CI)}
        told = {"GITHUB_ACTIONS": "true", **{name: str(file) for name, file in files.items()}, **environment}
        arguments = ["ci", *(["--output", str(runner / "reports")] if output else []), *options]
        code, said, noted = (_apart if apart else _here)(arguments, self.top, {**clean, **told})
        assert "Traceback" not in noted
        return Done(
            code=code,
            said=said,
            noted=noted,
            outputs=read_outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8")),
            summary=files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"),
            folder=runner / "reports",
        )

    def event(self, event: object) -> str:
        """A file as GitHub tells its event in; its path."""
        file = self.top.parent / "event.json"
        file.write_text(json.dumps(event), encoding="utf-8")
        return str(file)


def _apart(arguments: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str, str]:
    command = [str(Path(sys.executable).with_name("cstodata")), *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout, done.stderr


def _here(arguments: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str, str]:
    said, noted = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(noted),
    ):
        code = run(arguments, debug=False)
    return code, said.getvalue(), noted.getvalue()


def read_outputs(text: str) -> dict[str, str]:
    """Outputs as GitHub's runner reads them."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, arrow, end = line.partition("<<")
        assert arrow, line
        value = []
        for each in lines:
            if each == end:
                break
            value.append(each)
        else:
            pytest.fail(f"{name} does not end")
        found[name] = "\n".join(value)
    return found


@pytest.fixture
def repository_of(dataset: Path) -> Repository:
    """The real dataset on `main`, with the branch `pr` checked out."""
    repository = Repository(dataset)
    repository.git("init", "--quiet", "--initial-branch", "main")
    repository.commit("the dataset")
    repository.git("checkout", "--quiet", "-b", "pr")
    return repository
