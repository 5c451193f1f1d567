"""The release for data catalogues: DCAT-AP 3, as JSON-LD that needs nothing from the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cstodata.package.formatting import to_json
from cstodata.release.documents.about import licences, stated, text
from cstodata.report.changes.sentences import verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.model.json import JsonObject
    from cstodata.release.documents.about import Contributor, Licence
    from cstodata.release.documents.facts import FileFacts, ReleaseFacts, TableFacts

CONTEXT: Final[JsonObject] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "issued": {"@id": "dct:issued", "@type": "xsd:dateTime"},
    "modified": {"@id": "dct:modified", "@type": "xsd:dateTime"},
    "byteSize": {"@id": "dcat:byteSize", "@type": "xsd:nonNegativeInteger"},
    "checksumValue": {"@id": "spdx:checksumValue", "@type": "xsd:hexBinary"},
}
_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"


def dcat(facts: ReleaseFacts) -> bytes:
    """The release for data catalogues, in DCAT-AP 3 as JSON-LD."""
    about = facts.about
    publishers = about.publishers[:1]  # a dataset has one, says DCAT-AP
    return to_json(
        stated(
            {
                "@context": CONTEXT,
                "@id": "./",
                "@type": "dcat:Dataset",
                "dct:title": about.title,
                "dct:description": about.description or about.title,
                "dct:identifier": about.identifier,
                "dcat:version": facts.version,
                "adms:versionNotes": verdict(facts.changes) if facts.changes else "",
                "dcat:previousVersion": _previous(facts),
                "issued": facts.origin.created,
                "modified": facts.origin.created,
                "dcat:keyword": list(about.keywords),
                "dcat:landingPage": {"@id": about.homepage, "@type": "foaf:Document"} if about.homepage else None,
                "dct:creator": [_agent(each) for each in about.authors],
                "dct:publisher": [_agent(each) for each in publishers],
                "dcat:contactPoint": [_contact(each) for each in about.contacts],
                "dcat:distribution": [each for table in facts.tables for each in _distributions(table, facts)],
            }
        )
    )


def _previous(facts: ReleaseFacts) -> JsonObject | None:
    """The folder of the version before, which stands beside this one's."""
    before = facts.changes.old.version if facts.changes else None
    return {"@id": f"../{quote(before, safe='')}/"} if before else None


def _distributions(table: TableFacts, facts: ReleaseFacts) -> Iterator[JsonObject]:
    described = table.resource.descriptor
    name = text(described.get("title")) or table.resource.name
    for file, form in ((table.csv, "CSV"), (table.parquet, "Parquet")):
        address = {"@id": quote(file.path)}
        yield stated(
            {
                "@id": f"#{quote(file.path)}",
                "@type": "dcat:Distribution",
                "dct:title": f"{name} ({form})",
                "dct:description": text(described.get("description")),
                "dcat:accessURL": address,
                "dcat:downloadURL": address,
                "dcat:mediaType": {"@id": f"{_MEDIA_TYPES}{file.media_type}", "@type": "dct:MediaType"},
                "byteSize": file.bytes,
                "spdx:checksum": _checksum(file),
                "dct:conformsTo": {"@id": quote(table.schema.path), "@type": "dct:Standard"},
                "issued": facts.origin.created,
                "modified": facts.origin.created,
                **_rights(licences(described) or facts.about.licences),
            }
        )


def _checksum(file: FileFacts) -> JsonObject:
    return {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256", "@type": "spdx:ChecksumAlgorithm"},
        "checksumValue": file.sha256,
    }


def _rights(declared: tuple[Licence, ...]) -> JsonObject:
    """The licence of a distribution; several are said in words, as DCAT-AP has room for one."""
    if len(declared) > 1:
        choice = ", ".join(each.label for each in declared)
        return {"dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": f"Any of these licences: {choice}"}}
    if not declared:
        return {}
    (only,) = declared
    return {"dct:license": stated({"@id": only.url, "@type": "dct:LicenseDocument", "dct:title": only.label})}


def _agent(contributor: Contributor) -> JsonObject:
    page = {"@id": contributor.url, "@type": "foaf:Document"}
    return stated(
        {
            "@type": "foaf:Agent",
            "foaf:name": contributor.name,
            "foaf:homepage": page if contributor.url else None,
        }
    )


def _contact(contributor: Contributor) -> JsonObject:
    mail = {"@id": f"mailto:{quote(contributor.email, safe='@+')}"}
    return stated(
        {
            "@type": "vcard:Kind",
            "vcard:fn": contributor.name,
            "vcard:hasEmail": mail if contributor.email else None,
            "vcard:hasURL": {"@id": contributor.url} if contributor.url else None,
        }
    )
