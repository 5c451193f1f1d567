"""The verbs that use releases: download, show, query, cite."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from datetime import date
from typing import TYPE_CHECKING

from click.testing import CliRunner

from cstodata.cli.main import cli, run
from cstodata.package.digest import sha256_of
from cstodata.publish.store import Store
from cstodata.publish.yank import yank

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from tests.client.conftest import Handler, Web


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(list(arguments), debug=False)
    return code, *capsys.readouterr()


class TestDownload:
    def test_all_tables_are_written_as_they_were_published(
        self, pristine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for form, folder in (("csv", "data"), ("parquet", "parquet")):
            target = tmp_path / "here" / form
            arguments = ("download", "--from", str(pristine), "--version", "1", "--to", str(target), "--format", form)
            assert said_by(capsys, *arguments) == (0, f"written: {target}/table.{form}\n", "")
            published = pristine / "v" / "1.1.0" / folder / f"table.{form}"
            assert [path.read_bytes() for path in target.iterdir()] == [published.read_bytes()]
            assert said_by(capsys, *arguments) == (0, f"already there: {target}/table.{form}\n", "")

    def test_only_the_tables_that_are_named(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        code, _, _ = said_by(capsys, "download", "news", "people", "--to", str(tmp_path / "here"))
        assert code == 0
        assert {path.name for path in (tmp_path / "here").iterdir()} == {"news.csv", "people.csv"}

    def test_another_file_is_not_overwritten_and_nothing_is_written_then(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "people.csv").write_text("mine")
        (tmp_path / "names.csv").symlink_to(tmp_path / "nowhere")
        for table in ("people", "names"):
            code, said, noted = said_by(capsys, "download", "news", table, "--to", str(tmp_path))
            assert (code, said) == (3, "")
            assert "something else is there already; nothing was written" in noted
        assert (tmp_path / "people.csv").read_text() == "mine"
        assert not (tmp_path / "news.csv").exists()

    def test_a_disk_that_knows_no_links_is_written_to_all_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def link(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", link)
        assert said_by(capsys, "download", "news", "--to", str(tmp_path / "here"))[0] == 0
        assert [path.name for path in (tmp_path / "here").iterdir()] == ["news.csv"]

    def test_a_download_that_was_killed_goes_on_where_it_was(self, web: Web, tmp_path: Path, cache: Path) -> None:
        path = "/v/2.0.0/data/table.csv"
        content = (web.folder / path[1:]).read_bytes()

        def slow(handler: Handler) -> bool:
            handler.whole(content[: len(content) // 2], length=len(content))
            time.sleep(60)
            return True

        web.faults[path] = slow
        command = [sys.executable, "-m", "cstodata", "download", "--from", web.address, "--to", str(tmp_path / "here")]
        part = f"{sha256_of(content)}.part"  # of this file: the manifest comes before, and has one too
        with subprocess.Popen(command) as process:
            for _ in range(600):
                if any(found.stat().st_size for found in cache.rglob(part)):
                    break
                time.sleep(0.1)
            process.kill()
        assert not (tmp_path / "here").exists()
        del web.faults[path]
        subprocess.run(command, check=True, capture_output=True)
        assert [file.read_bytes() for file in (tmp_path / "here").iterdir()] == [content]
        begin = web.asked[-1][1]
        assert begin is not None
        assert begin.startswith("bytes=")

    def test_what_cannot_be_had_is_a_sentence(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert said_by(capsys, "download", "nothing", "--to", str(tmp_path))[0] == 2
        assert said_by(capsys, "download", "news", "--format", "parquet")[0] == 3
        code, _, noted = said_by(capsys, "download", "--from", str(tmp_path))
        assert (code, noted) == (3, f"cstodata: {tmp_path}: there is no index.json, so it is no store\n")


class TestShow:
    def test_a_table_fits_the_terminal(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for width in (1, 20, 40, 80, 200):
            monkeypatch.setenv("COLUMNS", str(width))
            code, said, _ = said_by(capsys, "show", "delegations", "--limit", "3")
            assert code == 0
            rows = said.split("\n\n")[0].splitlines()
            assert len(rows) == 4
            assert max(map(len, rows)) <= width

    def test_cells_that_find_no_room_are_cut(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("COLUMNS", "80")
        _, said, _ = said_by(capsys, "show", "delegations", "--limit", "2")
        assert said.splitlines() == [
            "delegation_…  parliament_…  as_of       seats_total  representat…  source_id",
            "BY-2022-06-…  BY            2022-06-03           11  viktor-kogut  nablyudatele…",
            "BY-2026-02-…  BY            2026-02-20           11  viktor-kogut  opyt-pa-odkb…",
            "",
            "2 of 10 rows",
        ]

    def test_columns_that_find_no_room_are_named(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("COLUMNS", "40")
        _, said, _ = said_by(capsys, "show", "delegations")
        assert said.endswith("10 rows, 3 of 6 columns find no room: seats_total, representative_id, source_id\n")
        _, said, _ = said_by(capsys, "show", "delegations", "--columns", "seats_total, as_of", "--limit", "0")
        assert said.splitlines()[0] == "seats_total  as_of"
        assert said.endswith("\n\n10 rows\n")

    def test_csv_and_json_hold_all_of_each_cell(self, capsys: pytest.CaptureFixture[str]) -> None:
        _, said, noted = said_by(capsys, "show", "delegations", "--format", "csv", "--limit", "1")
        assert noted == "cstodata: these are 1 of 10 rows; --limit 0 gives all\n"
        (row,) = csv.DictReader(io.StringIO(said))
        _, said, _ = said_by(capsys, "show", "delegations", "--format", "json", "--limit", "1")
        (item,) = json.loads(said)
        assert item == {**row, "seats_total": 11}

    def test_what_is_not_seen_is_escaped(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, said, _ = said_by(capsys, "query", "SELECT chr(27) || '[31m' AS \"a\u202eb\"")
        assert code == 0
        assert said.splitlines()[:2] == ["a\\u{202e}b", "\\u{1b}[31m"]

    def test_a_yanked_version_is_shown_and_said_to_be_yanked(
        self, store: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        yank(Store(str(store)), "1.1.0", reason="wrong sizes", today=date(2026, 3, 1), replaced_by="2.0.0")
        code, said, noted = said_by(capsys, "show", "table", "--from", str(store), "--version", "1.1.0")
        assert (code, noted) == (0, "cstodata: version 1.1.0 was yanked: wrong sizes; use version 2.0.0\n")
        assert said.endswith("3 rows\n")

    def test_tables_are_completed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("_CSTODATA_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_CWORD", "2")
        for words, names in (("cstodata show del", "plain,delegations"), ("cstodata download p", "plain,parliaments")):
            monkeypatch.setenv("COMP_WORDS", words)
            assert names in CliRunner().invoke(cli, prog_name="cstodata", complete_var="_CSTODATA_COMPLETE").output


class TestQuery:
    def test_rows_are_written_in_each_form(self, pristine: Path, capsys: pytest.CaptureFixture[str]) -> None:
        query = """SELECT count(*) AS n, sum(id) AS s, NULL AS nothing, 1.5 AS d, true AS b, [1, 2] AS l,
                   {'k': DATE '2026-01-02'} AS o, 'nan'::DOUBLE AS f, 'ab'::BLOB AS x FROM "table" WHERE id < 3"""
        arguments = ("query", query, "--from", str(pristine), "--format")
        _, said, _ = said_by(capsys, *arguments, "json")
        assert json.loads(said) == [
            {
                "n": 3, "s": 3, "nothing": None, "d": "1.5", "b": True, "l": [1, 2],
                "o": {"k": "2026-01-02"}, "f": "nan", "x": "6162",
            }
        ]  # fmt: skip
        _, said, _ = said_by(capsys, *arguments, "csv")
        assert said == 'n,s,nothing,d,b,l,o,f,x\n3,3,,1.5,true,"[1, 2]","{""k"": ""2026-01-02""}",nan,6162\n'
        _, said, _ = said_by(capsys, *arguments, "table")
        assert said.splitlines()[-1] == "1 row"

    def test_what_cannot_be_answered_is_a_sentence(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, said, noted = said_by(capsys, "query", "SELECT * FROM '/etc/passwd'")
        assert (code, said) == (3, "")
        assert noted.startswith("cstodata: the query cannot be answered: ")
        assert noted.count("\n") == 1

    def test_a_date_that_no_calendar_has_is_a_sentence(self, capsys: pytest.CaptureFixture[str]) -> None:
        for form in ("table", "csv", "json"):
            code, said, noted = said_by(capsys, "query", "SELECT DATE 'infinity' AS d", "--format", form)
            assert (code, said) == (3, "")
            assert noted.startswith("cstodata: a value of type date32[day] cannot be shown")
        code, said, _ = said_by(capsys, "query", "SELECT DATE 'infinity'::VARCHAR AS d", "--format", "csv")
        assert (code, said) == (0, "d\ninfinity\n")

    def test_json_loses_no_column_of_two_with_one_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, said, noted = said_by(capsys, "query", "SELECT 1 AS a, 2 AS a", "--format", "json")
        assert (code, said) == (3, "")
        assert 'two columns are called "a"' in noted
        assert said_by(capsys, "query", "SELECT 1 AS a, 2 AS a", "--format", "csv")[1] == "a,a\n1,2\n"


def test_a_release_is_cited(pristine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = "Anna Example (2026). Small {data} & more. Version 2.0.0. https://example.org/small\n"
    assert said_by(capsys, "cite", "--from", str(pristine)) == (0, expected, "")
    assert said_by(capsys, "cite", "--from", str(pristine), "-f", "bibtex")[1].startswith(
        "@misc{small-data-more-2.0.0,"
    )
    assert json.loads(said_by(capsys, "cite", "-f", "json")[1])[0]["version"] == "1.1.0"
