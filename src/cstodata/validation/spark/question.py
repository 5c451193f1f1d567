"""What a validation on Spark asks: all that the findings of its tables depend on."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from cstodata.package.paths import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.model.json import JsonValue
    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.spark.engine import SparkEngine
    from cstodata.validation.limits import Limits


def question(package: DataPackage, chosen: Iterable[Resource], limits: Limits, engine: SparkEngine) -> JsonValue:
    """The same for two validations only if their tables have the same findings.

    A file is the same if it has the same size, and was written at the same time.

    Raises:
        UnsafePathError: A path leads out of the package.
    """
    return {
        "versions": [version(name) for name in ("cstodata", "frictionless", "pyarrow")],
        "package": package.descriptor,
        "schemas": [each.schema.descriptor if each.schema else None for each in package.resources],
        "files": [_file(package, path) for each in package.resources for path in _paths(each)],
        "resources": [each.name for each in chosen],
        "limit_errors": limits.errors,
        "sizes": [engine.min_bytes, engine.range_bytes],
        "read_from": engine.files,
    }


def _paths(resource: Resource) -> list[str]:
    declared = resource.descriptor.get("path")
    more = resource.descriptor.get("extrapaths")
    together = [*(declared if isinstance(declared, list) else [declared]), *(more if isinstance(more, list) else [])]
    return [path for path in together if isinstance(path, str)]


def _file(package: DataPackage, path: str) -> JsonValue:
    there = resolve(package.root, path)
    if not there.is_file():
        return [str(there), None, None]
    told = there.stat()
    return [str(there), told.st_size, told.st_mtime_ns]
