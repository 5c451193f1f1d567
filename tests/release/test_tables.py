"""Tables of any size and order are released in pieces, and come out as if they had been read whole."""

from __future__ import annotations

import random
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cstodata
from cstodata.errors import TableReadError
from cstodata.package.descriptor import read_package
from cstodata.package.parquet import ROW_GROUP_ROWS
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = 160_000
FILLING = "x" * 240  # the file is larger than what is read at once
SCHEMA = {
    "fields": [
        {"name": "id", "type": "integer"},
        {"name": "seen_at", "type": "datetime"},
        {"name": "share", "type": "number"},
        {"name": "text", "type": "string"},
    ],
    "primaryKey": ["id"],
}


def lines(*, at: Callable[[int], str], seed: int | None = None) -> str:
    rows = [f'{number},{at(number)},0.{number % 10},"{FILLING}, ""{number}"""' for number in range(ROWS)]
    if seed is not None:
        random.Random(seed).shuffle(rows)  # noqa: S311 -- no secret
    return "\n".join(["id,seen_at,share,text", *rows, ""])


def released(folder: Path, output: Path, *, with_archive: bool = False) -> Path:
    package = read_package(folder)
    report = cstodata.validate(folder, rules=())
    origin = Origin(created="2026-02-20T01:02:03Z", commit=None, is_dirty=False, tool="0.1.0")
    plan = plan_release(package, report, origin=origin, with_archive=with_archive)
    build_release(package, plan, output)
    return output / plan.folder


def test_a_large_table_in_any_order_is_released_in_the_order_of_its_key(
    make_package: Callable[..., Path], tmp_path: Path
) -> None:
    ordered = lines(at=lambda _: "")
    files = {}
    for name, content in (("ordered", ordered), ("mixed", lines(at=lambda _: "", seed=1))):
        version = released(make_package({"table": (content, SCHEMA)}), tmp_path / name)
        files[name] = [(version / path).read_bytes() for path in ("data/table.csv", "parquet/table.parquet")]
    assert files["ordered"] == files["mixed"]
    # Zeros that say nothing are gone, and nothing else is another than it was.
    assert files["ordered"][0].decode() == ordered.replace(",0.0,", ",0,")
    stored = pq.ParquetFile(pa.BufferReader(files["ordered"][1]))
    groups = [stored.metadata.row_group(number).num_rows for number in range(stored.num_row_groups)]
    assert groups == [ROW_GROUP_ROWS, ROWS - ROW_GROUP_ROWS]
    assert stored.read(["id"])["id"].to_pylist() == list(range(ROWS))


def test_whether_datetimes_are_instants_is_what_all_cells_say_not_the_first_ones(
    make_package: Callable[..., Path], tmp_path: Path
) -> None:
    late = lines(at=lambda number: "2020-01-01T00:00:00Z" if number == ROWS - 1 else "")
    version = released(make_package({"table": (late, SCHEMA)}), tmp_path / "out")
    column = pq.read_table(version / "parquet" / "table.parquet")["seen_at"]
    assert (column.type, column.null_count) == (pa.timestamp("us", "UTC"), ROWS - 1)


def test_datetimes_with_and_without_offset_are_told_wherever_they_stand(
    make_package: Callable[..., Path], tmp_path: Path
) -> None:
    mixed = lines(at=lambda number: {0: "2020-01-01T00:00:00", ROWS - 1: "2020-01-01T00:00:00Z"}.get(number, ""))
    with pytest.raises(TableReadError, match=r"table\.seen_at: .*some have none"):
        released(make_package({"table": (mixed, SCHEMA)}), tmp_path / "out")


def test_the_archive_holds_the_files_with_one_date_and_mode(dataset: Path, tmp_path: Path) -> None:
    version = released(dataset, tmp_path / "out", with_archive=True)
    with zipfile.ZipFile(version / "csto-pa-1.1.0.zip") as archive:
        entries = archive.infolist()
        assert archive.testzip() is None
        for entry in entries:
            folder, _, name = entry.filename.partition("/")
            assert folder == "csto-pa-1.1.0"
            assert archive.read(entry) == (version / name).read_bytes()
    assert {(entry.date_time, entry.external_attr >> 16) for entry in entries} == {((2026, 2, 20, 1, 2, 2), 0o644)}
    names = [entry.filename for entry in entries]
    assert names == sorted(names)
    there = {path.relative_to(version).as_posix() for path in version.rglob("*") if path.is_file()}
    missing = there - {name.partition("/")[2] for name in names}
    assert missing == {"SHA256SUMS", "registry.txt", "csto-pa-1.1.0.zip"}


@pytest.mark.parametrize(("type_", "cell"), [("datetime", "10:30"), ("date", "May 5"), ("date", "Friday")])
def test_dates_that_today_would_complete_are_refused(
    make_package: Callable[..., Path], tmp_path: Path, type_: str, cell: str
) -> None:
    schema = {"fields": [{"name": "at", "type": type_, "format": "any"}]}
    with pytest.raises(TableReadError, match="name no whole date"):
        released(make_package({"table": (f"at\n{cell}\n", schema)}), tmp_path / "out")
    version = released(make_package({"table": ("at\n5 May 2020\n", schema)}), tmp_path / "out")
    assert (version / "data" / "table.csv").read_text() == "at\n5 May 2020\n"
