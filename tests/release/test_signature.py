"""A release is signed by ssh-keygen, and what is not its signature does not pass for one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cstodata.cli.main import run
from cstodata.errors import SignatureError
from cstodata.release.signature import NAMESPACE, check, sign

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNER = "releases@example.org"
CHECKSUMS = f"{'0' * 64}  data/table.csv\n".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What stands for a release: its checksums."""
    release = tmp_path / "release"
    release.mkdir()
    (release / "SHA256SUMS").write_bytes(CHECKSUMS)
    return release


@pytest.fixture
def agent(keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An ssh-agent that holds the key with the passphrase."""
    socket, askpass = tmp_path / "agent", tmp_path / "askpass"
    askpass.write_text("#!/bin/sh\necho secret\n")
    askpass.chmod(0o700)
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()  # it listens
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    environment = {**os.environ, "SSH_ASKPASS": str(askpass), "SSH_ASKPASS_REQUIRE": "force"}
    subprocess.run(["ssh-add", "-q", str(keys / "locked")], env=environment, check=True)
    yield
    process.terminate()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("key", ["ed25519", "rsa"])
def test_a_signature_names_its_signer_and_is_the_same_each_time(
    folder: Path, keys: Path, allowed_signers: Path, key: str
) -> None:
    assert sign(folder, keys / key) is True
    signature = (folder / "SHA256SUMS.sig").read_bytes()
    seal = check(folder, allowed_signers)
    fingerprint = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(keys / key)], capture_output=True, text=True, check=True
    ).stdout.split()[1]
    assert (seal.signer, seal.key, seal.fault) == (SIGNER, fingerprint, None)
    assert sign(folder, keys / key) is False
    (folder / "SHA256SUMS.sig").unlink()
    sign(folder, keys / key)
    assert (folder / "SHA256SUMS.sig").read_bytes() == signature


def test_ssh_keygen_alone_accepts_the_signature(folder: Path, keys: Path, allowed_signers: Path) -> None:
    sign(folder, keys / "ed25519")
    asked = ["-n", NAMESPACE, "-f", str(allowed_signers), "-I", SIGNER, "-s", "SHA256SUMS.sig"]
    subprocess.run(["ssh-keygen", "-Y", "verify", *asked], input=CHECKSUMS, cwd=folder, check=True)


def test_a_signature_by_the_same_key_stays_though_a_new_one_would_differ(folder: Path, keys: Path) -> None:
    sign(folder, keys / "ecdsa")
    signature = (folder / "SHA256SUMS.sig").read_bytes()
    assert sign(folder, keys / "ecdsa") is False
    assert (folder / "SHA256SUMS.sig").read_bytes() == signature


@pytest.mark.parametrize("there", ["of another key", "no signature"])
def test_another_signature_is_never_replaced(folder: Path, keys: Path, there: str) -> None:
    if there == "no signature":
        (folder / "SHA256SUMS.sig").write_text("nothing\n")
    else:
        sign(folder, keys / "other")
    before = (folder / "SHA256SUMS.sig").read_bytes()
    with pytest.raises(SignatureError, match="is there already and stays as it is"):
        sign(folder, keys / "ed25519")
    assert (folder / "SHA256SUMS.sig").read_bytes() == before


def test_a_key_with_a_passphrase_signs_through_the_agent(folder: Path, keys: Path, agent: None) -> None:
    assert sign(folder, keys / "locked") is True
    (folder / "SHA256SUMS.sig").unlink()
    alone = folder.parent / "alone.pub"
    shutil.copy(keys / "locked.pub", alone)
    assert sign(folder, alone) is True
    assert check(folder).fault is None


def key_without_private_half(keys: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(keys / "other.pub", tmp_path / "alone.pub"))


def key_that_others_may_read(keys: Path, tmp_path: Path) -> Path:
    path = Path(shutil.copy(keys / "other", tmp_path / "open"))
    path.chmod(0o644)
    return path


def text_that_is_no_key(keys: Path, tmp_path: Path) -> Path:
    path = tmp_path / "text"
    path.write_bytes(b"\x1b[31mno key\x00")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (lambda keys, _: keys / "nowhere", "there is no key"),
        (lambda keys, _: keys, "there is no key"),
        (lambda keys, _: keys / "locked", "it has a passphrase; hand it to ssh-agent"),
        (key_without_private_half, "it is a public key, and its private key is neither beside it nor in ssh-agent"),
        (key_that_others_may_read, "others may read it"),
        (text_that_is_no_key, "it is no key that ssh-keygen can read"),
    ],
    ids=["none", "a folder", "locked", "a public key", "for all to read", "text"],
)
def test_a_key_that_cannot_sign_is_told_in_a_sentence(
    folder: Path, keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: object, why: str
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert callable(key)
    with pytest.raises(SignatureError, match=why) as error:
        sign(folder, key(keys, tmp_path))
    assert "\n" not in str(error.value)
    assert [path.name for path in folder.iterdir()] == ["SHA256SUMS"]


def test_what_is_no_release_cannot_be_signed(keys: Path, tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match="is no release"):
        sign(tmp_path, keys / "ed25519")


def test_without_ssh_keygen_a_sentence_says_so(
    folder: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sign(folder, keys / "ed25519")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(SignatureError, match="ssh-keygen cannot be started"):
        sign(folder, keys / "ed25519")
    with pytest.raises(SignatureError, match="it comes with OpenSSH"):
        check(folder)


@pytest.mark.parametrize("key", ["ed25519", "rsa"])
def test_no_byte_of_a_signature_can_be_changed(folder: Path, keys: Path, key: str) -> None:
    sign(folder, keys / key)
    path = folder / "SHA256SUMS.sig"
    signature = path.read_bytes()
    for at in range(0, len(signature), 1 if key == "ed25519" else 7):
        path.write_bytes(signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :])
        assert check(folder).fault is not None, at
    for longer in (signature + b"\n", signature + b"x", b"\n" + signature, signature.replace(b"\n", b"\r\n")):
        path.write_bytes(longer)
        assert check(folder).fault == "it has not the form of an SSH signature"


def signed_by(key: Path, content: bytes, namespace: str) -> bytes:
    command = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(key)]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


@pytest.mark.parametrize(
    ("signature", "why"),
    [
        (("ed25519", b"another release\n", NAMESPACE), "it is no signature of this SHA256SUMS"),
        (("ed25519", CHECKSUMS, "git"), "it was made for another purpose than cstodata-release"),
        (("other", CHECKSUMS, NAMESPACE), "is not one that .* allows to sign releases"),
    ],
)
def test_a_swapped_signature_does_not_hold(
    folder: Path, keys: Path, allowed_signers: Path, signature: tuple[str, bytes, str], why: str
) -> None:
    key, content, namespace = signature
    (folder / "SHA256SUMS.sig").write_bytes(signed_by(keys / key, content, namespace))
    seal = check(folder, allowed_signers)
    assert seal.signer is None
    assert seal.fault is not None
    assert re.search(why, seal.fault)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", bytes(range(256)) * 8, b"\x1b[31m", b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n"],
)
def test_what_is_no_signature_is_told(folder: Path, content: bytes) -> None:
    (folder / "SHA256SUMS.sig").write_bytes(content)
    assert check(folder).fault == "it has not the form of an SSH signature"


def test_a_well_formed_text_that_is_no_signature_is_told(folder: Path) -> None:
    lines = "QUJD" * 17 + "\n"
    (folder / "SHA256SUMS.sig").write_text(f"-----BEGIN SSH SIGNATURE-----\n{lines * 5}-----END SSH SIGNATURE-----\n")
    assert check(folder).fault == "it is no signature of this SHA256SUMS"


def test_a_signature_of_100_mb_is_not_read(folder: Path) -> None:
    with (folder / "SHA256SUMS.sig").open("wb") as file:
        file.truncate(100_000_000)
    assert check(folder).fault == "it is larger than any signature: it has more than 65,536 bytes"


def test_a_signature_that_is_a_link_or_a_pipe_is_not_read(folder: Path, keys: Path, tmp_path: Path) -> None:
    sign(folder, keys / "ed25519")
    path = folder / "SHA256SUMS.sig"
    path.rename(tmp_path / "outside")
    path.symlink_to(tmp_path / "outside")
    assert check(folder).fault == "it is no regular file"
    path.unlink()
    os.mkfifo(path)
    assert check(folder).fault == "it is no regular file"


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 50, b"\x1b[31m ssh-ed25519 AAAA\n", b"* ssh-ed25519\n"])
def test_garbage_for_allowed_signers_allows_nobody(folder: Path, keys: Path, tmp_path: Path, content: bytes) -> None:
    sign(folder, keys / "ed25519")
    (tmp_path / "signers").write_bytes(content)
    seal = check(folder, tmp_path / "signers")
    assert seal.signer is None
    assert seal.fault is not None
    assert seal.fault.endswith("allows to sign releases")
    with pytest.raises(SignatureError, match="no file"):
        check(folder, tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("options", "signer"),
    [
        ("", "a@example.org"),
        ('namespaces="git,cstodata-release" ', "a@example.org"),
        ('namespaces="git" ', None),
        ('valid-before="20200101" ', None),
        ("cert-authority ", None),
    ],
)
def test_the_limits_of_allowed_signers_hold(
    folder: Path, keys: Path, tmp_path: Path, options: str, signer: str | None
) -> None:
    sign(folder, keys / "ed25519")
    (tmp_path / "signers").write_text(f"a@example.org,*@example.net {options}{(keys / 'ed25519.pub').read_text()}")
    assert check(folder, tmp_path / "signers").signer == signer


@pytest.mark.parametrize("key", ["ed25519", "ecdsa"])
def test_a_release_is_signed_when_it_is_written_or_later(
    dataset: Path, tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    command = ["release", str(dataset), "--output", str(tmp_path / "out")]
    signature = tmp_path / "out" / "v" / "1.1.0" / "SHA256SUMS.sig"
    assert run(command, debug=False) == 0
    written = {path: path.read_bytes() for path in signature.parent.rglob("*") if path.is_file()}
    assert run([*command, "--sign-key", str(keys / key)], debug=False) == 0
    assert "already released, with the same bytes" in capsys.readouterr().out
    made = signature.read_bytes()
    assert run([*command, "--sign-key", str(keys / key)], debug=False) == 0
    assert "signed already, with the same key" in capsys.readouterr().out
    assert run(command, debug=False) == 0
    assert {path: path.read_bytes() for path in signature.parent.rglob("*") if path.is_file()} == {
        **written,
        signature: made,
    }


def test_a_key_that_is_not_there_stops_before_anything_is_written(dataset: Path, tmp_path: Path) -> None:
    command = ["release", str(dataset), "--output", str(tmp_path / "out"), "--sign-key", str(tmp_path / "nowhere")]
    assert run(command, debug=False) == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("dry", [[], ["--dry-run"]], ids=["a build", "a dry run"])
def test_a_key_that_cannot_sign_stops_before_anything_is_looked_at(
    dataset: Path, tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str], dry: list[str]
) -> None:
    command = ["release", str(dataset), "--output", str(tmp_path / "out"), "--sign-key", str(keys / "locked"), *dry]
    assert run(command, debug=False) == 3
    told = capsys.readouterr()
    assert "it has a passphrase; hand it to ssh-agent" in told.err
    assert told.out == ""
    assert not (tmp_path / "out").exists()
