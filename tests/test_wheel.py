"""The wheel as a user has it: built, unpacked, and run with nothing that only tests need."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
USER_PYTHON = REPOSITORY / os.environ.get("CSTODATA_USER_PYTHON", sys.executable)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked: the one that CSTODATA_WHEEL names, or a new one."""
    folder = tmp_path_factory.mktemp("wheel")
    named = os.environ.get("CSTODATA_WHEEL")
    if named is None:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
        subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    built = next(folder.glob("*.whl")) if named is None else Path(named)
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def as_user(wheel: Path, where: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    return subprocess.run(
        [USER_PYTHON, *arguments], cwd=where, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_holds_the_code_and_the_dataset_and_nothing_else(wheel: Path) -> None:
    def listed(folder: Path, pattern: str) -> set[str]:
        return {path.relative_to(folder).as_posix() for path in folder.rglob(pattern) if path.is_file()}

    code = {f"cstodata/{name}" for name in listed(REPOSITORY / "src" / "cstodata", "*.py")} | {"cstodata/py.typed"}
    for pattern in ("*.jinja", "*.css", "*.js"):
        code |= {f"cstodata/{name}" for name in listed(REPOSITORY / "src" / "cstodata", pattern)}
    data = {f"cstodata/dataset/data/{name}" for name in listed(REPOSITORY / "data", "*.csv")}
    schemas = {f"cstodata/dataset/schemas/{name}" for name in listed(REPOSITORY / "schemas", "*.json")}
    held = {name for name in listed(wheel, "*") if ".dist-info/" not in name}
    assert held == code | data | schemas | {"cstodata/dataset/datapackage.json"}


def test_without_a_package_at_hand_the_bundled_dataset_is_validated(wheel: Path, tmp_path: Path) -> None:
    done = as_user(wheel, tmp_path, "-m", "cstodata", "validate")
    assert (done.returncode, done.stderr) == (0, "")
    assert str(wheel / "cstodata" / "dataset" / "datapackage.json") in done.stdout
    assert "0 errors, 0 warnings, 10 tables, 15 rules applied" in done.stdout


def test_the_bundled_dataset_is_released(wheel: Path, tmp_path: Path) -> None:
    done = as_user(wheel, tmp_path, "-m", "cstodata", "release", "--output", "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "v" / "1.1.0" / "SHA256SUMS").is_file()


def test_a_table_is_loaded_in_one_line(wheel: Path, tmp_path: Path) -> None:
    done = as_user(
        wheel, tmp_path, "-c", "import cstodata; print(cstodata.load('delegations').schema.field('as_of').type)"
    )
    assert (done.stdout, done.stderr) == ("date32[day]\n", "")
