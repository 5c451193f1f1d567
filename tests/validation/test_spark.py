"""Spark finds what threads find, and says so in the same bytes."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, ClassVar
from unittest.mock import patch

import pytest
from tests.validation.conftest import told

import cstodata
from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.main import run
from cstodata.validation.spark import carrier
from cstodata.validation.tables import reading
from cstodata.validation.tables.plain_files import PlainFiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cstodata.model.report import Report

# Frictionless leaves gzipped files open, and Python tells of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

DIALECT = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}
PEOPLE: dict[str, Any] = {
    "fields": [
        {"name": "id", "type": "integer"},
        {"name": "name", "type": "string", "constraints": {"maxLength": 20}},
        {"name": "group", "type": "string", "categories": ["a", "b"]},
    ],
    "primaryKey": ["id"],
    "foreignKeys": [{"fields": ["group"], "reference": {"resource": "groups", "fields": ["group"]}}],
}
GROUPS: dict[str, Any] = {"fields": [{"name": "group", "type": "string"}]}
HEADER = b"id,name,group\n"
TARGETS = "group\na\nb\nd\n"


def in_ranges(cluster: Any, path: Path, *, limit: int = 0, size: int = 64, **options: Any) -> Report:
    """The report of an engine in the place of Spark."""
    with patch.object(carrier, "Cluster", cluster):
        engine = cstodata.SparkEngine(None, **{"min_bytes": 0, "range_bytes": size, **options})  # type: ignore[arg-type]  # nobody asks the session
        return cstodata.validate(path, rules=[], limit_errors=limit, engine=engine)


def rows(first: int, last: int, name: str = "Anna Example", group: str = "a") -> bytes:
    return b"".join(f"{number},{name},{group}\n".encode() for number in range(first, last + 1))


TABLES = {
    "sound and in order": HEADER + rows(10, 40),
    "sound and not in order": HEADER + rows(30, 60) + rows(10, 29),
    "a key twice, far apart": HEADER + rows(10, 40) + rows(12, 12),
    "a key twice with the same number in other words": HEADER + rows(10, 40) + b"0012,Bert,a\n",
    "a reference to nothing": HEADER + rows(10, 30) + b"31,Bert,c\n" + rows(32, 40),
    "no category": HEADER + rows(10, 30) + b"31,Bert,d\n" + rows(32, 40),
    "cells over lines": HEADER + b"".join(b'%d,"An\nna",a\n' % number for number in range(30)),
    "cells that hold records": HEADER + b"".join(b'%d,"An\n7,na,a\n8,ne",a\n' % number for number in range(10, 40)),
    "rows of other widths": HEADER + rows(10, 20) + b"21\n22,x,a,more\n\n" + rows(23, 40),
    "blank rows": HEADER + rows(10, 20) + b"\n,,\n\n" + rows(21, 40),
    "an inch": HEADER + rows(10, 20, '5" pipe') + rows(21, 40, 'a 7" one'),
    "one inch": HEADER + rows(10, 20) + b'21,5" pipe,a\n' + rows(22, 40),
    "an open end": HEADER + rows(10, 40) + b'41,"open,a\n',
    "a byte order mark": b"\xef\xbb\xbf" + HEADER + rows(10, 40),
    "a byte order mark at the start of a record": HEADER + rows(10, 20) + b"\xef\xbb\xbf21,Bert,a\n" + rows(22, 40),
    "returns": (HEADER + rows(10, 40)).replace(b"\n", b"\r"),
    "returns and feeds": (HEADER + rows(10, 40, '"An\r\nna"')).replace(b"\n", b"\r\n"),
    "no UTF-8": HEADER + rows(10, 30) + b"31,\xff,a\n" + rows(32, 40),
    "no end of line": (HEADER + rows(10, 40)).removesuffix(b"\n"),
    "a header alone": HEADER,
    "nothing": b"",
    "bad all over": HEADER + rows(10, 40, "x" * 30, "z"),
}


@pytest.fixture
def package(make_package: Callable[..., Path]) -> Callable[[bytes], Path]:
    def make(people: bytes) -> Path:
        return make_package({"people": (people, PEOPLE), "groups": (TARGETS, GROUPS)})

    return make


@pytest.mark.parametrize("limit", [0, 1, 5])
@pytest.mark.parametrize("case", TABLES)
@pytest.mark.parametrize("size", [16, 100])
def test_ranges_give_the_report_that_threads_give(
    here_cluster: Any, package: Callable[[bytes], Path], case: str, limit: int, size: int
) -> None:
    path = package(TABLES[case])
    report = in_ranges(here_cluster, path, limit=limit, size=size)
    assert told(report) == told(cstodata.validate(path, rules=[], limit_errors=limit))


@pytest.mark.parametrize(
    ("case", "steps"),
    [
        ("sound and in order", ["rows"]),
        ("cells over lines", ["where records begin", "rows"]),
        ("cells that hold records", ["rows", "where records begin", "rows"]),
    ],
)
def test_quotes_are_counted_only_where_no_guess_holds(
    here_cluster: Any, package: Callable[[bytes], Path], case: str, steps: list[str]
) -> None:
    class Watched(here_cluster):  # type: ignore[misc]  # a fixture has no type
        asked: ClassVar[list[str]] = []

        def notes(self, task: Any, ranges: Any, *, doing: str, **_: Any) -> Any:
            self.asked.append(doing)
            return super().notes(task, ranges)

    path = package(TABLES[case])
    report = in_ranges(Watched, path, size=40)
    assert told(report) == told(cstodata.validate(path, rules=[], limit_errors=0))
    assert all(str(table.how).startswith("on Spark, in ") for table in report.tables)
    assert Watched.asked == [*(f"people.csv: {step}" for step in steps), "groups.csv: rows"]


TEXTS: dict[str, Any] = {"fields": [{"name": name, "type": "string"} for name in ("id", "name", "group")]}
NOTES: dict[str, Any] = {"fields": [{"name": "note", "type": "string"}], "primaryKey": ["note"]}
CUT = {
    "a record that is judged before it is known to be whole": (
        HEADER + rows(10, 40) + b'41,"' + rows(42, 70) + b'",a\n' + rows(71, 80),
        TEXTS,
    ),
    "a cell that begins with the end of a line": (b'note\n"Anna"\n"\nBert\nCleo"\n"Bert"\n', NOTES),
    "an open cell that is the end of a line": (b'note\n"Anna"\n"Bert"\n"\n', NOTES),
    "a header over lines": (
        b'"z,p\n1,2\nk","p\n1,2\nk"",""p"\n' + b"".join(b"%d,x\n" % number for number in range(10, 30)),
        {"fields": [{"name": name, "type": "string"} for name in ("z,p\n1,2\nk", 'p\n1,2\nk","p')]},
    ),
}


@pytest.mark.parametrize("limit", [0, 1, 2])
@pytest.mark.parametrize("case", CUT)
def test_a_cut_within_a_record_is_noticed_wherever_it_is(
    here_cluster: Any, make_package: Callable[..., Path], case: str, limit: int
) -> None:
    path = make_package({"table": CUT[case]})
    with patch.object(reading, "_SMALL_BYTES", 0):
        expected = told(cstodata.validate(path, rules=[], limit_errors=limit))
        for size in range(8, (end := len(CUT[case][0])) + 1, 1 + end // 100):
            assert told(in_ranges(here_cluster, path, limit=limit, size=size)) == expected, size


UNIQUE = {
    "a key twice": rows(10, 40) + b"50,Anna,b\n" + rows(60, 90) + b"99,Anna,b\n",
    "keys in order": b"".join(b"%d,%d,a\n" % (number, number) for number in range(100, 140)),
    "all the same": rows(10, 90),
    "null in all": rows(10, 60, "") + rows(70, 90, "Bert", ""),
    "rows of other widths": rows(10, 20) + b"21,Anna\n22,Anna,b,more\n\n" + rows(23, 40),
    "the same in other words": b"10,Anna,a\n010,Bert,a\n" + rows(20, 60, "Cleo"),
    "wrong cells": rows(10, 20) + b"x,Anna,a\nx,Anna,a\n" + rows(40, 60, "x" * 30),
}


@pytest.mark.parametrize("limit", [0, 1, 3])
@pytest.mark.parametrize("keys", [[["name", "group"], ["id"]], [["id", "name"], ["name"], ["name"], ["nowhere"]]])
@pytest.mark.parametrize("case", UNIQUE)
def test_unique_keys_are_compared_across_ranges(
    here_cluster: Any, make_package: Callable[..., Path], case: str, keys: list[list[str]], limit: int
) -> None:
    schema = {"fields": PEOPLE["fields"], "primaryKey": ["id", "group"], "uniqueKeys": keys}
    path = make_package({"people": (HEADER + UNIQUE[case], schema)})
    on_ranges = in_ranges(here_cluster, path, limit=limit)
    assert told(on_ranges) == told(cstodata.validate(path, rules=[], limit_errors=limit))
    assert str(on_ranges.tables[0].how).startswith("on Spark, in ") or limit


def test_what_threads_find_beyond_the_limit_is_told_too(here_cluster: Any, make_package: Callable[..., Path]) -> None:
    content = HEADER + b"x,Anna,a\n" + rows(10, 40) + b"41,\0,a\n"
    path = make_package({"people": (content, {"fields": PEOPLE["fields"], "primaryKey": ["id", "name"]})})
    report = in_ranges(here_cluster, path, limit=1)
    assert report.tables[0].why == "a composite key holds control characters"
    assert told(report) == told(cstodata.validate(path, rules=[], limit_errors=1))


PARTS = {
    "sound": [HEADER + rows(10, 30), HEADER + rows(40, 60), HEADER + rows(70, 90)],
    "a key twice, in two parts": [HEADER + rows(10, 30), HEADER + rows(40, 60) + rows(12, 12)],
    "a row over two parts": [HEADER + rows(10, 30) + b"31,Anna", HEADER + b" Example,a\n" + rows(32, 40)],
    "a cell over two parts": [HEADER + rows(10, 30) + b'31,"Anna', HEADER + b'Example",a\n' + rows(32, 40)],
    "a return over two parts": [(HEADER + rows(10, 30)).replace(b"\n", b"\r\n")[:-1], HEADER + b"\n" + rows(32, 40)],
    "a part without rows": [HEADER + rows(10, 30), HEADER, b"", HEADER + rows(40, 60)],
    "a first part without rows": [HEADER, HEADER + rows(40, 60)],
    "other headers": [HEADER + rows(10, 30), b"a\n" + rows(40, 60), b"\xef\xbb\xbfa,b,c,d\r" + rows(70, 75)],
    "one inch": [HEADER + rows(10, 30), HEADER + rows(40, 60) + b'61,5" pipe,a\n'],
    "an open end": [HEADER + rows(10, 30), HEADER + rows(40, 60) + b'61,"open,a\n'],
    "bad all over": [HEADER + rows(10, 30, "x" * 30, "z"), HEADER + rows(10, 60, "y" * 30, "z")],
    "a long header": [HEADER + rows(10, 30), b"x" * 5000 + b"\n" + rows(40, 50)],
}
STRADDLING = {case for case in PARTS if "over two" in case} | {"one inch", "an open end", "a long header"}
PACKED = {"none": "", "all": "0123", "the last": "3", "some": "02"}


@pytest.fixture
def package_of_parts(package: Callable[[bytes], Path], collected: None) -> Callable[..., Path]:
    def make(parts: list[bytes], packed: str) -> Path:
        folder, paths = package(b""), []
        for number, part in enumerate(parts):
            is_packed = str(number) in packed or (packed == "3" and number == len(parts) - 1)
            paths.append(f"part{number}.csv.gz" if is_packed else f"part{number}.csv")
            (folder / paths[-1]).write_bytes(gzip.compress(part, mtime=0) if is_packed else part)
        descriptor = json.loads((folder / "datapackage.json").read_text())
        descriptor["resources"][0] |= {"path": paths[0], "extrapaths": paths[1:]}
        (folder / "datapackage.json").write_text(json.dumps(descriptor))
        return folder

    return make


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("case", PARTS)
def test_parts_are_looked_at_where_they_are(
    here_cluster: Any, package_of_parts: Callable[..., Path], case: str, packed: str
) -> None:
    path = package_of_parts(PARTS[case], PACKED[packed])
    for limit in (0, 3):
        report = in_ranges(here_cluster, path, limit=limit, size=100)
        assert told(report) == told(cstodata.validate(path, rules=[], limit_errors=limit))
        assert str(report.tables[0].how).startswith("on Spark, in ") or limit or case in STRADDLING


@pytest.mark.parametrize("packed", ["none", "all", "some"])
def test_nobody_joins_or_unpacks_the_parts_of_a_table_on_spark(
    here_cluster: Any, package_of_parts: Callable[..., Path], packed: str
) -> None:
    path = package_of_parts(PARTS["a key twice, in two parts"], PACKED[packed])
    with patch.object(PlainFiles, "plain", side_effect=AssertionError("it was written")):
        people, _ = in_ranges(here_cluster, path).tables
    assert [finding.type for finding in people.findings] == ["primary-key"]


@pytest.mark.parametrize(
    "content", [HEADER + rows(10, 60), HEADER + rows(10, 30) + b'31,"An\nna",a\nx,Bert,a\n', HEADER]
)
def test_a_gzipped_file_is_one_task(here_cluster: Any, package_of_parts: Callable[..., Path], content: bytes) -> None:
    path = package_of_parts([content], "0")
    report = in_ranges(here_cluster, path)
    assert told(report) == told(cstodata.validate(path, rules=[], limit_errors=0))
    packed = (path / "part0.csv.gz").stat().st_size
    assert report.tables[0].how == f"on Spark, in 1 tasks of up to {packed} bytes"


@pytest.mark.parametrize("damage", ["cut short", "no gzip", "a bomb"])
def test_what_is_wrong_with_a_gzipped_part_is_told_as_by_threads(
    here_cluster: Any, package_of_parts: Callable[..., Path], damage: str
) -> None:
    path = package_of_parts(PARTS["sound"], "12")
    part = path / "part1.csv.gz"
    if damage == "a bomb":
        part.write_bytes(gzip.compress(HEADER + b"10,Anna,a\n" * 8_000_000))
    else:
        part.write_bytes(part.read_bytes()[:-9] if damage == "cut short" else b"id\n1\n")
    for limit in (0, 1):
        assert told(in_ranges(here_cluster, path, limit=limit)) == told(
            cstodata.validate(path, rules=[], limit_errors=limit)
        )


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("one inch", "its quotes do not tell where its records end"),
        ("returns", "its quotes do not tell where its records end"),
        ("no UTF-8", "Arrow cannot read it"),
    ],
)
def test_what_has_no_sure_ranges_is_left_to_this_machine(
    here_cluster: Any, package: Callable[[bytes], Path], case: str, why: str
) -> None:
    with patch.object(carrier, "RECORD_BYTES", 100):
        people, groups = in_ranges(here_cluster, package(TABLES[case]), limit=1000, size=16).tables
    assert people.how is None or people.how.startswith(f"on this machine, because {why}")
    assert groups.how == "on Spark, in 1 tasks of up to 12 bytes"


@pytest.mark.xdist_group("spark")
def test_spark_compares_unique_keys(spark: Any, make_package: Callable[..., Path]) -> None:
    schema = {"fields": PEOPLE["fields"], "uniqueKeys": [["name", "group"]]}
    path = make_package({"people": (HEADER + UNIQUE["a key twice"], schema)})
    report = cstodata.validate(path, engine=cstodata.SparkEngine(spark, min_bytes=0, range_bytes=200, tasks=2))
    assert told(report) == told(cstodata.validate(path))
    assert str(report.tables[0].how).startswith("on Spark")


@pytest.mark.xdist_group("spark")
@pytest.mark.parametrize(
    "case", ["a key twice, far apart", "a reference to nothing", "cells over lines", "bad all over"]
)
def test_spark_gives_the_report_that_threads_give(spark: Any, package: Callable[[bytes], Path], case: str) -> None:
    path = package(TABLES[case])
    engine = cstodata.SparkEngine(spark, min_bytes=0, range_bytes=100, tasks=2)
    report = cstodata.validate(path, engine=engine)
    assert told(report) == told(cstodata.validate(path))
    assert [str(table.how).partition(",")[0] for table in report.tables] == ["on Spark"] * 2


OWN: dict[str, tuple[dict[str, Any], str]] = {
    "missing values": ({"type": "integer", "missingValues": ["True"]}, '1,True\n2,""\n3,5\n'),
    "a decimal character": ({"type": "number", "decimalChar": ","}, '1,"1,5"\n2,1.5\n'),
    "required": ({"missingValues": ["-"], "constraints": {"required": True}}, "1,-\n2,a\n"),
    "bare numbers": ({"type": "integer", "bareNumber": False, "constraints": {"unique": True}}, "1,5%\n2,5\n"),
}


@pytest.mark.parametrize("case", OWN)
def test_what_a_field_declares_for_itself_holds_for_executors(
    here_cluster: Any, make_package: Callable[..., Path], case: str
) -> None:
    field, rows = OWN[case]
    fields = [{"name": "id", "type": "integer"}, {"name": "own", **field}]
    path = make_package({"one": (f"id,own\n{rows}", {"fields": fields})})
    expected = cstodata.validate(path, rules=[], limit_errors=0)
    assert not expected.valid
    assert told(in_ranges(here_cluster, path, size=1000)) == told(expected)


def test_without_pyspark_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    assert run(["validate", "--engine", "spark"], debug=False) == ExitCode.CANNOT_PROCEED
    assert capsys.readouterr().err == "cstodata: Spark: PySpark is not installed; install cstodata[spark]\n"


def test_without_java_one_sentence_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cstodata", "validate", "--engine", "spark"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    told = "cstodata: Spark: it needs Java, and finds none; install Java 17 or newer, or set JAVA_HOME\n"
    assert (done.returncode, done.stderr) == (ExitCode.CANNOT_PROCEED, told)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (["--master", "spark://127.0.0.1:1"], "nobody answers at spark://127.0.0.1:1 ("),
        (["--master", "spark://127.0.0.1:1,[::1]:1"], "nobody answers at spark://127.0.0.1:1,[::1]:1 ("),
        (["--remote", "sc://127.0.0.1:1/;token=x"], "nobody answers at sc://127.0.0.1:1/;token=x ("),
        (["--master", "flint://here"], "no session can be started (Master must either be yarn or start with spark"),
    ],
)
def test_an_address_of_nobody_is_told_at_once(place: list[str], told: str) -> None:
    command = [sys.executable, "-m", "cstodata", "validate", "--engine", "spark", *place]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == ExitCode.CANNOT_PROCEED
    assert done.stderr.startswith(f"cstodata: Spark: {told}")


@pytest.mark.parametrize(
    "options",
    [
        ["--master", "local[2]"],
        ["--remote", "sc://spark.example", "--engine", "fast"],
        ["--master", "local[2]", "--remote", "sc://spark.example", "--engine", "spark"],
    ],
)
def test_an_address_of_spark_needs_the_engine_and_no_other_address(options: list[str]) -> None:
    assert run(["validate", *options], debug=False) == ExitCode.USAGE
