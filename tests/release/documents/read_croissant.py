"""A program that reads releases as a user of Croissant does, by mlcroissant alone; the tests start it.

It prints the rows of all record sets of each release as JSON. mlcroissant brings warnings of its own, which are no
business of ours, so it runs in a process of its own.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import mlcroissant


def plain(value: Any) -> Any:
    """A value as JSON holds it: text is text, times are in ISO 8601."""
    if isinstance(value, bytes):
        return value.decode()
    return value.isoformat() if hasattr(value, "isoformat") else value


def rows(path: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of each record set, by its identifier."""
    found = {}
    for each in mlcroissant.Dataset(jsonld=path).metadata.record_sets:
        dataset = mlcroissant.Dataset(jsonld=path)  # anew: it cannot join a table that it has streamed before
        found[each.id] = [{name: plain(value) for name, value in row.items()} for row in dataset.records(each.id)]
    return found


if __name__ == "__main__":
    json.dump([rows(path) for path in sys.argv[1:]], sys.stdout)
