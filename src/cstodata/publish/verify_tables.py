"""Whether the documents of a release agree with its files, and the CSV file of each table with its Parquet file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from cstodata.errors import CstodataError, DescriptorError
from cstodata.package.descriptor import DESCRIPTOR, parse_package, read_json
from cstodata.package.digest import sha256_of_file
from cstodata.package.parquet import read_parquet_in_pieces
from cstodata.package.paths import resolve, unsafe_paths
from cstodata.package.pieces import typed_pieces
from cstodata.package.plain_csv import is_plain_csv
from cstodata.package.same import same_tables
from cstodata.publish.problems import Fault, Problem
from cstodata.release.archive import is_archive_of
from cstodata.release.documents.facts import CSV, SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.package.descriptor import DataPackage, Resource

MANIFEST = "release.json"
_PARQUET = f"parquet/{DESCRIPTOR}"


def verify_tables(folder: Path) -> tuple[Problem, ...]:
    """Whether the manifest and the descriptors agree with the files, and the files of each table with each other.

    Args:
        folder: The folder of one version, whose files were verified. Who made it need not be trusted.
    """
    read: dict[str, JsonObject] = {}
    for name in (MANIFEST, DESCRIPTOR, _PARQUET):
        try:
            read[name] = read_json(resolve(folder, name))
        except DescriptorError as error:
            return (_wrong(name, error.problem),)
        except CstodataError as error:
            return (_wrong(name, str(error)),)
    try:
        package = parse_package(folder / DESCRIPTOR, read[DESCRIPTOR])
        for path in unsafe_paths(folder, package.descriptor):
            return (_wrong(DESCRIPTOR, str(path.error)),)
    except DescriptorError as error:  # of the descriptor, or of a schema that it names
        return (_wrong(error.path.relative_to(folder).as_posix(), error.problem),)
    except CstodataError as error:
        return (_wrong(DESCRIPTOR, str(error)),)
    problems = [
        *_manifest_problems(folder, read[MANIFEST], package),
        *_parquet_problems(folder, read[_PARQUET], package),
    ]
    for resource in package.resources:
        problems += _table_problems(folder, package, resource)
    for archive in sorted(folder.glob("*.zip")):
        if not is_archive_of(folder, archive):
            problems.append(_wrong(archive.name, "it does not hold the files of the release"))
    return tuple(problems)


def _manifest_problems(folder: Path, manifest: JsonObject, package: DataPackage) -> Iterator[Problem]:
    for manifest_key, key in (("package", "name"), ("version", "version")):
        if manifest.get(manifest_key) != package.descriptor.get(key):
            yield _wrong(MANIFEST, f"its {manifest_key} is not the {key} that {DESCRIPTOR} tells")
    tables = _objects(manifest.get("tables"))
    if [table.get("name") for table in tables] != [resource.name for resource in package.resources]:
        yield _wrong(MANIFEST, f"its tables are not those of {DESCRIPTOR}")
    for table in tables:
        files = _objects(table.get("files"))
        for file in files:
            if not _is_told(folder, file):
                yield _wrong(MANIFEST, f"it does not tell the size and digest of {file.get('path')}")
        digests = {file.get("mediaType"): file.get("sha256") for file in files}
        for name, media_type in (("content_sha256", CSV), ("schema_sha256", SCHEMA)):
            if table.get(name) != digests.get(media_type):
                yield _wrong(MANIFEST, f"it does not tell the {name} of {table.get('name')}")
        if table.get("rows") != _rows(folder, table):
            yield _wrong(MANIFEST, f"it does not tell how many rows {table.get('name')} has")


def _rows(folder: Path, table: JsonObject) -> int | None:
    """How many rows the Parquet file of a table has; None if it cannot be read."""
    try:
        return int(pq.read_metadata(resolve(folder, f"parquet/{table.get('name')}.parquet")).num_rows)
    except (CstodataError, OSError, pa.ArrowException):
        return None


def _is_told(folder: Path, file: JsonObject) -> bool:
    """Whether a file has the size and digest that the manifest tells."""
    try:
        path = resolve(folder, str(file.get("path")))
        return (path.stat().st_size, sha256_of_file(path)) == (file.get("bytes"), file.get("sha256"))
    except (CstodataError, OSError):
        return False


def _parquet_problems(folder: Path, descriptor: JsonObject, package: DataPackage) -> Iterator[Problem]:
    """Where the descriptor of the Parquet files says something else than that of the CSV files."""
    resources = {str(each.get("name")): each for each in _objects(descriptor.get("resources"))}
    if list(resources) != [resource.name for resource in package.resources]:
        yield _wrong(_PARQUET, f"its tables are not those of {DESCRIPTOR}")
        return
    for resource in package.resources:
        told = resources[resource.name]
        if told.get("path") != f"{resource.name}.parquet":
            yield _wrong(_PARQUET, f"the path of {resource.name} is not {resource.name}.parquet")
        elif resource.schema is None or told.get("schema") != resource.schema.descriptor:
            yield _wrong(_PARQUET, f"the schema of {resource.name} is not the one that {DESCRIPTOR} tells")
        elif not _is_digest(folder, resource, told.get("hash")):
            yield _wrong(_PARQUET, f"it does not tell the digest of {resource.name}.parquet")


def _is_digest(folder: Path, resource: Resource, told: JsonValue) -> bool:
    try:
        return told == f"sha256:{sha256_of_file(resolve(folder, f'parquet/{resource.name}.parquet'))}"
    except (CstodataError, OSError):
        return False


def _table_problems(folder: Path, package: DataPackage, resource: Resource) -> Iterator[Problem]:
    path = f"parquet/{resource.name}.parquet"
    if not is_plain_csv(resource):
        yield _wrong(DESCRIPTOR, f"{resource.name} is not described as a CSV file of the form that releases have")
        return
    try:
        parquet = read_parquet_in_pieces(resolve(folder, path))
        if not same_tables(typed_pieces(package, resource), parquet):
            yield _wrong(path, f"it does not hold what {resource.path} holds")
    except (CstodataError, OSError, pa.ArrowException) as error:
        yield _wrong(path, str(error))


def _wrong(path: str, why: str) -> Problem:
    return Problem(path=path, fault=Fault.WRONG, why=why)


def _objects(value: JsonValue) -> list[JsonObject]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
