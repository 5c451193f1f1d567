"""Where a descriptor's paths may lead: to regular files inside the package, and nowhere else.

A package may come from a stranger. Frictionless refuses absolute paths and `..`, but follows symbolic links out of the
package and fetches URLs; both are refused here before it sees the descriptor.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from cstodata.errors import UnsafePathError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.json import JsonObject, JsonValue

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_PROFILES = frozenset(
    {
        "data-package",
        "tabular-data-package",
        "fiscal-data-package",
        "data-resource",
        "tabular-data-resource",
    }
)
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
_RESOURCE_PATHS = ("path", "url", "extrapaths", "schema", "dialect")


def is_reserved(name: str) -> bool:
    """Whether Windows keeps the name of a file for a device, with any ending and in any case."""
    return name.partition(".")[0].rstrip(" ").casefold() in _DEVICES


def resolve(root: Path, path: str) -> Path:
    """The file that `path` names in the package at `root`; it need not exist.

    Raises:
        UnsafePathError: It is a URL, absolute, leaves the package (also through a symbolic link), or is no regular
            file.
    """
    if why := _suspicion(path):
        raise UnsafePathError(path, why=why)
    target = root / path
    try:
        inside = target.resolve().is_relative_to(root.resolve())
        other = target.exists() and not target.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise UnsafePathError(path, why=f"it cannot be resolved ({error})") from error
    if not inside:
        raise UnsafePathError(path, why="it leads out of the package through a symbolic link")
    if other:
        raise UnsafePathError(path, why="it is not a regular file")
    return target


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsafePath:
    """A path of a descriptor that leads out of the package; `resource` is None for the package's own."""

    resource: str | None
    error: UnsafePathError


def unsafe_paths(root: Path, descriptor: JsonObject) -> Iterator[UnsafePath]:
    """Every path of the descriptor that may not be followed, in the descriptor's order."""
    yield from _refused_profiles(None, descriptor)
    resources = descriptor.get("resources")
    for resource in resources if isinstance(resources, list) else []:
        if not isinstance(resource, dict):
            continue
        name = resource.get("name")
        owner = name if isinstance(name, str) else None
        for key in _RESOURCE_PATHS:
            yield from _refused(root, owner, _texts(resource.get(key)))
        yield from _refused_profiles(owner, resource)
        scheme = resource.get("scheme")
        if isinstance(scheme, str) and scheme != "file":
            why = f'scheme "{scheme}" is not read, only files inside the package are'
            yield UnsafePath(resource=owner, error=UnsafePathError(str(resource.get("path")), why=why))


def named_files(root: Path, descriptor: JsonObject) -> Iterator[Path]:
    """The files inside the package that a descriptor names, whether they are there or not."""
    resources = descriptor.get("resources")
    for resource in resources if isinstance(resources, list) else []:
        if isinstance(resource, dict):
            for path in (path for key in _RESOURCE_PATHS for path in _texts(resource.get(key))):
                with suppress(UnsafePathError):
                    yield resolve(root, path)


def _refused_profiles(owner: str | None, descriptor: JsonObject) -> Iterator[UnsafePath]:
    """Profiles other than the standard's: Frictionless fetches them, or reads them from the current folder."""
    for key in ("profile", "profiles"):
        for profile in _texts(descriptor.get(key)):
            if profile not in _PROFILES:
                yield UnsafePath(resource=owner, error=UnsafePathError(profile, why="only standard profiles are read"))


def _refused(root: Path, resource: str | None, paths: list[str]) -> Iterator[UnsafePath]:
    for path in paths:
        try:
            resolve(root, path)
        except UnsafePathError as error:
            yield UnsafePath(resource=resource, error=error)


def _suspicion(path: str) -> str | None:
    """Why the text of a path is refused, whatever the file system says; None if it is not."""
    if "\0" in path:
        return "it holds a NUL character"
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).anchor:
        return "it is absolute"
    if _URL.match(path):
        return "it is a URL, and only files inside the package are read"
    if ".." in re.split(r"[/\\]", path):
        return "it leaves the package"
    return None


def _texts(value: JsonValue | None) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]
