"""An index from anywhere is read, or refused in one sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cstodata.cli.main import run
from cstodata.errors import PublishError, StoreError
from cstodata.publish import index as module
from cstodata.publish.index import read_index
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store

if TYPE_CHECKING:
    from pathlib import Path

ENTRY: dict[str, Any] = {"version": "1.0.0", "path": "v/1.0.0/", "checksums_sha256": "0" * 64, "yanked": None}
YANK: dict[str, Any] = {"reason": "x", "date": "2026-02-20", "replaced_by": None}


def an_index(*entries: Any, **changes: Any) -> str:
    told: dict[str, Any] = {
        "format": "1.0",
        "package": "small",
        "title": None,
        "latest": None,
        "channels": {},
        "versions": entries,
    }
    return json.dumps({**told, **changes})


HOSTILE = {
    "not JSON": "{",
    "empty": "",
    "an array": "[]",
    "a number": "7",
    "an empty object": "{}",
    "not UTF-8": b"\xff\xfe",
    "deeply nested": "[" * 200_000,
    "a deeply nested entry": an_index(ENTRY)[:-1] + ', "x": ' + "[" * 200_000,
    "a huge number": an_index(ENTRY)[:-1] + f', "x": {"9" * 10_000}}}',
    "not a number": an_index()[:-1] + ', "x": NaN}',
    "half a surrogate pair": an_index(title="\ud800"),
    "a key twice": '{"format": "1.0", "format": "1.0"}',
    "a newer format": an_index(format="2.0"),
    "a format that is no text": an_index(format=[1]),
    "a package that is no text": an_index(package={}),
    "a title that is no text": an_index(title=7),
    "no versions": an_index(versions=None),
    "versions as an object": an_index(versions={"1.0.0": {}}),
    "a version as text": an_index("1.0.0"),
    "an empty version": an_index({}),
    "a version twice": an_index(ENTRY, ENTRY),
    "no semantic version": an_index({**ENTRY, "version": "1", "path": "v/1/"}),
    "a version of ten thousand digits": an_index({**ENTRY, "version": f"{'9' * 10_000}.0.0"}),
    "a version that is a list": an_index({**ENTRY, "version": ["1.0.0"]}),
    "a path that leads out": an_index({**ENTRY, "path": "../../etc/"}),
    "a path that is an address": an_index({**ENTRY, "path": "https://example.org/v/1.0.0/"}),
    "a digest that is none": an_index({**ENTRY, "checksums_sha256": "x"}),
    "no digest": an_index({"version": "1.0.0", "path": "v/1.0.0/"}),
    "a time that is none": an_index({**ENTRY, "created": "yesterday"}),
    "a day that is not in the calendar": an_index({**ENTRY, "yanked": {**YANK, "date": "2026-02-30"}}),
    "a yank that is no object": an_index({**ENTRY, "yanked": True}),
    "a yank without a reason": an_index({**ENTRY, "yanked": {"date": "2026-02-20"}}),
    "a replacement that is no version": an_index({**ENTRY, "yanked": {**YANK, "replaced_by": "../x"}}),
    "a summary that is no list": an_index({**ENTRY, "summary": "x"}),
    "a summary of numbers": an_index({**ENTRY, "summary": [1]}),
    "schema_changed as text": an_index({**ENTRY, "schema_changed": "no"}),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_an_index_that_cannot_be_trusted_stops_every_verb(
    releases: list[Path], tmp_path: Path, content: str | bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    written = content.encode() if isinstance(content, str) else content
    (tmp_path / "index.json").write_bytes(written)
    place = str(tmp_path)
    with pytest.raises(PublishError, match="the index of"):
        read_index(Store(place))
    verbs = (["publish", str(releases[0]), place], ["versions", place], ["yank", place, "1.0.0", "--reason", "x"])
    for verb in verbs:
        assert run(verb, debug=False) == 3
        told = capsys.readouterr().err
        assert told.startswith("cstodata: the index of ")
        assert told.count("\n") == 1
        assert "unexpected" not in told
    assert (tmp_path / "index.json").read_bytes() == written
    assert not (tmp_path / "v").exists()


def test_an_index_that_is_too_large_is_refused_before_it_is_read(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1024**2)
    Store(place).replace("index.json", b" " * (1024**2 + 1), media_type="application/json", expected=None)
    with pytest.raises(StoreError, match=r"index\.json is larger than 1 MiB"):
        read_index(Store(place))


def test_what_a_newer_program_of_the_same_form_says_is_kept_and_never_written_over(
    releases: list[Path], tmp_path: Path
) -> None:
    store = Store(str(tmp_path))
    (tmp_path / "index.json").write_text(an_index({**ENTRY, "version": "0.9.0", "path": "v/0.9.0/", "more": 7}))
    publish(releases[0], store)
    assert [each.get("more") for each in read_index(store).versions] == [None, 7]
    newer = an_index({**ENTRY, "version": "0.9.0", "path": "v/0.9.0/"}, format="1.1")
    (tmp_path / "index.json").write_text(newer)
    assert read_index(store).entry("0.9.0") is not None
    with pytest.raises(PublishError, match="written by a newer cstodata"):
        publish(releases[0], store)
    assert (tmp_path / "index.json").read_text() == newer
