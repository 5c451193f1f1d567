"""Jobs on Spark: how far they are is told, and what they told is not asked again after they broke off."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pyarrow as pa
import pytest

import cstodata
from cstodata.errors import SparkError
from cstodata.spark.checkpoints import Checkpoints
from cstodata.spark.cluster import Cluster
from cstodata.spark.notes import Note
from cstodata.validation.spark import carrier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCHEMA: dict[str, Any] = {"fields": [{"name": "id", "type": "integer"}], "primaryKey": ["id"]}
TABLE = pa.table({"number": [1, 2]})


class BrokenOffError(Exception):
    """The driver goes away in the middle."""


@dataclass(frozen=True)
class Trace:
    """Leaves a file for each time that a range is done."""

    folder: str

    def __call__(self, piece: int) -> Iterator[Note]:
        (Path(self.folder) / f"{piece}-{self.times(piece)}").touch()
        yield Note("done", piece, [])

    def times(self, piece: int) -> int:
        """How often it was done."""
        return len(list(Path(self.folder).glob(f"{piece}-*")))


@pytest.mark.xdist_group("spark")
def test_what_was_told_before_a_job_broke_off_is_not_asked_again(spark: Any, tmp_path: Path) -> None:
    trace, checkpoints, pieces = Trace(str(tmp_path)), Checkpoints(tmp_path / "kept"), list(range(24))

    def breaking_off(doing: str, share: float) -> None:
        if share > 0:
            raise BrokenOffError(doing)

    breaking = Cluster(session=spark, tasks=2, checkpoints=checkpoints, on_step=breaking_off)
    with pytest.raises(BrokenOffError):
        list(breaking.notes(trace, pieces, doing="counting"))
    steps: list[tuple[str, float]] = []
    again = Cluster(session=spark, tasks=2, checkpoints=checkpoints, on_step=lambda *told: steps.append(told))
    assert list(again.notes(trace, pieces, doing="counting")) == [[Note("done", piece, [])] for piece in pieces]
    assert [trace.times(piece) for piece in pieces[:8]] == [1] * 8
    assert steps[-1] == ("counting, 24 of 24 chunks", 1)


def test_a_checkpoint_is_made_once_and_again_if_it_is_broken(tmp_path: Path) -> None:
    made = []

    def make() -> pa.Table:
        made.append(TABLE)
        return TABLE

    checkpoints = Checkpoints.of(tmp_path, {"asked": "this"})
    assert [checkpoints.table(name, make) for name in ("a", "a", "b")] == [TABLE] * 3
    assert len(made) == 2
    for file in checkpoints.folder.iterdir():
        file.write_bytes(file.read_bytes()[:-20])
    assert checkpoints.table("a", make) == TABLE
    assert len(made) == 3
    assert Checkpoints.of(tmp_path, {"asked": "that"}).folder != checkpoints.folder
    checkpoints.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_hold_checkpoints_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SparkError, match="file cannot hold checkpoints"):
        Checkpoints(tmp_path / "file").table("a", lambda: TABLE)


@pytest.fixture
def kept(tmp_path: Path, here_cluster: Any, make_package: Callable[..., Path]) -> Callable[..., str]:
    """The name of the folder that a validation keeps its checkpoints in; its package can be changed before."""
    path = make_package({"table": ("id\n1\n2\n", SCHEMA)})

    def validate(**options: Any) -> str:
        seen: list[Checkpoints] = []

        class Seen(here_cluster):  # type: ignore[misc]  # whose class is not known here
            def __init__(self, *, checkpoints: Checkpoints, **_: Any) -> None:
                seen.append(checkpoints)

        with patch.object(carrier, "Cluster", Seen):
            engine = cstodata.SparkEngine(None, min_bytes=0, checkpoints=tmp_path / "kept")  # type: ignore[arg-type]
            cstodata.validate(path, engine=engine, rules=[], **options)
        return seen[0].folder.name

    return validate


def test_a_changed_file_or_limit_is_another_question(kept: Callable[..., str], tmp_path: Path) -> None:
    names = [kept(), kept(), kept(limit_errors=3)]
    (tmp_path / "package" / "table.csv").write_bytes(b"id\n1\n2\n3\n")
    names.append(kept())
    assert names[0] == names[1]
    assert len(set(names)) == 3


@pytest.mark.xdist_group("spark")
def test_nothing_is_kept_once_the_report_is_there(
    spark: Any, make_package: Callable[..., Path], tmp_path: Path
) -> None:
    path = make_package({"table": ("id\n1\n1\n", SCHEMA)})
    engine = cstodata.SparkEngine(spark, min_bytes=0, tasks=2, checkpoints=tmp_path / "kept")
    seen: list[int] = []

    def look(_step: str, _share: float) -> None:
        seen.append(len(list(tmp_path.glob("kept/*/*.arrow"))))

    report = cstodata.validate(path, engine=engine, rules=[], on_step=look)
    assert max(seen) > 0
    assert list((tmp_path / "kept").iterdir()) == []
    assert [finding.type for finding in report.findings] == ["primary-key"]
