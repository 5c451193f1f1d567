"""Spark finds what DuckDB finds here, and says so in the same bytes."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest

import cstodata
from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.main import run
from cstodata.diff import rows
from cstodata.diff.relations import duck_relations
from cstodata.diff.spark import relations
from cstodata.errors import SparkError
from cstodata.report.changes.json import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Engine = Callable[[int], cstodata.SparkEngine]

DIALECT = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}


def fields(*names: str, **types: str) -> list[dict[str, Any]]:
    return [{"name": name, "type": types.get(name, "string")} for name in names]


def schema(*names: str, key: str = "id") -> dict[str, Any]:
    return {"fields": fields(*names, id="integer", number="integer", size="number"), "primaryKey": [key] if key else []}


def lines(first: int, last: int, cells: str = "Anna,1.5") -> str:
    return "".join(f"{number},{cells}\n" for number in range(first, last + 1))


HEADER = "id,name,size\n"
PLAIN = schema("id", "name", "size")
OLD = HEADER + lines(10, 60)
Tables = dict[str, tuple[str | bytes, dict[str, Any]]]
Case = tuple[str | bytes, dict[str, Any], str | bytes, dict[str, Any]]
CASES: dict[str, Case] = {
    "rows added": (OLD, PLAIN, HEADER + lines(5, 70), PLAIN),
    "rows removed": (OLD, PLAIN, HEADER + lines(12, 20) + lines(30, 58), PLAIN),
    "rows changed": (OLD, PLAIN, HEADER + lines(10, 30) + lines(31, 31, "Bert,2") + lines(32, 60), PLAIN),
    "cells written in another way": (OLD, PLAIN, HEADER + lines(10, 30) + lines(31, 60, "Anna,1.50"), PLAIN),
    "all rows changed": (OLD, PLAIN, HEADER + lines(10, 60, "Bert,1.5"), PLAIN),
    "rows in another order": (OLD, PLAIN, HEADER + lines(40, 60) + lines(10, 39), PLAIN),
    "two rows in another order": (OLD, PLAIN, HEADER + lines(10, 58) + lines(60, 60) + lines(59, 59), PLAIN),
    "a renamed field": (
        HEADER + "".join(f"{n},a{n},{n}\n" for n in range(40)),
        PLAIN,
        "id,called,size\n" + "".join(f"{n},a{n},{n}\n" for n in reversed(range(40))),
        schema("id", "called", "size"),
    ),
    "a renamed key": (OLD, PLAIN, OLD.replace("id", "number", 1), schema("number", "name", "size", key="number")),
    "a key twice": (OLD + lines(15, 20), PLAIN, OLD + lines(15, 18) + lines(19, 19, "Bert,3"), PLAIN),
    "a key twice and a renamed field": (
        HEADER + "".join(f"{n % 30},a{n},{n}\n" for n in range(40)),
        PLAIN,
        "id,called,size\n" + "".join(f"{n % 30},a{n},{n}\n" for n in range(41)),
        schema("id", "called", "size"),
    ),
    "no key": (OLD, schema("id", "name", "size", key=""), OLD[:-1] + "1\n" + OLD[13:], PLAIN),
    "a new field with cells": (
        OLD,
        PLAIN,
        "id,name,size,note\n" + lines(10, 30, "Anna,1.5,") + lines(31, 60, "Anna,1.5,new"),
        schema("id", "name", "size", "note"),
    ),
    "a field removed": (OLD, PLAIN, "id,size\n" + lines(10, 60, "1.5"), schema("id", "size")),
    "columns in another order than fields": (OLD, PLAIN, OLD, schema("size", "id", "name")),
    "cells over lines": (OLD, PLAIN, HEADER + lines(10, 60, '"An\nna, ""so""",1.5'), PLAIN),
    "broken quotes": (OLD, PLAIN, HEADER + lines(10, 60, '5" pipe,1.5'), PLAIN),
    "one broken quote": (OLD, PLAIN, OLD.replace("20,Anna", '20,5" pipe'), PLAIN),
    "an open end": (OLD, PLAIN, OLD + '61,"open,1\n', PLAIN),
    "a row of another width": (OLD, PLAIN, OLD + "61\n" + lines(62, 70), PLAIN),
    "a column that nobody knows": (OLD, PLAIN, "id,name,extra\n" + lines(10, 60), PLAIN),
    "no UTF-8": (OLD, PLAIN, OLD.encode().replace(b"40,Anna", b"40,\xff"), PLAIN),
    "a byte order mark": (OLD, PLAIN, b"\xef\xbb\xbf" + OLD.encode(), PLAIN),
    "returns": (OLD, PLAIN, OLD.replace("\n", "\r"), PLAIN),
    "returns and feeds": (OLD, PLAIN, OLD.replace("\n", "\r\n"), PLAIN),
    "no end of line": (OLD, PLAIN, OLD[:-1], PLAIN),
    "a header alone": (OLD, PLAIN, HEADER, PLAIN),
    "nothing": (OLD, PLAIN, "", PLAIN),
}


def write(folder: Path, tables: Tables, **own: Any) -> Path:
    folder.mkdir()
    resources = []
    for name, (content, declared) in tables.items():
        (folder / f"{name}.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        resource = {"name": name, "type": "table", "path": f"{name}.csv", "dialect": DIALECT, "schema": declared}
        resources.append({**resource, **own})
    descriptor = {"name": "example", "version": "1.0.0", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    return folder


def pair(folder: Path, case: Case) -> tuple[Path, Path]:
    old, old_schema, new, new_schema = case
    return write(folder / "old", {"t": (old, old_schema)}), write(folder / "new", {"t": (new, new_schema)})


def told(old: Path | str, new: Path | str, **options: Any) -> str:
    """All changes as JSON."""
    return "".join(render(cstodata.compare(old, new, **options), limit=None))


FATES = "rows of all fates and a new field"
CASES[FATES] = (
    OLD,
    PLAIN,
    "id,name,size,note\n" + lines(40, 70, "Anna,1.5,") + lines(12, 30, "Anna,1.5,new") + lines(31, 35, "Bert,1.50,"),
    schema("id", "name", "size", "note"),
)
NAMES = "a renamed key that occurs twice and a renamed field"
CASES[NAMES] = (
    HEADER + "".join(f"{n % 30},a{n},{n}\n" for n in range(40)),
    PLAIN,
    "number,called,size\n" + "".join(f"{n % 30},a{n},{n // 39}\n" for n in reversed(range(40))),
    schema("number", "called", "size", key="number"),
)
LEFT_HERE = {
    "broken quotes",
    "one broken quote",
    "an open end",
    "a row of another width",
    "a column that nobody knows",
    "no UTF-8",
    "nothing",
}


NOTE = {"fields": [{"name": "note", "type": "string"}]}
LABELS = ("z,p\n1,2\nk", 'p\n1,2\nk","p')
CUT: dict[str, Case] = {
    "a cell that begins with the end of a line": (
        "note\nx\n",
        NOTE,
        'note\n5" pipe\n"x"\n"\nBert\nCleo"\n"y"\n7" z\n',
        NOTE,
    ),
    "a header over lines": (
        '"z,p\n1,2\nk","p\n1,2\nk"",""p"\n' + "".join(f"{n},x\n" for n in range(10, 30)),
        {"fields": [{"name": name, "type": "string"} for name in LABELS]},
        '"z,p\n1,2\nk","p\n1,2\nk"",""p"\n' + "".join(f"{n},y\n" for n in range(12, 30)),
        {"fields": [{"name": name, "type": "string"} for name in LABELS]},
    ),
}


@pytest.mark.parametrize("case", CUT)
def test_a_cut_within_a_record_is_noticed(here_engine: Engine, tmp_path: Path, case: str) -> None:
    old, new = pair(tmp_path, CUT[case])
    expected = told(old, new)
    for size in range(8, 40):
        assert told(old, new, engine=here_engine(size)) == expected, size


@pytest.mark.parametrize("case", CASES)
def test_ranges_give_the_changes_that_whole_files_give(here_engine: Engine, tmp_path: Path, case: str) -> None:
    old, new = pair(tmp_path, CASES[case])
    expected = told(old, new)
    with patch.object(rows, "duck_relations", wraps=duck_relations) as here:
        assert told(old, new, engine=here_engine(150)) == expected
    assert here.called == (case in LEFT_HERE)


@pytest.mark.xdist_group("spark")
def test_spark_gives_the_changes_that_duckdb_gives(spark: Any, tmp_path: Path) -> None:
    names = (FATES, NAMES, "no key", "rows in another order", "one broken quote")
    cases = {name.replace(" ", "-"): CASES[name] for name in names}
    old = write(tmp_path / "old", {name: case[:2] for name, case in cases.items()})
    new = write(tmp_path / "new", {name: case[2:] for name, case in cases.items()})
    views = spark.catalog.listTables()
    expected = told(old, new)
    with patch.object(rows, "duck_relations", wraps=duck_relations) as here:
        assert told(old, new, engine=cstodata.SparkEngine(spark, min_bytes=0, range_bytes=300, tasks=2)) == expected
    assert [call.args[1].resource.name for call in here.call_args_list] == ["one-broken-quote"]
    assert spark.catalog.listTables() == views
    assert spark.range(1).count() == 1


def test_small_tables_and_what_is_no_csv_file_are_compared_here(here_engine: Engine, tmp_path: Path) -> None:
    case = CASES["rows changed"]
    for name, own, least in (
        ("small", {}, 1_000),
        ("fixed", {"dialect": {**DIALECT, "commentChar": "#"}}, 0),
        ("latin", {"encoding": "latin-1"}, 0),
    ):
        old = write(tmp_path / f"{name}-old", {"t": case[:2]}, **own)
        new = write(tmp_path / f"{name}-new", {"t": case[2:]}, **own)
        expected = told(old, new)
        with patch.object(rows, "duck_relations", wraps=duck_relations) as here:
            assert told(old, new, engine=replace(here_engine(150), min_bytes=least)) == expected
        assert here.called


def test_records_near_the_size_of_a_block_are_read_here(here_engine: Engine, tmp_path: Path) -> None:
    old, new = pair(tmp_path, (OLD, PLAIN, HEADER + lines(10, 60, f"{'x' * 100_000},1"), PLAIN))
    assert told(old, new, engine=here_engine(1_000_000)) == told(old, new)


def test_what_stands_in_git_is_compared_here(here_engine: Engine, tmp_path: Path) -> None:
    _, new = pair(tmp_path, CASES["rows changed"])
    commands = (["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "x"])
    for command in commands:
        subprocess.run(["git", *command], cwd=new, check=True)
    (new / "t.csv").write_text(OLD)
    with patch.object(rows, "duck_relations", wraps=duck_relations) as here:
        assert told("git:HEAD", new, engine=here_engine(150)) == told("git:HEAD", new)
    assert here.call_count == 2


@pytest.mark.xdist_group("spark")
def test_executors_with_another_duckdb_make_no_hashes(spark: Any, tmp_path: Path) -> None:
    old, new = pair(tmp_path, CASES["rows changed"])
    engine = cstodata.SparkEngine(spark, min_bytes=0)
    why = r"an executor has DuckDB [0-9.]+, and the driver 0\.0\.1"
    with (
        patch.object(relations, "duckdb", SimpleNamespace(__version__="0.0.1")),
        pytest.raises(SparkError, match=why),
    ):
        told(old, new, engine=engine)


@pytest.mark.parametrize(
    ("lost", "why"),
    [(SparkError("too few executors"), "too few executors"), (ConnectionRefusedError(), "it does not answer any more")],
)
def test_what_spark_cannot_do_is_an_error_and_no_change(
    here_engine: Engine, tmp_path: Path, lost: Exception, why: str
) -> None:
    old, new = pair(tmp_path, CASES["rows changed"])
    with patch.object(relations, "cut", side_effect=lost), pytest.raises(SparkError, match=why):
        told(old, new, engine=here_engine(150))


def test_an_engine_is_not_named_by_any_word(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match='engine is "duckdb" or a SparkEngine'):
        cstodata.compare(tmp_path, tmp_path, engine="spark")  # type: ignore[arg-type]  # that is the mistake


@pytest.mark.parametrize(
    "options",
    [
        ["--master", "local[2]"],
        ["--remote", "sc://spark.example", "--engine", "duckdb"],
        ["--master", "local[2]", "--remote", "sc://spark.example", "--engine", "spark"],
    ],
)
def test_an_address_of_spark_needs_the_engine_and_no_other_address(options: list[str]) -> None:
    assert run(["diff", "old", "new", *options], debug=False) == ExitCode.USAGE
