"""The real history: what the first page told, then both; released, published, compared and verified."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import obstore
import pytest
from obstore.store import from_url

import cstodata
from cstodata.cli.main import run
from cstodata.publish.index import read_index
from cstodata.publish.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def history(tmp_path: Path, repository: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with all versions of the dataset."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1771545600")
    return publish_history(place, repository, str(tmp_path / "release"))


def publish_history(place: str, repository: Path, output: str) -> str:
    first = ["release", str(repository / "history" / "1.0.0"), "-o", output, "--allow-dirty", "--no-zip"]
    assert run(first, debug=True) == 0
    assert run(["publish", output, place], debug=True) == 0
    second = ["release", str(repository), "-o", output, "--allow-dirty", "--no-zip", "--previous", place]
    assert run(second, debug=True) == 0
    assert run(["publish", output, place], debug=True) == 0
    return place


def test_both_versions_are_there_whole_and_the_second_tells_what_the_second_page_added(
    history: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = read_index(Store(history))
    assert [(each["version"], each["previous"], each["bump"]) for each in index.versions] == [
        ("1.1.0", "1.0.0", "minor"),
        ("1.0.0", None, None),
    ]
    assert run(["verify", history, "--deep"], debug=True) == 0
    told = json.loads((tmp_path / "release" / "v" / "1.1.0" / "changes" / "changes.json").read_text())
    assert "Kazakhstan: 16 seats, as before, as of 2026-02-20" in told["words"]
    capsys.readouterr()


def test_versions_in_a_store_are_sides_of_a_comparison(history: str, repository: Path) -> None:
    changes = cstodata.compare(f"{history}@1.0.0", history)
    assert (changes.old.place, changes.old.version, changes.new.version) == (f"{history}@1.0.0", "1.0.0", "1.1.0")
    assert {table.resource: len(table.added) for table in changes.tables}["delegations"] == 5
    assert cstodata.compare(f"{history}@1.1.0", repository).tables == ()


def test_a_version_that_the_store_does_not_hold_is_told(history: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["diff", f"{history}@3.0.0", history], debug=False) == 2
    assert "3.0.0" in capsys.readouterr().err


def test_a_file_of_an_object_store_that_is_not_the_published_one_is_no_side(
    s3: str, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history = publish_history(f"s3://data/{tmp_path.name}", repository, str(tmp_path / "release"))
    store = from_url(history, client_options={"allow_http": True})
    obstore.put(store, "v/1.0.0/data/news.csv", b"news_id\n")
    capsys.readouterr()
    assert run(["diff", f"{history}@1.0.0", history], debug=False) == 3
    assert "data/news.csv of version 1.0.0 is not the one that was published" in capsys.readouterr().err
