"""What a file of changes says, as far as it is needed to apply them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cstodata.errors import ApplyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cstodata.model.json import JsonObject

_FORMAT = "1."


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What a file of changes says, as far as it is needed here.

    Attributes:
        old: The descriptor before.
        new: The descriptor after.
        old_schemas: The Table Schemas before, by path.
        schemas: The same after.
        digests: The digests of the files of each resource before.
        new_digests: The same after.
        tables: What changed in rows, by the new name of the resource.
        fields: New names of renamed fields, by old name, by the new name of the resource.
        resources: Old names of renamed resources, by new name.
        untold: Resources of which the bytes changed, and only they could tell how.
    """

    old: JsonObject
    new: JsonObject
    old_schemas: JsonObject
    schemas: Mapping[str, JsonObject]
    digests: Mapping[str, list[str]]
    new_digests: Mapping[str, list[str]]
    tables: Mapping[str, Mapping[str, Any]]
    fields: Mapping[str, Mapping[str, str]]
    resources: Mapping[str, str]
    untold: frozenset[str]


def read_delta(changes: JsonObject) -> Delta:
    """What is needed of a file of changes.

    Raises:
        ApplyError: It is none, or does not tell all changes.
    """
    told: dict[str, Any] = dict(changes)
    if not str(told.get("format", "")).startswith(_FORMAT):
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
        return Delta(
            old=told["old"]["descriptor"],
            new=told["new"]["descriptor"],
            old_schemas=told["old"]["schemas"],
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
