"""The version before is found where releases are, or it is said that there is none."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cstodata.cli.main import run
from cstodata.errors import PublishError, SideError
from cstodata.publish.publisher import publish
from cstodata.publish.sides import version_before
from cstodata.publish.store import Store
from cstodata.publish.yank import yank

if TYPE_CHECKING:
    from collections.abc import Callable


def before(place: str, version: str, package: str = "small") -> str | None:
    with version_before(place, version, package=package) as found:
        return None if found is None else Path(found).name


def test_the_newest_version_before_one_is_found_in_a_store_and_in_a_folder_of_releases(
    releases: list[Path], tmp_path: Path
) -> None:
    store = Store(str(tmp_path / "store"))
    for release in releases[:3]:
        publish(release, store)
    for place in (store.place, str(releases[0].parents[1])):
        assert before(place, "1.2.0") == "1.1.0"
        assert before(place, "1.0.0") is None
    assert before(store.place, "9.0.0") == "1.2.0"
    assert before(f"{store.place}@1.0.0", "9.0.0") == "1.0.0"


def test_a_yanked_version_is_the_one_before_only_if_there_is_no_other(releases: list[Path], tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    publish(releases[0], store)
    publish(releases[1], store)
    yank(store, "1.1.0", reason="wrong", today=date(2026, 3, 1))
    assert before(store.place, "1.2.0") == "1.0.0"
    yank(store, "1.0.0", reason="wrong", today=date(2026, 3, 1))
    assert before(store.place, "1.2.0") == "1.1.0"


def test_a_store_of_another_package_holds_no_version_before(releases: list[Path], tmp_path: Path) -> None:
    store = Store(str(tmp_path / "store"))
    publish(releases[0], store)
    with pytest.raises(SideError, match="it holds the package small, not other"):
        before(store.place, "0.1.0", package="other")


def test_it_is_said_that_there_is_nothing_to_compare_with(
    releases: list[Path], dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / "out")
    (tmp_path / "out" / "v" / "9.0.0").mkdir(parents=True)
    assert run(["release", str(dataset), "-o", output, "--no-zip", "--previous", output], debug=True) == 0
    assert "holds no version before 1.1.0: there is nothing to compare with" in capsys.readouterr().err


def test_a_release_is_not_published_into_itself(make_release: Callable[..., Path]) -> None:
    release = make_release("1.0.0", "id\n1\n")
    names = sorted(path.name for path in release.rglob("*"))
    for place in (release, release / "data" / "store"):
        with pytest.raises(PublishError, match="in the release itself"):
            publish(release, Store(str(place)))
    assert sorted(path.name for path in release.rglob("*")) == names


def test_a_file_beside_those_of_the_release_is_told_before_the_index_changes(
    make_release: Callable[..., Path], tmp_path: Path
) -> None:
    store = Store(str(tmp_path / "store"))
    stray = tmp_path / "store" / "v" / "1.0.0" / "extra.txt"
    stray.parent.mkdir(parents=True)
    stray.write_text("x")
    release = make_release("1.0.0", "id\n1\n")
    with pytest.raises(PublishError, match=r"v/1\.0\.0/extra\.txt, which is no file of the release"):
        publish(release, store)
    assert not (tmp_path / "store" / "index.json").exists()
    stray.unlink()
    publish(release, store)


def test_a_place_where_nothing_was_published_has_no_versions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["versions", str(tmp_path / "nowhere")], debug=False) == 3
    assert "is no store: nothing was published there" in capsys.readouterr().err
