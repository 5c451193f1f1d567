"""Which files of a release are wrong, from what its two lists say of them.

Every file has a digest in `SHA256SUMS` and, but for these two, in `registry.txt`. So a list that was changed is told
from a file that was: what both lists say of a file, and its bytes, are three witnesses, and the odd one out is wrong.
The signature stands in neither list, for it is of one of them.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cstodata.package.descriptor import MAX_BYTES
from cstodata.publish.problems import Fault, Problem
from cstodata.release.lists import CHECKSUMS, REGISTRY
from cstodata.release.signature import SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNLISTED = frozenset({CHECKSUMS, REGISTRY, SIGNATURE})
"""Files that `registry.txt` does not name, and of which `SHA256SUMS` names that one only."""

_SUM = re.compile(r"([0-9a-f]{64})  ([^\0]+)")
_ENTRY = re.compile(r"([^\0]+) sha256:([0-9a-f]{64})")


def wrong_files(
    found: Mapping[str, str | None], checksums: bytes | None, registry: bytes | None
) -> tuple[Problem, ...]:
    """Which files are missing, extra or changed; by path.

    Args:
        found: Digest by path of each file that is there; None for what is there and no regular file, or was not read.
        checksums: `SHA256SUMS`; None if it is not there.
        registry: `registry.txt`; None if it is not there.
    """
    if checksums is None:
        return (_not_read(CHECKSUMS, found),)
    sums, entries = _read(checksums, _SUM), None if registry is None else _read(registry, _ENTRY)
    told = [*_wrong_list(CHECKSUMS, sums)]
    told += [_not_read(REGISTRY, found)] if registry is None else _wrong_list(REGISTRY, entries)
    listed = filter(is_inside, (sums or {}).keys() | (entries or {}).keys())
    for name in sorted((found.keys() | set(listed)) - UNLISTED):
        told += _compare(name, found, sums, entries)
    problems = {problem.path: problem for problem in reversed(told)}  # the first of each path
    if sums is not None and CHECKSUMS not in problems and sums.get(REGISTRY) != found.get(REGISTRY):
        why = f"its digest is not the one in {CHECKSUMS}"
        problems.setdefault(REGISTRY, Problem(path=REGISTRY, fault=Fault.CHANGED, why=why))
    return tuple(problems[path] for path in sorted(problems))


def listed_digests(checksums: bytes) -> Mapping[str, str]:
    """Digests by path, as `SHA256SUMS` tells them; none if it is broken."""
    return _read(checksums, _SUM) or {}


def listed_files(checksums: bytes | None, registry: bytes | None) -> set[str]:
    """The files that one of the lists names, but for those that lead out of the release."""
    lists = (
        () if content is None else _read(content, line) for content, line in ((checksums, _SUM), (registry, _ENTRY))
    )
    return {name for names in lists for name in names or () if is_inside(name)}


def is_inside(name: str) -> bool:
    """Whether a name is that of a file below the folder that it is relative to."""
    return PurePosixPath(name).parts == tuple(name.split("/")) and ".." not in name.split("/") and "\\" not in name


def _not_read(path: str, found: Mapping[str, str | None]) -> Problem:
    if path in found:
        return Problem(path=path, fault=Fault.CHANGED, why="it is no regular file")
    return Problem(path=path, fault=Fault.MISSING, why="it is not there")


def _wrong_list(path: str, entries: Mapping[str, str] | None) -> Iterator[Problem]:
    """What is wrong with a list, whatever the files are."""
    if entries is None:
        yield Problem(path=path, fault=Fault.CHANGED, why="it has a line that is no digest and path, or a path twice")
    for name in sorted(entries or ()):
        if not is_inside(name):
            yield Problem(path=path, fault=Fault.WRONG, why=f"it names {name}, which is no path in the release")
        elif name in UNLISTED and (path, name) != (CHECKSUMS, REGISTRY):
            yield Problem(path=path, fault=Fault.WRONG, why=f"it names {name}, which it cannot know")


def _compare(
    name: str, found: Mapping[str, str | None], sums: Mapping[str, str] | None, registry: Mapping[str, str] | None
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
    elif name not in found:
        if sums is not None and registry is not None and len(listed) == 1:
            path = REGISTRY if told[0] is None else CHECKSUMS
            yield Problem(path=path, fault=Fault.CHANGED, why=f"it names {name}, which nobody else knows")
        else:
            yield Problem(path=name, fault=Fault.MISSING, why="it is not there")
    elif not listed:
        yield Problem(path=name, fault=Fault.EXTRA, why="the release does not name it")
    elif there is None:
        yield Problem(path=name, fault=Fault.CHANGED, why="it is no regular file")
    else:
        yield Problem(path=name, fault=Fault.CHANGED, why="its digest is another one")


def _read(content: bytes, line: re.Pattern[str]) -> dict[str, str] | None:
    """Digests by path; None if it is too large, names a path twice, or has a line of another form."""
    if len(content) > MAX_BYTES or not content.endswith(b"\n"):
        return None
    entries: dict[str, str] = {}
    for each in content.decode(errors="replace").removesuffix("\n").split("\n"):
        match = line.fullmatch(each)
        if match is None:
            return None
        digest, name = match.groups() if line is _SUM else match.groups()[::-1]
        if name in entries:
            return None
        entries[name] = digest
    return entries
