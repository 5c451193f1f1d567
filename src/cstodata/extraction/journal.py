"""Replacing several files as one: all of them, or none.

A file system renames one file in one step, never several. So before the first is replaced, a folder in the package,
`.cstodata-merge`, holds a copy of each file as it was, and a journal that names them. It appears as a whole, by a
rename; from then on the package is to be restored, until the journal goes, in one step, when all files are replaced.
An error on the way restores it at once. A process that was killed, or a machine that lost power, leaves the folder,
and the next run restores the package before it does anything else: it is as it was. Until then files may be new and
others old; the descriptor is replaced last, so that its digests tell that to everybody who validates.

Two runs into one package wait for each other, by a lock on a file beside the descriptor.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from cstodata.errors import MergeError
from cstodata.package.digest import sha256_of, sha256_of_file
from cstodata.package.paths import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

FOLDER = ".cstodata-merge"
_LOCK = ".cstodata-merge.lock"
_DRAFT = ".cstodata-merge.draft"
_JOURNAL = "journal.json"


@contextmanager
def sole_writer(root: Path, *, patience_seconds: float) -> Iterator[bool]:
    """Be the only one who writes into a package; what a run that was killed left undone is undone first.

    Args:
        root: The folder of the package.
        patience_seconds: How long to wait for another one.

    Yields:
        Whether the package was restored.

    Raises:
        MergeError: Another one did not end in time, or the package cannot be restored.
        OSError: The folder cannot be written.
    """
    path = root / _LOCK
    lock = FileLock(path)
    try:
        lock.acquire(timeout=patience_seconds)
    except Timeout as error:
        why = f"another process has been writing into it for {patience_seconds:g} s; try again when it has ended"
        raise MergeError(str(root), why=why) from error
    try:
        yield restore(root)
    finally:
        path.unlink(missing_ok=True)  # who waits for it sees that it is gone, and makes a new one
        lock.release()


def is_interrupted(root: Path) -> bool:
    """Whether a run was killed while it replaced files, so that the package has to be restored."""
    return (root / FOLDER / _JOURNAL).is_file()


def replace_together(root: Path, contents: Mapping[str, bytes]) -> None:
    """Replace files, all or none; only for the sole writer.

    Args:
        root: The folder of the package.
        contents: What to write, by the path of a file that is there, relative to the package; in this order.

    Raises:
        OSError: It cannot be done, and nothing is changed.
    """
    try:
        folder = _prepared(root, contents)
        for number, path in enumerate(contents):
            (folder / f"new-{number}").replace(_target(root, path))
        _settle({_target(root, path).parent for path in contents})
    except BaseException:
        restore(root)
        raise
    _forget(folder)


def restore(root: Path) -> bool:
    """Undo what a run that did not end has replaced; whether there was any such run.

    Raises:
        MergeError: A file was changed by somebody else meanwhile.
    """
    shutil.rmtree(root / _DRAFT, ignore_errors=True)
    folder = root / FOLDER
    was_interrupted = is_interrupted(root)
    if was_interrupted:
        entries = _entries(folder)
        replaced = [number for number, entry in enumerate(entries) if _is_replaced(root, folder, entry)]
        for number in replaced:
            (folder / f"old-{number}").replace(_target(root, entries[number]["path"]))
        _settle({_target(root, entry["path"]).parent for entry in entries})
    _forget(folder)
    return was_interrupted


def _entries(folder: Path) -> list[Mapping[str, str]]:
    """What the journal names."""
    try:
        entries = json.loads((folder / _JOURNAL).read_bytes())
        return [{name: str(entry[name]) for name in ("path", "before", "after")} for entry in entries]
    except (ValueError, TypeError, KeyError) as error:
        why = f"it is no journal of ours, so nothing can be restored; compare the files in {folder}, then remove it"
        raise MergeError(str(folder / _JOURNAL), why=why) from error


def _forget(folder: Path) -> None:
    """Let the package be as it is; once the journal is gone, nothing will be restored."""
    if folder.is_dir():
        (folder / _JOURNAL).unlink(missing_ok=True)
        _settle([folder])
        shutil.rmtree(folder)


def _prepared(root: Path, contents: Mapping[str, bytes]) -> Path:
    """The folder that holds each file as it is and as it will be, and the journal; all of it on the disk."""
    draft, folder = root / _DRAFT, root / FOLDER
    draft.mkdir()
    entries = []
    for number, (path, content) in enumerate(contents.items()):
        target, old, new = _target(root, path), draft / f"old-{number}", draft / f"new-{number}"
        shutil.copy2(target, old)
        new.write_bytes(content)
        shutil.copymode(target, new)
        entries.append({"path": path, "before": sha256_of_file(old), "after": sha256_of(content)})
    (draft / _JOURNAL).write_text(json.dumps(entries), encoding="utf-8")
    _settle([*draft.iterdir(), draft])
    draft.replace(folder)
    _settle([root])
    return folder


def _is_replaced(root: Path, folder: Path, entry: Mapping[str, str]) -> bool:
    target = _target(root, entry["path"])
    digest = sha256_of_file(target) if target.is_file() else None
    if digest not in {entry["before"], entry["after"]}:
        why = f"a run that was killed left it half written, and it was changed since; mend it and remove {folder}"
        raise MergeError(str(target), why=why)
    return digest == entry["after"]


def _target(root: Path, path: str) -> Path:
    """The file itself, where a link leads to it."""
    return resolve(root, path).resolve()


def _settle(paths: Iterable[Path]) -> None:
    """Let files and folders be on the disk before anything that comes later is."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
