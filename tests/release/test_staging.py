"""The folder that releases are built in, left by those that were killed and shared by those that run at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from cstodata.release.staging import staging

if TYPE_CHECKING:
    from pathlib import Path

KILLED = """
import os, sys
from pathlib import Path
from cstodata.release.staging import staging

with staging(Path(sys.argv[1]), "building") as folder:
    (folder / "half").write_text("half a file")
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_build_left_is_taken_away(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode == -9
    assert [path.name for path in tmp_path.rglob("half")] == ["half"]
    with staging(tmp_path, "building") as folder:
        assert list(folder.iterdir()) == []
    assert not folder.exists()


def test_two_at_once_build_one_after_the_other(tmp_path: Path) -> None:
    seen: list[str] = []
    inside = threading.Event()

    def waits(name: str, _share: float) -> None:
        seen.append(name)
        inside.set()

    def build() -> None:
        with staging(tmp_path, "building", on_step=waits) as folder:
            seen.append(f"empty: {not list(folder.iterdir())}")

    with staging(tmp_path, "building") as folder:
        (folder / "half").write_text("half a file")
        other = threading.Thread(target=build)
        other.start()
        assert inside.wait(30)
        seen.append("first is done")
    other.join(30)
    assert seen == ["when another release is there", "first is done", "empty: True"]


def test_what_goes_wrong_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="of the caller"), staging(tmp_path, "building") as folder:
        raise RuntimeError("of the caller")
    assert not folder.exists()
