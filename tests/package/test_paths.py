from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cstodata.errors import UnsafePathError
from cstodata.package.paths import resolve, unsafe_paths

if TYPE_CHECKING:
    from pathlib import Path

    from cstodata.model.json import JsonValue

UNSAFE = {
    "../secret.csv": "leaves the package",
    "data/../../secret.csv": "leaves the package",
    "data\\..\\..\\secret.csv": "leaves the package",
    "/etc/passwd": "absolute",
    "C:\\secret.csv": "absolute",
    "\\\\host\\share\\secret.csv": "absolute",
    "https://example.org/a.csv": "URL",
    "HTTP://example.org/a.csv": "URL",
    "file:///etc/passwd": "URL",
    "s3://bucket/a.csv": "URL",
    "data:text/csv,a": "URL",
    "a\0b.csv": "NUL",
}


@pytest.mark.parametrize(("path", "why"), UNSAFE.items(), ids=map(ascii, UNSAFE))
def test_a_path_out_of_the_package_is_refused_with_the_reason(tmp_path: Path, path: str, why: str) -> None:
    with pytest.raises(UnsafePathError, match=why):
        resolve(tmp_path, path)


def test_a_symbolic_link_out_of_the_package_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (tmp_path / "secret.csv").write_text("secret")
    (package / "link.csv").symlink_to(tmp_path / "secret.csv")
    (package / "folder").symlink_to(tmp_path)
    for path in ("link.csv", "folder/secret.csv", "folder/not-there.csv"):
        with pytest.raises(UnsafePathError, match="symbolic link"):
            resolve(package, path)


def test_a_symbolic_link_within_the_package_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "b.csv").symlink_to("a.csv")
    assert resolve(tmp_path, "b.csv").read_text() == "id\n1\n"


def test_a_loop_of_symbolic_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("b.csv")
    (tmp_path / "b.csv").symlink_to("a.csv")
    with pytest.raises(UnsafePathError):
        resolve(tmp_path, "a.csv")


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for path in ("pipe.csv", "folder.csv", ""):
        with pytest.raises(UnsafePathError, match="not a regular file"):
            resolve(tmp_path, path)


def test_a_file_that_is_not_there_is_no_matter_of_safety(tmp_path: Path) -> None:
    assert resolve(tmp_path, "data/not-there.csv") == tmp_path / "data" / "not-there.csv"


def test_every_place_of_a_descriptor_that_can_hold_a_path_is_looked_at(tmp_path: Path) -> None:
    out = "../out"
    resources: list[JsonValue] = [
        {"name": "a", "path": out},
        {"name": "b", "path": ["fine.csv", out]},
        {"name": "c", "path": "fine.csv", "extrapaths": [out]},
        {"name": "d", "path": "fine.csv", "schema": out},
        {"name": "e", "path": "fine.csv", "dialect": out},
        {"name": "f", "path": "fine.csv", "profile": "https://example.org/profile.json"},
        {"name": "g", "path": "fine.csv", "scheme": "http"},
        {"name": "h", "path": "fine.csv", "schema": {"fields": []}, "profile": "tabular-data-resource"},
        {"name": "i", "url": "http://example.org/a.csv"},
        {"name": "j", "path": "fine.csv", "profiles": ["profile.json"]},
    ]
    found = [
        unsafe.resource for unsafe in unsafe_paths(tmp_path, {"profile": "https://example.org", "resources": resources})
    ]
    assert found == [None, "a", "b", "c", "d", "e", "f", "g", "i", "j"]
