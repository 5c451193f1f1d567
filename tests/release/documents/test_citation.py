"""`CITATION.cff` is in the Citation File Format 1.2.0, as its own schema says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cstodata.release.documents.citation import SPDX

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def told(release: Path) -> dict[str, Any]:
    citation: dict[str, Any] = json.loads((release / "CITATION.cff").read_text(encoding="utf-8"))
    return citation


def test_the_schema_accepts_it(real: Path, every_type: Path, refused_by_cff: Callable[..., str]) -> None:
    assert refused_by_cff(real / "CITATION.cff", every_type / "CITATION.cff") == ""


def test_the_schema_refuses_what_is_wrong(every_type: Path, tmp_path: Path, refused_by_cff: Callable[..., str]) -> None:
    wrong = tmp_path / "CITATION.cff"
    wrong.write_text(json.dumps({**told(every_type), "license": "no licence"}), encoding="utf-8")
    assert "license" in refused_by_cff(wrong)


def test_the_schema_knows_every_licence_that_we_name(
    every_type: Path, tmp_path: Path, refused_by_cff: Callable[..., str]
) -> None:
    every = tmp_path / "CITATION.cff"
    every.write_text(json.dumps({**told(every_type), "license": sorted(set(SPDX.values()))}), encoding="utf-8")
    assert refused_by_cff(every) == ""


def test_it_names_authors_as_people_or_entities_and_whom_to_ask(every_type: Path) -> None:
    assert told(every_type)["authors"] == [
        {"name": "An author", "website": "https://example.org/author"},
        {"given-names": "Given", "family-names": "Family", "email": "given@example.org"},
    ]
    assert told(every_type)["contact"] == told(every_type)["authors"][1:]


def test_only_authors_are_cited(real: Path) -> None:
    assert [author["name"] for author in told(real)["authors"]] == ["CSTO Parliamentary Assembly"]


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        ([{"name": "cc-by-4.0"}], {"license": "CC-BY-4.0"}),
        ([{"name": "ODC-PDDL-1.0"}, {"name": "MIT"}], {"license": ["PDDL-1.0", "MIT"]}),
        ([{"name": "ours", "path": "https://example.org/ours"}], {"license-url": "https://example.org/ours"}),
        ([{"name": "ours", "path": "LICENSE.md"}], {}),
        ([{"name": "MIT"}, {"name": "ours", "path": "https://example.org/ours"}], {}),
        ([], {}),
    ],
    ids=["one", "several", "of our own", "in a file", "one of our own among them", "none"],
)
def test_licences_are_named_only_as_the_format_can_name_them(
    licences: list[dict[str, str]],
    expected: dict[str, Any],
    make_package: Callable[..., Path],
    release: Callable[..., Path],
    tmp_path: Path,
) -> None:
    folder = make_package({"table": ("id\n1\n", {"fields": [{"name": "id"}]})})
    path = folder / "datapackage.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "licenses": licences}))
    citation = told(release(folder, tmp_path / "out"))
    assert {name: value for name, value in citation.items() if name.startswith("license")} == expected
