"""Which release is opened: versions, yanks, settings, the copy that comes along, and what is left offline."""

from __future__ import annotations

import warnings
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from tests.client.conftest import SETTINGS, Web, serving

import cstodata
from cstodata.client.settings import read_settings
from cstodata.client.versions import choose
from cstodata.errors import (
    ClientError,
    PublishError,
    SettingsError,
    StaleIndexWarning,
    StoreError,
    UnknownNameError,
    UnreachableError,
    YankedVersionWarning,
)
from cstodata.publish.store import Store
from cstodata.publish.yank import yank

if TYPE_CHECKING:
    from pathlib import Path

    from tests.publish.conftest import Server

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("wanted", "version"),
    [("1.0.0", "1.0.0"), ("1.0", "1.0.1"), ("1", "1.1.0"), ("latest", "2.0.0"), (None, "2.0.0"), ("2", "2.0.0")],
)
def test_a_version_is_exact_or_the_newest_of_its_line(pristine: Path, wanted: str | None, version: str) -> None:
    assert cstodata.open(pristine, wanted).version == version


def test_a_pre_release_must_be_named_exactly(pristine: Path) -> None:
    assert cstodata.open(pristine, "3.0.0-rc.1").version == "3.0.0-rc.1"
    with pytest.raises(ClientError, match="all versions that 3 could mean are yanked or pre-releases"):
        cstodata.open(pristine, "3")


@pytest.mark.parametrize("wanted", ["4", "1.2", "1.0.9", "v1", "1.", "^1.0", "../1.0.0", "1.0.0 ", "٣"])
def test_a_version_that_is_not_there_is_refused_with_those_that_are(pristine: Path, wanted: str) -> None:
    with pytest.raises(UnknownNameError, match="no version is called"):
        cstodata.open(pristine, wanted)


def test_a_version_is_a_text(pristine: Path) -> None:
    with pytest.raises(TypeError, match="version is a text"):
        cstodata.open(pristine, 1)  # type: ignore[arg-type]  # what people may write


def test_ranges_pass_over_a_yanked_version(store: Path) -> None:
    yank(Store(str(store)), "1.1.0", reason="wrong sizes", today=TODAY, replaced_by="2.0.0")
    assert cstodata.open(store, "1").version == "1.0.1"
    yank(Store(str(store)), "2.0.0", reason="wrong again", today=TODAY)
    assert cstodata.open(store).version == "1.0.1"


def test_a_yanked_version_that_is_named_exactly_works_with_a_warning_that_gives_reason_and_replacement(
    store: Path,
) -> None:
    yank(Store(str(store)), "1.1.0", reason="wrong sizes", today=TODAY, replaced_by="2.0.0")
    expected = "version 1.1.0 was yanked: wrong sizes; use version 2.0.0"
    with pytest.warns(YankedVersionWarning, match=expected) as caught:
        table = cstodata.load("table", "1.1.0", source=store)
    assert table.num_rows == 3
    assert caught[0].filename == __file__


def test_each_kind_of_store_gives_the_same_table(pristine: Path, moto: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": moto.address}.items():
        monkeypatch.setenv(name, value)
    for file in pristine.rglob("*"):
        if file.is_file():
            moto.client.upload_file(str(file), "data", f"client/{file.relative_to(pristine).as_posix()}")
    with serving(pristine) as web:
        places = [str(pristine), f"file://{pristine}", f"{web.address}/", "s3://data/client"]
        tables = [cstodata.load("table", "1", source=place, cache=f"{pristine}-{i}") for i, place in enumerate(places)]
    assert tables[0].num_rows == 3
    assert all(table.equals(tables[0]) for table in tables)


def test_what_is_no_store_is_said_to_be_none(tmp_path: Path, hasty: list[float]) -> None:
    with pytest.raises(StoreError, match=r"there is no index\.json, so it is no store"):
        cstodata.open(tmp_path)
    with serving(tmp_path) as web, pytest.raises(StoreError, match=r"index\.json: the server answers 404 Not Found"):
        cstodata.open(web.address)
    for place in ("https://", "https://example.org/data?key=1", "https://example.org/#data"):
        with pytest.raises(StoreError, match="is no address of a store"):
            cstodata.open(place)
    for place in ("http://[::1", "http://127.0.0.1:99999/", "http://a b/", "s3://", "nothing://x"):
        with pytest.raises(StoreError):
            cstodata.open(place)
    assert set(hasty) <= {1}


def test_an_address_of_a_folder_is_read_as_its_standard_has_it(pristine: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a b%é"
    folder.symlink_to(pristine)
    for place in (folder.as_uri(), folder.as_uri().replace("file://", "FILE://localhost"), f"file://{tmp_path}/a b%é"):
        assert cstodata.open(place, "1").version == "1.1.0"


def test_an_empty_name_is_no_store_and_not_the_current_folder(pristine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pristine)
    with pytest.raises(StoreError, match="its name is empty"):
        cstodata.open("")


def test_a_password_in_an_address_is_not_told(web: Web) -> None:
    place = web.address.replace("http://", "http://me:secret@")
    assert cstodata.open(place).place == web.address


class TestOffline:
    def test_what_was_fetched_is_there_when_the_store_is_not(self, store: Path, hasty: list[float]) -> None:
        with serving(store) as web:
            before = cstodata.load("table", "1.1.0", source=web.address)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert cstodata.load("table", "1.1.0", source=web.address).equals(before)
        assert hasty == []

    def test_a_range_means_what_the_last_index_said_and_that_is_told(self, store: Path) -> None:
        with serving(store) as web:
            before = cstodata.load("table", "1", source=web.address)
        expected = (
            rf"{web.address} cannot be reached; by its index as seen on 20\d\d-\d\d-\d\d .* the version is 1\.1\.0"
        )
        with pytest.warns(StaleIndexWarning, match=expected):
            assert cstodata.load("table", "1", source=web.address).equals(before)

    def test_an_object_store_is_remembered_too(
        self, pristine: Path, moto: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in {**SETTINGS, "AWS_ENDPOINT_URL": moto.address}.items():
            monkeypatch.setenv(name, value)
        for file in (path for path in pristine.rglob("*") if path.is_file()):
            moto.client.upload_file(str(file), "data", f"offline/{file.relative_to(pristine).as_posix()}")
        before = cstodata.load("table", "1", source="s3://data/offline")
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        with pytest.warns(StaleIndexWarning):
            assert cstodata.load("table", "1", source="s3://data/offline").equals(before)

    def test_a_yanked_version_is_said_to_be_so_then_too(self, store: Path) -> None:
        yank(Store(str(store)), "1.1.0", reason="wrong sizes", today=TODAY)
        with serving(store) as web, pytest.warns(YankedVersionWarning):
            cstodata.load("table", "1.1.0", source=web.address)
        with pytest.warns(YankedVersionWarning):
            cstodata.load("table", "1.1.0", source=web.address)

    @pytest.mark.usefixtures("hasty")
    def test_what_was_never_fetched_is_not_there(self, store: Path) -> None:
        with serving(store) as web:
            cstodata.open(web.address, "1.1.0")
        with pytest.raises(UnreachableError, match=r"v/1\.1\.0/parquet/table\.parquet: it cannot be reached"):
            cstodata.load("table", "1.1.0", source=web.address)
        with pytest.raises(UnreachableError, match=r"index\.json: it cannot be reached"):
            cstodata.open(f"{web.address}/elsewhere")

    def test_a_server_that_is_ill_is_as_good_as_none(self, web: Web) -> None:
        cstodata.load("table", source=web.address)
        web.faults["/index.json"] = lambda handler: handler.whole(b"", status=503)
        with pytest.warns(StaleIndexWarning):
            assert cstodata.load("table", source=web.address).num_rows == 40_000

    def test_a_store_that_is_gone_is_not_taken_for_one_that_cannot_be_reached(self, web: Web) -> None:
        cstodata.load("table", "1.0.0", source=web.address)
        (web.folder / "index.json").unlink()
        with pytest.raises(StoreError, match="404 Not Found"):
            cstodata.load("table", "1.0.0", source=web.address)


class TestSettings:
    def test_the_store_is_the_one_of_the_environment_or_else_of_the_file(
        self, pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert cstodata.open().place == "the copy that comes with cstodata"
        (tmp_path / "config" / "cstodata").mkdir(parents=True)
        (tmp_path / "config" / "cstodata" / "config.toml").write_text(f'store = "{tmp_path}"\n')
        with pytest.raises(StoreError):
            cstodata.open()
        monkeypatch.setenv("CSTODATA_STORE", str(pristine))
        assert cstodata.open().place == str(pristine)
        assert cstodata.load("table", "1").num_rows == 3
        monkeypatch.setenv("CSTODATA_STORE", "")
        with pytest.raises(StoreError):
            cstodata.open()

    def test_without_settings_there_are_none(self, tmp_path: Path) -> None:
        settings = read_settings({}, tmp_path / "none.toml")
        assert (settings.store, settings.cache) == (None, None)

    @pytest.mark.parametrize("text", ["store = 1", "shop = 'x'", "store = ", "[store]\na = 1", "\udcff"])
    def test_a_file_of_another_form_is_refused(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "config.toml").write_text(text, errors="surrogateescape")
        with pytest.raises(SettingsError, match=r"config\.toml"):
            read_settings({}, tmp_path / "config.toml")

    def test_home_is_where_the_user_is(
        self, pristine: Path, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("CSTODATA_CACHE")
        (tmp_path / "mine").symlink_to(pristine)
        (tmp_path / "config" / "cstodata").mkdir(parents=True)
        (tmp_path / "config" / "cstodata" / "config.toml").write_text('store = "~/mine"\ncache = "~/cache"')
        assert cstodata.open(version="1").version == "1.1.0"
        assert (cache / "objects").is_dir()
        for wrong in ("~nobody-of-this-name/cache", "a\0b"):
            with pytest.raises(SettingsError, match=r"no such home folder|no path holds a NUL"):
                cstodata.open(pristine, cache=wrong)

    def test_an_empty_text_is_as_good_as_none(
        self, tmp_path: Path, pristine: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "config.toml").write_text("store = ''\ncache = ''")
        settings = read_settings({}, tmp_path / "config.toml")
        assert (settings.store, settings.cache) == (None, None)
        monkeypatch.chdir(tmp_path)
        cstodata.open(pristine, cache="")
        assert not (tmp_path / "objects").exists()
        assert (cache / "objects").is_dir()

    def test_the_cache_may_stand_in_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "config.toml").write_text('cache = "~/kept"')
        assert str(read_settings({}, tmp_path / "config.toml").cache) == "~/kept"
        assert read_settings({"CSTODATA_CACHE": "/x"}, tmp_path / "config.toml").cache.as_posix() == "/x"  # type: ignore[union-attr]  # it is set


class TestBundled:
    def test_a_table_is_typed_by_its_schema(self) -> None:
        delegations = cstodata.load("delegations")
        assert isinstance(delegations, pa.Table)
        assert delegations.schema.field("seats_total").type == pa.int64()
        (row,) = delegations.filter(pa.compute.equal(delegations["delegation_id"], "TJ-2026-02-20")).to_pylist()
        assert (row["as_of"], row["seats_total"], row["representative_id"]) == (date(2026, 2, 20), 12, None)

    def test_an_unknown_table_is_refused_with_the_nearest_name(self) -> None:
        with pytest.raises(UnknownNameError, match=r"did you mean delegations\?"):
            cstodata.load("delegation")

    def test_columns_and_rows_are_chosen(self) -> None:
        table = cstodata.load("delegations", columns=["as_of", "seats_total"], filters=[("seats_total", ">", 20)])
        assert (table.column_names, table.num_rows) == (["as_of", "seats_total"], 2)

    @pytest.mark.parametrize("wanted", ["1.1.0", "1.1", "1", "latest"])
    def test_it_has_one_version(self, wanted: str) -> None:
        assert cstodata.open(version=wanted).version == "1.1.0"

    @pytest.mark.parametrize("wanted", ["1.0.0", "1.0", "2"])
    def test_another_version_is_in_a_store_only(self, wanted: str) -> None:
        with pytest.raises(ClientError, match=f"it is version 1.1.0, not {wanted}; name a store"):
            cstodata.load("delegations", wanted)

    def test_it_can_be_asked_and_cited_but_has_no_past_and_no_parquet(self) -> None:
        release = cstodata.open()
        assert release.sql("SELECT count(*) AS n FROM delegations WHERE as_of > '2025-01-01'").to_pylist() == [{"n": 5}]
        assert release.cite().endswith("Version 1.1.0")
        with pytest.raises(ClientError, match="name a store"):
            release.changes_since("1.0.0")
        with pytest.raises(ClientError, match="there is no parquet file of news; name a store"):
            release.file("news", "parquet")


def test_a_broken_index_is_refused(store: Path) -> None:
    for content in (
        '{"versions": 3}',
        "[]",
        "{",
        '{"format": "2.0"}',
        '{"format": "1.0", "package": 1, "versions": []}',
    ):
        (store / "index.json").write_text(content)
        with pytest.raises(PublishError, match=r"the index of .* cannot be read"):
            cstodata.open(store)


def test_no_versions_are_no_version() -> None:
    with pytest.raises(UnknownNameError):
        choose([], "latest", place="here")
