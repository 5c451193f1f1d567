"""Parquet files are judged at speed, as Frictionless judges them; what cannot be told beforehand is left to it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import frictionless
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.validation.conftest import told
from tests.validation.test_rules import CASES, TODAY

import cstodata
from cstodata.package import parquet_batches
from cstodata.package.descriptor import read_package
from cstodata.package.tables import read_table
from cstodata.validation.rules.registry import RULES
from cstodata.validation.spark import carrier

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cstodata.model.report import TableResult
    from cstodata.validation.rules.base import Rule

FIELDS = [
    {"name": "id", "type": "integer"},
    {"name": "name", "type": "string"},
    {"name": "share", "type": "number"},
    {"name": "day", "type": "date"},
    {"name": "seen", "type": "boolean"},
]


def people(rows: int = 12) -> dict[str, Any]:
    """Columns with nulls, but for the key."""
    return {
        "id": pa.array(range(rows), pa.int64()),
        "name": pa.array([None if row % 5 == 3 else f"Anna {row}" for row in range(rows)]),
        "share": pa.array([None if row % 4 == 2 else row / 8 for row in range(rows)], pa.float64()),
        "day": pa.array([None if row % 3 == 1 else dt.date(2020, 1, 1 + row) for row in range(rows)]),
        "seen": pa.array([None if row % 6 == 5 else row % 2 == 0 for row in range(rows)]),
    }


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., Path]:
    """Make a package of one Parquet file."""

    def make(columns: Mapping[str, Any], fields: list[dict[str, Any]] | None = None, **schema: Any) -> Path:
        table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
        pq.write_table(table, tmp_path / "people.parquet", row_group_size=3)
        described = {"fields": FIELDS if fields is None else fields, **schema}
        resource = {"name": "people", "type": "table", "path": "people.parquet", "schema": described}
        profile = "https://datapackage.org/profiles/2.0/datapackage.json"
        descriptor = {"$schema": profile, "name": "example", "resources": [resource]}
        (tmp_path / "datapackage.json").write_text(json.dumps(descriptor))
        return tmp_path / "datapackage.json"

    return make


def judged(path: Path, **options: Any) -> TableResult:
    """What is found in the table, which is what Frictionless finds, whatever the engine."""
    report = cstodata.validate(path, rules=[], **options)
    (table,) = report.tables
    theirs = frictionless.Package(str(path)).validate(limit_errors=options.get("limit_errors", 1000))
    expected = [(error.type, error.message, getattr(error, "row_number", None)) for error in theirs.tasks[0].errors]
    assert [(found.type, found.message, found.row) for found in table.findings] == expected
    assert table.stats["rows"] == theirs.tasks[0].stats["rows"]
    return table


def test_a_sound_table_is_judged_without_frictionless_and_without_pandas(package: Callable[..., Path]) -> None:
    path = package(people(), primaryKey="id")
    assert judged(path).engine == "fast"
    program = f"""
import sys

class NotThere:
    def find_spec(self, name, *_):
        if name.partition(".")[0] == "pandas":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, NotThere())
import cstodata
report = cstodata.validate({str(path)!r}, rules=[])
assert report.valid, report.findings
assert [table.engine for table in report.tables] == ["fast"]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_is_wrong_is_told_with_its_row_as_frictionless_tells_it(package: Callable[..., Path]) -> None:
    fields = [
        {**FIELDS[0], "constraints": {"maximum": 9, "unique": True}},
        {**FIELDS[1], "constraints": {"required": True}},
        *FIELDS[2:],
    ]
    columns = people() | {"id": pa.array([*range(11), 5])}
    table = judged(package(columns, fields, primaryKey="id"), limit_errors=0)
    assert table.engine == "fast"
    found = [(finding.type, finding.row, finding.line) for finding in table.findings]
    assert found == [
        ("constraint-error", 5, None),
        ("constraint-error", 10, None),
        ("constraint-error", 12, None),
        ("unique-error", 13, None),
        ("primary-key", 13, None),
    ]
    cut = judged(package(columns, fields, primaryKey="id"), limit_errors=2)
    assert len(cut.findings) == 2
    assert cut.stats["rows"] == 9


def test_an_integer_beside_a_null_is_the_float_that_pandas_makes_of_it(package: Callable[..., Path]) -> None:
    table = judged(package(people() | {"id": pa.array([None, *range(11)], pa.int64())}))
    assert table.engine == "fast"
    assert [(finding.type, finding.row, finding.value) for finding in table.findings] == [("type-error", 2, "nan")]


LEFT_TO_FRICTIONLESS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a type that is not that of the field": (
        {"id": pa.array(["1"] * 12).dictionary_encode()},
        {},
        "id is of type dictionary<values=string, indices=int32, ordered=0>, and to be read as integer",
    ),
    "an integer that no float is": (
        {"id": pa.array([None, *range(10), 2**53 + 1], pa.int64())},
        {},
        "a whole number is too large for floats, and there are nulls beside it",
    ),
    "a null among strings": (
        {"id": None, "seen": None, "day": None, "share": pa.array([None, *map(float, range(11))])},
        {},
        "beside a number that is null there are but strings",
    ),
    "numbers of two kinds": (
        {"name": None, "seen": None, "day": None, "share": pa.array(map(float, range(12)))},
        {},
        "all of its columns are numbers, of two kinds",
    ),
    "a number that means null": ({}, {"missingValues": ["", "-9"]}, "a number means null in share"),
    "a null character": ({"name": pa.array(["\0"] * 12)}, {}, "a cell is a null character"),
}


@pytest.mark.parametrize("case", LEFT_TO_FRICTIONLESS)
def test_what_depends_on_more_than_a_cell_is_left_to_frictionless(package: Callable[..., Path], case: str) -> None:
    changes, schema, why = LEFT_TO_FRICTIONLESS[case]
    columns = {name: column for name, column in (people() | changes).items() if column is not None}
    fields = [field for field in FIELDS if field["name"] in columns]
    assert judged(package(columns, fields, **schema)).why == why


def test_a_frame_with_an_index_is_left_to_frictionless(package: Callable[..., Path]) -> None:
    frame = pa.table(people()).to_pandas()
    assert judged(package(pa.Table.from_pandas(frame))).engine == "fast"
    indexed = package(pa.Table.from_pandas(frame.set_index("name")))
    assert judged(indexed).why == "its header is wrong"
    nullable = package(pa.Table.from_pandas(frame.astype({"id": "Int64"})))
    assert judged(nullable).why == "it was made of a frame of pandas with types of its own"


@pytest.mark.parametrize("at", [0, 3, 100, -30, -4])
def test_a_damaged_file_is_a_finding(package: Callable[..., Path], tmp_path: Path, at: int) -> None:
    path = package(people(), primaryKey="id")
    content = (tmp_path / "people.parquet").read_bytes()
    (tmp_path / "people.parquet").write_bytes(content[:at])
    report = cstodata.validate(path, rules=[])
    assert [finding.type for finding in report.findings] != []
    assert [finding.resource for finding in report.findings] == ["people"]


def test_damage_in_the_rows_is_the_same_finding_on_executors(
    here_cluster: Any, package: Callable[..., Path], tmp_path: Path
) -> None:
    path = package({"name": pa.array([f"Anna {row}" for row in range(12)])}, FIELDS[1:2])
    file = tmp_path / "people.parquet"
    content = file.read_bytes()
    file.write_bytes(content[:8] + b"\xff" * 30 + content[38:])
    with patch.object(carrier, "Cluster", here_cluster):
        engine = cstodata.SparkEngine(None, min_bytes=0, range_bytes=1)  # type: ignore[arg-type]  # nobody asks it
        report = cstodata.validate(path, rules=[], engine=engine)
    assert [finding.type for finding in report.findings] == ["source-error"]
    assert str(report.tables[0].why).startswith("Arrow cannot read it (")  # not as what Spark would try again
    assert told(report) == told(cstodata.validate(path, rules=[]))


DAMAGED = """
import sys
from pathlib import Path
import cstodata
file = Path(sys.argv[1])
content = file.read_bytes()
footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
for at in range(footer, len(content) - 8, 4):
    for byte in (0, 64):
        file.write_bytes(content[:at] + bytes([byte]) + content[at + 1 :])
        cstodata.validate(file.parent, rules=[])
        print(at)
"""


def test_no_damage_of_its_metadata_ends_the_process(tmp_path: Path, package: Callable[..., Path]) -> None:
    package({"id": pa.array([1, None])}, FIELDS[:1])
    command = [sys.executable, "-c", DAMAGED, str(tmp_path / "people.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 100


def test_text_that_is_no_utf_8_is_a_finding(package: Callable[..., Path]) -> None:
    content = pa.array([b"a", b"\xff", b"c"], pa.binary())
    wrong = pa.Array.from_buffers(pa.string(), 3, content.buffers(), 0)
    path = package({"name": wrong}, FIELDS[1:2])
    report = cstodata.validate(path)
    assert [finding.type for finding in report.findings] == ["source-error"]


FRAMES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another name": lambda told: told["columns"][0].update(name="other"),
    "two column indexes": lambda told: told["column_indexes"].extend(told["column_indexes"]),
    "labels that are numbers": lambda told: told["column_indexes"][0].update(numpy_type="int64"),
    "another kind of index": lambda told: told["index_columns"][0].update(kind="other"),
    "no index": lambda told: told.pop("index_columns"),
    "attributes": lambda told: told.update(attributes="none"),
}


@pytest.mark.parametrize("case", FRAMES)
def test_what_is_told_of_a_frame_is_read_only_if_it_is_the_usual(package: Callable[..., Path], case: str) -> None:
    table = pa.Table.from_pandas(pa.table(people()).to_pandas())
    told = json.loads(table.schema.metadata[b"pandas"])
    FRAMES[case](told)
    path = package(table.replace_schema_metadata({"pandas": json.dumps(told)}))
    (found,) = cstodata.validate(path, rules=[]).tables
    assert found.engine == "frictionless"


def test_a_path_that_leads_out_of_the_package_is_not_followed(package: Callable[..., Path], tmp_path: Path) -> None:
    path = package(people())
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "datapackage.json").write_text(path.read_text().replace("people.parquet", "../people.parquet"))
    report = cstodata.validate(inner / "datapackage.json", rules=[])
    assert not report.valid
    assert all(table.stats.get("rows") in {None, 0} for table in report.tables)


def test_what_frictionless_does_not_look_at_is_looked_at(package: Callable[..., Path]) -> None:
    columns = people(4) | {"name": pa.array(["a", None, "a", "z"])}
    fields = [FIELDS[0], {**FIELDS[1], "categories": ["a", "b"]}, *FIELDS[2:]]
    path = package(columns, fields, uniqueKeys=[["name"], ["share"]])
    for engine in ("fast", "frictionless"):
        (table,) = cstodata.validate(path, rules=[], engine=engine).tables
        found = [(finding.type, finding.row, finding.field) for finding in table.beyond]
        assert found == [("cstodata/unique-key", 4, "name"), ("cstodata/category", 5, "name")], engine


def test_nulls_beside_integers_do_not_change_what_they_are(package: Callable[..., Path]) -> None:
    columns = people(4) | {
        "id": pa.array([1.0, 2.0, None, None]),
        "day": pa.array(["2020-01-05"] * 4).dictionary_encode(),
    }
    fields = [{**FIELDS[0], "categories": [1, 2]}, *FIELDS[1:]]
    (table,) = cstodata.validate(package(columns, fields, uniqueKeys=[["id"]]), rules=[]).tables
    assert (table.engine, table.beyond) == ("frictionless", ())


@pytest.fixture
def as_parquet() -> Callable[[Path], Path]:
    """Make Parquet of the CSV tables of a package."""

    def make(folder: Path) -> Path:
        package = read_package(folder / "datapackage.json")
        descriptor: Any = json.loads((folder / "datapackage.json").read_text())
        for resource, described in zip(package.resources, descriptor["resources"], strict=True):
            pq.write_table(read_table(package, resource), folder / f"{resource.name}.parquet", row_group_size=2)
            described["path"] = f"{resource.name}.parquet"
            del described["dialect"], described["encoding"]
        (folder / "parquet.json").write_text(json.dumps(descriptor))
        return folder / "parquet.json"

    return make


def broken(path: Path, rule: type[Rule], **options: Any) -> list[tuple[Any, ...]]:
    """Where a rule does not hold."""
    report = cstodata.validate(path, rules=[rule.id], today=TODAY, **options)
    (result,) = report.rules
    assert result.skipped is None
    return [(each.resource, each.row, each.field, each.value, each.message) for each in result.findings]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rules_find_in_parquet_what_they_find_in_csv(
    rule: type[Rule], case_package: Callable[[Path], Path], as_parquet: Callable[[Path], Path]
) -> None:
    folder = case_package(CASES / rule.id / "bad")
    assert broken(as_parquet(folder), rule) == broken(folder / "datapackage.json", rule) != []


@pytest.mark.xdist_group("spark")
@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.id in {"seats-add-up", "text-is-clean"}], ids=lambda rule: rule.id
)
def test_rules_find_the_same_in_parquet_on_spark(
    rule: type[Rule], spark: Any, case_package: Callable[[Path], Path], as_parquet: Callable[[Path], Path]
) -> None:
    path = as_parquet(case_package(CASES / rule.id / "bad"))
    engine = cstodata.SparkEngine(spark, min_bytes=0, range_bytes=1, tasks=2)
    report = cstodata.validate(path, rules=[rule.id], today=TODAY, engine=engine)
    assert {str(table.how).partition(",")[0] for table in report.tables} == {"on Spark"}
    assert told(report) == told(cstodata.validate(path, rules=[rule.id], today=TODAY))


@pytest.mark.parametrize("size", [1, 500, 10**6])
def test_row_groups_give_the_report_that_whole_files_give(
    here_cluster: Any, package: Callable[..., Path], size: int
) -> None:
    columns = people() | {"id": pa.array([*range(11), 5])}
    path = package(columns, [{**FIELDS[0], "constraints": {"maximum": 9}}, *FIELDS[1:]], primaryKey="id")
    with patch.object(carrier, "Cluster", here_cluster), patch.object(parquet_batches, "ROWS_AT_ONCE", 1):
        engine = cstodata.SparkEngine(None, min_bytes=0, range_bytes=size)  # type: ignore[arg-type]  # nobody asks it
        report = cstodata.validate(path, rules=[], limit_errors=0, engine=engine)
    tasks = {1: 4, 500: 2, 10**6: 1}[size]
    assert str(report.tables[0].how).startswith(f"on Spark, in {tasks} tasks of up to ")
    assert told(report) == told(cstodata.validate(path, rules=[], limit_errors=0))
