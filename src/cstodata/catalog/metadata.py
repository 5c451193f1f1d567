"""What search engines read in the page of a release: a schema.org Dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cstodata.catalog.paths import Outline, way
from cstodata.package.tables import schema_of
from cstodata.release.documents.about import stated, text, web_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.catalog.contents import Release, Table
    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.release.documents.about import Contributor
    from cstodata.release.documents.facts import FileFacts

_MOST, _LONG, _LONGEST = 50, 300, 5000
_NAMES: Final = {"text/csv": "CSV", "application/vnd.apache.parquet": "Parquet", "application/zip": "ZIP"}


def dataset(release: Release, outline: Outline, address: str) -> JsonObject:
    """A release as a schema.org Dataset.

    Args:
        release: What it is.
        outline: Its pages.
        address: Where the store is read, with a slash at the end; empty if nobody says, and addresses are relative.
    """
    about = release.about
    base = address or way(outline.release, "")
    return stated(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "@id": f"{address}{quote(outline.release)}" if address else "",
            "name": about.title,
            "alternateName": about.name if about.name != about.title else "",
            "description": (about.description or about.title)[:_LONGEST],
            "identifier": about.identifier,
            "url": f"{address}{quote(outline.release)}" if address else about.homepage,
            "version": release.version.number,
            "datePublished": release.version.created,
            "license": [each.url or each.label for each in about.licences],
            "isAccessibleForFree": True,
            "keywords": list(about.keywords[:_MOST]),
            "creator": [_who(each) for each in about.authors[:_MOST]],
            "publisher": [_who(each) for each in about.publishers[:_MOST]],
            "isBasedOn": [
                stated({"@type": "CreativeWork", "name": text(each.get("title")), "url": web_address(each.get("path"))})
                for each in release.sources[:_MOST]
            ],
            "creditText": release.citation[:_LONG],
            "distribution": list(_distribution(release, f"{base}v/{quote(release.version.number)}/")),
            "variableMeasured": list(_variables(release.tables)),
        }
    )


def _who(contributor: Contributor) -> JsonValue:
    kind = "Person" if contributor.is_person else "Organization"
    return stated({"@type": kind, "name": contributor.name, "url": contributor.url})


def _distribution(release: Release, folder: str) -> Iterator[JsonValue]:
    files = [(table.title, file) for table in release.tables for file in (table.csv, table.parquet)]
    if release.archive is not None:
        files.insert(0, ("All tables", release.archive))
    for title, file in files[:_MOST]:
        yield _download(title, file, folder)


def _download(title: str, file: FileFacts, folder: str) -> JsonObject:
    return {
        "@type": "DataDownload",
        "name": f"{title[:_LONG]} ({_NAMES[file.media_type]})",
        "contentUrl": f"{folder}{quote(file.path)}",
        "encodingFormat": file.media_type,
        "contentSize": f"{file.bytes} B",
        "sha256": file.sha256,
    }


def _variables(tables: tuple[Table, ...]) -> Iterator[JsonValue]:
    fields = [(table, field) for table in tables for field in schema_of(table.resource).fields]
    for table, field in fields[:_MOST]:
        yield stated(
            {
                "@type": "PropertyValue",
                "name": f"{table.name}.{field.name}"[:_LONG],
                "description": field.description[:_LONG],
            }
        )
