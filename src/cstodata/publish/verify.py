"""Whether a release is what it says it is: its files, its signature, its tables."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.errors import DescriptorError, SignatureError
from cstodata.model.progress import unheard
from cstodata.package.descriptor import MAX_BYTES, read_json
from cstodata.package.digest import sha256_of_file
from cstodata.publish.checksums import wrong_files
from cstodata.publish.problems import Fault, Problem, Verdict
from cstodata.publish.verify_tables import MANIFEST, verify_tables
from cstodata.release.lists import CHECKSUMS, REGISTRY
from cstodata.release.signature import SIGNATURE, check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cstodata.model.progress import OnStep
    from cstodata.model.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What is asked of a release beyond its files and tables.

    Attributes:
        allowed_signers: Whose signature it must have, as ssh-keygen(1) describes under ALLOWED SIGNERS; None if anybody
            may have signed.
        is_signature_required: Whether a release without a signature is wrong; it always is if signers are named.
        validate: Checks its tables anew, with rules if the release was checked with any; None if they need not be
            valid.
    """

    allowed_signers: Path | None = None
    is_signature_required: bool = False
    validate: Callable[..., Report] | None = None


def verify_release(
    folder: Path,
    demands: Demands,
    *,
    version: str | None = None,
    unread: Iterable[str] = (),
    on_step: OnStep = unheard,
) -> Verdict:
    """Whether a release is what it says it is, and what is demanded.

    Args:
        folder: The folder of one version.
        demands: What is asked of it.
        version: What it was asked for as; None if a folder was.
        unread: Files that it has too and that are not in the folder.
        on_step: Called with what is looked at, and the share that is done.

    Raises:
        SignatureError: A signature must be checked and cannot be, for there is no ssh-keygen or no allowed signers.
    """
    on_step("files", 0)
    problems, signature = _look(folder, demands, unread)
    if not problems:
        on_step("tables", 0.3)
        problems += verify_tables(folder)
    if not problems and demands.validate is not None:
        on_step("validation", 0.7)
        checks = read_json(folder / MANIFEST).get("checks")
        without_rules = isinstance(checks, dict) and checks.get("rules") is False
        report = demands.validate(folder, rules=() if without_rules else None)
        if not report.valid:
            why = f"its tables have {report.errors} errors; `cstodata validate` lists them"
            problems.append(Problem(path="datapackage.json", fault=Fault.WRONG, why=why))
    return Verdict(
        version=version,
        problems=tuple(sorted(problems, key=lambda each: each.path)),
        notes=(signature.note,) if signature and signature.note else (),
        signer=signature.signer if signature else None,
        key=signature.key if signature else None,
    )


def verify_files(folder: Path) -> tuple[Problem, ...]:
    """Which files of a release are missing, extra or changed, its signature too; by path.

    Args:
        folder: The folder of one version.

    Raises:
        DescriptorError: It is no release: it has no checksums.
    """
    if not (folder / CHECKSUMS).is_file():
        raise DescriptorError(folder, problem=f"is no release: it holds no {CHECKSUMS}")
    return tuple(_look(folder, Demands(), ())[0])


def _look(folder: Path, demands: Demands, unread: Iterable[str]) -> tuple[list[Problem], _Signature | None]:
    """What is wrong with the files, and what the signature says; where the checksums are wrong, none can fit."""
    problems = list(_problems(folder, unread))
    if CHECKSUMS in {each.path for each in problems}:
        return problems, None
    signature = _signature(folder, demands)
    return problems + ([signature.problem] if signature.problem else []), signature


def _problems(folder: Path, unread: Iterable[str]) -> tuple[Problem, ...]:
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    files = {name: path for name, path in paths.items() if not stat.S_ISDIR(path.lstat().st_mode)}
    # Links are not followed: where they lead is no part of the release. Pipes and devices might never end.
    found = {name: sha256_of_file(path) if stat.S_ISREG(path.lstat().st_mode) else None for name, path in files.items()}
    checksums, registry = (
        _content(files[name]) if found.get(name) is not None else None for name in (CHECKSUMS, REGISTRY)
    )
    return wrong_files({**dict.fromkeys(unread), **found}, checksums, registry)


def _content(path: Path) -> bytes:
    """The bytes of a list, and one more than it may have if it is too large."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signature:
    """What there is to say of a signature."""

    problem: Problem | None = None
    note: str | None = None
    signer: str | None = None
    key: str | None = None


def _signature(folder: Path, demands: Demands) -> _Signature:
    is_required = demands.is_signature_required or demands.allowed_signers is not None
    path = folder / SIGNATURE
    if not path.is_symlink() and not path.exists():
        if not is_required:
            return _Signature(note="it is not signed")
        return _Signature(problem=Problem(path=SIGNATURE, fault=Fault.MISSING, why="the release is not signed"))
    try:
        seal = check(folder, demands.allowed_signers)
    except SignatureError as error:
        if is_required:
            raise
        return _Signature(note=f"its signature was not checked: {error}")
    if seal.fault is not None:
        fault = Fault.CHANGED if seal.key is None else Fault.WRONG
        return _Signature(problem=Problem(path=SIGNATURE, fault=fault, why=seal.fault))
    note = f"it is signed with the key {seal.key}; whose that is, only --allowed-signers can tell"
    return _Signature(note=note if seal.signer is None else None, signer=seal.signer, key=seal.key)
