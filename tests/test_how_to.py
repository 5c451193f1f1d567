"""The commands of the how-to pages run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def said_by_the_commands_of(page: Path, folder: Path, **environment: str) -> str:
    """Run a page's commands in a folder; each of them succeeds, and what they print is what the page says."""
    text = page.read_text(encoding="utf-8")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))],
        cwd=folder,
        env={
            **os.environ,
            **environment,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for expected in re.findall(r"```text\n(.*?)```", text, re.DOTALL):
        assert expected in done.stdout
    return done.stdout


def test_the_commands_that_verify_a_release_run_and_print_what_the_page_says(repository: Path, dataset: Path) -> None:
    said = said_by_the_commands_of(repository / "docs/how-to/verify-a-release.md", dataset)
    assert "exit code 1\n" in said
    # ssh-keygen tells it twice, cstodata of the release, of the changed one, and of the store.
    assert said.count("releases@example.org") == 5


def test_the_commands_that_publish_pages_run(repository: Path, dataset: Path) -> None:
    said = said_by_the_commands_of(repository / "docs/how-to/publish-pages.md", dataset)
    assert said.count("pages in ") == 4
    assert "seats of one delegation are wrong" in (dataset / "build/store/index.html").read_text()
    assert "https://data.example.org/v/1.1.0/" in (dataset / "build/pages/index.html").read_text()


def test_the_commands_that_start_a_dataset_run_and_print_what_the_page_says(repository: Path, tmp_path: Path) -> None:
    who = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    said = said_by_the_commands_of(repository / "docs/how-to/start-a-dataset.md", tmp_path, **who)
    assert "released: build/release/v/0.1.0" in said


def test_the_commands_that_extract_pages_run_and_print_what_the_page_says(repository: Path, dataset: Path) -> None:
    said = said_by_the_commands_of(repository / "docs/how-to/extract-pages.md", dataset)
    assert "wrote data/delegations.csv" in said
    assert "valid: 0 errors" in said
