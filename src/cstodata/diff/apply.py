"""Applying changes to the package that they were made from, which gives the package that they lead to.

The package must be the very one, file by file; so rows are found by their numbers.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from cstodata.diff.delta import Delta, read_delta
from cstodata.diff.edits import edited
from cstodata.diff.metadata import is_same_json
from cstodata.diff.row_changes import ROW
from cstodata.diff.sides import side_of
from cstodata.errors import ApplyError
from cstodata.package.descriptor import DESCRIPTOR, parse_package, read_package
from cstodata.package.digest import sha256_of_file
from cstodata.package.formatting import to_json
from cstodata.package.paths import resolve, unsafe_paths
from cstodata.package.plain_csv import csv_dialect, is_csv_file, write_texts
from cstodata.package.tables import read_canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import DataPackage, Resource, Schema

MAX_BYTES = 4 * 1024**3
"""A file of changes larger than this is not read: it is held in memory."""


def apply_changes(old: DataPackage, changes: JsonObject, target: Path) -> DataPackage:
    """Write the package that changes lead to.

    Args:
        old: The package that they were made from.
        changes: As `cstodata diff --format json` writes them, all rows included.
        target: The folder to write; it must not be there yet.

    Returns:
        The package that was written; its tables are CSV files whose rows stand in the old order, new ones last.

    Raises:
        ApplyError: The changes are not complete, not for this package, or cannot be applied.
        TableReadError: A table of the package cannot be read.
        UnsafePathError: A path of the new package leads out of it.
    """
    if target.exists():
        raise ApplyError(f"{target} is there already")
    if not target.absolute().parent.is_dir():
        raise ApplyError(f"there is no folder {target.parent}")
    delta = read_delta(changes)
    _check_same(old, delta)
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        try:
            _Application(old, delta, staging).run()
        except (AttributeError, LookupError, TypeError, ValueError, pa.ArrowException) as error:
            raise ApplyError(
                f"the changes are not of the form that is needed: {type(error).__name__} {error}"
            ) from error
        staging.chmod(0o755)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return read_package(target)


def _check_same(old: DataPackage, delta: Delta) -> None:
    """Make sure that the package is the very one that the changes were made from."""
    side = side_of(old, place="")
    why = "the changes were made from another package"
    if not is_same_json(side.descriptor, delta.old):
        raise ApplyError(f"{why}: its descriptor is not the one that they name")
    if not is_same_json(dict(side.schemas), delta.old_schemas):
        raise ApplyError(f"{why}: its schemas are not the ones that they name")
    for name, digests in side.digests.items():
        if list(digests) != delta.digests.get(name):
            raise ApplyError(f"{why}: {name} has other files")


class _Application:
    """The writing of one new package."""

    def __init__(self, old: DataPackage, delta: Delta, folder: Path) -> None:
        self._old = old
        self._delta = delta
        self._folder = folder

    def run(self) -> None:
        for found in unsafe_paths(self._folder, self._delta.new):
            raise found.error
        for path, schema in self._delta.schemas.items():
            self._write(path, to_json(schema))
        new = parse_package(self._folder / DESCRIPTOR, self._delta.new)
        described = [self._resource(resource) for resource in new.resources]
        self._write(DESCRIPTOR, to_json({**self._delta.new, "resources": cast("Any", described)}))

    def _resource(self, resource: Resource) -> JsonObject:
        """Write the file of a resource; return its descriptor, with the size and digest that the file has."""
        if resource.name in self._delta.untold:
            raise ApplyError(f"{resource.name} changed in a way that only its file could tell")
        for name in ("dialect", "extrapaths"):
            if isinstance(resource.descriptor.get(name), str | list):
                raise ApplyError(f"{resource.name} has a {name} of files, which changes cannot be applied to")
        if resource.path is None:
            if "data" in resource.descriptor:
                return resource.descriptor
            raise ApplyError(f"{resource.name} has several files, which changes cannot be applied to")
        table = self._delta.tables.get(resource.name)
        before = self._before(resource, table)
        if table is None:
            if before is None or before.path is None:
                raise ApplyError(f"{resource.name} is new, and its file is not among the changes")
            if self._delta.new_digests[resource.name] != self._delta.digests[before.name]:
                raise ApplyError(f"{resource.name} has another file, and its rows are not among the changes")
            self._write(resource.path, resolve(self._old.root, before.path).read_bytes())
        else:
            self._write(resource.path, self._csv(resource, before, table))
        return self._with_digest(resource)

    def _before(self, resource: Resource, table: Mapping[str, Any] | None) -> Resource | None:
        name = self._delta.resources.get(resource.name, resource.name)
        if table is not None:
            name = table["resourceBefore"]
        return next((each for each in self._old.resources if each.name == name), None)

    def _csv(self, resource: Resource, before: Resource | None, table: Mapping[str, Any]) -> bytes:
        schema = resource.schema
        if schema is None or not is_csv_file(resource):
            raise ApplyError(f"{resource.name} is no CSV file that can be written")
        names = {field.name: field.name for field in schema.fields}
        names |= {after: was for was, after in self._delta.fields.get(resource.name, {}).items()}
        pieces = read_canonical(self._old, before, row_numbers=ROW) if before is not None else iter(())
        dialect, together = csv_dialect(resource), edited(pieces, schema, names, table)
        if together.num_rows != table["rowsAfter"]:
            raise ApplyError(f"{resource.name} would have {together.num_rows} rows, not the {table['rowsAfter']} told")
        content = write_texts(_with_null_texts(together, schema, resource.name), dialect)
        return content.decode().encode(dialect.encoding)

    def _with_digest(self, resource: Resource) -> JsonObject:
        path = resolve(self._folder, cast("str", resource.path))
        descriptor = dict(resource.descriptor)
        if "bytes" in descriptor:
            descriptor["bytes"] = path.stat().st_size
        if "hash" in descriptor:
            descriptor["hash"] = f"sha256:{sha256_of_file(path)}"
        return descriptor

    def _write(self, path: str, content: bytes) -> None:
        target = resolve(self._folder, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _with_null_texts(table: pa.Table, schema: Schema, resource: str) -> pa.Table:
    columns = {}
    for field in schema.fields:
        column = table[field.name]
        if column.null_count:
            if not field.missing_values:
                raise ApplyError(f"{resource}.{field.name} is null, and no missingValues are declared to write it with")
            column = column.fill_null("" if "" in field.missing_values else field.missing_values[0])
        columns[field.name] = column
    return pa.table(columns)
