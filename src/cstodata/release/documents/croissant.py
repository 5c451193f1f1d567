"""The release for machine learning tools: Croissant 1.1, which is also a schema.org Dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cstodata.package.formatting import to_json
from cstodata.release.documents.about import licences, stated, text
from cstodata.release.documents.citation import cite
from cstodata.release.documents.references import references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.package.descriptor import Field
    from cstodata.release.documents.about import Contributor, Licence
    from cstodata.release.documents.facts import FileFacts, ReleaseFacts, TableFacts
    from cstodata.release.documents.references import Place

_CR_TERMS: Final = (
    *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject"),
    *("fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5"),
    *("parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
    *("separator", "source", "subField", "transform"),
)
CONTEXT: Final[JsonObject] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _CR_TERMS},
}
"""The context that Croissant 1.1 prescribes; readers complain of any other."""

DATA_TYPES: Final[Mapping[str, str]] = {
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "time": "sc:Time",
    "year": "sc:Integer",
}
"""The Croissant type of each Table Schema type that has one; all others are text, as they are in Parquet."""

_PARQUET: Final = ("application/vnd.apache.parquet", "application/x-parquet")
"""The registered name, and the one by which Croissant's own reader knows Parquet."""


def croissant(facts: ReleaseFacts) -> bytes:
    """The files and typed fields for machine learning tools and search engines, in Croissant 1.1 and schema.org."""
    about = facts.about
    referred = references([table.resource for table in facts.tables])
    return to_json(
        stated(
            {
                "@context": CONTEXT,
                "@type": "sc:Dataset",
                "name": about.title,
                "alternateName": about.name if about.name != about.title else "",
                "description": about.description or about.title,
                "conformsTo": "http://mlcommons.org/croissant/1.1",
                "identifier": about.identifier,
                "url": about.homepage,
                "version": facts.version,
                "datePublished": facts.origin.created,
                "license": _licences(about.licences),
                "creator": [_who(each) for each in about.authors],
                "publisher": [_who(each) for each in about.publishers],
                "citeAs": cite(facts),
                "keywords": list(about.keywords),
                "distribution": [each for table in facts.tables for each in _files(table)],
                "recordSet": [each for table in facts.tables for each in _record_set(table, referred)],
            }
        )
    )


def _files(table: TableFacts) -> Iterator[JsonObject]:
    for file, forms in ((table.csv, table.csv.media_type), (table.parquet, list(_PARQUET))):
        yield stated(
            {
                "@type": "cr:FileObject",
                "@id": _file_id(file),
                "name": file.path.rpartition("/")[2],
                "description": text(table.resource.descriptor.get("description")),
                "contentUrl": file.path,
                "contentSize": f"{file.bytes} B",
                "encodingFormat": forms,
                "sha256": file.sha256,
                "license": _licences(licences(table.resource.descriptor)),
            }
        )


def _record_set(table: TableFacts, referred: Mapping[Place, Place]) -> Iterator[JsonObject]:
    resource, schema = table.resource, table.resource.schema
    if schema is not None and schema.fields:
        yield stated(
            {
                "@type": "cr:RecordSet",
                "@id": _id(resource.name),
                "name": resource.name,
                "description": text(resource.descriptor.get("description")),
                "key": [{"@id": _id(resource.name, field)} for field in schema.primary_key],
                "field": [_field(table, field, referred.get((resource.name, field.name))) for field in schema.fields],
            }
        )


def _field(table: TableFacts, field: Field, referred: Place | None) -> JsonObject:
    return stated(
        {
            "@type": "cr:Field",
            "@id": _id(table.resource.name, field.name),
            "name": field.name,
            "description": field.description.strip(),
            "dataType": _data_type(field),
            # Of the two forms, Parquet is the one whose types no reader has to guess.
            "source": {"fileObject": {"@id": _file_id(table.parquet)}, "extract": {"column": field.name}},
            "references": {"field": {"@id": _id(*referred)}} if referred else None,
        }
    )


def _data_type(field: Field) -> str:
    return "sc:URL" if (field.type, field.format) == ("string", "uri") else DATA_TYPES.get(field.type, "sc:Text")


def _licences(declared: tuple[Licence, ...]) -> list[JsonValue]:
    return [each.url or each.label for each in declared]


def _who(contributor: Contributor) -> JsonObject:
    return stated(
        {
            "@type": "sc:Person" if contributor.is_person else "sc:Organization",
            "name": contributor.name,
            "email": contributor.email,
            "url": contributor.url,
        }
    )


def _file_id(file: FileFacts) -> str:
    # Two slashes: tables have none and fields have one, so no name makes two things the same.
    return f"files/{quote(file.path)}"


def _id(*names: str) -> str:
    """An identifier of names: a relative IRI, in which a name of dots must not mean a folder."""
    return "/".join(name.replace(".", "%2E") if set(name) == {"."} else quote(name, safe="") for name in names)
