"""Bringing the files of a package into canonical form."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cstodata.errors import TableReadError
from cstodata.package.canonical import sort_by_key, to_csv
from cstodata.package.digest import sha256_of
from cstodata.package.paths import resolve
from cstodata.package.tables import csv_dialect, is_csv_file, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import DataPackage, Resource


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

    The delimiter that a dialect declares stays. The descriptor keeps its layout; only `bytes`, `hash` and `encoding`
    are set, and only where they are declared.

    Raises:
        TableReadError: A table cannot be read as its schema types it.
        UnsafePathError: A path leads out of the package.
    """
    rewrites: list[Rewrite] = []
    skipped: dict[str, str] = {}
    resources: list[JsonObject] = []
    for resource in package.resources:
        described = resource.descriptor
        if why := _why_not(resource):
            skipped[resource.name] = why
        else:
            path = resolve(package.root, cast("str", resource.path))
            content = canonical_csv(package, resource)
            if content != path.read_bytes():
                rewrites.append(Rewrite(path=path, content=content))
            declared = {key: fact for key, fact in file_facts(content).items() if key in described}
            described = {**described, **declared}
        resources.append(described)
    descriptor = {**package.descriptor, "resources": resources}
    if descriptor != package.descriptor:
        rewrites.append(Rewrite(path=package.path, content=to_json(descriptor)))
    return FormatPlan(rewrites=tuple(rewrites), skipped=skipped)


def apply_format(plan: FormatPlan) -> None:
    """Write what was planned; each file is replaced as a whole."""
    for rewrite in plan.rewrites:
        replace_file(rewrite.path, rewrite.content)


def canonical_csv(package: DataPackage, resource: Resource) -> bytes:
    """The table of a plain CSV resource in canonical form, with the delimiter that it declares.

    Raises:
        TableReadError: It cannot be read, or not be written, as its schema types it.
    """
    if resource.schema is None:
        raise TableReadError(resource.name, problem="it has no schema")
    table = sort_by_key(read_table(package, resource), resource.schema)
    dialect = csv_dialect(resource)
    return to_csv(table, resource.schema, delimiter=dialect.delimiter, quote=dialect.quote)


def file_facts(content: bytes) -> JsonObject:
    """What a descriptor says of a canonical CSV file beside its path: encoding, size and digest."""
    return {"encoding": "utf-8", "bytes": len(content), "hash": f"sha256:{sha256_of(content)}"}


def to_json(value: JsonObject) -> bytes:
    """JSON as people read it: two blanks of indent, no escapes that are not needed, a line feed at the end."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that no reader ever sees half of it: a temporary file beside it takes its place."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _why_not(resource: Resource) -> str | None:
    if not is_csv_file(resource):
        return "it is not one uncompressed CSV file with a header"
    return "it has no schema" if resource.schema is None else None
