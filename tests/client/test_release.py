"""What a release gives: parts of tables, frames, changes, citations, files."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import cstodata
from cstodata.client.citation import cite, parse_citation
from cstodata.errors import ClientError, CstodataError, UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

    from cstodata import Release


@pytest.fixture
def release(pristine: Path) -> Release:
    return cstodata.open(pristine)


def test_it_says_what_it_is(release: Release, pristine: Path) -> None:
    assert (release.version, release.tables, release.place) == ("2.0.0", ("table",), str(pristine))
    assert release.notices == ()


def test_a_table_is_that_of_the_parquet_file(release: Release, pristine: Path) -> None:
    published = pq.read_table(pristine / "v" / "2.0.0" / "parquet" / "table.parquet")
    assert release.load("table").equals(published, check_metadata=True)
    assert release.table("table").equals(published)


@pytest.mark.parametrize(
    "filters", [[("id", "<", 3)], [[("id", "<", 2)], [("id", "=", 2)]], pc.field("id") < 3], ids=["and", "or", "Arrow"]
)
def test_columns_and_rows_are_chosen(release: Release, filters: Any) -> None:
    table = release.load("table", columns=["size"], filters=filters)
    assert table.column_names == ["size"]
    assert table.equals(release.load("table").slice(0, 3).select(["size"]))


@pytest.mark.parametrize("source", [None, "store"])
def test_the_copy_that_comes_along_and_a_store_take_the_same(source: str | None, pristine: Path) -> None:
    release = cstodata.open(source and pristine, "1")
    name, number = ("delegations", "seats_total") if source is None else ("table", "id")
    assert release.load(name, columns=(each for each in [number])).column_names == [number]
    every = release.load(name)
    for filters in (((number, ">=", 0),), [[(number, ">", 0)], [(number, "<=", 0)]], pc.field(number).is_valid()):
        assert release.load(name, filters=filters).equals(every)
    for filters in ({"a": 1}, [(number, 1)], "x", 3):
        with pytest.raises(ClientError, match="cannot be read with these filters"):
            release.load(name, filters=filters)


def test_what_it_is_fits_a_line(release: Release, pristine: Path) -> None:
    assert repr(release) == f"<cstodata.Release 2.0.0 of {pristine}: table>"
    assert {release: 1}[release] == 1


def test_a_form_that_is_none_is_refused(release: Release) -> None:
    with pytest.raises(UnknownNameError, match='no form is called "apa"; there are: text, bibtex, json'):
        release.cite("apa")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(UnknownNameError, match='no form is called "xlsx"'):
        release.file("table", "xlsx")


def test_columns_come_in_the_order_asked_for(release: Release) -> None:
    assert release.load("table", columns=["size", "id"]).column_names == ["size", "id"]
    assert release.load("table", columns=["size", "id"], filters=[("id", "<", 1)]).column_names == ["size", "id"]


@pytest.mark.parametrize("source", ["store", None])
def test_what_does_not_fit_is_refused(pristine: Path, source: str | None) -> None:
    release = cstodata.open(pristine if source else None)
    name = release.tables[0]
    with pytest.raises(UnknownNameError, match="no column is called"):
        release.load(name, columns=["nothing"])
    with pytest.raises(UnknownNameError, match="no resource is called"):
        release.load("nothing")
    for filters in ([("nothing", "=", 1)], [("id",)], "x", [("id", "??", 1)], 3):
        with pytest.raises(ClientError, match="with these filters"):
            release.load(name, filters=filters)
    with pytest.raises(TypeError, match="columns is a list of names"):
        release.load(name, columns="id")


@pytest.mark.parametrize("content", [b"", b"PAR1 and nothing else", None])
def test_a_published_file_that_is_no_parquet_is_an_error_in_one_sentence(
    release: Release, content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = bytearray(release.file("table", "parquet").read_bytes())
    whole[4:5000] = bytes(4996)  # the head of the first page too
    (tmp_path / "file").write_bytes(bytes(whole) if content is None else content)
    monkeypatch.setattr("cstodata.client.published._get", lambda *_: tmp_path / "file")
    with pytest.raises(ClientError, match=r"^table: cannot be read: [^\n]+$"):
        release.load("table")
    with pytest.raises(CstodataError, match=r"^[^\n]+$"):
        release.sql('SELECT sum(id) + sum(size) FROM "table"')


def test_pandas_has_what_it_would_read_itself(release: Release, pristine: Path) -> None:
    frame = release.to_pandas("table", columns=["id"], filters=[("id", "<", 9)])
    path = pristine / "v" / "2.0.0" / "parquet" / "table.parquet"
    pd.testing.assert_frame_equal(frame, pd.read_parquet(path, columns=["id"]).head(9))


def test_polars_has_what_it_would_read_itself(release: Release, pristine: Path) -> None:
    path = pristine / "v" / "2.0.0" / "parquet" / "table.parquet"
    assert release.to_polars("table").equals(pl.read_parquet(path))


def test_a_library_that_is_not_installed_is_named(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ClientError, match="pip install polars"):
        release.to_polars("table")

    def missing(_: pa.Table) -> None:
        raise ModuleNotFoundError("pandas")

    class Table:
        to_pandas = missing

    monkeypatch.setattr("cstodata.client.release.read_parquet", lambda *_, **__: Table())
    with pytest.raises(ClientError, match="pip install pandas"):
        release.to_pandas("table")


def test_the_changes_since_a_version_are_those_that_a_comparison_finds(pristine: Path) -> None:
    changes = cstodata.open(pristine, "1.1.0").changes_since("1.0")
    compared = cstodata.compare(f"{pristine}@1.0.1", f"{pristine}@1.1.0")
    assert changes.changes == compared.changes
    rows = [(list(each.removed), list(each.added), list(each.changed)) for each in changes.tables]
    assert rows == [(list(each.removed), list(each.added), list(each.changed)) for each in compared.tables]
    assert len(rows[0][1]) == 1
    assert (changes.old.version, changes.new.version) == ("1.0.1", "1.1.0")
    with pytest.raises(UnknownNameError):
        cstodata.open(pristine, "1.1.0").changes_since("0.9.0")


def test_it_is_cited_in_each_form(release: Release) -> None:
    assert release.cite() == "Anna Example (2026). Small {data} & more. Version 2.0.0. https://example.org/small"
    assert release.cite("bibtex").splitlines() == [
        "@misc{small-data-more-2.0.0,",
        "  author = {Example, Anna},",
        r"  title = {{Small \{data\} \& more}},",
        "  year = {2026},",
        "  month = {2},",
        "  version = {2.0.0},",
        "  url = {https://example.org/small},",
        "}",
    ]
    (item,) = json.loads(release.cite("json"))
    assert item == {
        "id": "small-data-more-2.0.0",
        "type": "dataset",
        "title": "Small {data} & more",
        "author": [{"family": "Example", "given": "Anna"}],
        "issued": {"date-parts": [[2026, 2, 20]]},
        "version": "2.0.0",
        "URL": "https://example.org/small",
    }


@pytest.mark.parametrize("told", [{}, {"authors": 3, "title": None, "date-released": "soon"}, {"authors": [{}, 1]}])
def test_whatever_a_citation_file_says_there_is_a_citation(told: Any) -> None:
    assert cite(told, "text").startswith("Version")
    assert cite(told, "bibtex").startswith("@misc{data-")
    assert json.loads(cite(told, "json"))[0]["type"] == "dataset"


def test_what_is_not_seen_in_a_title_is_escaped_in_json() -> None:
    told = cite({"title": "a\u00a0b\u202ec\x1bd ж"}, "json")
    assert json.loads(told)[0]["title"] == "a\u00a0b\u202ec\x1bd ж"
    assert told.replace("\n", "").isprintable()
    assert "ж" in told


def test_a_citation_file_that_we_did_not_write_is_refused() -> None:
    with pytest.raises(ClientError, match="is not JSON"):
        parse_citation(b"cff-version: 1.2.0\n", place="here")


def test_a_file_is_a_verified_copy(release: Release, pristine: Path, cache: Path) -> None:
    file = release.file("table", "csv")
    assert file.is_relative_to(cache)
    assert file.read_bytes() == (pristine / "v" / "2.0.0" / "data" / "table.csv").read_bytes()
