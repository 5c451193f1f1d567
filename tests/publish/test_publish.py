"""A release is published whole or not at all, whoever else publishes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cstodata
from cstodata.cli.main import run
from cstodata.errors import PublishError
from cstodata.package.descriptor import read_package
from cstodata.publish.index import read_index
from cstodata.publish.publisher import Published, publish
from cstodata.publish.store import Store
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable

    from jsonschema import Draft202012Validator


def versions(place: str) -> list[Any]:
    return [each["version"] for each in read_index(Store(place)).versions]


def index_of(place: str) -> dict[str, Any]:
    found = Store(place).read("index.json")
    assert found is not None
    told: dict[str, Any] = json.loads(found.content)
    return told


def is_whole(place: str, version: str, release: Path) -> bool:
    store = Store(place)
    names = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    found = {name: store.read(f"v/{version}/{name}") for name in names}
    return all(each is not None and each.content == (release / name).read_bytes() for name, each in found.items())


def test_versions_are_published_once_and_listed_newest_first(
    place: str, releases: list[Path], index_schema: Draft202012Validator
) -> None:
    for number in (1, 0, 2):
        assert publish(releases[number], Store(place)) is Published.PUBLISHED
        index_schema.validate(index_of(place))
    assert publish(releases[1], Store(place)) is Published.ALREADY
    assert versions(place) == ["1.2.0", "1.1.0", "1.0.0"]
    assert all(is_whole(place, f"1.{number}.0", releases[number]) for number in range(3))
    expected = {
        f"v/1.{number}.0/{path.relative_to(releases[number])}"
        for number in range(3)
        for path in files(number, releases)
    }
    assert set(Store(place).list("v")) == expected


def files(number: int, releases: list[Path]) -> list[Path]:
    return [path for path in releases[number].rglob("*") if path.is_file()]


def test_the_latest_of_each_line_is_told_and_is_no_pre_release(
    tmp_path: Path, make_release: Callable[..., Path], index_schema: Draft202012Validator
) -> None:
    store = Store(str(tmp_path / "store"))
    for number, version in enumerate(["1.0.0", "1.4.1", "1.4.2", "1.10.0", "2.0.0-beta.1", "0.3.0"]):
        publish(make_release(version, f"id\n{number}\n"), store)
    told = index_of(store.place)
    index_schema.validate(told)
    assert [each["version"] for each in told["versions"]] == [
        "2.0.0-beta.1", "1.10.0", "1.4.2", "1.4.1", "1.0.0", "0.3.0",
    ]  # fmt: skip
    assert told["latest"] == "1.10.0"
    assert told["channels"] == {
        "1": "1.10.0", "1.10": "1.10.0", "1.4": "1.4.2", "1.0": "1.0.0", "0": "0.3.0", "0.3": "0.3.0",
    }  # fmt: skip


def test_the_index_tells_what_changed_and_whether_a_schema_did(
    tmp_path: Path, make_release: Callable[..., Path], index_schema: Draft202012Validator
) -> None:
    store = Store(str(tmp_path / "store"))
    first = make_release("1.0.0", "id\n1\n")
    second = make_release("1.1.0", "id\n1\n2\n", previous=first)
    third = make_release("1.2.0", "id,more\n1,\n2,\n", previous=second)
    for each in (first, second, third):
        publish(each, store)
    told = index_of(store.place)
    index_schema.validate(told)
    assert [(each["bump"], each["schema_changed"], each["previous"]) for each in told["versions"]] == [
        ("minor", True, "1.1.0"),
        ("minor", False, "1.0.0"),
        (None, False, None),
    ]
    assert any(line.startswith("table.more: ") for line in told["versions"][0]["summary"])
    assert any(line.startswith("table: ") for line in told["versions"][1]["summary"])
    assert told["versions"][2]["summary"] == []


def test_a_summary_stays_short_whatever_changed(
    tmp_path: Path, make_release: Callable[..., Path], index_schema: Draft202012Validator
) -> None:
    store = Store(str(tmp_path / "store"))
    first = make_release("1.0.0", "id\n1\n")
    names = [f"{number}{'x' * 300}" for number in range(20)]
    second = make_release("1.1.0", f"id,{','.join(names)}\n1{',' * 20}\n", previous=first)
    for each in (first, second):
        publish(each, store)
    told = index_of(store.place)
    index_schema.validate(told)
    summary = told["versions"][0]["summary"]
    assert len(summary) == 9
    assert summary[-1].startswith("and ")


def test_a_version_is_never_published_with_other_bytes(
    place: str, releases: list[Path], make_release: Callable[..., Path]
) -> None:
    publish(releases[0], Store(place))
    with pytest.raises(PublishError, match="published already, with other bytes"):
        publish(make_release("1.0.0", "id\n7\n"), Store(place))
    assert is_whole(place, "1.0.0", releases[0])


def test_what_stands_in_the_way_is_never_overwritten(place: str, releases: list[Path], tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    Store(place).create("v/1.0.0/README.md", tmp_path / "other", media_type="text/plain")
    assert run(["publish", str(releases[0]), place], debug=False) == 3
    there = Store(place).read("v/1.0.0/README.md")
    assert there is not None
    assert there.content == b"other"
    assert versions(place) == []


def test_a_store_is_of_one_package(place: str, releases: list[Path], dataset: Path, tmp_path: Path) -> None:
    publish(releases[0], Store(place))
    package = read_package(dataset)
    origin = Origin(created=None, commit=None, is_dirty=False, tool="0.1.0")
    plan = plan_release(package, cstodata.validate(dataset), origin=origin)
    build_release(package, plan, tmp_path / "out")
    with pytest.raises(PublishError, match="holds the package small, not csto-pa"):
        publish(tmp_path / "out" / plan.folder, Store(place))


def test_a_release_that_was_tampered_with_is_not_published(releases: list[Path], tmp_path: Path) -> None:
    copy = Path(shutil.copytree(releases[0], tmp_path / "copy"))
    (copy / "README.md").write_text("other")
    with pytest.raises(PublishError, match=r"README\.md is changed"):
        publish(copy, Store(str(tmp_path / "store")))
    assert not (tmp_path / "store" / "v").exists()


def test_progress_is_told_by_bytes(releases: list[Path], tmp_path: Path) -> None:
    steps: list[tuple[str, float]] = []
    publish(releases[0], Store(str(tmp_path / "store")), on_step=lambda name, share: steps.append((name, share)))
    sizes = {name: (releases[0] / name).stat().st_size for name, _ in steps}
    assert steps[-1][0] == "SHA256SUMS"
    done = 0
    for name, share in steps:
        assert share == pytest.approx(done / sum(sizes.values()))
        done += sizes[name]


def test_versions_are_listed_with_what_to_know_of_them(
    place: str, releases: list[Path], capsys: pytest.CaptureFixture[str], index_schema: Draft202012Validator
) -> None:
    assert run(["versions", place], debug=False) == 3
    assert "nothing was published there" in capsys.readouterr().err
    for each in releases[:3]:
        assert run(["publish", str(each), place], debug=False) == 0
    assert (
        run(
            ["yank", place, "1.2.0", "--reason", "seats\tare wrong".replace("\t", " "), "--replaced-by", "1.1.0"],
            debug=False,
        )
        == 0
    )
    capsys.readouterr()
    assert run(["versions", place], debug=False) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1.2.0  2026-02-20T00:00:00Z  yanked"
    assert lines[1].startswith("    yanked on ")
    assert lines[1].endswith(": seats are wrong; use 1.1.0")
    assert lines[2:] == ["1.1.0  2026-02-20T00:00:00Z  latest", "1.0.0  2026-02-20T00:00:00Z"]
    assert run(["versions", place, "--format", "json"], debug=False) == 0
    told = json.loads(capsys.readouterr().out)
    index_schema.validate(told)
    assert told == index_of(place)
