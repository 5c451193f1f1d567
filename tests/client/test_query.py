"""SQL over a release: it answers, and can reach nothing else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

import cstodata
from cstodata.client.query import ask
from cstodata.errors import QueryError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.client.conftest import Web


def test_a_query_is_answered_over_the_tables_it_names(pristine: Path) -> None:
    release = cstodata.open(pristine)
    answer = release.sql(
        'WITH small AS (SELECT id FROM "table" WHERE id < 5) SELECT count(*) AS n, sum(id) AS s FROM small'
    )
    assert answer.to_pylist() == [{"n": 5, "s": 10}]
    assert release.sql('SELECT max(size) AS m FROM main."TABLE"').num_rows == 1


def test_types_are_those_of_the_tables() -> None:
    answer = cstodata.open().sql("SELECT as_of, seats_total FROM delegations ORDER BY ALL LIMIT 1")
    assert answer.schema.types == [pa.date32(), pa.int64()]
    assert answer.to_pylist() == [{"as_of": date(2022, 6, 3), "seats_total": 6}]


def test_only_tables_that_are_named_are_fetched(web: Web) -> None:
    release = cstodata.open(web.address)
    release.sql("SELECT 1")
    assert [path for path, _ in web.asked if path.endswith(".parquet")] == []
    release.sql('SELECT count(*) FROM "table"')
    assert [path for path, _ in web.asked if path.endswith(".parquet")] == ["/v/2.0.0/parquet/table.parquet"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_parquet('{kept}')",
        "SELECT * FROM parquet_metadata('{kept}')",
        "SELECT * FROM query('SELECT * FROM read_text(''{secret}'')')",
        "SELECT * FROM '{address}/index.json'",
        "SELECT * FROM read_json('{address}/index.json')",
        "SELECT * FROM 's3://bucket/file.parquet'",
        "SELECT * FROM sqlite_scan('{secret}', 'x')",
        "SELECT * FROM duckdb_secrets()",
        "SELECT getenv('HOME')",
        "SELECT * FROM local_variable",
        "COPY (SELECT 1) TO '{target}'",
        "WITH x AS (COPY (SELECT 1) TO '{target}') SELECT 1",
        "WITH x AS (COPY (SELECT 1 AS id) TO '{kept}' (FORMAT parquet, USE_TMP_FILE false)) SELECT 1",
        "SELECT * FROM query('WITH x AS (COPY (SELECT 1) TO ''{target}'') SELECT 1')",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{target}'",
        "EXPORT DATABASE '{target}'",
        "IMPORT DATABASE '{target}'",
        "ATTACH '{target}'",
        "ATTACH '{target}' AS x (TYPE sqlite)",
        "USE memory",
        "INSTALL httpfs",
        "LOAD httpfs",
        "LOAD '{secret}'",
        "PRAGMA database_list",
        "PRAGMA enable_profiling",
        "SET enable_external_access = true",
        "SET temp_directory = '{target}'",
        "RESET lock_configuration",
        "CALL pragma_version()",
        "CREATE TABLE x AS SELECT 1",
        "CREATE MACRO f() AS 1",
        'INSERT INTO "table" VALUES (1, 1)',
        'DELETE FROM "table"',
        'DROP VIEW "table"',
        "PREPARE x AS SELECT 1",
        "VACUUM",
        "CHECKPOINT",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY (SELECT 1) TO '{target}'",
        "",
        ";",
        "-- nothing",
        "SELEC 1",
        "SELECT * FROM nothing",
        'SELECT nothing FROM "table"',
        "SELECT 1/",
        "SELECT '\udcff'",
        "SELECT '\0'",
    ],
)
def test_whatever_else_is_asked_is_refused_and_nothing_is_touched(web: Web, tmp_path: Path, query: str) -> None:
    local_variable = pa.table({"x": [1]})  # noqa: F841 -- DuckDB would find it by its name
    release = cstodata.open(web.address, "1.1.0")
    kept = release.file("table", "parquet")
    before, asked = kept.read_bytes(), len(web.asked)
    (tmp_path / "secret").write_text("a,b\n1,2\n")
    target = tmp_path / "target"
    filled = {"secret": tmp_path / "secret", "kept": kept, "address": web.address, "target": target}
    for name, value in filled.items():
        query = query.replace(f"{{{name}}}", str(value))
    with pytest.raises(QueryError):
        release.sql(query)
    assert not target.exists()
    assert kept.read_bytes() == before
    assert len(web.asked) == asked


def test_the_working_directory_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    numbers = pa.table({"x": pa.array(range(200_000))})
    assert ask("SELECT x FROM t ORDER BY hash(x) DESC", {"t": lambda: numbers}).num_rows == 200_000
    assert list(tmp_path.iterdir()) == []


def test_an_error_is_one_sentence(pristine: Path) -> None:
    with pytest.raises(QueryError, match=r"^the query cannot be answered: [^\n]+$"):
        cstodata.open(pristine).sql("SELECT *\nFROM nothing\nWHERE x")


def test_a_table_that_is_none_is_told_which_there_are(pristine: Path) -> None:
    with pytest.raises(QueryError, match=r"tables does not exist! The tables are table\.$"):
        cstodata.open(pristine).sql("SELECT * FROM tables")


def test_ctrl_c_ends_a_query_whatever_duckdb_calls_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise RuntimeError("Query interrupted")  # as it is while a query runs

    monkeypatch.setattr("duckdb.connect", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask("SELECT 1", {})
