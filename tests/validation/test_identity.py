"""Frictionless is the judge: whatever the engine, the findings are its own.

`CSTODATA_FUZZ` is the number of examples; `make fuzz` sets a large one.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import frictionless
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from tests.validation.conftest import timeless
from tests.validation.random_packages import packages
from tests.validation.test_rules import CASES
from tests.validation.test_spark import GROUPS, PEOPLE, TABLES, TARGETS

import cstodata
from cstodata.package import parquet_batches
from cstodata.report.json import to_descriptor
from cstodata.validation.rules.registry import RULES
from cstodata.validation.spark import carrier
from cstodata.validation.tables import keys, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeVar

    Case = TypeVar("Case")

EXAMPLES = int(os.environ.get("CSTODATA_FUZZ", "150"))
ON_SPARK = min(200, max(3, EXAMPLES // 50))
MANY = 1000
SPEC = ["taskNumber", "rowNumber", "fieldNumber", "fieldName", "type", "note", "message", "cells", "cell"]


def few(cases: Iterable[Case], count: int) -> list[Case]:
    """So many cases; all of them where there is time for many examples."""
    return list(cases)[: count if EXAMPLES < MANY else None]


def by_frictionless(path: str, limit: int) -> Any:
    try:
        report = frictionless.Package(path).validate(limit_errors=limit)
    except Exception as error:  # noqa: BLE001 -- Frictionless failing is an outcome of its own
        return error
    return report


# Frictionless leaves gzipped files open, and Python tells of it.
@pytest.mark.usefixtures("collected")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(
    package=packages(),
    limit=st.sampled_from([0, 0, 0, 1000, 1000, 3]),
    block=st.sampled_from([64, 256, 4 * 1024**2]),
    threads=st.sampled_from([1, 2, 5]),
)
def test_every_engine_finds_what_frictionless_finds(
    package: tuple[dict[str, Any], dict[str, bytes]], limit: int, block: int, threads: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(package, Path(folder))
        theirs = by_frictionless(str(path), limit)
        # Small blocks, and few keys to DuckDB, in several buckets, so that small files go the way of large ones.
        by_duckdb = patch.multiple(keys, SMALL=0 if block == 64 else 1000, AT_ONCE=2)
        rows = patch.object(parquet_batches, "ROWS_AT_ONCE", max(1, block // 64))
        with patch.object(scan, "BLOCK_BYTES", block), rows, by_duckdb:
            report = cstodata.validate(path, rules=[], limit_errors=limit, threads=threads)
    for table in report.tables:
        event(f"{table.engine}: {table.why}")
    if isinstance(theirs, Exception):
        event(f"Frictionless fails: {type(theirs).__name__}")
    agree(report, theirs)


def agree(report: cstodata.Report, theirs: Any) -> None:
    """A report says what Frictionless says, if Frictionless does not fail."""
    if isinstance(theirs, Exception):
        assert not report.valid
        return
    ours = frictionless.Report.from_descriptor(json.loads(json.dumps(to_descriptor(report))))
    assert ours.flatten(SPEC) == theirs.flatten(SPEC)
    for mine, their in zip(ours.tasks, theirs.tasks, strict=True):
        assert (mine.labels, mine.warnings, mine.valid) == (their.labels, their.warnings, their.valid)
        assert {**mine.stats, "seconds": 0} == {**their.stats, "seconds": 0}


def test_a_foreign_key_may_refer_to_a_table_without_a_schema(make_package: Callable[..., Path]) -> None:
    schema = {"fields": [{"name": "id", "type": "number"}]}
    key = {"fields": ["id"], "reference": {"resource": "one", "fields": ["id"]}}
    package = make_package({"one": ("id\ntrue\n", {}), "two": ("id\n1\n2\n", {**schema, "foreignKeys": [key]})})
    described = json.loads((package / "datapackage.json").read_text())
    del described["resources"][0]["schema"]
    (package / "datapackage.json").write_text(json.dumps(described))
    report = cstodata.validate(package, rules=[])
    agree(report, by_frictionless(str(package / "datapackage.json"), 1000))
    assert [finding.row for finding in report.findings] == [3]


ELSEWHERE = """
import json, os, signal, sys
import cstodata
from cstodata.report.json import to_descriptor
from cstodata.spark.session import start_session

session = start_session(**json.loads(sys.argv[1]))
for line in sys.stdin:
    path, rules, limit, size, lost = json.loads(line)

    def step(name, share):
        global lost
        if lost and "rows" in name and 0 < share < 1:
            os.killpg(lost, signal.SIGKILL)
            lost = 0

    engine = cstodata.SparkEngine(session, min_bytes=0, range_bytes=size, tasks=2)
    report = cstodata.validate(path, rules=rules, limit_errors=limit, engine=engine, on_step=step)
    assert not lost
    print(json.dumps([to_descriptor(report), [table.how for table in report.tables]]), flush=True)
session.stop()
"""


def told(path: Path, rules: Sequence[str] = (), **options: Any) -> tuple[str, list[str | None]]:
    """A report as JSON, but for the time that it took, and how each table was looked at."""
    report = cstodata.validate(path, rules=rules, **options)
    return timeless(to_descriptor(report)), [table.how for table in report.tables]


def written(package: tuple[dict[str, Any], dict[str, bytes]], folder: Path) -> Path:
    """The descriptor of a package that is written to a folder."""
    descriptor, tables = package
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in tables.items():
        (folder / name).write_bytes(content)
    path = folder / "datapackage.json"
    path.write_text(json.dumps(descriptor))
    return path


def equal_on(session: Any, package: tuple[dict[str, Any], dict[str, bytes]], limit: int, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(package, Path(folder))
        locally, _ = told(path, limit_errors=limit)
        engine = cstodata.SparkEngine(session, min_bytes=0, range_bytes=size, tasks=2)
        on_spark, hows = told(path, limit_errors=limit, engine=engine)
    for how in hows:
        event(re.sub("[0-9]+", "N", str(how)))
    assert on_spark == locally


@pytest.mark.usefixtures("collected")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@settings(max_examples=EXAMPLES // 2, suppress_health_check=list(HealthCheck))
@given(
    package=packages(),
    limit=st.sampled_from([0, 0, 1000, 3]),
    size=st.sampled_from([8, 24, 64, 64, 1000]),
)
def test_a_file_in_ranges_gives_the_same_report(
    here_cluster: Any, package: tuple[dict[str, Any], dict[str, bytes]], limit: int, size: int
) -> None:
    rows = patch.object(parquet_batches, "ROWS_AT_ONCE", max(1, size // 16))
    with patch.object(carrier, "Cluster", here_cluster), rows:
        equal_on(None, package, limit, size)


@pytest.mark.xdist_group("spark")
@pytest.mark.usefixtures("collected")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@settings(max_examples=ON_SPARK, suppress_health_check=list(HealthCheck))
@given(package=packages(), limit=st.sampled_from([0, 1000, 3]), size=st.sampled_from([24, 64]))
def test_spark_gives_the_same_report(
    spark: Any, package: tuple[dict[str, Any], dict[str, bytes]], limit: int, size: int
) -> None:
    equal_on(spark, package, limit, size)


def some_packages(count: int) -> list[tuple[tuple[dict[str, Any], dict[str, bytes]], int, int]]:
    """Packages, limits of errors and sizes of ranges, always the same ones."""
    made = []

    @settings(max_examples=count, database=None, derandomize=True, phases=[Phase.generate])
    @given(package=packages(), limit=st.sampled_from([0, 1000, 3]), size=st.sampled_from([24, 64]))
    def make(package: tuple[dict[str, Any], dict[str, bytes]], limit: int, size: int) -> None:
        made.append((package, limit, size))

    make()
    return made


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A package to check; `lost` is a group of processes that is killed in the middle of it."""

    path: Path
    limit: int = 1000
    size: int = 64
    rules: tuple[str, ...] = ()
    lost: int = 0

    @property
    def line(self) -> str:
        return f"{json.dumps([str(self.path), self.rules, self.limit, self.size, self.lost])}\n"


def fuzzed(folder: Path) -> list[Asked]:
    """Some packages, written below a folder."""
    return [
        Asked(path=written(package, folder / str(number)), limit=limit, size=size)
        for number, (package, limit, size) in enumerate(some_packages(ON_SPARK))
    ]


def check_elsewhere(asked: list[Asked], **place: str) -> None:
    """Check packages in a process of its own on another Spark, and here."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ELSEWHERE, json.dumps(place)],
        input="".join(each.line for each in asked),
        env={**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    for each, (descriptor, _) in zip(asked, answers, strict=True):
        assert timeless(descriptor) == told(each.path, each.rules, limit_errors=each.limit)[0]
    assert any("on Spark" in str(how) for _, hows in answers for how in hows)


@pytest.fixture
def asked(make_package: Callable[..., Path], case_package: Callable[[Path], Path], tmp_path: Path) -> list[Asked]:
    """Cases of other tests, and fuzzed packages."""
    tables = {name: {"people": (content, PEOPLE), "groups": (TARGETS, GROUPS)} for name, content in TABLES.items()}
    return [
        *(Asked(path=make_package(each).rename(tmp_path / name)) for name, each in few(tables.items(), 1)),
        *(
            Asked(path=case_package(CASES / rule.id / "bad").rename(tmp_path / rule.id), rules=(rule.id,))
            for rule in few(RULES, 1)
        ),
        *fuzzed(tmp_path / "fuzzed"),
    ]


@pytest.mark.xdist_group("spark")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_cluster_gives_the_same_reports_even_if_it_loses_a_worker(
    cluster: tuple[str, int], make_package: Callable[..., Path], asked: list[Asked]
) -> None:
    address, worker = cluster
    rows = "".join(f'{number},"Anna\nExample"\n' for number in range(5_000, 1_000, -1))
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}], "primaryKey": ["id"]}
    path = make_package({"table": (f"id,text\n{rows}1500,twice\nx,wrong\n", schema)})
    check_elsewhere([*asked, Asked(path=path, size=4_000, lost=worker)], master=address)


@pytest.mark.xdist_group("spark")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("place", few([{"remote": "local[2]"}, {"master": "local[2]"}], 1), ids=str)
def test_spark_elsewhere_gives_the_same_reports(asked: list[Asked], place: dict[str, str]) -> None:
    check_elsewhere(asked, **place)
