"""A yanked version is said to be so, and stays where it is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from cstodata.cli.main import run
from cstodata.errors import YankError
from cstodata.publish.index import latest, read_index
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store
from cstodata.publish.yank import undo_yank, yank

if TYPE_CHECKING:
    from pathlib import Path

    from jsonschema import Draft202012Validator

DAY = date(2026, 3, 1)


@pytest.fixture
def store(place: str, releases: list[Path]) -> Store:
    """Three versions."""
    store = Store(place)
    for each in releases[:3]:
        publish(each, store)
    return store


def yanked(store: Store, version: str) -> Any:
    entry = read_index(store).entry(version)
    assert entry is not None
    return entry["yanked"]


def test_a_yank_is_noted_and_nothing_is_deleted(store: Store, index_schema: Draft202012Validator) -> None:
    before = set(store.list("v"))
    assert yank(store, "1.2.0", reason=" seats are wrong ", today=DAY, replaced_by="1.1.0")
    assert yanked(store, "1.2.0") == {"reason": "seats are wrong", "date": "2026-03-01", "replaced_by": "1.1.0"}
    assert latest(read_index(store).versions) == "1.1.0"
    index = store.read("index.json")
    assert index is not None
    import json

    told = json.loads(index.content)
    index_schema.validate(told)
    assert (told["latest"], told["channels"]["1"], "1.2" in told["channels"]) == ("1.1.0", "1.1.0", False)
    assert set(store.list("v")) == before


def test_a_yank_is_taken_back(store: Store) -> None:
    before = store.read("index.json")
    assert before is not None
    yank(store, "1.2.0", reason="wrong", today=DAY)
    undo_yank(store, "1.2.0")
    after = store.read("index.json")
    assert after is not None
    assert after.content == before.content


def test_the_same_yank_again_changes_nothing_and_another_reason_does(store: Store) -> None:
    assert yank(store, "1.2.0", reason="wrong", today=DAY)
    assert not yank(store, "1.2.0", reason="wrong", today=date(2026, 4, 1))
    assert yanked(store, "1.2.0")["date"] == "2026-03-01"
    assert yank(store, "1.2.0", reason="worse", today=date(2026, 4, 1))
    assert yanked(store, "1.2.0") == {"reason": "worse", "date": "2026-04-01", "replaced_by": None}


def test_all_versions_can_be_yanked(store: Store) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        yank(store, version, reason="wrong", today=DAY)
    assert latest(read_index(store).versions) is None


@pytest.mark.parametrize(
    ("version", "reason", "replaced_by", "why"),
    [
        ("9.0.0", "wrong", None, "has no version 9.0.0"),
        ("../x", "wrong", None, "has no version"),
        ("1.2.0", "wrong", "9.0.0", "has no version 9.0.0"),
        ("1.2.0", "wrong", "1.2.0", "cannot replace itself"),
        ("1.2.0", "wrong", "1.0.0", "it is yanked itself"),
        ("1.2.0", "", None, "needs a reason"),
        ("1.2.0", "  \n ", None, "needs a reason"),
        ("1.2.0", "two\nlines", None, "needs a reason"),
        ("1.2.0", "\udcff", None, "needs a reason"),
        ("1.2.0", "x" * 501, None, "needs a reason"),
    ],
)
def test_a_yank_that_makes_no_sense_is_refused(
    releases: list[Path], tmp_path: Path, version: str, reason: str, replaced_by: str | None, why: str
) -> None:
    store = Store(str(tmp_path / "store"))
    for each in releases[:3]:
        publish(each, store)
    yank(store, "1.0.0", reason="wrong", today=DAY)
    before = store.read("index.json")
    with pytest.raises(YankError, match=why):
        yank(store, version, reason=reason, today=DAY, replaced_by=replaced_by)
    assert store.read("index.json") == before


def test_what_is_not_yanked_cannot_be_taken_back(releases: list[Path], tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    publish(releases[0], store)
    with pytest.raises(YankError, match=r"1\.0\.0 is not yanked"):
        undo_yank(store, "1.0.0")
    with pytest.raises(YankError, match="has no version"):
        undo_yank(store, "9.0.0")
    with pytest.raises(YankError, match="has no version"):
        yank(Store(str(tmp_path / "nothing")), "1.0.0", reason="x", today=DAY)


def test_the_command_yanks_on_the_day_that_it_is_told(
    releases: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "store")
    publish(releases[0], Store(place))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert run(["yank", place, "1.0.0", "--reason", "wrong"], debug=False) == 0
    assert yanked(Store(place), "1.0.0")["date"] == "1970-01-02"
    assert run(["yank", place, "1.0.0", "--reason", "wrong"], debug=False) == 0
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "yanked", "yanked already, for that reason",
    ]  # fmt: skip
    assert run(["yank", place, "1.0.0", "--undo"], debug=False) == 0
    assert run(["yank", place, "1.0.0", "--undo"], debug=False) == 3
    assert capsys.readouterr().err == "cstodata: version 1.0.0 is not yanked\n"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    assert run(["yank", place, "1.0.0", "--reason", "wrong"], debug=False) == 2


@pytest.mark.parametrize("options", [[], ["--undo", "--reason", "x"], ["--undo", "--replaced-by", "1.0.0"]])
def test_a_yank_without_a_reason_or_with_both_is_wrong_usage(tmp_path: Path, options: list[str]) -> None:
    assert run(["yank", str(tmp_path), "1.0.0", *options], debug=False) == 2
