"""The cache: shared by processes, verified whenever it is used, and mended when it is broken."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from tests.client.conftest import Web, serving

import cstodata
from cstodata.client.cache import Cache
from cstodata.errors import ClientError, NotVerifiedError

if TYPE_CHECKING:
    from pathlib import Path

LOAD = """
import sys, cstodata
table = cstodata.load("table", source=sys.argv[1])
print(table.num_rows, sum(table["size"].to_pylist()))
"""


def cached(store: Path, cache: Path, path: str = "parquet/table.parquet") -> Path:
    """Where the cache keeps a file of version 2.0.0."""
    digest = sha256((store / "v" / "2.0.0" / path).read_bytes()).hexdigest()
    return cache / "objects" / digest[:2] / digest


def test_eight_processes_that_load_the_same_release_at_once_fetch_each_file_once(web: Web) -> None:
    commands = [
        subprocess.Popen([sys.executable, "-c", LOAD, web.address], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(8)
    ]
    said = [command.communicate(timeout=120) for command in commands]
    assert [command.returncode for command in commands] == [0] * 8, said
    assert len(set(said)) == 1
    assert said[0][0].startswith(b"40000 ")
    assert said[0][1] == b""
    asked = Counter(path for path, _ in web.asked)
    assert asked.pop("/index.json") == 8
    assert set(asked.values()) == {1}


@pytest.mark.parametrize("path", ["parquet/table.parquet", "release.json", "SHA256SUMS"])
def test_a_flipped_byte_in_the_cache_is_found_and_the_file_fetched_anew(web: Web, cache: Path, path: str) -> None:
    before = cstodata.load("table", source=web.address)
    kept = cached(web.folder, cache, path)
    times = kept.stat().st_atime_ns, kept.stat().st_mtime_ns
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)
    os.utime(kept, ns=times)  # as a disk would do it, which tells nobody
    web.asked.clear()
    assert cstodata.load("table", source=web.address).equals(before)
    assert [asked for asked, _ in web.asked] == ["/index.json", f"/v/2.0.0/{path}"]
    assert sha256(kept.read_bytes()).hexdigest() == kept.name


def test_a_broken_file_is_not_served_when_the_store_cannot_be_reached(
    store: Path, cache: Path, hasty: list[float]
) -> None:
    with serving(store) as web:
        cstodata.load("table", "2.0.0", source=web.address)
    cached(store, cache).write_bytes(b"broken")
    with pytest.raises(cstodata.CstodataError, match="cannot be reached"):
        cstodata.load("table", "2.0.0", source=web.address)
    assert hasty == [1, 2, 3]


def test_a_cache_that_is_cut_short_or_gone_is_filled_again(web: Web, cache: Path) -> None:
    before = cstodata.load("table", source=web.address)
    cached(web.folder, cache).write_bytes(b"")
    assert cstodata.load("table", source=web.address).equals(before)
    cached(web.folder, cache).unlink()
    assert cstodata.load("table", source=web.address).equals(before)


def test_what_is_there_is_not_asked_for_again(web: Web) -> None:
    for _ in range(3):
        cstodata.load("table", source=web.address)
    assert Counter(path for path, _ in web.asked)["/v/2.0.0/parquet/table.parquet"] == 1


def test_equal_files_of_two_versions_and_stores_are_kept_once(web: Web, store: Path) -> None:
    cstodata.load("table", source=web.address)
    web.asked.clear()
    cstodata.load("table", source=web.address.replace("127.0.0.1", "localhost"))
    assert [path for path, _ in web.asked] == ["/index.json"]


def test_a_cache_that_cannot_be_written_is_said_to_be_so(pristine: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ClientError, match=r"the cache cannot be written: .*; CSTODATA_CACHE names another folder"):
        cstodata.load("table", source=pristine, cache=tmp_path / "file")


def test_a_tampered_folder_is_not_served(store: Path) -> None:
    path = store / "v" / "2.0.0" / "parquet" / "table.parquet"
    content = bytearray(path.read_bytes())
    content[500] ^= 255
    path.write_bytes(content)
    with pytest.raises(NotVerifiedError, match="has another digest than was published"):
        cstodata.load("table", source=store)
    assert cstodata.load("table", "1.1.0", source=store).num_rows == 3


def test_an_index_that_was_kept_and_is_broken_is_not_believed(store: Path, cache: Path, hasty: list[float]) -> None:
    with serving(store) as web:
        cstodata.load("table", "1.1.0", source=web.address)
    (kept,) = (cache / "indexes").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"1.1.0", b"1.2.0"))
    with pytest.raises(cstodata.CstodataError, match="cannot be reached"):
        cstodata.load("table", "1.1.0", source=web.address)
    assert hasty == [1]


def test_an_index_that_cannot_be_kept_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file")
    cache.remember("here", b"{}")
    assert cache.recall("here") is None
