"""Whether a release is what it says it is.

Every file has a digest in `SHA256SUMS` and, but for these two, in `registry.txt`. So a list that was changed is told
from a file that was: what both lists say of a file, and its bytes, are three witnesses, and the odd one out is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from cstodata.errors import CstodataError, DescriptorError
from cstodata.package.descriptor import read_json, read_package
from cstodata.package.digest import sha256_of_file
from cstodata.package.same import same_table
from cstodata.package.tables import read_table
from cstodata.release.build import CHECKSUMS, REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


_SUM = re.compile(r"([0-9a-f]{64})  ([^\0]+)")
_ENTRY = re.compile(r"([^\0]+) sha256:([0-9a-f]{64})")
_MANIFEST = "release.json"


class Fault(StrEnum):
    """What is wrong with a file."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A file of a release that is not what it should be.

    Attributes:
        path: Relative to the folder of the version.
        fault: What is wrong with it.
        why: One sentence.
    """

    path: str
    fault: Fault
    why: str


def verify_files(folder: Path) -> tuple[Problem, ...]:
    """Which files of a release are missing, extra or changed; by path.

    Args:
        folder: The folder of one version.

    Raises:
        DescriptorError: It is no release: it has no checksums.
    """
    if not (folder / CHECKSUMS).is_file():
        raise DescriptorError(folder, problem=f"is no release: it holds no {CHECKSUMS}")
    found = {path.relative_to(folder).as_posix(): sha256_of_file(path) for path in folder.rglob("*") if path.is_file()}
    sums, registry = _read(folder / CHECKSUMS, _SUM), _read(folder / REGISTRY, _ENTRY)
    problems: dict[str, Problem] = {}

    def tell(path: str, fault: Fault, why: str) -> None:
        problems.setdefault(path, Problem(path=path, fault=fault, why=why))

    if sums is None:
        tell(CHECKSUMS, Fault.CHANGED, "it has a line that is no checksum")
    if registry is None:
        fault = Fault.CHANGED if REGISTRY in found else Fault.MISSING
        tell(REGISTRY, fault, "it has a line that is no entry" if REGISTRY in found else "it is not there")
    names = ((sums or {}).keys() | (registry or {}).keys() | found.keys()) - {CHECKSUMS, REGISTRY}
    for name in sorted(names):
        for problem in _compare(name, found, sums, registry):
            tell(problem.path, problem.fault, problem.why)
    if sums is not None and REGISTRY in found and CHECKSUMS not in problems and sums.get(REGISTRY) != found[REGISTRY]:
        tell(REGISTRY, Fault.CHANGED, f"its digest is not the one in {CHECKSUMS}")
    return tuple(problems[path] for path in sorted(problems))


def verify_tables(folder: Path) -> tuple[Problem, ...]:
    """Whether the manifest agrees with the files, and the CSV file of each table with its Parquet file.

    Args:
        folder: The folder of one version, whose files were verified.
    """
    try:
        package, manifest = read_package(folder), read_json(folder / _MANIFEST)
    except CstodataError as error:
        return (Problem(path=_MANIFEST, fault=Fault.WRONG, why=str(error)),)
    problems = list(_manifest_problems(folder, manifest))
    for resource in package.resources:
        path = f"parquet/{resource.name}.parquet"
        try:
            same = same_table(read_table(package, resource), pq.read_table(folder / path))
        except (CstodataError, OSError) as error:
            problems.append(Problem(path=path, fault=Fault.WRONG, why=str(error)))
        else:
            if not same:
                problems.append(
                    Problem(path=path, fault=Fault.WRONG, why=f"it does not hold what {resource.path} holds")
                )
    return tuple(problems)


def _compare(
    name: str, found: Mapping[str, str], sums: Mapping[str, str] | None, registry: Mapping[str, str] | None
) -> Iterator[Problem]:
    """What three witnesses say of one file: its bytes, the checksums and the registry."""
    there = found.get(name)
    told = [None if told is None else told.get(name) for told in (sums, registry)]
    listed = [digest for digest in told if digest is not None]
    if there is not None and there in listed:
        for digest, path, witness in ((told[0], CHECKSUMS, sums), (told[1], REGISTRY, registry)):
            if witness is not None and digest != there:
                yield Problem(
                    path=path, fault=Fault.CHANGED, why=f"it does not name {name} with the digest that it has"
                )
    elif there is None:
        if sums is not None and registry is not None and len(listed) == 1:
            path = REGISTRY if told[0] is None else CHECKSUMS
            yield Problem(path=path, fault=Fault.CHANGED, why=f"it names {name}, which nobody else knows")
        else:
            yield Problem(path=name, fault=Fault.MISSING, why="it is not there")
    elif listed:
        yield Problem(path=name, fault=Fault.CHANGED, why="its digest is another one")
    else:
        yield Problem(path=name, fault=Fault.EXTRA, why="the release does not name it")


def _manifest_problems(folder: Path, manifest: Mapping[str, object]) -> Iterator[Problem]:
    tables = manifest.get("tables")
    for table in tables if isinstance(tables, list) else []:
        for file in table["files"]:
            path = folder / file["path"]
            if not path.is_file() or (path.stat().st_size, sha256_of_file(path)) != (file["bytes"], file["sha256"]):
                why = f"it does not tell the size and digest of {file['path']}"
                yield Problem(path=_MANIFEST, fault=Fault.WRONG, why=why)


def _read(path: Path, line: re.Pattern[str]) -> dict[str, str] | None:
    """Digests by path; None if the file is not there, or a line is of another form."""
    if not path.is_file():
        return None
    entries: dict[str, str] = {}
    text = path.read_bytes().decode(errors="replace")
    for each in text.removesuffix("\n").split("\n"):
        match = line.fullmatch(each)
        if match is None:
            return None
        digest, name = match.groups() if line is _SUM else match.groups()[::-1]
        entries[name] = digest
    return entries if text.endswith("\n") else None
