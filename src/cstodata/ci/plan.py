"""What is to be done about a change: nothing, a validation, or a comparison too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cstodata.ci.bases import BEFORE
from cstodata.errors import CstodataError
from cstodata.package.descriptor import DESCRIPTOR, parse_json, read_json
from cstodata.package.paths import named_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from cstodata.ci.bases import Base
    from cstodata.ci.repository import Repository
    from cstodata.model.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done about a change.

    Attributes:
        descriptor: The package's descriptor, whether it is there or not.
        root: Its folder relative to the repository's top, in POSIX form; empty if it is the top, or there is no
            repository.
        changed: Whether anything of the package may have changed.
        merge_base: The commit to compare with; None if there is nothing to compare.
        moved_from: Where the descriptor stood in that commit, from the repository's top; None if it stands there still.
        note: Why there is nothing to compare; None if there is, or nothing changed.
        is_lack: Whether that is a fault, as there should be something to compare with.
    """

    descriptor: Path
    root: str = ""
    changed: bool = True
    merge_base: str | None = None
    moved_from: str | None = None
    note: str | None = None
    is_lack: bool = False

    @property
    def old(self) -> str:
        """The package before the change, as `cstodata.compare` takes it."""
        return f"git:{self.merge_base}:{self.moved_from or under(self.root, self.descriptor.name)}"

    def was(self, name: str) -> str:
        """What a file was called in the merge base, from the repository's top; the name is from there, too."""
        if self.moved_from is None:
            return name
        if name == under(self.root, self.descriptor.name):
            return self.moved_from
        before, prefix = self.moved_from.rpartition("/")[0], under(self.root, "")
        return under(before, name.removeprefix(prefix)) if name.startswith(prefix) else name


def descriptor_of(package: Path) -> Path:
    """Where the descriptor of a package stands, or should."""
    is_folder = package.is_dir() or (package.suffix != ".json" and not package.exists())
    return package / DESCRIPTOR if is_folder else package


def plan_check(package: Path, repository: Repository, wanted: Sequence[Base], *, may_fetch: bool) -> Plan:
    """What is to be done about the change that led to the working tree.

    Args:
        package: A descriptor, or a folder that holds one.
        repository: That it stands in.
        wanted: The bases that will do, the best first.
        may_fetch: Whether to fetch what the clone lacks.

    Raises:
        GitError: git cannot tell.
    """
    descriptor = descriptor_of(package)
    folder = descriptor.absolute().parent.resolve()
    if not folder.is_relative_to(repository.top):
        return Plan(descriptor=descriptor, note="the package is not in the repository")
    here = Plan(descriptor=descriptor, root=folder.relative_to(repository.top).as_posix().removeprefix("."))
    base = _merge_base(repository, wanted)
    if base is None and may_fetch:
        repository.fetch()
        base = _merge_base(repository, wanted)
    if base is None:
        is_first = repository.commit(BEFORE) is None and wanted[-1].revision == BEFORE and not repository.is_shallow
        note = "there is no commit before" if is_first else _why_none(repository, wanted)
        return replace(here, note=note, is_lack=not is_first)
    old = repository.read(base, under(here.root, descriptor.name))
    names = frozenset(_names(repository, here, old))
    there = {name for name in names if (repository.top / name).is_file()}
    changed = repository.changed_files(base)
    if names.isdisjoint(changed) and there == repository.tracked(there):
        return replace(here, changed=False, merge_base=base)
    if old is not None:
        return replace(here, merge_base=base)
    moved_from = _moved_from(repository, base, descriptor, changed)
    if moved_from is None:
        return replace(here, note="the package is new")
    return replace(here, merge_base=base, moved_from=moved_from)


def under(root: str, name: str) -> str:
    """A file of the package as it is called from the repository's top."""
    return f"{root}/{name}" if root else name


def _moved_from(repository: Repository, base: str, descriptor: Path, changed: Collection[str]) -> str | None:
    """Where the package stood: the one descriptor with its name that is gone; None if there is none, or several."""
    name = _parsed(descriptor, None).get("name")
    gone = sorted(
        each
        for each in changed
        if PurePosixPath(each).name in {descriptor.name, DESCRIPTOR} and not (repository.top / each).exists()
    )
    found = [each for each in gone if _parsed(descriptor, repository.read(base, each) or b"").get("name") == name]
    return found[0] if name is not None and len(found) == 1 else None


def _merge_base(repository: Repository, wanted: Sequence[Base]) -> str | None:
    """The merge base with the first base that has one."""
    head = repository.commit("HEAD")
    for base in wanted:
        commit = repository.commit(base.revision)
        found = repository.merge_base(commit) if commit and head else None
        if found is not None and (base.may_be_head or found != head):
            return found
    return None


def _why_none(repository: Repository, wanted: Sequence[Base]) -> str:
    revision = wanted[0].revision
    if repository.is_shallow:
        return (
            f"the clone is shallow and lacks what {revision} and HEAD have in common: clone the whole history "
            "(fetch-depth: 0), or let --fetch get it"
        )
    if repository.commit(revision) is None:
        return f"the clone has no {revision}: fetch it, or let --fetch get it"
    return f"{revision} and HEAD have no commit in common"


def _names(repository: Repository, here: Plan, old: bytes | None) -> Iterator[str]:
    """All files of the package, before and now, as they are called from the repository's top."""
    folder = here.descriptor.absolute().parent
    yield under(here.root, here.descriptor.name)
    for descriptor in (_parsed(here.descriptor, old), _parsed(here.descriptor, None)):
        for file in named_files(folder, descriptor):
            yield under(here.root, file.relative_to(folder).as_posix())
            target = file.resolve()  # what a link leads to may change too
            if target.is_relative_to(repository.top):
                yield target.relative_to(repository.top).as_posix()


def _parsed(path: Path, content: bytes | None) -> JsonObject:
    """A descriptor as it was, or as it is; empty if it cannot be read, which is told when the package is checked."""
    try:
        return read_json(path) if content is None else parse_json(path, content)
    except CstodataError:
        return {}
