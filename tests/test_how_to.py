"""The commands of the how-to pages run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def test_the_commands_that_verify_a_release_run_and_print_what_the_page_says(repository: Path, dataset: Path) -> None:
    page = (repository / "docs" / "how-to" / "verify-a-release.md").read_text(encoding="utf-8")
    script = "".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=dataset,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for expected in re.findall(r"```text\n(.*?)```", page, re.DOTALL):
        assert expected in done.stdout
    assert "exit code 1\n" in done.stdout
    # ssh-keygen tells it twice, cstodata of the release, of the changed one, and of the store.
    assert done.stdout.count("releases@example.org") == 5


def test_the_commands_that_start_a_dataset_run_and_print_what_the_page_says(repository: Path, tmp_path: Path) -> None:
    page = (repository / "docs" / "how-to" / "start-a-dataset.md").read_text(encoding="utf-8")
    script = "".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    who = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, **who, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for expected in re.findall(r"```text\n(.*?)```", page, re.DOTALL):
        assert expected in done.stdout
    assert "released: build/release/v/0.1.0" in done.stdout
