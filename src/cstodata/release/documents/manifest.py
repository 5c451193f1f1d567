"""The contract with programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.model.bump import rule_of
from cstodata.package.formatting import to_json
from cstodata.release.documents.about import objects, text
from cstodata.report.changes.sentences import sentence

if TYPE_CHECKING:
    from cstodata.model.change import ChangeSet
    from cstodata.model.json import JsonObject
    from cstodata.release.documents.facts import FileFacts, ReleaseFacts, TableFacts

FORMAT = "1.0"
"""Version of the form of `release.json`; `docs/reference/release.schema.json` describes it."""


def manifest(facts: ReleaseFacts) -> bytes:
    """The release for programs: version, origin, why the version is what it is, tables, files, digests."""
    declared = facts.package.descriptor
    changes = facts.changes
    return to_json(
        {
            "format": FORMAT,
            "package": text(declared.get("name")) or None,
            "title": text(declared.get("title")) or None,
            "version": facts.version,
            "previous": changes.old.version if changes else None,
            "created": facts.origin.created,
            "git": {"commit": facts.origin.commit, "dirty": facts.origin.is_dirty if facts.origin.commit else None},
            # No version of Python: it leaves no trace in the files, so it must leave none here. That of pyarrow stands
            # in each Parquet file, so two of them never give the same release anyway.
            "tool": {"cstodata": facts.origin.tool, "pyarrow": facts.pyarrow},
            "bump": None if changes is None else _bump(changes),
            "tables": [_table(table) for table in facts.tables],
            "checks": {
                "valid": facts.report.valid,
                "errors": facts.report.errors,
                "warnings": facts.report.warnings,
                "rules": bool(facts.report.rules),
            },
            "licenses": objects(declared.get("licenses")),
            "sources": objects(declared.get("sources")),
        }
    )


def _bump(changes: ChangeSet) -> JsonObject:
    return {
        "required": changes.version.required,
        "level": changes.version.bump,
        "words": list(changes.words),
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
        # The CSV file is canonical: its bytes change when the table does, and only then.
        "content_sha256": table.csv.sha256,
        "schema_sha256": table.schema.sha256,
        "files": [_file(file) for file in table.files],
    }


def _file(file: FileFacts) -> JsonObject:
    return {"path": file.path, "bytes": file.bytes, "sha256": file.sha256, "mediaType": file.media_type}
