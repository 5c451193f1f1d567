"""`dcat.jsonld` is what DCAT-AP 3 asks for, and what the release holds."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from rdflib import DCTERMS, FOAF, RDF, XSD, Graph, Literal, Namespace, URIRef

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# pyshacl and rdflib's own reader of JSON-LD still use what rdflib is about to rename.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

BASE = "https://example.org/v/1.0.0/"
DCAT = Namespace("http://www.w3.org/ns/dcat#")  # version 3; rdflib knows version 2
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DATASET = URIRef(BASE)
DISTRIBUTION = URIRef(f"{BASE}dcat.jsonld#data/two-keys.csv")


def graph(release: Path) -> Graph:
    """The catalogue of a release, as it would be at an address on the web."""
    return Graph().parse(release / "dcat.jsonld", format="json-ld", publicID=f"{BASE}dcat.jsonld")


@pytest.mark.parametrize("name", ["real", "every_type"])
def test_the_shapes_accept_the_release(
    name: str, refused_by_shacl: Callable[[Graph], str], request: pytest.FixtureRequest
) -> None:
    data = graph(request.getfixturevalue(name))
    assert refused_by_shacl(data) == ""
    for kind in (DCAT.Dataset, DCAT.Distribution, SPDX.Checksum, FOAF.Agent, DCTERMS.LicenseDocument):
        assert (None, RDF.type, kind) in data, kind


HERE, OTHER = Literal("here"), URIRef("urn:other")
NO, TWO_WORDS = (), (Literal("1"), Literal("2"))
WRONG: list[tuple[URIRef, URIRef, tuple[URIRef | Literal, ...]]] = [
    # of each thing of a class, a property and what it says instead of the truth
    (DCAT.Dataset, DCTERMS.title, NO),
    (DCAT.Dataset, DCTERMS.title, (Literal(""),)),
    (DCAT.Dataset, DCTERMS.title, (OTHER,)),
    (DCAT.Dataset, DCTERMS.description, NO),
    (DCAT.Dataset, DCTERMS.issued, (Literal("yesterday"),)),
    (DCAT.Dataset, DCTERMS.modified, tuple(Literal(f"2020-01-0{day}", datatype=XSD.date) for day in (1, 2))),
    (DCAT.Dataset, DCTERMS.publisher, (OTHER,)),
    (DCAT.Dataset, DCTERMS.creator, (HERE,)),
    (DCAT.Dataset, DCAT.contactPoint, (HERE,)),
    (DCAT.Dataset, DCAT.landingPage, (HERE,)),
    (DCAT.Dataset, DCAT.version, TWO_WORDS),
    (DCAT.Dataset, DCAT.previousVersion, (HERE,)),
    (DCAT.Dataset, DCAT.keyword, (OTHER,)),
    (DCAT.Dataset, DCAT.distribution, NO),
    (DCAT.Dataset, DCAT.distribution, (OTHER,)),
    (DCAT.Distribution, DCAT.accessURL, NO),
    (DCAT.Distribution, DCAT.accessURL, (HERE,)),
    (DCAT.Distribution, DCAT.downloadURL, (HERE,)),
    (DCAT.Distribution, DCAT.byteSize, NO),
    (DCAT.Distribution, DCAT.byteSize, (Literal(7),)),
    (DCAT.Distribution, DCAT.mediaType, NO),
    (DCAT.Distribution, DCAT.mediaType, (Literal("text/csv"),)),
    (DCAT.Distribution, SPDX.checksum, NO),
    (DCAT.Distribution, SPDX.checksum, (OTHER,)),
    (DCAT.Distribution, DCTERMS.license, (OTHER,)),
    (DCAT.Distribution, DCTERMS.rights, (HERE,)),
    (DCAT.Distribution, DCTERMS.conformsTo, (HERE,)),
    (DCAT.Distribution, DCTERMS.title, NO),
    (SPDX.Checksum, SPDX.algorithm, NO),
    (SPDX.Checksum, SPDX.algorithm, (SPDX.checksumAlgorithm_sha1,)),
    (SPDX.Checksum, SPDX.checksumValue, NO),
    (SPDX.Checksum, SPDX.checksumValue, (Literal("0" * 64),)),
    (SPDX.Checksum, SPDX.checksumValue, (Literal("00", datatype=XSD.hexBinary),)),
    (FOAF.Agent, FOAF.name, NO),
    (VCARD.Kind, VCARD.fn, NO),
    (VCARD.Kind, VCARD.hasEmail, (OTHER,)),
]


@pytest.mark.parametrize(("kind", "predicate", "values"), WRONG, ids=map(str, range(len(WRONG))))
def test_the_shapes_refuse_what_is_not_as_they_say(
    every_type: Path,
    refused_by_shacl: Callable[[Graph], str],
    kind: URIRef,
    predicate: URIRef,
    values: tuple[URIRef | Literal, ...],
) -> None:
    data = graph(every_type)
    subjects = list(data.subjects(RDF.type, kind))
    assert subjects
    for subject in subjects:
        data.remove((subject, predicate, None))
        for value in values:
            data.add((subject, predicate, value))
    assert "Constraint Violation" in refused_by_shacl(data)


def test_each_distribution_is_a_file_of_the_release(every_type: Path) -> None:
    data = graph(every_type)
    told = {}
    for distribution in data.objects(DATASET, DCAT.distribution):
        address = str(data.value(distribution, DCAT.downloadURL))
        assert str(data.value(distribution, DCAT.accessURL)) == address
        checksum = data.value(data.value(distribution, SPDX.checksum), SPDX.checksumValue)
        schema = str(data.value(distribution, DCTERMS.conformsTo)).removeprefix(BASE)
        assert (every_type / schema).is_file()
        size = data.value(distribution, DCAT.byteSize)
        told[address.removeprefix(BASE)] = (int(str(size)), str(checksum).lower())
    there = [*every_type.glob("data/*.csv"), *every_type.glob("parquet/*.parquet")]
    assert told == {
        path.relative_to(every_type).as_posix(): (
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in there
    }


def test_the_dataset_says_what_the_package_says(every_type: Path) -> None:
    data = graph(every_type)

    def told(predicate: URIRef) -> set[str]:
        return {str(value) for value in data.objects(DATASET, predicate)}

    assert told(DCTERMS.title) == {"Every type"}
    assert told(DCTERMS.identifier) == told(DCAT.landingPage) == {"https://example.org/types"}
    assert told(DCAT.version) == {"1.0.0"}
    assert told(DCTERMS.issued) == {"2026-02-20T09:30:00+00:00"}
    assert told(DCAT.keyword) == {"types", "tests"}
    names = {
        role: {str(data.value(who, name)) for who in data.objects(DATASET, role)}
        for role, name in (
            (DCTERMS.creator, FOAF.name),
            (DCTERMS.publisher, FOAF.name),
            (DCAT.contactPoint, VCARD.fn),
        )
    }
    assert names == {
        DCTERMS.creator: {"An author", "Given Family"},
        DCTERMS.publisher: {"A publisher"},
        DCAT.contactPoint: {"Given Family"},
    }
    assert {str(each) for each in data.objects(DISTRIBUTION, DCTERMS.license)} == {
        "https://opendatacommons.org/licenses/pddl/"
    }


def test_its_context_is_in_it(every_type: Path) -> None:
    assert isinstance(json.loads((every_type / "dcat.jsonld").read_text(encoding="utf-8"))["@context"], dict)


def test_a_table_may_have_a_licence_of_its_own(
    make_package: Callable[..., Path],
    release: Callable[..., Path],
    refused_by_shacl: Callable[[Graph], str],
    tmp_path: Path,
) -> None:
    schema = {"fields": [{"name": "id"}]}
    own = {"licenses": [{"name": "ours", "path": "https://example.org/ours"}]}
    built = release(
        make_package({"ours": ("id\n1\n", schema), "free": ("id\n1\n", schema)}, ours=own), tmp_path / "out"
    )
    data = graph(built)
    assert refused_by_shacl(data) == ""
    licensed = {str(each).rpartition("#")[2] for each in data.subjects(DCTERMS.license)}
    assert licensed == {"data/ours.csv", "parquet/ours.parquet"}
    files = json.loads((built / "croissant.json").read_bytes())["distribution"]
    assert [file.get("license") for file in files] == [*[["https://example.org/ours"]] * 2, None, None]
