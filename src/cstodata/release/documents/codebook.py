"""The fields of all tables, as a table."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import Field, Resource
    from cstodata.release.documents.facts import ReleaseFacts


def codebook(facts: ReleaseFacts) -> bytes:
    """All fields, a line each, for those who read tables and not JSON."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("table", "field", "type", "format", "title", "description", "key", "required", "constraints"))
    for table in facts.tables:
        schema = table.resource.schema
        for field in schema.fields if schema else ():
            writer.writerow(_line(table.resource, field))
    return file.getvalue().encode()


def _line(resource: Resource, field: Field) -> Iterable[object]:
    constraints = dict(cast("JsonObject", field.descriptor.get("constraints") or {}))
    required = constraints.pop("required", False) is True
    key = "primary" if resource.schema and field.name in resource.schema.primary_key else ""
    return (
        resource.name,
        field.name,
        field.type,
        field.format,
        field.descriptor.get("title") or "",
        field.description,
        key,
        "yes" if required else "",
        json.dumps(constraints, ensure_ascii=False) if constraints else "",
    )
