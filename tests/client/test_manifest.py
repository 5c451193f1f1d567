from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.client.manifest import File, parse_manifest
from cstodata.errors import NotVerifiedError, UnknownNameError
from cstodata.publish.checksums import is_inside

DIGEST = "a" * 64
PATHS = st.sampled_from(["data/t.csv", "parquet/t.parquet", "../x", "/x", "a/../b", "", "c:\\x", "data/t.csv"])
FILES = st.fixed_dictionaries(
    {"path": PATHS, "sha256": st.sampled_from([DIGEST, "b" * 64, "x", None]), "bytes": st.sampled_from([0, 5, -1, "5"])}
)
TABLES = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["t", "u", None]), "files": st.lists(FILES, max_size=3)})
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["version", "tables", "name"]), inner),
)


@given(told=st.fixed_dictionaries({"version": st.just("1.0.0"), "tables": TABLES | JSON}) | JSON)
def test_whatever_a_manifest_says_it_is_refused_or_its_files_are_inside_and_agree_with_the_checksums(
    told: object,
) -> None:
    digests = {"data/t.csv": DIGEST, "parquet/t.parquet": DIGEST}
    try:
        manifest = parse_manifest(json.dumps(told).encode(), digests, version="1.0.0", place="here")
    except NotVerifiedError:
        return
    for file in (file for files in manifest.tables.values() for file in files):
        assert is_inside(file.path)
        assert digests[file.path] == file.sha256
        assert file.bytes in {0, 5}


@given(content=st.binary(max_size=50))
def test_whatever_bytes_a_manifest_is_they_are_refused(content: bytes) -> None:
    with pytest.raises(NotVerifiedError):
        parse_manifest(content, {}, version="1.0.0", place="here")


def test_the_files_of_a_table_are_found_by_their_form() -> None:
    files = [{"path": f"{form}/t.{form}", "sha256": DIGEST, "bytes": 1} for form in ("csv", "parquet")]
    told = json.dumps({"version": "1.0.0", "tables": [{"name": "t", "files": files}]}).encode()
    digests = dict.fromkeys(("csv/t.csv", "parquet/t.parquet"), DIGEST)
    manifest = parse_manifest(told, digests, version="1.0.0", place="here")
    assert manifest.file("t", "parquet") == File(path="parquet/t.parquet", sha256=DIGEST, bytes=1)
    with pytest.raises(UnknownNameError):
        manifest.file("u", "csv")
    with pytest.raises(NotVerifiedError, match="does not name one xlsx file of t"):
        manifest.file("t", "xlsx")
