"""The report, as a release keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cstodata.package.formatting import to_json
from cstodata.report.json import to_descriptor

if TYPE_CHECKING:
    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.release.documents.facts import ReleaseFacts


def validation(facts: ReleaseFacts) -> bytes:
    """What checking the package found, without what differs from run to run."""
    return to_json(cast("JsonObject", _without_time(to_descriptor(facts.report))))


def _without_time(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: 0 if name == "seconds" else _without_time(each) for name, each in value.items()}
    return [_without_time(each) for each in value] if isinstance(value, list) else value
