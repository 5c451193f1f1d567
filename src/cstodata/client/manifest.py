"""The tables of a release and their files, from `release.json` and `SHA256SUMS`, which may be a stranger's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, cast

from cstodata.errors import DescriptorError, NotVerifiedError, UnknownNameError
from cstodata.package.descriptor import parse_json
from cstodata.publish.checksums import is_inside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.json import JsonObject, JsonValue

MANIFEST = "release.json"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a release.

    Attributes:
        path: Relative to the folder of the version.
        sha256: Its digest.
        bytes: Its size; None if nobody says.
    """

    path: str
    sha256: str
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a release says of its tables.

    Attributes:
        version: Its version.
        tables: The files of each table, by the table's name.
        place: Where it was read, for errors.
    """

    version: str
    tables: Mapping[str, tuple[File, ...]]
    place: str

    def file(self, resource: str, form: str) -> File:
        """The file of a table in a form, `csv` or `parquet`.

        Raises:
            UnknownNameError: There is no such table.
            NotVerifiedError: It has no such file.
        """
        if resource not in self.tables:
            raise UnknownNameError("resource", resource, known=list(self.tables))
        found = [each for each in self.tables[resource] if PurePosixPath(each.path).suffix == f".{form}"]
        if len(found) != 1:
            raise NotVerifiedError(self.place, why=f"{MANIFEST} does not name one {form} file of {resource}")
        return found[0]


def parse_manifest(content: bytes, digests: Mapping[str, str], *, version: str, place: str) -> Manifest:
    """What a manifest says.

    Args:
        content: `release.json`.
        digests: What `SHA256SUMS` says, by path.
        version: The version that it must be of.
        place: Where it was read.

    Raises:
        NotVerifiedError: It is of another form, of another version, names a file out of the release, or tells another
            digest than `SHA256SUMS`.
    """
    try:
        tables = _tables(parse_json(Path(MANIFEST), content), digests, version)
    except (DescriptorError, ValueError) as error:
        problem = f"it {error.problem}" if isinstance(error, DescriptorError) else error
        raise NotVerifiedError(place, why=f"{MANIFEST} of version {version} is wrong: {problem}") from error
    return Manifest(version=version, tables=tables, place=place)


def _tables(told: JsonObject, digests: Mapping[str, str], version: str) -> dict[str, tuple[File, ...]]:
    if told.get("version") != version:
        raise ValueError(f"it is of version {str(told.get('version'))[:50]}")
    tables = [_table(each) for each in _objects(told.get("tables"), "tables")]
    if len(dict(tables)) < len(tables):
        raise ValueError("it names a table twice")
    for file in (file for _, files in tables for file in files):
        if digests.get(file.path) != file.sha256:
            raise ValueError(f"it and SHA256SUMS do not tell the same digest of {file.path}")
    return dict(tables)


def _table(told: JsonObject) -> tuple[str, tuple[File, ...]]:
    name = told.get("name")
    if not isinstance(name, str):
        raise ValueError("a table has no name")  # noqa: TRY004 -- the types of a stranger's JSON are values to us
    return name, tuple(map(_file, _objects(told.get("files"), "files")))


def _file(told: JsonObject) -> File:
    path, digest, size = told.get("path"), told.get("sha256"), told.get("bytes")
    if not isinstance(path, str) or not is_inside(path):
        raise ValueError(f"it names {str(path)[:100]}, which is no path in the release")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ValueError(f"it has no digest of {path}")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ValueError(f"it has no size of {path}")
    return File(path=path, sha256=digest, bytes=size)


def _objects(value: JsonValue, name: str) -> list[JsonObject]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError(f'"{name}" is no array of objects')
    return cast("list[JsonObject]", value)
