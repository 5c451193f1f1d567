"""Whatever a file holds, validation ends, in bounded memory, with a finding that says what and where."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from typing import TYPE_CHECKING, Any

import frictionless
import pytest

import cstodata
from cstodata.report.json import to_descriptor
from cstodata.validation.tables import deadline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Frictionless leaves gzipped files open, and Python tells of it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

SCHEMA: dict[str, Any] = {"fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]}
SPEC = ["rowNumber", "fieldNumber", "type", "note", "message", "cells"]
MEGABYTE = 1_000_000


def findings(package: Path, **options: Any) -> list[Any]:
    return list(cstodata.validate(package, rules=[], **options).findings)


@pytest.mark.parametrize("engine", ["auto", "frictionless"])
@pytest.mark.parametrize("rows_before", [0, 1_000, 1_000_000])
def test_a_quote_that_swallows_a_large_file_is_found_where_it_begins(
    make_package: Callable[..., Path], rows_before: int, engine: str
) -> None:
    package = make_package({"table": ("", SCHEMA)})
    with (package / "table.csv").open("wb") as file:
        file.write(b"id,text\n" + b"1,a\n" * rows_before + b'1,"never closed\n')
        for _ in range(80):
            file.write(b"1,more\n" * (MEGABYTE // 7))
    (found,) = findings(package, engine=engine)
    assert (found.type, found.path, found.line) == ("source-error", "table.csv", rows_before + 2)
    assert "quote that is never closed" in found.message


def test_memory_is_bounded_whatever_a_record_has(make_package: Callable[..., Path]) -> None:
    package = make_package({"table": ("", SCHEMA)})
    with (package / "table.csv").open("wb") as file:
        file.write(b'id,text\n1,a\n2,"')
        for _ in range(1_000):
            file.write(b"x" * MEGABYTE)
        file.write(b'"\n3,c\n')
    program = (
        "import re, sys, cstodata\n"
        "from pathlib import Path\n"
        "report = cstodata.validate(sys.argv[1])\n"
        # Not what `resource` tells: that is never below what the process had that started this one.
        "peak = re.search(r'VmHWM:\\s+([0-9]+)', Path('/proc/self/status').read_text())[1]\n"
        "print(report.findings[0].line, int(peak) // 1024)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(package)], capture_output=True, text=True, check=True, timeout=60
    )
    line, mebibytes = map(int, told.stdout.split())
    assert line == 3
    assert mebibytes < 700


def test_a_large_cell_that_can_be_read_is_valid(make_package: Callable[..., Path]) -> None:
    package = make_package({"table": ('id,text\n1,"' + "x" * 10 * MEGABYTE + '"\n2,b\n', SCHEMA)})
    report = cstodata.validate(package, rules=[])
    assert (report.valid, report.tables[0].stats["rows"], report.tables[0].engine) == (True, 2, "fast")


@pytest.mark.parametrize("engine", ["auto", "frictionless"])
@pytest.mark.parametrize(("ending", "opener"), [("gz", gzip.open), ("bz2", bz2.open), ("xz", lzma.open)])
def test_a_compressed_bomb_is_not_unpacked(
    make_package: Callable[..., Path], ending: str, opener: Callable[..., Any], engine: str
) -> None:
    name = f"table.csv.{ending}"
    package = make_package({"table": ("", SCHEMA)}, table={"path": name})
    with opener(package / name, "wb") as file:
        for _ in range(80):
            file.write(b"\0" * MEGABYTE)
    (found,) = findings(package, engine=engine)
    assert found.type == "compression-error"
    assert "it is not unpacked" in found.message


def test_a_spreadsheet_that_declares_to_be_huge_is_not_unpacked(make_package: Callable[..., Path]) -> None:
    package = make_package({"table": ("", SCHEMA)}, table={"path": "table.xlsx", "format": "xlsx"})
    with zipfile.ZipFile(package / "table.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 100 * MEGABYTE)
    (found,) = findings(package)
    assert found.type == "compression-error"


@pytest.mark.parametrize(("header", "content"), [(b"", b"\0" * 4), (b"id,text\n", b"1,a\n")])
@pytest.mark.parametrize("engine", ["auto", "frictionless"])
def test_a_bomb_is_refused_by_what_refers_to_it_too(
    make_package: Callable[..., Path], header: bytes, content: bytes, engine: str
) -> None:
    key = [{"fields": ["id"], "reference": {"resource": "target", "fields": ["id"]}}]
    package = make_package(
        {"table": ("id,text\n1,a\n", {**SCHEMA, "foreignKeys": key}), "target": ("", SCHEMA)},
        target={"path": "target.csv.gz"},
    )
    with gzip.open(package / "target.csv.gz", "wb") as file:
        file.write(header + content * 20 * MEGABYTE)
    table, target = findings(package, engine=engine)
    assert "a foreign key refers to target, which cannot be read" in table.message
    assert target.type == "compression-error"


@pytest.mark.parametrize("cut", [5, 40, -9])
def test_a_damaged_gzip_file_is_never_valid(make_package: Callable[..., Path], cut: int) -> None:
    package = make_package({"table": ("", SCHEMA)}, table={"path": "table.csv.gz"})
    content = gzip.compress(b"id,text\n" + b"".join(b"%d,text %d\n" % (i, i * i) for i in range(5_000)), mtime=0)
    (package / "table.csv.gz").write_bytes(content[:cut])
    assert findings(package)


def test_damaged_bytes_are_counted_and_the_first_are_placed(make_package: Callable[..., Path]) -> None:
    rows = [b"%d,fine\n" % number for number in range(200_000)]
    bad = [7, 90_000, 90_001, 150_000, 199_000, 199_999]
    for number in bad:
        rows[number] = b"%d,bad \xff\xc3(\n" % number
    content = b"id,text\n" + b"".join(rows) + "1,\ufffd\n".encode()
    found = findings(make_package({"table": (content, SCHEMA)}))[-1]
    first = content.index(b"\xff")
    assert found.type == "cstodata/not-utf-8"
    assert found.line == 9
    assert f"12 places are not UTF-8: byte {first:,} (line 9), byte {first + 1:,} (line 9)" in found.message
    assert found.message.endswith("and 7 more")


def test_bytes_in_an_encoding_that_is_not_declared_are_told_of(make_package: Callable[..., Path]) -> None:
    content = "id,text\n1,Ж\n".encode("cp1251")
    package = make_package({"table": (content, SCHEMA)})
    descriptor = json.loads((package / "datapackage.json").read_text())
    del descriptor["resources"][0]["encoding"]
    (package / "datapackage.json").write_text(json.dumps(descriptor))
    assert "cstodata/not-utf-8" in [found.type for found in findings(package)]


@pytest.mark.parametrize(
    "content",
    [
        b"id,text\r\n1,a\nx,b\r2,c\n\r\n3,d",
        b"id,text\r1,a\rx,b\r",
        b"\xef\xbb\xbfid,text\n1,a\nx,b\n",
        b"id,text\n1,a\0b\n\0,c\n",
        b"id,text\n" + b"9" * 5000 + b",a\n",
        b'id,text\n1,"a\r\nb"\r\nx,"c\rd"\r\n',
    ],
    ids=["mixed line ends", "CR only", "byte order mark", "NUL", "5,000 digits", "line ends within quotes"],
)
def test_odd_bytes_are_read_as_frictionless_reads_them(make_package: Callable[..., Path], content: bytes) -> None:
    package = make_package({"table": (content, SCHEMA)})
    ours = frictionless.Report.from_descriptor(dict(to_descriptor(cstodata.validate(package, rules=[]))))
    theirs = frictionless.Package(str(package / "datapackage.json")).validate()
    assert ours.flatten(SPEC) == theirs.flatten(SPEC)
    assert ours.tasks[0].stats["rows"] == theirs.tasks[0].stats["rows"]


def test_numbers_of_any_length_are_judged(make_package: Callable[..., Path]) -> None:
    fields = [{"name": "id", "type": "integer"}, {"name": "size", "type": "number", "constraints": {"maximum": 5}}]
    content = f"id,size\n1,1e999999999\n2,{'9' * 5000}\n3,0.{'1' * 5000}\n{'8' * 5000},1\n"
    found = findings(make_package({"table": (content, {"fields": fields})}))
    assert [(each.row, each.type) for each in found] == [
        (2, "constraint-error"),
        (3, "constraint-error"),
        (5, "type-error"),
    ]


def test_many_columns_are_read(make_package: Callable[..., Path]) -> None:
    names = [f"c{number}" for number in range(500)]
    content = ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n" + ",".join("x" for _ in names) + "\n"
    schema = {"fields": [{"name": name, "type": "integer"} for name in names]}
    found = findings(make_package({"table": (content, schema)}), limit_errors=0)
    assert [(each.row, each.field) for each in found] == [(3, name) for name in names]


@pytest.mark.parametrize("engine", ["auto", "frictionless"])
@pytest.mark.parametrize(
    "field",
    [
        {"type": "string", "constraints": {"pattern": "(a+)+$"}},
        {"type": "string", "constraints": {"pattern": "(a|aa)+"}},
    ],
    ids=str,
)
def test_a_pattern_that_takes_for_ever_is_given_up_and_named(
    make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, field: dict[str, Any], engine: str
) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.3)
    begin = time.monotonic()
    package = make_package({"table": (f"a\naaa\n{'a' * 60}!\n", {"fields": [{"name": "a", **field}]})})
    (found,) = findings(package, engine=engine)
    assert field["constraints"]["pattern"] in found.message
    assert 'field "a"' in found.message
    assert time.monotonic() - begin < 10


def test_a_slow_table_with_quick_cells_is_not_given_up(
    make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.01)
    field = {"name": "a", "type": "string", "constraints": {"pattern": r"\w+"}}
    content = "a\n" + "".join(f"word{number}\n" for number in range(30_000))
    assert not findings(make_package({"table": (content, {"fields": [field]})}), engine="frictionless")


def test_a_full_disk_leaves_the_table_to_frictionless(
    make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    package = make_package({"table": ("", SCHEMA)}, table={"path": "table.csv.gz"})
    (package / "table.csv.gz").write_bytes(gzip.compress(b"id,text\nx,a\n"))
    usage = type("Usage", (), {"free": 0})
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    report = cstodata.validate(package, rules=[])
    assert report.tables[0].why == "there is no room on the disk to unpack it"
    assert [found.type for found in report.findings] == ["type-error"]


def test_guessing_a_dialect_that_takes_for_ever_is_given_up(
    make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.3)
    content = "id,text\n1,x\n1,'" + " 'a" * 40_000 + "\n"
    (found,) = findings(make_package({"table": (content, SCHEMA)}))
    assert found.type == "source-error"
    assert "guessing how its first lines are written" in found.message


@pytest.mark.parametrize("dialect", [{}, {"csv": {"delimiter": ";"}}, {"delimiter": ";"}], ids=str)
def test_a_quote_is_only_open_in_the_dialect_that_the_file_has(
    make_package: Callable[..., Path], dialect: dict[str, Any]
) -> None:
    lines = 'id;text\n1;he said,"hello\n' + "1;plain text of some length\n" * 1_300_000
    package = make_package({"table": (lines, SCHEMA)}, table={"dialect": dialect})
    assert not findings(package, engine="auto")


def test_a_full_quota_leaves_the_table_to_frictionless(
    make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_options: object) -> None:
        raise OSError(27, "File too large")

    package = make_package({"table": ("", SCHEMA)}, table={"path": "table.csv.gz"})
    (package / "table.csv.gz").write_bytes(gzip.compress(b"id,text\nx,a\n"))
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", fails)
    report = cstodata.validate(package, rules=[])
    assert report.tables[0].why == "it cannot be unpacked on the disk (File too large)"


def test_a_gzip_file_that_is_cut_short_is_a_damaged_file(make_package: Callable[..., Path]) -> None:
    package = make_package({"table": ("", SCHEMA)}, table={"path": "table.csv.gz"})
    content = gzip.compress(b"id,text\n" + b"".join(b"%d,text %d\n" % (i, i * i) for i in range(5_000)), mtime=0)
    (package / "table.csv.gz").write_bytes(content[:-9])
    (found,) = findings(package)
    assert found.type == "compression-error"
    assert "cut short" in found.message


@pytest.mark.parametrize(
    ("files", "changes"),
    [
        ({"t.txt": 'id,text\n1,a\n2,"b\n3,c\n'}, {"path": "t.txt", "format": "csv"}),
        ({"t.csv": 'id;text\n1;x\n2;y\n3;"z\n4;w\n'}, {"path": "t.csv", "dialect": {}}),
        ({"a.csv": "id,text\n1,a\n", "b.csv": 'id,text\n2,"b\n3,c\n'}, {"path": "a.csv", "extrapaths": ["b.csv"]}),
        ({"t.csv.gz": 'id,text\n1,a\n2,"b\n3,c\n'}, {"path": "t.csv.gz"}),
        ({"t.csv": '1,a\n2,"b\n3,c\n'}, {"path": "t.csv", "dialect": {"delimiter": ",", "header": False}}),
    ],
    ids=["another ending", "a guessed delimiter", "two parts", "gzipped", "no header"],
)
def test_an_open_quote_is_found_whatever_the_file_looks_like(
    make_package: Callable[..., Path], files: dict[str, str], changes: dict[str, Any]
) -> None:
    package = make_package({"table": ("", SCHEMA)}, table=changes)
    for name, content in files.items():
        (package / name).write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode())
    assert "cstodata/open-quote" in {found.type for found in findings(package)}
