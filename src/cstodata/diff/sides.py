"""The packages to compare: files, folders, releases, and revisions of a git repository; and what is told of them."""

from __future__ import annotations

import json
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cstodata.errors import SideError, UnsafePathError
from cstodata.model.change import Side
from cstodata.package.descriptor import DESCRIPTOR, DataPackage, read_json, read_package
from cstodata.package.digest import sha256_of_file
from cstodata.package.paths import named_files, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import Resource

GIT = "git:"


@contextmanager
def open_side(place: str, *, beside: Path) -> Iterator[DataPackage]:
    """A package that is to be compared.

    Args:
        place: A descriptor, a folder that holds one, or `git:REVISION[:PATH]`: the package at PATH, from the top of the
            repository, as of that revision. It is read with git, and nothing is checked out.
        beside: A folder in the repository; without a PATH, the package is looked for at the same place.

    Raises:
        SideError: There is no such revision, or no package in it.
        PackageNotFoundError: There is no package.
        DescriptorError: The descriptor cannot be read.
    """
    if not place.startswith(GIT):
        yield read_package(Path(place))
        return
    revision, _, path = place.removeprefix(GIT).partition(":")
    with tempfile.TemporaryDirectory(prefix="cstodata-") as folder:
        yield _Revision(place, revision or "HEAD", beside).package(path, Path(folder))


def side_of(package: DataPackage, *, place: str) -> Side:
    """A package as one side of a comparison."""
    declared = package.descriptor
    schemas = {
        str(resource.descriptor["schema"]): resource.schema.descriptor
        for resource in package.resources
        if isinstance(resource.descriptor.get("schema"), str) and resource.schema is not None
    }
    return Side(
        place=place,
        name=_text(declared, "name"),
        version=_text(declared, "version"),
        descriptor=declared,
        schemas=schemas,
        digests={resource.name: _digests_of(package, resource) for resource in package.resources},
    )


def _text(descriptor: JsonObject, key: str) -> str | None:
    value = descriptor.get(key)
    return value if isinstance(value, str) else None


def _digests_of(package: DataPackage, resource: Resource) -> tuple[str, ...]:
    """The digests of a resource's files, and of what tells how to read them; of inline data, its text.

    What cannot be read has a digest that only this side has: nothing proves that it is the same.
    """
    declared = resource.descriptor
    if "data" in declared:
        return (json.dumps(declared["data"], sort_keys=True),)
    path, more, dialect = declared.get("path"), declared.get("extrapaths"), declared.get("dialect")
    listed = [*(path if isinstance(path, list) else [path]), *(more if isinstance(more, list) else [])]
    listed += [dialect] if isinstance(dialect, str) else []
    return tuple(_digest(package, each) for each in listed) or (f"nothing in {package.path}",)


def _digest(package: DataPackage, path: object) -> str:
    try:
        file = resolve(package.root, path) if isinstance(path, str) and path else None
        return f"{path} of {package.path}" if file is None else sha256_of_file(file) if file.is_file() else "missing"
    except (UnsafePathError, OSError, ValueError):
        return f"{path} of {package.path}"


class _Revision:
    """A revision of the git repository that a folder is in."""

    def __init__(self, place: str, revision: str, beside: Path) -> None:
        self._place = place
        self._beside = beside
        self._here = next(folder for folder in (beside, *beside.absolute().parents) if folder.is_dir())
        self._commit = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")

    def package(self, path: str, folder: Path) -> DataPackage:
        """The package at a path, written into a folder: its descriptor, and the files that it names."""
        inside = PurePosixPath(path) if path else self._same_place()
        if inside.suffix != ".json":
            inside = inside / DESCRIPTOR
        descriptor = folder / inside.name
        if not self._write(inside, descriptor):
            raise SideError(self._place, why=f"there is no {inside} in it")
        for file in named_files(folder, read_json(descriptor)):
            # What is not there is missing in the package too.
            self._write(inside.parent / PurePosixPath(file.relative_to(folder).as_posix()), file)
        return read_package(descriptor)

    def _same_place(self) -> PurePosixPath:
        here = PurePosixPath(self._ask("rev-parse", "--show-prefix") or ".")
        return here / self._beside.name if self._beside.suffix == ".json" else here

    def _write(self, path: PurePosixPath, target: Path) -> bool:
        """Write a file of the revision as a checkout would, with links followed; whether there is one."""
        found = self._run("cat-file", "--batch-check", "--follow-symlinks", said=f"{self._commit}:{path}\n".encode())
        facts = found.stdout.split()
        if found.returncode or len(facts) != len(("object", "type", "size")) or facts[1] != b"blob":
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            # Filters are applied, as large files may stand elsewhere (git-lfs).
            done = self._run("cat-file", "--filters", f"--path={path}", facts[0].decode(), into=file)
        if done.returncode:
            raise SideError(self._place, why=done.stderr.decode(errors="replace").strip())
        return True

    def _ask(self, *arguments: str) -> str:
        done = self._run(*arguments)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            raise SideError(self._place, why=said or "there is no such revision")
        return done.stdout.decode().strip()

    def _run(
        self, *arguments: str, said: bytes = b"", into: IO[bytes] | int = subprocess.PIPE
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(  # noqa: S603 -- no shell, and no argument that git takes for an option
                ["git", *arguments],  # noqa: S607 -- the user's own git, wherever it is
                cwd=self._here,
                input=said,
                stdout=into,
                stderr=subprocess.PIPE,
                check=False,
            )
        except OSError as error:
            raise SideError(self._place, why=f"git cannot be run: {error.strerror}") from error
