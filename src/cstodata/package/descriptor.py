"""A data package as it stands on disk: its descriptor, and what the descriptor says of each table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isinf
from typing import TYPE_CHECKING, cast

from cstodata.errors import DescriptorError, PackageNotFoundError, UnknownNameError
from cstodata.package.paths import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from cstodata.model.json import JsonObject, JsonValue

DESCRIPTOR = "datapackage.json"
MAX_BYTES = 64 * 1024 * 1024
"""A descriptor or schema larger than this is refused: descriptors are written by people, and read into memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a Table Schema; `descriptor` holds all that it declares.

    Attributes:
        missing_values: The texts that mean null: its own, or else the schema's.
    """

    name: str
    type: str
    format: str
    missing_values: tuple[str, ...]
    descriptor: JsonObject

    @property
    def description(self) -> str:
        """What the cells mean; empty if it does not say."""
        return str(self.descriptor.get("description") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A Table Schema; `descriptor` holds all that it declares.

    Attributes:
        fields: In the order of the columns.
        primary_key: Names of the fields that make up the key; empty if there is none.
    """

    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    descriptor: JsonObject

    def position(self, name: str) -> int | None:
        """Position of a field, from 1; None if there is no such field."""
        names = [field.name for field in self.fields]
        return names.index(name) + 1 if name in names else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource; `descriptor` holds all that it declares.

    Attributes:
        name: Its name, unique in the package.
        path: Its file relative to the package; None if it is inline or has several.
        schema: Its Table Schema; None if it declares none.
    """

    name: str
    path: str | None
    schema: Schema | None
    descriptor: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPackage:
    """A data package on disk.

    Attributes:
        root: The folder that its paths start from.
        path: Its descriptor.
        resources: In the descriptor's order.
        descriptor: All that it declares, as read.
    """

    root: Path
    path: Path
    resources: tuple[Resource, ...]
    descriptor: JsonObject

    def resource(self, name: str) -> Resource:
        """The resource of that name.

        Raises:
            UnknownNameError: There is none.
        """
        for resource in self.resources:
            if resource.name == name:
                return resource
        raise UnknownNameError("resource", name, known=[each.name for each in self.resources])


def locate(path: Path) -> Path:
    """The descriptor that `path` means: itself, or the `datapackage.json` in it.

    Raises:
        PackageNotFoundError: There is none.
    """
    if path.is_dir():
        inside = path / DESCRIPTOR
        if not inside.is_file():
            raise PackageNotFoundError(path, why=f"the folder holds no {DESCRIPTOR}")
        return inside
    if not path.exists():
        raise PackageNotFoundError(path, why="no such file or folder")
    if not path.is_file():
        raise PackageNotFoundError(path, why="it is neither a file nor a folder")
    return path


def read_json(path: Path, *, max_bytes: int = MAX_BYTES) -> JsonObject:
    """The JSON object in a file.

    Raises:
        DescriptorError: The file cannot be read, is too large, or holds no JSON object in UTF-8.
    """
    try:
        if path.stat().st_size > max_bytes:
            raise DescriptorError(path, problem=f"larger than {max_bytes // 1024**2} MiB")
        return parse_json(path, path.read_bytes())
    except OSError as error:
        raise DescriptorError(path, problem=f"cannot be read: {error.strerror}") from error


def parse_json(path: Path, content: bytes) -> JsonObject:
    """The JSON object that was read at a path.

    Raises:
        DescriptorError: It is no JSON object in UTF-8.
    """
    try:
        value = json.loads(
            content.decode(), object_pairs_hook=_no_key_twice, parse_constant=_no_number, parse_float=_finite
        )
        json.dumps(value, ensure_ascii=False).encode()  # refuses half a surrogate pair, which no file can hold
    except UnicodeEncodeError as error:
        raise DescriptorError(path, problem="holds half a surrogate pair, which is no character") from error
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8: byte 0x{error.object[error.start]:02x} at offset {error.start}"
        raise DescriptorError(path, problem=problem) from error
    except json.JSONDecodeError as error:
        problem = f"is not JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        raise DescriptorError(path, problem=problem) from error
    except (RecursionError, ValueError) as error:
        raise DescriptorError(path, problem=f"is not JSON that can be read: {error}") from error
    if not isinstance(value, dict):
        raise DescriptorError(path, problem="holds JSON, but no object")
    return value


def _no_key_twice(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f'the key "{next(key for key in keys if keys.count(key) > 1)}" stands twice in one object')
    return value


def _no_number(text: str) -> JsonValue:
    raise ValueError(f"{text} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise ValueError(f"the number {text} is too large")
    return value


def parse_package(path: Path, descriptor: JsonObject) -> DataPackage:
    """The data package that a descriptor describes, with the schemas that it refers to.

    Args:
        path: Where the descriptor stands.
        descriptor: What `read_json` read there.

    Raises:
        DescriptorError: The descriptor or a schema is not of the form that the standard asks for.
        UnsafePathError: A schema's path leads out of the package.
    """
    resources = _list(path, descriptor, "resources")
    parsed = tuple(_parse_resource(path, _object(path, item, "resource")) for item in resources)
    return DataPackage(root=path.parent, path=path, resources=parsed, descriptor=descriptor)


def read_package(path: Path) -> DataPackage:
    """The data package at `path`, a descriptor or a folder that holds one; raises as the functions that it calls do."""
    located = locate(path)
    return parse_package(located, read_json(located))


def _parse_resource(place: Path, descriptor: JsonObject) -> Resource:
    path = descriptor.get("path")
    if isinstance(path, list) and len(path) == 1:
        path = path[0]
    single = isinstance(path, str) and not descriptor.get("extrapaths")
    declared = descriptor.get("schema")
    schema_place = place
    if isinstance(declared, str):
        schema_place = resolve(place.parent, declared)
        declared = read_json(schema_place)
    return Resource(
        name=_text(place, descriptor, "name"),
        path=cast("str", path) if single else None,
        schema=None if declared is None else _parse_schema(schema_place, _object(schema_place, declared, "schema")),
        descriptor=descriptor,
    )


def _parse_schema(place: Path, descriptor: JsonObject) -> Schema:
    key = descriptor.get("primaryKey") or []
    if not isinstance(key, str) and not (isinstance(key, list) and all(isinstance(name, str) for name in key)):
        raise DescriptorError(place, problem='"primaryKey" must be a name, or an array of names')
    return Schema(
        fields=tuple(
            _parse_field(place, _object(place, item, "field"), descriptor)
            for item in _list(place, descriptor, "fields")
        ),
        primary_key=(key,) if isinstance(key, str) else tuple(cast("list[str]", key)),
        descriptor=descriptor,
    )


def _parse_field(place: Path, descriptor: JsonObject, schema: JsonObject) -> Field:
    missing = descriptor.get("missingValues", schema.get("missingValues", [""]))
    if not isinstance(missing, list) or any(isinstance(each, dict) and "value" not in each for each in missing):
        raise DescriptorError(place, problem='"missingValues" must be an array of texts, or of objects with a value')
    return Field(
        name=_text(place, descriptor, "name"),
        type=str(descriptor.get("type") or "string"),
        format=str(descriptor.get("format") or "default"),
        # Data Package v2 also writes a missing value as an object with a label.
        missing_values=tuple(
            str(entry["value"]) if isinstance(entry, dict) else str(entry) for entry in cast("list[JsonValue]", missing)
        ),
        descriptor=descriptor,
    )


def _list(place: Path, owner: JsonObject, key: str) -> list[JsonValue]:
    value = owner.get(key)
    if not isinstance(value, list):
        raise DescriptorError(place, problem=f'"{key}" must be an array')
    return value


def _object(place: Path, value: JsonValue, what: str) -> JsonObject:
    if not isinstance(value, dict):
        raise DescriptorError(place, problem=f"a {what} must be an object")
    return value


def _text(place: Path, owner: JsonObject, key: str) -> str:
    value = owner.get(key)
    if not isinstance(value, str):
        raise DescriptorError(place, problem=f'"{key}" must be a string')
    return value
