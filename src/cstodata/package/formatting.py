"""Bringing the files of a package into canonical form."""

from __future__ import annotations

import json
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cstodata.errors import TableReadError
from cstodata.package.canonical import rewrite_csv
from cstodata.package.descriptor import locate, read_json
from cstodata.package.digest import sha256_of
from cstodata.package.paths import resolve
from cstodata.package.plain_csv import csv_dialect, is_csv_file, is_plain_csv
from cstodata.package.tables import check_columns, read_resource_texts, schema_of, type_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO

    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.package.plain_csv import CsvDialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A file whose content is not what it should be; `content` is."""

    path: Path
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatPlan:
    """What formatting a package would do.

    Attributes:
        rewrites: The files that would change: tables, and the descriptor if a size, digest or encoding in it would.
        skipped: Why a resource is left as it is, by its name.
    """

    rewrites: tuple[Rewrite, ...]
    skipped: Mapping[str, str]


def plan_format(package: DataPackage) -> FormatPlan:
    """What brings each CSV file of the package into canonical form, and the descriptor into agreement with it.

    The package must have been checked: a table with rows that do not fit its schema cannot be told from one that was
    meant so. The delimiter and quote that a dialect declares stay. Of the descriptor, `bytes`, `hash`, `encoding` and
    the dialect's `lineTerminator` are set, and only where they are declared; if one changes, it is written anew with
    two blanks of indent.

    Raises:
        TableReadError: A table cannot be read as its schema types it, or not be written so that it reads back as the
            same, or two resources share a file.
        UnsafePathError: A path leads out of the package.
    """
    rewrites: list[Rewrite] = []
    skipped: dict[str, str] = {}
    resources: list[JsonObject] = []
    owners: dict[Path, str] = {}
    for resource in package.resources:
        descriptor = resource.descriptor
        if why := why_left(resource):
            skipped[resource.name] = why
        else:
            path = resolve(package.root, cast("str", resource.path)).resolve()
            if path in owners:
                raise TableReadError(resource.name, problem=f"it shares its file with {owners[path]}")
            owners[path] = resource.name
            content = canonical_csv(package, resource)
            if content != path.read_bytes():
                rewrites.append(Rewrite(path=path, content=content))
            descriptor = described(descriptor, content)
        resources.append(descriptor)
    whole = {**package.descriptor, "resources": resources}
    if whole != package.descriptor:
        rewrites.append(Rewrite(path=package.path.resolve(), content=to_json(whole)))
    return FormatPlan(rewrites=tuple(rewrites), skipped=skipped)


def apply_format(plan: FormatPlan) -> None:
    """Write what was planned; each file is replaced as a whole."""
    for rewrite in plan.rewrites:
        replace_file(rewrite.path, rewrite.content)


def canonical_csv(package: DataPackage, resource: Resource, dialect: CsvDialect | None = None) -> bytes:
    """The table of a plain CSV resource in canonical form.

    Args:
        package: The package, for its root.
        resource: What to write.
        dialect: Delimiter and quote; None for those that the resource declares.

    Raises:
        TableReadError: It cannot be read, or not be written so that it reads back as the same.
    """
    schema = schema_of(resource)
    texts = read_resource_texts(package, resource)
    check_columns(texts, schema, resource=resource.name)
    table = type_texts(texts, schema.fields, resource=resource.name)
    return rewrite_csv(texts, table, schema, dialect or csv_dialect(resource))


def file_facts(content: bytes) -> JsonObject:
    """What a descriptor says of a canonical CSV file beside its path: encoding, size and digest."""
    return {"encoding": "utf-8", "bytes": len(content), "hash": f"sha256:{sha256_of(content)}"}


def described(resource: JsonObject, content: bytes) -> JsonObject:
    """A resource's descriptor, with size, digest and the like of a canonical file where it declares them."""
    declared = {key: fact for key, fact in file_facts(content).items() if key in resource}
    dialect = resource.get("dialect")
    if isinstance(dialect, dict) and "lineTerminator" in dialect:
        declared["dialect"] = {**dialect, "lineTerminator": "\n"}
    return {**resource, **declared}


def to_json(value: JsonObject) -> bytes:
    """JSON as people read it: two blanks of indent, no escapes that are not needed, a line feed at the end."""
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_package_version(package: Path, version: str) -> None:
    """Declare a version in a package's descriptor; the rest of the file stays as it is, if that can be done.

    Args:
        package: The descriptor, or the folder that holds it.
        version: What to declare.

    Raises:
        PackageNotFoundError: There is no package.
        DescriptorError: The descriptor cannot be read.
    """
    path = locate(package)
    wanted = {**read_json(path), "version": version}
    text = path.read_bytes().decode()
    for found in re.finditer(r'"version"(\s*):(\s*)"(?:[^"\\]|\\.)*"', text):
        changed = f'{text[: found.start()]}"version"{found[1]}:{found[2]}{json.dumps(version)}{text[found.end() :]}'
        if json.loads(changed) == wanted:
            replace_file(path.resolve(), changed.encode())
            return
    replace_file(path.resolve(), to_json(wanted))


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that no reader ever sees half of it."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of another when it is written: a temporary one beside it, until then."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def why_left(resource: Resource) -> str | None:
    """Why a resource cannot be written as canonical CSV; None if it can."""
    if resource.schema is None:
        return "it has no schema"
    if not is_csv_file(resource):
        return "it is not one uncompressed CSV file with a header and quotes doubled in quoted cells"
    return None if is_plain_csv(resource) else "its dialect declares no delimiter"
