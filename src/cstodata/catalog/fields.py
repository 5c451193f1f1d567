"""What a field promises, for people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from cstodata.catalog.texts import cut, how_many_fit
from cstodata.package.deprecation import MARK, read_mark
from cstodata.package.tables import schema_of
from cstodata.release.documents.about import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cstodata.catalog.contents import Table
    from cstodata.catalog.references import Reference
    from cstodata.model.json import JsonValue
    from cstodata.package.descriptor import Field, Resource

_TITLE, _RULE, _DESCRIPTION = 100, 200, 500
_LINE = 260
"""Bytes of the elements around what is said of a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPage:
    """What a page says of a field: its name, title, type, what it must be, and what its cells mean."""

    name: str
    title: str
    kind: str
    rules: tuple[str, ...]
    description: str
    refers_to: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """What it takes of a page, about."""
        told = "".join((self.name, self.title, self.kind, *self.rules, self.description, *self.refers_to))
        return _LINE + len(escape(told).encode())


def documented(table: Table, outgoing: Sequence[Reference], budget: int) -> tuple[FieldPage, ...]:
    """What there is to say of the fields of a table, as many of the first as fit into so many bytes."""
    fields = [_documented(field, table.resource, outgoing) for field in schema_of(table.resource).fields]
    return tuple(fields[: how_many_fit((each.bytes for each in fields), budget)])


def _documented(field: Field, resource: Resource, outgoing: Sequence[Reference]) -> FieldPage:
    return FieldPage(
        name=cut(field.name, _TITLE),
        title=cut(text(field.descriptor.get("title")), _TITLE),
        kind=cut(field.type if field.format == "default" else f"{field.type}, {field.format}", _TITLE),
        rules=tuple(cut(each, _RULE) for each in _rules(field, resource)),
        description=cut(field.description, _DESCRIPTION),
        refers_to=tuple(dict.fromkeys(each.target for each in outgoing if field.name in each.fields)),
    )


def _rules(field: Field, resource: Resource) -> Iterator[str]:
    if resource.schema and field.name in resource.schema.primary_key:
        yield "primary key"
    constraints = field.descriptor.get("constraints")
    for name, value in constraints.items() if isinstance(constraints, dict) else ():
        if value is not False:
            yield name if value is True else f"{name}: {_told(value)}"
    mark = read_mark(field.descriptor.get(MARK))
    if mark is not None:
        instead = f"; use {mark.use}" if mark.use else ""
        yield f"deprecated since {mark.since}, stays until {mark.remove_in}{instead}"


def _told(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(map(_told, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
