"""What a release says of itself, beside its tables: each document is a pure function of the facts."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from cstodata.model.bump import rule_of
from cstodata.package.formatting import to_json
from cstodata.report.changes.sentences import place, sentence, verdict
from cstodata.report.json import to_descriptor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cstodata.model.change import ChangeSet
    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.model.report import Report
    from cstodata.package.descriptor import DataPackage, Field, Resource
    from cstodata.release.origin import Origin

FORMAT = "1.0"
"""Version of the form of `release.json`; `docs/reference/release.schema.json` describes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """One file of a release: its path, size in bytes and SHA-256."""

    path: str
    bytes: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """One table of a release.

    Attributes:
        resource: What it is a table of.
        rows: How many rows it has.
        files: CSV, Parquet and schema.
    """

    resource: Resource
    rows: int
    files: tuple[FileFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """All that the documents of a release are made of.

    Attributes:
        package: What was released.
        version: Its version.
        tables: In the descriptor's order.
        report: What checking it found.
        changes: From the previous release; None if there is none.
        origin: Where it comes from.
    """

    package: DataPackage
    version: str
    tables: tuple[TableFacts, ...]
    report: Report
    changes: ChangeSet | None
    origin: Origin


def manifest(facts: ReleaseFacts) -> bytes:
    """`release.json`: the contract with programs."""
    declared = facts.package.descriptor
    changes = facts.changes
    return to_json(
        {
            "format": FORMAT,
            "package": declared.get("name"),
            "title": declared.get("title"),
            "version": facts.version,
            "previous": changes.old.version if changes else None,
            "created": facts.origin.created,
            "git": {"commit": facts.origin.commit, "dirty": facts.origin.is_dirty},
            "tool": {"cstodata": facts.origin.tool},
            "bump": None if changes is None else _bump(changes),
            "tables": [_table(table) for table in facts.tables],
            "checks": {
                "valid": facts.report.valid,
                "errors": facts.report.errors,
                "warnings": facts.report.warnings,
            },
            "licenses": declared.get("licenses") or [],
            "sources": declared.get("sources") or [],
        }
    )


def validation(facts: ReleaseFacts) -> bytes:
    """`report/validation.json`: the report, without what differs from run to run."""
    report = cast("JsonObject", _without_time(to_descriptor(facts.report)))
    return to_json(report)


def codebook(facts: ReleaseFacts) -> bytes:
    """`codebook.csv`: a line a field, for those who read tables and not JSON."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("table", "field", "type", "format", "title", "description", "key", "required", "constraints"))
    for table in facts.tables:
        schema = table.resource.schema
        for field in schema.fields if schema else ():
            writer.writerow(_codebook_line(table.resource, field))
    return file.getvalue().encode()


def citation(facts: ReleaseFacts) -> bytes:
    """`CITATION.cff`, in the form 1.2.0; JSON is YAML, and needs no writer of its own."""
    declared = facts.package.descriptor
    people = [each for each in _objects(declared.get("contributors")) if each.get("title")]
    told: dict[str, JsonValue] = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "message": "If you use this data, please cite it as below.",
        "title": str(declared.get("title") or declared.get("name")),
        "version": facts.version,
        "authors": [{"name": str(each["title"])} for each in people] or [{"name": str(declared.get("name"))}],
    }
    if declared.get("description"):
        told["abstract"] = declared["description"]
    if facts.origin.created:
        told["date-released"] = facts.origin.created[:10]
    licences = [str(each["name"]) for each in _objects(declared.get("licenses")) if each.get("name")]
    if licences:
        told["license"] = licences[0] if len(licences) == 1 else list(licences)
    if declared.get("keywords"):
        told["keywords"] = declared["keywords"]
    if declared.get("homepage"):
        told["url"] = declared["homepage"]
    return to_json(told)


def licence(facts: ReleaseFacts) -> bytes:
    """`LICENSE`: what may be done with the data, and where the licence stands."""
    lines = [f"{facts.package.descriptor.get('title') or facts.package.descriptor.get('name')}", ""]
    licences = _objects(facts.package.descriptor.get("licenses"))
    if not licences:
        lines.append("No licence is declared: ask before you use the data.")
    for each in licences:
        name = each.get("title") or each.get("name") or "the licence below"
        lines.append(f"The data is licensed under {name}.")
        lines += [str(each["path"])] if each.get("path") else []
    return ("\n".join(lines) + "\n").encode()


def readme(facts: ReleaseFacts) -> bytes:
    """`README.md`: what the release holds, for people."""
    declared = facts.package.descriptor
    lines = [f"# {declared.get('title') or declared.get('name')} {facts.version}", ""]
    lines += [str(declared["description"]), ""] if declared.get("description") else []
    lines += ["| table | rows | what it holds |", "|---|---|---|"]
    for table in facts.tables:
        description = _cell(table.resource.descriptor.get("description") or "")
        lines.append(f"| {_cell(table.resource.name)} | {table.rows:,} | {description} |")
    lines += [
        "",
        "Each table stands in `data/` as CSV and in `parquet/` as Parquet, proved equal. `datapackage.json` describes",
        "them, `codebook.csv` lists all fields, `release.json` is for programs, `SHA256SUMS` for `sha256sum --check`.",
    ]
    if facts.changes is not None:
        lines += ["", f"## Since {facts.changes.old.version}", "", f"{verdict(facts.changes)}.", ""]
        lines += [f"- {word}" for word in facts.changes.words]
        lines += [f"- {place(change)}: {sentence(change)}" for change in facts.changes.changes]
    return ("\n".join(lines) + "\n").encode()


DOCUMENTS: Final[Mapping[str, Callable[[ReleaseFacts], bytes]]] = {
    "CITATION.cff": citation,
    "LICENSE": licence,
    "README.md": readme,
    "codebook.csv": codebook,
    "release.json": manifest,
    "report/validation.json": validation,
}
"""What makes each document, by its path in the release."""


def _bump(changes: ChangeSet) -> JsonObject:
    return {
        "required": changes.version.required,
        "level": changes.version.bump,
        "reasons": [
            {
                "rule": rule_of(change).id,
                "level": rule_of(change).bump,
                "table": change.resource,
                "field": change.field,
                "text": sentence(change),
            }
            for change in changes.changes
        ],
    }


def _table(table: TableFacts) -> JsonObject:
    schema = table.resource.schema
    return {
        "name": table.resource.name,
        "rows": table.rows,
        "primaryKey": list(schema.primary_key) if schema else [],
        "files": [
            {"path": file.path, "bytes": file.bytes, "sha256": file.sha256, "mediaType": file.media_type}
            for file in table.files
        ],
    }


def _without_time(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name: 0 if name == "seconds" else _without_time(each) for name, each in value.items()}
    return [_without_time(each) for each in value] if isinstance(value, list) else value


def _codebook_line(resource: Resource, field: Field) -> Iterable[object]:
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


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _objects(value: JsonValue) -> list[JsonObject]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
