"""Applying changes to the package that they were made from, which gives the package that they lead to.

Rows are matched by key and by the cells that they had, so a package that is not as it was is refused, not mangled.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.diff.package import digests_of
from cstodata.diff.row_changes import ROW
from cstodata.errors import ApplyError
from cstodata.package.descriptor import DESCRIPTOR, parse_package, read_package
from cstodata.package.digest import sha256_of_file
from cstodata.package.formatting import to_json
from cstodata.package.paths import resolve, unsafe_paths
from cstodata.package.plain_csv import csv_dialect, is_csv_file, write_texts
from cstodata.package.tables import read_canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import DataPackage, Resource, Schema

FORMAT = "1."
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
    delta = _Delta.of(changes)
    if delta.old != old.descriptor:
        raise ApplyError("the changes were made from another package: its descriptor is not the one that they name")
    for resource in old.resources:
        if list(digests_of(old, resource)) != delta.digests.get(resource.name):
            raise ApplyError(f"the changes were made from another package: {resource.name} has other files")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Delta:
    """What a file of changes says, as far as it is needed here.

    Attributes:
        old: The descriptor before.
        new: The descriptor after.
        schemas: The Table Schemas after, by path.
        digests: The digests of the files of each resource before.
        new_digests: The same after.
        tables: What changed in rows, by the new name of the resource.
        fields: New names of renamed fields, by old name, by the new name of the resource.
        resources: Old names of renamed resources, by new name.
        untold: Resources of which the bytes changed, and only they could tell how.
    """

    old: JsonObject
    new: JsonObject
    schemas: Mapping[str, JsonObject]
    digests: Mapping[str, list[str]]
    new_digests: Mapping[str, list[str]]
    tables: Mapping[str, Mapping[str, Any]]
    fields: Mapping[str, Mapping[str, str]]
    resources: Mapping[str, str]
    untold: frozenset[str]

    @classmethod
    def of(cls, changes: JsonObject) -> _Delta:
        told: dict[str, Any] = dict(changes)
        if not str(told.get("format", "")).startswith(FORMAT):
            raise ApplyError("this is no file of changes of the format 1, as `cstodata diff --format json` writes it")
        try:
            if told["complete"] is not True:
                raise ApplyError("the changes are of some resources only: make them without --resource")
            fields: dict[str, dict[str, str]] = defaultdict(dict)
            resources, untold = {}, set()
            for change in told["changes"]:
                match change["kind"]:
                    case "field-renamed":
                        fields[change["resource"]][change["before"]] = change["after"]
                    case "resource-renamed":
                        resources[change["after"]] = change["before"]
                    case "file-changed" | "not-compared":
                        untold.add(change["resource"])
                    case _:
                        pass
            tables = {table["resource"]: table for table in told["tables"]}
            for name, table in tables.items():
                if not table["complete"]:
                    raise ApplyError(f"the changes do not tell all rows of {name}: make them without --limit")
            return cls(
                old=told["old"]["descriptor"],
                new=told["new"]["descriptor"],
                schemas=told["new"]["schemas"],
                digests=told["old"]["digests"],
                new_digests=told["new"]["digests"],
                tables=tables,
                fields=fields,
                resources=resources,
                untold=frozenset(untold),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise ApplyError(f"this is no file of changes: {type(error).__name__} {error}") from error


class _Application:
    """The writing of one new package."""

    def __init__(self, old: DataPackage, delta: _Delta, folder: Path) -> None:
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
        rows = _empty(schema)
        if before is not None:
            rows = _applied(read_canonical(self._old, before, row_numbers=ROW), schema, names, table)
        added = [row["after"] for row in table["added"]]
        columns = {field.name: [row.get(field.name) for row in added] for field in schema.fields}
        new = pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
        dialect, together = csv_dialect(resource), pa.concat_tables([rows, new])
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


def _empty(schema: Schema) -> pa.Table:
    return pa.table({field.name: pa.array([], pa.string()) for field in schema.fields})


def _applied(
    pieces: Iterator[pa.Table], schema: Schema, names: Mapping[str, str], table: Mapping[str, Any]
) -> pa.Table:
    """The rows that stay, in the new fields, changed as told.

    Args:
        pieces: The old rows.
        schema: The new schema.
        names: Old names of fields by new ones; the old table need not have them.
        table: What changed.
    """
    wanted = _Wanted(table, names)
    kept = [_empty(schema)]
    for piece in pieces:
        edits = wanted.edits(piece)
        columns = {}
        for field in schema.fields:
            old_name = names[field.name]
            old = piece[old_name] if old_name in piece.column_names else pa.nulls(piece.num_rows, pa.string())
            columns[field.name] = edits.applied_to(old, field.name)
        kept.append(pa.table(columns).filter(edits.stays))
    wanted.check_all_found()
    return pa.concat_tables(kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edits:
    """What becomes of the rows of a piece: which stay, and the new cells, by position and field."""

    stays: pa.Array
    cells: Mapping[int, Mapping[str, str | None]]

    def applied_to(self, column: Any, field: str) -> Any:
        """A column with its new cells."""
        edited = {position: cells[field] for position, cells in sorted(self.cells.items()) if field in cells}
        if not edited:
            return column
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        mask = pc.is_in(pa.arange(0, len(column)), value_set=pa.array(edited, pa.int64()))
        return pc.replace_with_mask(column, mask, pa.array(edited.values(), pa.string()))


class _Wanted:
    """The rows that were removed or changed, each to be found once."""

    def __init__(self, table: Mapping[str, Any], names: Mapping[str, str]) -> None:
        self._names = names
        self._resource = str(table["resource"])
        self._key: Sequence[str] = table["key"]
        # Without a key, rows are told apart by all of their cells.
        removed = table["removed"]
        self._by = [names[name] for name in self._key] or (list(removed[0]["before"]) if removed else [])
        self._rows: dict[tuple[str | None, ...], list[Mapping[str, Any]]] = defaultdict(list)
        for row in (*removed, *table["changed"]):
            cells, fields = (row["key"], self._key) if self._key else (row["before"], self._by)
            self._rows[tuple(cells[name] for name in fields)].append(row)

    def edits(self, piece: pa.Table) -> _Edits:
        """What becomes of the rows of a piece."""
        gone: set[int] = set()
        cells: dict[int, Mapping[str, str | None]] = {}
        if self._rows and self._by:
            first = pa.array({key[0] for key in self._rows}, pa.string())
            candidates = pc.indices_nonzero(pc.is_in(piece[self._by[0]], value_set=first))
            for position, row in zip(candidates.to_pylist(), piece.take(candidates).to_pylist(), strict=True):
                change = self._take(row)
                if change is not None and change["after"] is None:
                    gone.add(position)
                elif change is not None:
                    cells[position] = change["after"]
        numbers = pa.arange(0, piece.num_rows)
        return _Edits(stays=pc.invert(pc.is_in(numbers, value_set=pa.array(gone, pa.int64()))), cells=cells)

    def _take(self, row: Mapping[str, str | None]) -> Mapping[str, Any] | None:
        """The change of a row, which is then found; None if the row stays as it is."""
        waiting = self._rows.get(tuple(row[name] for name in self._by), [])
        if not self._key:
            return waiting.pop() if waiting else None  # they are all the same
        fits = [change for change in waiting if self._fits(change, row)]
        if not fits:
            return None
        # Of equal rows, the one that stood here.
        change = next((each for each in fits if each["rowBefore"] == row[ROW]), fits[0])
        waiting.remove(change)
        return change

    def _fits(self, change: Mapping[str, Any], row: Mapping[str, str | None]) -> bool:
        if change["after"] is None:
            return all(row.get(name) == cell for name, cell in change["before"].items())
        return all(row.get(self._names.get(name, name)) == cell for name, cell in change["before"].items())

    def check_all_found(self) -> None:
        """Make sure that every change found its row."""
        for key, waiting in self._rows.items():
            if waiting:
                shown = ", ".join(str(cell) for cell in key)[:200]
                raise ApplyError(f"{self._resource} has no row ({shown}) that is as the changes say it was")


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
