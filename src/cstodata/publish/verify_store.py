"""Whether the versions in a store are what they say they are, and the index is right about them."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.errors import CstodataError, PublishError, UnknownNameError
from cstodata.model.progress import unheard
from cstodata.package.descriptor import MAX_BYTES, read_json
from cstodata.publish.checksums import UNLISTED, is_inside, listed_files
from cstodata.publish.index import INDEX, channels, latest, read_index
from cstodata.publish.problems import Fault, Problem, Verdict
from cstodata.publish.publisher import entry_of
from cstodata.publish.verify import verify_release
from cstodata.publish.verify_tables import MANIFEST
from cstodata.release.lists import CHECKSUMS, REGISTRY
from cstodata.release.signature import MAX_BYTES as MAX_SIGNATURE_BYTES
from cstodata.release.signature import SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnStep
    from cstodata.publish.index import Index
    from cstodata.publish.store import Store
    from cstodata.publish.verify import Demands


def verify_store(
    store: Store, demands: Demands, *, version: str | None = None, deep: bool = False, on_step: OnStep = unheard
) -> Iterator[Verdict]:
    """Whether versions in a store are what they say they are, one after the other, the newest first.

    The first verdict is that of the index alone, with the version None. Files of an object store are read into a
    temporary folder, one version at a time; those that neither of its lists names are not read.

    Args:
        store: The store; it is only read.
        demands: What is asked of each version.
        version: The one to verify; None for the latest.
        deep: Whether to verify all of them.
        on_step: Called with the version and what of it is looked at, and the share of all that is done.

    Raises:
        PublishError: There is no index that can be read, or no version that is the latest.
        UnknownNameError: The index does not know the version.
        StoreError: The store cannot be read.
        SignatureError: A signature must be checked and cannot be.
    """
    index = _index(store)
    chosen = _chosen(store, index, version, deep=deep)
    held = _held(store)
    known = {str(each["version"]) for each in index.versions}
    notes = tuple(
        f"v/{each}/ is there, and the index does not know it: its publishing was not finished, or never begun"
        for each in sorted(held.keys() - known)
    )
    yield Verdict(version=None, problems=tuple(_index_problems(index)), notes=notes)
    for number, each in enumerate(chosen):

        def step(what: str, share: float, number: int = number, name: str = str(each["version"])) -> None:
            on_step(f"{name} {what}", (number + share) / len(chosen))

        yield _verify_version(store, index, each, held.get(str(each["version"]), ()), demands, step)


def _index(store: Store) -> Index:
    """The index of a store, which must have one of its own."""
    path = store.folder / INDEX if store.folder is not None else None
    if path is not None and (path.is_symlink() or (path.exists() and not path.is_file())):
        raise PublishError(f"{store.place} is no store: its {INDEX} is no regular file")
    index = read_index(store)
    if index.read is None:
        raise PublishError(f"{store.place} is no store: it holds no {INDEX}")
    return index


def _chosen(store: Store, index: Index, version: str | None, *, deep: bool) -> list[JsonObject]:
    if not index.versions:
        raise PublishError(f"{store.place} holds no versions")
    if deep:
        return list(index.versions)
    wanted = version if version is not None else latest(list(index.versions))
    if wanted is None:
        raise PublishError(f"{store.place} has no latest version: all are yanked or pre-releases; name one")
    entry = index.entry(wanted)
    if entry is None:
        raise UnknownNameError("version", wanted, known=[str(each["version"]) for each in index.versions])
    return [entry]


def _held(store: Store) -> dict[str, list[str]]:
    """The files of each version folder of a store, relative to it; none on disk, where it is read in place."""
    if store.folder is not None:
        folders = store.folder / "v"
        is_held = folders.is_dir() and not folders.is_symlink()
        return {path.name: [] for path in folders.iterdir()} if is_held else {}
    held: dict[str, list[str]] = {}
    for path in store.list("v/"):
        version, _, name = path.removeprefix("v/").partition("/")
        held.setdefault(version, []).append(name)
    return held


def _index_problems(index: Index) -> Iterator[Problem]:
    """What is wrong with the index, whatever it is the index of."""
    told = json.loads(index.read.content) if index.read is not None else {}
    if [each["version"] for each in told.get("versions", ())] != [each["version"] for each in index.versions]:
        yield _wrong_index("its versions are not in order, the newest first")
    for name, right in (("latest", latest(index.versions)), ("channels", channels(index.versions))):
        if told.get(name) != right:
            yield _wrong_index(f"its {name} should be {right}, not {told.get(name)}")


def _verify_version(
    store: Store, index: Index, entry: JsonObject, names: Collection[str], demands: Demands, on_step: OnStep
) -> Verdict:
    version = str(entry["version"])
    on_step("files", 0)
    with _opened(store, version, names) as opened:
        if opened is None:
            problem = Problem(path=f"v/{version}", fault=Fault.WRONG, why="it is a symbolic link, and no folder")
            return Verdict(version=version, problems=(problem,), yanked=_yanked(entry))
        folder, unread = opened
        verdict = verify_release(folder, demands, version=version, unread=unread, on_step=on_step)
        problems = verdict.problems or tuple(_entry_problems(folder, index, entry))
    return Verdict(
        version=version,
        problems=problems,
        notes=verdict.notes,
        signer=verdict.signer,
        key=verdict.key,
        yanked=_yanked(entry),
    )


@contextmanager
def _opened(store: Store, version: str, names: Collection[str]) -> Iterator[tuple[Path, list[str]] | None]:
    """The folder that holds a version, and its files that are not in it; None if it leads out of the store."""
    if store.folder is not None:
        folder = store.folder / "v" / version
        yield None if folder.is_symlink() or folder.parent.is_symlink() else (folder, [])
        return
    with tempfile.TemporaryDirectory(prefix="cstodata-") as temporary:
        yield Path(temporary), _fetched(store, version, names, Path(temporary))


def _fetched(store: Store, version: str, names: Collection[str], folder: Path) -> list[str]:
    """Read the files of a version that its lists name into a folder; return the other ones."""
    for name in sorted(UNLISTED & set(names)):
        limit = MAX_SIGNATURE_BYTES if name == SIGNATURE else MAX_BYTES
        store.fetch(f"v/{version}/{name}", folder / name, max_bytes=limit)
    lists = (folder / name for name in (CHECKSUMS, REGISTRY))
    listed = listed_files(*(path.read_bytes() if path.is_file() else None for path in lists))
    for name in sorted((listed & set(names)) - UNLISTED):
        store.fetch(f"v/{version}/{name}", folder / name)
    return [name for name in names if name not in listed | UNLISTED or not is_inside(name)]


def _entry_problems(folder: Path, index: Index, entry: JsonObject) -> Iterator[Problem]:
    """Where the index says something else than the version itself, whose files were verified."""
    try:
        manifest = read_json(folder / MANIFEST)
        told = entry_of(folder, manifest)
    except (CstodataError, KeyError) as error:
        yield Problem(path=MANIFEST, fault=Fault.WRONG, why=f"it does not tell what an index needs: {error}")
        return
    if manifest.get("package") != index.package:
        yield _wrong_index(f"it is the index of {index.package}, and version {entry['version']} is of another package")
    for key, value in told.items():
        if key != "yanked" and entry.get(key) != value:
            yield _wrong_index(f"it does not tell the {key} of version {entry['version']}")


def _wrong_index(why: str) -> Problem:
    return Problem(path=INDEX, fault=Fault.WRONG, why=why)


def _yanked(entry: JsonObject) -> str | None:
    """Why a version was withdrawn, empty if nobody says; None if it was not."""
    yanked = entry.get("yanked")
    if yanked is None:
        return None
    reason = yanked.get("reason") if isinstance(yanked, dict) else yanked
    return reason if isinstance(reason, str) else ""
