"""The steps of the action and the workflows, run as they stand in the YAML, with the files that GitHub gives."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

REPOSITORY = Path(__file__).parents[2]
_EXPRESSION = re.compile(r"\$\{\{ *([^}]*?) *\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a step has done: its exit code, its log, and what it has written for GitHub."""

    code: int
    log: str
    outputs: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """A machine that runs steps; `temp` is RUNNER_TEMP, `programs` stands first on the path."""

    temp: Path
    programs: Path

    def program(self, name: str, script: str) -> Path:
        """Put a Python program on the path."""
        path = self.programs / name
        path.write_text(f"#!{sys.executable}\n{script}")
        path.chmod(0o755)
        return path

    def step(self, file: str, name: str, *, cwd: Path, **context: str) -> Done:
        """Run the step of a name; `context` says what its expressions mean, with dots and hyphens as underscores."""
        step = next(each for each in steps_of(load(file)) if each.get("name") == name or each.get("run") == name)
        meant = {"runner_temp": str(self.temp), **context}
        env = {
            key: _EXPRESSION.sub(lambda found: meant[re.sub(r"[.-]", "_", found[1])], str(value))
            for key, value in step.get("env", {}).items()
        }
        assert "${{" not in step["run"]
        script, outputs, summary = (self.temp / f"{name}.{kind}" for kind in ("sh", "outputs", "summary"))
        for path, content in ((script, step["run"]), (outputs, ""), (summary, "")):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=cwd,
            env={
                **os.environ,
                "PATH": f"{self.programs}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "RUNNER_TEMP": str(self.temp),
                "GITHUB_ACTIONS": "true",
                "GITHUB_OUTPUT": str(outputs),
                "GITHUB_STEP_SUMMARY": str(summary),
                "no_proxy": "*",
                **env,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(
            code=done.returncode,
            log=done.stdout + done.stderr,
            outputs=outputs.read_text(),
            summary=summary.read_text(),
        )


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    for name in ("runner temp", "programs"):
        (tmp_path / name).mkdir()
    return Runner(temp=tmp_path / "runner temp", programs=tmp_path / "programs")


def load(file: str) -> Any:
    """A YAML file of the repository; `on` is the key True, as YAML 1.1 has it."""
    return yaml.safe_load((REPOSITORY / file).read_text(encoding="utf-8"))


def steps_of(document: Mapping[str, Any]) -> list[Any]:
    """All steps of an action or a workflow."""
    runs = [document["runs"]] if "runs" in document else list(document["jobs"].values())
    return [step for job in runs for step in job["steps"]]
