"""Executors may find the files of a package somewhere else: in another folder, or in an object store."""

from __future__ import annotations

import gzip
import shutil
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.validation.conftest import told

import cstodata
from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.main import run
from cstodata.errors import SparkError
from cstodata.spark.files import File, Place
from cstodata.validation.spark import carrier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


# Frictionless leaves gzipped files open, and Python tells of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

SCHEMA: dict[str, Any] = {
    "fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}],
    "primaryKey": ["id"],
}
ROWS = "".join(f"{number},Anna Example\n" for number in range(100, 200))


@pytest.fixture
def package(make_package: Callable[..., Path], collected: None) -> Path:
    """Tables of one file, of two, of which one is gzipped, and of a Parquet file; each with a key that occurs twice."""
    text = f"id,name\n{ROWS}120,twice\n"
    folder = make_package(
        dict.fromkeys(("one", "two", "three"), (text, SCHEMA)),
        two={"extrapaths": ["more/two.csv.gz"]},
        three={"path": "three.parquet", "dialect": {}},
    )
    numbers = [*range(100, 200), 120]
    table = pa.table({"id": numbers, "name": ["Anna Example"] * len(numbers)})
    pq.write_table(table, folder / "three.parquet", row_group_size=40)
    (folder / "more").mkdir()
    (folder / "more" / "two.csv.gz").write_bytes(gzip.compress(b"id,name\n150,twice\n", mtime=0))
    return folder


@pytest.fixture(params=["folder", "s3"])
def elsewhere(
    request: pytest.FixtureRequest, package: Path, tmp_path: Path, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Where the same files are."""
    if request.param == "folder":
        shutil.copytree(package, tmp_path / "elsewhere")
        return str(tmp_path / "elsewhere")
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    address: str = bucket.fill(package, tmp_path.name)
    return address


def test_files_are_read_where_executors_find_them(here_cluster: Any, package: Path, elsewhere: str) -> None:
    asked: list[str] = []
    blocks, fetched = File.blocks, File.fetched

    def reads(file: File, start: int, stop: int) -> Iterator[bytes]:
        asked.append(file.name)
        return blocks(file, start, stop)

    def fetches(file: File, folder: Path) -> Path:
        asked.append(file.name)
        path = fetched(file, folder)
        assert path.resolve() != file.path
        return path

    with (
        patch.object(carrier, "Cluster", here_cluster),
        patch.object(File, "blocks", reads),
        patch.object(File, "fetched", fetches),
    ):
        engine = cstodata.SparkEngine(None, files=elsewhere, min_bytes=0, range_bytes=500)  # type: ignore[arg-type]  # nobody asks it
        report = cstodata.validate(package, rules=[], engine=engine)
    assert told(report) == told(cstodata.validate(package, rules=[]))
    assert set(asked) == {"one.csv", "two.csv", "more/two.csv.gz", "three.parquet"}
    assert [str(table.how).split(",")[0] for table in report.tables] == ["on Spark"] * 3


def test_a_file_of_another_size_is_not_read(package: Path, elsewhere: str) -> None:
    path = package / "one.csv"
    file = File.of(path).at(Place(address=elsewhere), package, path)
    assert b"".join(file.blocks(3, 7)) == b"name"
    with path.open("a") as opened:
        opened.write("300,one more\n")
    other = File.of(path).at(Place(address=elsewhere), package, path)
    with pytest.raises(OSError, match=r"one\.csv.* has [0-9,]+ bytes, and [0-9,]+ where the driver finds it"):
        list(other.blocks(3, 7))


@pytest.mark.xdist_group("spark")
def test_spark_reads_an_object_store(spark: Any, package: Path, bucket: Any, tmp_path: Path) -> None:
    place = bucket.fill(package, tmp_path.name)
    engine = cstodata.SparkEngine(spark, files=place, min_bytes=0, range_bytes=1000, tasks=2)
    report = cstodata.validate(package, rules=[], engine=engine)
    assert told(report) == told(cstodata.validate(package, rules=[]))
    assert [str(table.how).split(",")[0] for table in report.tables] == ["on Spark"] * 3


@pytest.mark.xdist_group("spark")
def test_what_is_not_there_is_one_sentence(spark: Any, package: Path) -> None:
    engine = cstodata.SparkEngine(spark, files="s3://data/nowhere", min_bytes=0)
    with pytest.raises(SparkError, match=r"^Spark: OSError: s3://data/nowhere: .*one\.csv.* not found"):
        cstodata.validate(package, resources=["one"], rules=[], engine=engine)


def test_an_address_of_no_store_is_refused_at_once(package: Path) -> None:
    engine = cstodata.SparkEngine(None, files="gopher://data/folder")  # type: ignore[arg-type]  # nobody asks it
    with pytest.raises(SparkError, match="gopher://data/folder is no object store"):
        cstodata.validate(package, rules=[], engine=engine)


def test_a_place_of_files_needs_spark() -> None:
    assert run(["validate", "--spark-files", "s3://data/folder"], debug=False) == ExitCode.USAGE
