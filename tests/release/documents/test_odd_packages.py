"""No package is so odd that its documents cannot be written, and none of them is wrong for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph

import cstodata
from cstodata.errors import ReleaseRefusedError
from cstodata.package.descriptor import parse_package, read_package
from cstodata.release.build import build_release
from cstodata.release.documents.facts import CSV, PARQUET, SCHEMA, FileFacts, ReleaseFacts, TableFacts
from cstodata.release.documents.registry import DOCUMENTS
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable

    from cstodata.model.report import Report

# rdflib's own reader of JSON-LD still uses what rdflib is about to rename.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

ORIGIN = Origin(created=None, commit=None, is_dirty=False, tool="0.1.0")
REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
ROW = {"id": "1", "Число дней": 2, "..": "3", "a/b": "4", "a%2Fb": "5", 'x"y#z?': "6"}
TABLE = {
    "table": (
        'id,Число дней,..,a/b,a%2Fb,"x""y#z?"\n1,2,3,4,5,6\n',
        {"fields": [{"name": name, "type": "integer" if cell == 2 else "string"} for name, cell in ROW.items()]},
    )
}
ODD: dict[str, dict[str, Any]] = {
    "nothing said": {},
    "blank texts": {"title": " ", "description": "", "homepage": "", "keywords": [], "contributors": []},
    "texts in other scripts": {
        "title": "Ծանոթ «Ж» 日本",
        "description": "Ж\u2028\x7f\x85\ufeffЖ",
        "keywords": ["ключ", "ключ"],
    },
    "markup in texts": {"title": "<b>a</b> | # b\n# c", "description": "</script>]]>", "keywords": ["a\nb"]},
    "a licence of our own": {"licenses": [{"name": "ours"}]},
    "a licence in a file": {"licenses": [{"name": "ours", "path": "LICENSE of ours.md"}]},
    "a licence at an odd address": {"licenses": [{"path": "https://example.org/a b|c<d>"}]},
    "several licences": {"licenses": [{"name": "MIT"}, {"name": "ours", "title": "Ours"}]},
    "contributors without a title": {"contributors": [{}, {"roles": ["author"]}, {"givenName": "Жан"}]},
    "contributors twice": {"contributors": [{"title": "A"}, {"title": "A"}, {"title": "B", "role": "publisher"}]},
    "several publishers": {"contributors": [{"title": each, "role": "publisher"} for each in "AB"]},
    "contributors at odd addresses": {"contributors": [{"title": "A", "path": "no address", "email": "a+b@c.org"}]},
    "roles of another form": {"contributors": [{"title": "A", "roles": "author", "role": "author"}]},
    "a homepage that is none": {"homepage": "no address"},
    "a homepage at an odd address": {"homepage": "https://example.org/ж?a=b c#d"},
    "a homepage without a host": {"homepage": "http://[", "id": 7},
}
# What Frictionless refuses before there is anything to release; the documents must bear it all the same.
WRONG: dict[str, dict[str, Any]] = {
    "licences that are texts": {"licenses": ["MIT", 7, None, {"name": 5}, {"title": "A"}, {}]},
    "no array of licences": {"licenses": "MIT"},
    "contributors that are texts": {"contributors": ["A", None, {"title": 5, "email": "nowhere", "roles": [1]}]},
    "keywords that are none": {"keywords": ["a", 1, None, ""]},
    "texts that are none": {"name": 5, "title": [], "description": {}, "homepage": 7, "sources": "a page"},
}


def tell(folder: Path, told: dict[str, Any]) -> Path:
    """Say something in a package's descriptor."""
    path = folder / "datapackage.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **told}), encoding="utf-8")
    return folder


def assert_readable(documents: dict[str, bytes]) -> None:
    """Each document is of the form that its name promises."""
    for name, content in documents.items():
        if name.endswith((".json", ".jsonld", ".cff")):
            json.loads(content)
        assert content.decode().endswith("\n")
    assert "None" not in documents["LICENSE"].decode() + documents["README.md"].decode()
    citation = yaml.safe_load(documents["CITATION.cff"])
    assert citation == json.loads(documents["CITATION.cff"])
    assert citation["authors"]
    for name in ("croissant.json", "dcat.jsonld"):
        graph = Graph().parse(data=documents[name], format="json-ld", publicID="https://example.org/")
        graph.serialize(format="nt")  # refuses what is no IRI


def built(folder: Path, output: Path, report: Report) -> Path:
    """Release a package, whatever its own report would be; the folder of its version."""
    package = read_package(folder)
    plan = plan_release(package, report, origin=ORIGIN)
    build_release(package, plan, output)
    return output / plan.folder


def assert_good(release: Path, refused_by_shacl: Callable[[Graph], str]) -> None:
    """Each document is as it should be."""
    assert_readable({name: (release / name).read_bytes() for name in DOCUMENTS})
    schema = json.loads((REFERENCE / "release.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads((release / "release.json").read_bytes()))
    data = Graph().parse(release / "dcat.jsonld", format="json-ld", publicID="https://example.org/v/1/dcat.jsonld")
    assert refused_by_shacl(data) == ""


@pytest.mark.parametrize("told", [pytest.param(told, id=name) for name, told in ODD.items()])
def test_an_odd_package_is_released(
    told: dict[str, Any], make_package: Callable[..., Path], tmp_path: Path, refused_by_shacl: Callable[[Graph], str]
) -> None:
    folder = tell(make_package(TABLE), told)
    assert_good(built(folder, tmp_path / "out", cstodata.validate(folder)), refused_by_shacl)


@pytest.mark.parametrize("told", [pytest.param(told, id=name) for name, told in WRONG.items()])
def test_a_package_that_is_wrong_is_refused_and_would_not_stop_the_documents(
    told: dict[str, Any], make_package: Callable[..., Path], tmp_path: Path, refused_by_shacl: Callable[[Graph], str]
) -> None:
    folder = make_package(TABLE)
    report = cstodata.validate(folder)
    tell(folder, told)
    with pytest.raises(ReleaseRefusedError, match=r"errors?; `cstodata validate` lists them"):
        built(folder, tmp_path / "out", cstodata.validate(folder))
    assert_good(built(folder, tmp_path / "out", report), refused_by_shacl)


def test_the_readers_of_citations_and_of_croissant_accept_all_of_them(
    make_package: Callable[..., Path],
    tmp_path: Path,
    refused_by_cff: Callable[..., str],
    read_croissant: Callable[..., list[Any]],
) -> None:
    report = cstodata.validate(make_package(TABLE))
    releases = [
        built(tell(make_package(TABLE), told), tmp_path / str(number), report)
        for number, told in enumerate((*ODD.values(), *WRONG.values()))
    ]
    assert refused_by_cff(*(release / "CITATION.cff" for release in releases)) == ""
    assert read_croissant(releases) == [{"table": [ROW]}] * len(releases)


@pytest.fixture
def report(make_package: Callable[..., Path]) -> Report:
    """What checking a package that is right finds."""
    return cstodata.validate(make_package(TABLE))


def facts(report: Report, told: dict[str, Any], names: list[str]) -> ReleaseFacts:
    """The facts of a release of one table with fields of these names, and whatever the package says."""
    fields = [{"name": name, "type": "of no type that we know"} for name in names]
    resource: dict[str, Any] = {"name": names[0], "schema": {"fields": fields, "primaryKey": names[:1]}}
    package = parse_package(Path("datapackage.json"), {**told, "resources": [resource]})
    files = tuple(
        FileFacts(path=f"folder/{names[0]}.{number}", bytes=1, sha256="0" * 64, media_type=kind)
        for number, kind in enumerate((CSV, PARQUET, SCHEMA))
    )
    return ReleaseFacts(
        package=package,
        version="1.0.0",
        tables=(TableFacts(resource=package.resources[0], rows=1, files=files),),
        report=report,
        changes=None,
        origin=ORIGIN,
    )


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8)
LEAF = (
    st.none() | st.booleans() | st.integers() | TEXTS | st.sampled_from(["https://example.org/ a", "author", "a@b.org"])
)
ENTRY = st.dictionaries(
    st.sampled_from(["name", "title", "path", "email", "role", "roles", "givenName"]),
    LEAF | st.lists(LEAF, max_size=3),
)
SAID = LEAF | ENTRY | st.lists(LEAF | ENTRY, max_size=3)
KEYS = ("id", "name", "title", "description", "homepage", "keywords", "licenses", "contributors", "sources")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    told=st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, SAID)),
    names=st.lists(TEXTS.filter(bool), min_size=1, max_size=3, unique=True),
)
def test_whatever_a_package_says_its_documents_are_readable_and_the_same_each_time(
    told: dict[str, Any], names: list[str], report: Report
) -> None:
    given_facts = facts(report, told, names)
    documents = {name: document(given_facts) for name, document in DOCUMENTS.items()}
    assert_readable(documents)
    assert {name: document(given_facts) for name, document in DOCUMENTS.items()} == documents
    identifiers = [each["@id"] for each in json.loads(documents["croissant.json"])["recordSet"][0]["field"]]
    assert len(set(identifiers)) == len(names)
