"""A release that was made to do harm: nothing outside it is read or written, and each fault is a sentence."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import cstodata
from cstodata.cli.main import run
from cstodata.errors import PublishError
from cstodata.package.descriptor import read_package
from cstodata.publish.problems import Fault
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store
from cstodata.publish.verify import Demands, verify_release
from cstodata.release.archive import NOT_INSIDE, write_archive
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release
from cstodata.release.signature import sign

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORIGIN = Origin(created="2026-02-20T00:00:00Z", commit=None, is_dirty=False, tool="0.1.0")
ESCAPE = "\x1b[31m"


@pytest.fixture
def release(make_package: Callable[..., Path], tmp_path: Path, keys: Path) -> Path:
    """A signed release of a small package."""
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "text"}], "primaryKey": ["id"]}
    package = read_package(make_package({"table": ("id,text\n1,a\n2,b\n", schema)}))
    plan = plan_release(package, cstodata.validate(package.path), origin=ORIGIN)
    build_release(package, plan, tmp_path / "out")
    sign(tmp_path / "out" / plan.folder, keys / "ed25519")
    return tmp_path / "out" / plan.folder


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def list_anew(folder: Path) -> None:
    """Make both lists fit the files, as whoever tampered with them would."""
    for archive in folder.glob("*.zip"):
        write_archive(folder, set(names(folder)) - NOT_INSIDE - {archive.name}, archive, created=None)
    listed = [name for name in names(folder) if name not in {"SHA256SUMS", "registry.txt", "SHA256SUMS.sig"}]
    registry = "".join(f"{name} sha256:{digest(folder / name)}\n" for name in listed)
    (folder / "registry.txt").write_text(registry)
    sums = "".join(f"{digest(folder / name)}  {name}\n" for name in sorted([*listed, "registry.txt"]))
    (folder / "SHA256SUMS").write_text(sums)


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def faults(folder: Path, signers: Path | None = None) -> list[tuple[str, Fault]]:
    verdict = verify_release(folder, Demands(allowed_signers=signers, validate=cstodata.validate))
    return [(problem.path, problem.fault) for problem in verdict.problems]


@pytest.mark.parametrize("where", [0.0, 0.3, 1.0])
def test_one_changed_byte_in_any_file_of_a_signed_release_names_that_very_file(
    release: Path, allowed_signers: Path, where: float
) -> None:
    assert "SHA256SUMS.sig" in names(release)
    assert faults(release, allowed_signers) == []
    for name in names(release):
        path = release / name
        content = path.read_bytes()
        at = int(where * (len(content) - 1))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert faults(release, allowed_signers) == faults(release) == [(name, Fault.CHANGED)]
        path.write_bytes(content)


def test_whoever_lists_anew_what_was_changed_cannot_sign_it(
    release: Path, keys: Path, allowed_signers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (release / "README.md").write_text("other\n")
    list_anew(release)
    assert faults(release, allowed_signers) == [("SHA256SUMS.sig", Fault.CHANGED)]
    (release / "SHA256SUMS.sig").unlink()
    assert faults(release) == []
    assert faults(release, allowed_signers) == [("SHA256SUMS.sig", Fault.MISSING)]
    sign(release, keys / "other")
    assert faults(release) == []
    assert faults(release, allowed_signers) == [("SHA256SUMS.sig", Fault.WRONG)]
    assert run(["verify", str(release), "--allowed-signers", str(allowed_signers)], debug=False) == 1
    assert "is not one that" in capsys.readouterr().out


def test_the_signer_is_named_and_without_signers_the_key(
    release: Path, allowed_signers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["verify", str(release), "--allowed-signers", str(allowed_signers)], debug=False) == 0
    assert "signed by releases@example.org with the key SHA256:" in capsys.readouterr().out
    assert run(["verify", str(release), "--require-signature"], debug=False) == 0
    assert "whose that is, only --allowed-signers can tell" in capsys.readouterr().out
    (release / "SHA256SUMS.sig").unlink()
    assert run(["verify", str(release), "--require-signature"], debug=False) == 1
    assert "SHA256SUMS.sig  the release is not signed" in capsys.readouterr().out
    assert run(["verify", str(release)], debug=False) == 0
    assert "it is not signed" in capsys.readouterr().out


def test_without_ssh_keygen_only_who_asks_for_a_signer_is_stopped(
    release: Path,
    allowed_signers: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert run(["verify", str(release)], debug=False) == 0
    assert "its signature was not checked: ssh-keygen cannot be started" in capsys.readouterr().out
    assert run(["verify", str(release), "--allowed-signers", str(allowed_signers)], debug=False) == 3
    assert "ssh-keygen cannot be started" in capsys.readouterr().err


def test_a_release_with_a_signature_that_does_not_hold_is_not_published(release: Path, tmp_path: Path) -> None:
    (release / "SHA256SUMS.sig").write_text("nothing\n")
    with pytest.raises(PublishError, match=r"SHA256SUMS\.sig is changed"):
        publish(release, Store(str(tmp_path / "store")))


@pytest.mark.parametrize(
    "name",
    ["../../x", "/etc/passwd", "data/../../x", "./data/table.csv", f"{ESCAPE}x", "", "a\\x", "SHA256SUMS.sig", "a\r"],
)
@pytest.mark.parametrize("file", ["SHA256SUMS", "registry.txt"])
def test_a_list_that_names_what_is_not_in_the_release_is_wrong(
    release: Path, file: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    zeros = "0" * 64
    with (release / file).open("ab") as lines:
        lines.write((f"{zeros}  {name}\n" if file == "SHA256SUMS" else f"{name} sha256:{zeros}\n").encode())
    assert file in [path for path, _ in faults(release)]
    assert run(["verify", str(release)], debug=False) == 1
    assert not set(capsys.readouterr().out) & {"\x1b", "\r"}


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xff" * 1000, b"0" * 5_000_000, b"\x1b[31m  x\n", b"x" * 64 + b"  a\n"]
)
@pytest.mark.parametrize("file", ["SHA256SUMS", "registry.txt"])
def test_a_list_of_another_form_is_named(release: Path, file: str, content: bytes) -> None:
    (release / file).write_bytes(content)
    assert (file, Fault.CHANGED) in faults(release)


def test_a_path_that_stands_twice_in_a_list_is_told(release: Path) -> None:
    lines = (release / "SHA256SUMS").read_text().splitlines(keepends=True)
    (release / "SHA256SUMS").write_text("".join([lines[0], *lines]))
    assert faults(release) == [("SHA256SUMS", Fault.CHANGED)]


def test_links_and_pipes_are_named_and_not_followed(release: Path, tmp_path: Path) -> None:
    for name in names(release):
        outside = tmp_path / "outside"
        (release / name).rename(outside)
        (release / name).symlink_to(outside)
        assert faults(release) == [(name, Fault.CHANGED)]
        (release / name).unlink()
        outside.rename(release / name)
    shutil.copytree(release / "data", tmp_path / "data")
    shutil.rmtree(release / "data")
    (release / "data").symlink_to(tmp_path / "data")
    assert faults(release) == [("data", Fault.EXTRA), ("data/table.csv", Fault.MISSING)]
    (release / "data").unlink()
    (release / "data").mkdir()
    os.mkfifo(release / "data" / "table.csv")
    assert faults(release) == [("data/table.csv", Fault.CHANGED)]


def test_names_of_files_are_shown_without_their_escapes(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (release / f"{ESCAPE}\n").write_text("")
    os.close(os.open(os.fsencode(release) + b"/\xff\x07", os.O_CREAT | os.O_WRONLY))
    (release / "a\\b").write_text("")
    assert run(["verify", str(release)], debug=False) == 1
    told = capsys.readouterr().out
    assert told.count("\n") == 4
    assert told.count("extra") == 3
    assert not set(told) & {"\x1b", "\x07"}


TABLE = {"name": "table", "rows": 2, "primaryKey": ["id"]}
PATHS: tuple[Any, ...] = (
    "../../../outside",
    "/etc/passwd",
    "https://example.org/x",
    7,
    [],
    None,
    ESCAPE,
    "\x00",
    "data",
)
MANIFESTS: list[dict[str, Any]] = [
    {"tables": 7},
    {"tables": [7]},
    {"tables": None},
    {"tables": [{**TABLE, "files": 7}, 7, {"name": []}]},
    *({"tables": [{**TABLE, "files": [{"path": path, "bytes": 1, "sha256": "x"}]}]} for path in PATHS),
    {"tables": [{**TABLE, "files": [{}]}]},
    {"version": [], "package": {}},
    {"version": "9.9.9"},
]


@pytest.mark.parametrize("changes", MANIFESTS, ids=range(len(MANIFESTS)))
def test_a_manifest_that_was_made_up_is_wrong(
    release: Path, changes: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    (release / "SHA256SUMS.sig").unlink()
    edit(release / "release.json", **changes)
    list_anew(release)
    assert {path for path, _ in faults(release)} == {"release.json"}
    assert run(["verify", str(release)], debug=False) == 1
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"[" * 100_000, b"{}", b'{"a": 1, "a": 2}', b"\x1b[31m"])
@pytest.mark.parametrize("name", ["release.json", "datapackage.json", "parquet/datapackage.json"])
def test_a_document_that_cannot_be_read_is_named(
    release: Path, name: str, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (release / "SHA256SUMS.sig").unlink()
    (release / name).write_bytes(content)
    list_anew(release)
    assert (name, Fault.WRONG) in faults(release)
    assert run(["verify", str(release)], debug=False) == 1
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "../../../package/table.csv"},
        {"path": "/etc/passwd"},
        {"path": "https://example.org/table.csv"},
        {"path": ["data/table.csv", "../../x"]},
        {"path": None, "data": [["id"], [1]]},
        {"path": "data/table.csv", "compression": "gz"},
        {"schema": "../../../x.json"},
        {"schema": None},
        {"name": "../../../x"},
        {"name": "a\x00b"},
        {"dialect": {"delimiter": ";;"}},
        {"encoding": "nothing"},
    ],
    ids=str,
)
def test_a_descriptor_that_leads_elsewhere_is_wrong(release: Path, changes: dict[str, Any]) -> None:
    (release / "SHA256SUMS.sig").unlink()
    (resource,) = json.loads((release / "datapackage.json").read_text())["resources"]
    edit(release / "datapackage.json", resources=[{**resource, **changes}])
    list_anew(release)
    told = faults(release)
    assert told
    assert {fault for _, fault in told} == {Fault.WRONG}


@pytest.mark.parametrize("content", [b"", b"PAR1PAR1", b"PAR1" + b"\xff" * 1000 + b"PAR1", b"\x1b[31m"])
def test_a_parquet_file_that_is_none_is_named(release: Path, content: bytes) -> None:
    (release / "SHA256SUMS.sig").unlink()
    (release / "parquet" / "table.parquet").write_bytes(content)
    list_anew(release)
    assert ("parquet/table.parquet", Fault.WRONG) in faults(release)


def test_the_two_descriptors_must_tell_the_same(release: Path) -> None:
    (release / "SHA256SUMS.sig").unlink()
    path = release / "parquet" / "datapackage.json"
    (resource,) = json.loads(path.read_text())["resources"]
    changes: tuple[dict[str, Any], ...] = (
        {"hash": "sha256:0"},
        {"path": "other.parquet"},
        {"schema": {"fields": []}},
        {"name": "other"},
    )
    for change in changes:
        edit(path, resources=[{**resource, **change}])
        list_anew(release)
        assert ("parquet/datapackage.json", Fault.WRONG) in faults(release)


def test_a_release_whose_tables_are_not_valid_is_wrong(release: Path) -> None:
    (release / "SHA256SUMS.sig").unlink()
    edit(release / "datapackage.json", licenses="none")
    list_anew(release)
    assert faults(release) == [("datapackage.json", Fault.WRONG)]
