"""The reference page names the files of a release: all of them, and no others."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_the_page_names_every_file_and_no_other(
    dataset: Path, tmp_path: Path, release: Callable[..., Path], repository: Path
) -> None:
    first = release(dataset, tmp_path / "out")
    path = dataset / "datapackage.json"
    told = {**json.loads(path.read_text(encoding="utf-8")), "version": "1.1.1", "title": "Another title"}
    path.write_text(json.dumps(told), encoding="utf-8")
    second = release(dataset, tmp_path / "out", previous=first)
    page = (repository / "docs" / "reference" / "release.md").read_text(encoding="utf-8")
    patterns = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    there = {each.relative_to(second).as_posix() for each in second.rglob("*") if each.is_file()}
    found = {pattern: {name for name in there if fnmatch(name, pattern)} for pattern in patterns}
    assert set().union(*found.values()) == there
    assert [pattern for pattern, names in found.items() if not names] == ["SHA256SUMS.sig"]  # it was not signed


def test_the_manifest_tells_whether_a_table_changed_and_what_wrote_it(every_type: Path) -> None:
    manifest = json.loads((every_type / "release.json").read_text(encoding="utf-8"))
    for table in manifest["tables"]:
        digests = {file["mediaType"]: file["sha256"] for file in table["files"]}
        assert table["content_sha256"] == digests["text/csv"]
        assert table["schema_sha256"] == digests["application/json"]
    footer = pq.read_metadata(every_type / "parquet" / "empty.parquet")
    assert manifest["tool"] == {"cstodata": "0.1.0", "pyarrow": footer.created_by.rpartition(" ")[2]}


def test_the_version_before_stands_in_the_catalogue(
    dataset: Path, tmp_path: Path, release: Callable[..., Path]
) -> None:
    first = release(dataset, tmp_path / "out")
    path = dataset / "datapackage.json"
    told = {**json.loads(path.read_text(encoding="utf-8")), "version": "1.1.1", "title": "Another title"}
    path.write_text(json.dumps(told), encoding="utf-8")
    catalogue = json.loads((release(dataset, tmp_path / "out", previous=first) / "dcat.jsonld").read_bytes())
    assert catalogue["dcat:previousVersion"] == {"@id": "../1.1.0/"}
    assert "1.1.1" in catalogue["adms:versionNotes"]
    assert "dcat:previousVersion" not in json.loads((first / "dcat.jsonld").read_bytes())
