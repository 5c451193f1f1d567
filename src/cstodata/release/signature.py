"""The signature of a release: who says that these are its checksums.

`ssh-keygen` makes and checks it (OpenSSH, PROTOCOL.sshsig); there is no cryptography of our own. It is made for one
purpose, named in it, so that a signature that the same key made for something else is none of a release.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.errors import SignatureError
from cstodata.package.formatting import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNED = "SHA256SUMS"
SIGNATURE = f"{SIGNED}.sig"
NAMESPACE = "cstodata-release"
"""What signatures of releases are made for."""

MAX_BYTES = 64 * 1024
"""Of a signature; the largest keys make some 10 kB."""

_ARMOUR = re.compile(rb"-----BEGIN SSH SIGNATURE-----\n(?:[A-Za-z0-9+/]{1,76}={0,2}\n)+-----END SSH SIGNATURE-----\n")
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
_PATIENCE_SECONDS = 120  # a key in hardware waits to be touched


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What a signature says.

    Attributes:
        key: Fingerprint of the key that made it; None if it is no signature of the checksums.
        signer: Whom the allowed signers name as the key's owner; None if they do not, or nobody asked.
        fault: Why it does not hold, one sentence; None if it does.
    """

    key: str | None = None
    signer: str | None = None
    fault: str | None = None


def sign(folder: Path, key: Path) -> bool:
    """Sign the checksums of a release.

    Args:
        folder: The folder of its version.
        key: A private key of SSH without a passphrase, or the public key of one that ssh-agent holds.

    Returns:
        Whether a signature was written; not, if one by the same key stands there already.

    Raises:
        SignatureError: There is no release, or no such key, or ssh-keygen does not sign with it; or another signature
            stands there.
    """
    if not (folder / SIGNED).is_file():
        raise SignatureError(f"{folder} is no release: it holds no {SIGNED}")
    signature, own = _signed(key, (folder / SIGNED).read_bytes())
    path = folder / SIGNATURE
    if path.exists() or path.is_symlink():
        there = check(folder)
        if there.key != own:
            whose = there.fault or f"it is by the key {there.key}, and {key} is {own}"
            raise SignatureError(f"{path} is there already and stays as it is: {whose}")
        return False
    replace_file(path, signature)
    return True


def check_key(key: Path) -> None:
    """Make sure that a key can sign, before there is a release to sign: it signs a word.

    Args:
        key: As `sign` takes it.

    Raises:
        SignatureError: There is no such key, or ssh-keygen does not sign with it.
    """
    _signed(key, b"a word\n")


def check(folder: Path, allowed_signers: Path | None = None) -> Seal:
    """What the signature of a release says.

    Args:
        folder: The folder of its version.
        allowed_signers: Whose keys may sign, as ssh-keygen(1) describes under ALLOWED SIGNERS; None to ask only whether
            it is the signature of these checksums, by whatever key.

    Raises:
        SignatureError: ssh-keygen is not there, or there are no allowed signers to read.
    """
    if allowed_signers is not None and not allowed_signers.is_file():
        raise SignatureError(f"there is no file {allowed_signers} of allowed signers")
    path = folder / SIGNATURE
    if path.is_symlink() or not path.is_file():
        return Seal(fault="it is no regular file" if path.is_symlink() or path.exists() else "it is not there")
    if path.stat().st_size > MAX_BYTES:
        return Seal(fault=f"it is larger than any signature: it has more than {MAX_BYTES:,} bytes")
    signature, checksums = path.read_bytes(), (folder / SIGNED).read_bytes()
    seal = _look(signature, checksums)
    if seal.key is None or allowed_signers is None:
        return seal
    with _written(signature) as file:
        found = _ssh_keygen("find-principals", "-s", file, "-f", str(allowed_signers))
        signers = found.stdout.decode(errors="replace").splitlines()
        for signer in signers if found.returncode == 0 else ():
            asked = ("-n", NAMESPACE, "-f", str(allowed_signers), "-I", signer, "-s", file)
            if _ssh_keygen("verify", *asked, given=checksums).returncode == 0:
                return Seal(key=seal.key, signer=signer)
    return Seal(key=seal.key, fault=f"its key {seal.key} is not one that {allowed_signers} allows to sign releases")


def _signed(key: Path, content: bytes) -> tuple[bytes, str]:
    """The signature of some bytes, and the fingerprint of the key that made it."""
    if not key.is_file():
        raise SignatureError(f"there is no key {key}")
    # The empty passphrase keeps it from asking for one where nobody may sit.
    done = _ssh_keygen("sign", "-P", "", "-n", NAMESPACE, "-f", str(key), given=content)
    if done.returncode:
        raise SignatureError(f"{key} cannot sign: {_why_not(done.stderr.decode(errors='replace'))}")
    seal = _look(done.stdout, content)
    if seal.key is None:
        raise SignatureError(f"{key} cannot sign: what ssh-keygen made with it does not hold")
    return done.stdout, seal.key


def _look(signature: bytes, checksums: bytes) -> Seal:
    """Whether these bytes are a signature of the checksums, and by which key."""
    # ssh-keygen reads on where the form is not quite kept; but nobody should be able to change a byte.
    if not _ARMOUR.fullmatch(signature):
        return Seal(fault="it has not the form of an SSH signature")
    with _written(signature) as file:
        done = _ssh_keygen("check-novalidate", "-n", NAMESPACE, "-s", file, given=checksums)
    key = _FINGERPRINT.search(done.stdout.decode(errors="replace"))
    if done.returncode == 0 and key is not None:
        return Seal(key=key[0])
    if b"namespace" in done.stderr:
        return Seal(fault=f"it was made for another purpose than {NAMESPACE}")
    return Seal(fault=f"it is no signature of this {SIGNED}")


def _why_not(told: str) -> str:
    """What keeps a key from signing, from what ssh-keygen tells."""
    if "passphrase" in told:
        return "it has a passphrase; hand it to ssh-agent with ssh-add, and try again"
    if "UNPROTECTED" in told:
        return "others may read it; keep it to yourself with chmod 600"
    if "No private key found" in told:
        return "it is a public key, and its private key is neither beside it nor in ssh-agent"
    if "Couldn't load public key" in told:
        return "it is no key that ssh-keygen can read"
    return " ".join(told.split()) or "ssh-keygen does not say why"


@contextmanager
def _written(signature: bytes) -> Iterator[str]:
    """A signature in a file of our own: what was looked at is what ssh-keygen reads."""
    with tempfile.TemporaryDirectory(prefix="cstodata-") as folder:
        file = Path(folder, SIGNATURE)
        file.write_bytes(signature)
        yield str(file)


def _ssh_keygen(verb: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 -- no shell
            ["ssh-keygen", "-Y", verb, *arguments],  # noqa: S607 -- the user's own, wherever it is
            input=given,
            capture_output=True,
            check=False,
            timeout=_PATIENCE_SECONDS,
        )
    except OSError as error:
        raise SignatureError(f"ssh-keygen cannot be started ({error.strerror}); it comes with OpenSSH") from error
    except subprocess.TimeoutExpired as error:
        raise SignatureError(f"ssh-keygen did not end within {_PATIENCE_SECONDS} seconds") from error
