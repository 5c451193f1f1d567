"""The pages of a store follow from what it holds, and are written after its index."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.catalog.conftest import broken_links, pages_of, written

from cstodata.catalog.contents import opened
from cstodata.catalog.news import FIELDS as NEWS
from cstodata.catalog.pages import Addresses, pages
from cstodata.catalog.site import Written, write_site
from cstodata.cli.main import run
from cstodata.errors import PublishError
from cstodata.package.digest import sha256_of_file
from cstodata.publish.index import read_index
from cstodata.publish.store import Store
from cstodata.publish.yank import yank
from cstodata.release.documents.facts import PARQUET

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ADDRESS = "https://example.org/data/"


def made(place: Path, **addresses: str) -> dict[str, str]:
    """The pages of a store as they would be written, by path."""
    store = Store(str(place))
    index = read_index(store)
    with opened(store, index) as releases:
        return {path: content.decode() for path, content in pages(index, releases, Addresses(**addresses))}


def text_of(page: str) -> str:
    """What is read of a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_the_same_store_has_the_same_pages_and_they_are_those_that_are_written(real: Path) -> None:
    told = made(real)
    assert told == made(real)
    assert {path: (real / path).read_text() for path in told} == told


def test_pages_that_are_the_same_are_left_as_they_are(copied: Path) -> None:
    store = Store(str(copied))
    first = write_site(store, store, Addresses())
    assert first == Written(pages=38, changed=38)
    before = {path: path.stat().st_mtime_ns for path in copied.rglob("*") if path.is_file()}
    assert write_site(store, store, Addresses()) == Written(pages=38, changed=0)
    assert {path: path.stat().st_mtime_ns for path in copied.rglob("*") if path.is_file()} == before


def test_a_store_with_pages_is_verified_as_before(real: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(real), "--deep", "--no-validation"], debug=True) == 0
    assert "extra" not in capsys.readouterr().out


def test_the_first_page_tells_what_the_data_is_and_its_versions(real: Path) -> None:
    told = text_of(made(real)["index.html"])
    assert "Newest version 1.1.0 Released 2026-02-20 Newest source 2026-02-20 Tables 10 Licence CC-BY-4.0" in told
    assert "1.1.0 2026-02-20 , minor since 1.0.0 latest" in told
    assert "Belarus: 11 seats, as before, as of 2026-02-20" in told
    assert json.loads((real / "index.json").read_text())["latest"] == "1.1.0"


def test_downloads_have_their_sizes_and_checksums(real: Path) -> None:
    told = made(real)["pages/1.1.0/index.html"]
    manifest = json.loads((real / "v/1.1.0/release.json").read_text())
    for table in manifest["tables"]:
        for file in table["files"][:2]:
            assert f"{file['sha256']}  {file['path']}" in told
            assert f'href="../../v/1.1.0/{file["path"]}"' in told
            size = file["bytes"]
            assert (f">{size} B<" if size < 1000 else f">{size / 1000:.1f} kB<") in told


def test_a_table_tells_how_many_rows_it_had_in_each_version(real: Path) -> None:
    told = made(real)["pages/1.1.0/tables/delegations.html"]
    assert "1.0.0 2026-02-20 5 1.1.0 2026-02-20 10" in text_of(told)
    assert 'aria-label="Rows by version, from 5 in 1.0.0 to 10 in 1.1.0"' in told


def test_a_delegation_tells_its_seats_chambers_representative_observations_and_sources(real: Path) -> None:
    told = made(real)["pages/1.1.0/delegations/by.html"]
    text = text_of(told)
    assert told.count('<circle cx="') == 11 + 2 + 2  # seats, observations, and the keys of the colours
    assert "House of Representatives lower 7 deputies" in text
    assert 'href="http://house.gov.by/en/"' in told
    assert "Viktor Kogut Plenipotentiary representative as of 2026-02-20" in text
    assert 'href="../tables/people.html#row-viktor-kogut"' in told
    assert told.count("https://pacsto.org/events/") == 4
    assert "from 11 as of 2022-06-03 to 11 as of 2026-02-20" in told


def test_an_article_leads_to_its_source_and_to_whom_it_mentions(real: Path) -> None:
    name = "nablyudateley-ot-pa-odkb-v-minoborony-kazahstana"
    told = made(real)[f"pages/1.1.0/news/{name}.html"]
    assert f'href="https://pacsto.org/events/{name}" rel="noopener"' in told
    assert 'href="../delegations/kg.html"' in told
    assert 'href="../tables/people.html#row-fayzullo-barotzoda"' in told
    assert 'href="../tables/parliaments.html#row-am"' in told  # it sends no delegation
    assert "Published 2022-06-03 Words 399" in text_of(told)


def test_examples_and_metadata_name_the_address_that_is_known(real: Path) -> None:
    told = made(real, store=ADDRESS)
    assert "https://example.org/data/v/1.1.0/parquet/news.parquet" in told["pages/1.1.0/tables/news.html"]
    assert "127.0.0.1" not in "".join(told.values())
    script = re.findall(r'ld\+json">(.*?)</script>', told["pages/1.0.0/index.html"])
    dataset = json.loads(script[0])
    assert dataset["url"] == dataset["@id"] == f"{ADDRESS}pages/1.0.0/index.html"
    assert dataset["distribution"][0]["contentUrl"] == f"{ADDRESS}v/1.0.0/csto-pa-1.0.0.zip"


def test_pages_elsewhere_lead_to_the_files_of_the_store(published: Path, tmp_path: Path) -> None:
    output = tmp_path / "pages of it"
    assert run(["site", str(published), "--output", str(output), "--address", ADDRESS[:-1]], debug=True) == 0
    assert not (published / "index.html").exists()
    told = (output / "pages/1.1.0/tables/news.html").read_text()
    assert f'href="{ADDRESS}v/1.1.0/data/news.csv"' in told
    assert 'href="../../1.0.0/tables/news.html"' in told


@pytest.mark.parametrize(
    "wrong", ["", "data", "ftp://example.org/", "javascript:alert(1)", "https://", "http://x/?a", "http://x/#a"]
)
def test_an_address_that_is_none_is_wrong_usage(wrong: str, copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["site", str(copied), "--address", wrong], debug=False) == 2
    assert "no address on the web" in capsys.readouterr().err
    assert not (copied / "pages").exists()


def test_a_yanked_version_is_marked_with_the_reason_and_what_to_use(copied: Path) -> None:
    store = Store(str(copied))
    written(copied)
    yank(store, "1.1.0", reason="<b>wrong</b> seats", today=date(2026, 3, 1), replaced_by="1.0.0")
    changed = write_site(store, store, Addresses()).changed
    assert changed == 36  # all but the style and the script
    notice = "Version 1.1.0 was yanked on 2026-03-01. &lt;b&gt;wrong&lt;/b&gt; seats . Use 1.0.0 in its place."
    for path, page in made(copied).items():
        assert (notice in text_of(page)) == path.startswith("pages/1.1.0/")
    home = text_of(made(copied)["index.html"])
    assert "Newest version 1.0.0" in home
    assert "1.1.0 2026-02-20 , minor since 1.0.0 yanked Yanked on 2026-03-01" in home


def test_another_package_has_pages_of_its_tables_alone(make_store: Callable[..., Path]) -> None:
    told = [{"name": name, "type": "integer"} for name in ("id", "of")]
    fields: Any = {"fields": told, "primaryKey": ["id"]}
    keyed = {**fields, "foreignKeys": [{"fields": ["of"], "reference": {"resource": "", "fields": ["id"]}}]}
    store = make_store("0.1.0-rc.1", {"tree": ("id,of\n1,\n2,1\n3,1\n", keyed), "news": ("id,of\n5,\n", fields)})
    assert set(pages_of(store)) == {
        "index.html",
        "pages/0.1.0-rc.1/index.html",
        "pages/0.1.0-rc.1/tables/news.html",
        "pages/0.1.0-rc.1/tables/tree.html",
    }
    assert broken_links(store)[0] == []
    tree = (store / "pages/0.1.0-rc.1/tables/tree.html").read_text()
    assert '<a href="#row-1">1</a>' in tree
    assert "2 rows tree 2 , 3" in text_of(tree)
    assert 'class="null n">null' in tree


def test_a_reference_of_several_fields_leads_to_the_row_that_has_them_all(make_store: Callable[..., Path]) -> None:
    key = {"fields": [{"name": "a"}, {"name": "b"}], "primaryKey": ["a", "b"]}
    reference = {"fields": ["x", "y"], "reference": {"resource": "target", "fields": ["a", "b"]}}
    pointing = {"fields": [{"name": "x"}, {"name": "y"}], "foreignKeys": [reference]}
    store = make_store("1.0.0", {"target": ("a,b\n1,1\n1,2\n", key), "pointer": ("x,y\n1,2\n1,1\n1,2\n", pointing)})
    pointer = (store / "pages/1.0.0/tables/pointer.html").read_text()
    assert pointer.count("target.html#row-1-2") == 4
    assert pointer.count("target.html#row-1-1") == 2
    target = (store / "pages/1.0.0/tables/target.html").read_text()
    assert 'href="pointer.html#row.1"' in target
    assert "1 2 2 rows pointer row 1 , row 3" in text_of(target)


def test_of_many_versions_all_are_told(make_store: Callable[..., Path]) -> None:
    schema = {"fields": [{"name": "id", "type": "integer"}]}
    texts = {f"1.{number}.0": "id\n" + "0\n" * number for number in range(1, 5)}
    store = [make_store(version, {"t": (text, schema)}) for version, text in texts.items()][-1]
    told = (store / "pages/1.2.0/tables/t.html").read_text()
    assert "1.1.0 2026-02-20 1 1.2.0 2026-02-20 2 1.3.0 2026-02-20 3 1.4.0 2026-02-20 4" in text_of(told)
    assert "This is version 1.2.0; the newest is 1.4.0" in text_of(told)
    assert broken_links(store)[1] == set(pages_of(store))


def test_a_first_page_that_is_not_ours_is_never_replaced(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "index.html").write_text("<h1>mine</h1>")
    assert run(["site", str(published), "--output", str(tmp_path)], debug=False) == 3
    assert "holds an index.html that cstodata did not write; move it away" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
    assert (tmp_path / "index.html").read_text() == "<h1>mine</h1>"


def test_articles_that_share_a_key_have_one_page_and_what_is_null_is_not_stated(
    make_store: Callable[..., Path],
) -> None:
    def table(names: tuple[str, ...], *rows: str) -> tuple[str, dict[str, Any]]:
        text = "\n".join([",".join((*names, "row")), *rows, ""])
        return text, {"fields": [{"name": name, "type": "string"} for name in (*names, "row")]}

    empty = {name: table(names) for name, names in NEWS.items() if name not in {"news", "mentions"}}
    news = table(NEWS["news"], "a,,First,,,,,1", "a,,Second,,,,,2", ",,Third,,,,,3", ",,Fourth,,,,,4")
    place = make_store("1.0.0", {**empty, "news": news, "mentions": table(NEWS["mentions"], "a,AA,,,1,1")})
    store = Store(str(place))
    told = made(place)
    assert write_site(store, store, Addresses()).changed == 0
    page = text_of(told["pages/1.0.0/news/a.html"])
    assert "First Published not stated Words not stated" in page
    assert sum(path.startswith("pages/1.0.0/news/") for path in told) == 2
    assert "None" not in page + text_of(told["index.html"])


def test_one_thing_is_not_called_many(make_store: Callable[..., Path]) -> None:
    key = {"fields": [{"name": "id", "type": "string"}], "primaryKey": "id"}
    refers = {**key, "foreignKeys": [{"fields": "id", "reference": {"resource": "one", "fields": "id"}}]}
    told = made(make_store("1.0.0", {"one": ("id\na\nb\n", key), "two": ("id\na\n", refers)}))
    assert "1 row two a" in text_of(told["pages/1.0.0/tables/one.html"])
    assert "1 field " in text_of(told["pages/1.0.0/index.html"])


def test_an_empty_table_is_said_to_be(make_store: Callable[..., Path]) -> None:
    told = made(make_store("1.0.0", {"none": ("id\n", {"fields": [{"name": "id", "type": "string"}]})}))
    assert "Rows It has no rows." in text_of(told["pages/1.0.0/tables/none.html"])


def test_a_store_without_versions_has_no_pages(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="holds no versions"):
        written(tmp_path)
    assert not (tmp_path / "index.html").exists()


@pytest.mark.parametrize("name", ["parquet/news.parquet", "release.json", "schemas/news.json", "SHA256SUMS"])
@pytest.mark.parametrize("harm", ["changed", "missing"])
def test_a_file_that_is_not_the_one_that_was_published_is_in_no_page(name: str, harm: str, copied: Path) -> None:
    file = copied / "v" / "1.1.0" / name
    file.unlink() if harm == "missing" else file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(PublishError, match=f"v/1.1.0/{name} is not the file that was published"):
        written(copied)
    assert not (copied / "pages" / "1.1.0").exists()


def test_pages_of_an_index_that_was_replaced_meanwhile_are_made_again(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, replace, asked = Store(str(copied)), Store.replace, list[str]()

    def slowly(self: Store, path: str, content: bytes, **told: Any) -> bool:
        if path == "index.html" and not asked:
            asked.append(path)
            yank(Store(str(copied)), "1.0.0", reason="old", today=date(2026, 3, 1))
        return replace(self, path, content, **told)

    monkeypatch.setattr(Store, "replace", slowly)
    write_site(store, store, Addresses())
    assert "1.0.0 2026-02-20 yanked" in text_of((copied / "index.html").read_text())


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no Parquet at all"])
def test_a_table_that_cannot_be_read_is_told_in_one_sentence(
    content: bytes, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "release"
    shutil.copytree(published / "v" / "1.0.0", made)
    (made / "parquet" / "news.parquet").write_bytes(content)
    store = tmp_path / "store"
    forge(made, store, "parquet/news.parquet")
    assert run(["site", str(store)], debug=False) == 3
    assert "news: its Parquet file cannot be read" in capsys.readouterr().err


def forge(made: Path, store: Path, name: str) -> None:
    """Publish a version whose lists say of a changed file that it is right, as somebody could who publishes."""
    shutil.copytree(made, store / "v" / "1.0.0")
    sums = store / "v" / "1.0.0" / "SHA256SUMS"
    digest = sha256_of_file(store / "v" / "1.0.0" / name)
    lines = [f"{digest}  {name}" if line.endswith(f"  {name}") else line for line in sums.read_text().splitlines()]
    sums.write_text("\n".join(lines) + "\n")
    entry = {"version": "1.0.0", "path": "v/1.0.0/", "checksums_sha256": sha256_of_file(sums), "yanked": None}
    index = {"format": "1.0", "package": "csto-pa", "title": None, "versions": [entry]}
    (store / "index.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    "manifest",
    [
        {},
        {"tables": 5},
        {"tables": []},
        {"tables": [{}]},
        {"tables": [{"name": "news", "files": [{"path": "../../x", "mediaType": "text/csv"}]}]},
        {"tables": [{"name": "x", "files": [{"path": "a", "mediaType": m} for m in ("text/csv", PARQUET)]}]},
    ],
)
def test_a_manifest_that_says_not_what_it_must_is_told_in_one_sentence(
    manifest: Any, published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "release"
    shutil.copytree(published / "v" / "1.0.0", made)
    (made / "release.json").write_text(json.dumps(manifest))
    forge(made, tmp_path / "store", "release.json")
    assert run(["site", str(tmp_path / "store")], debug=False) == 3
    assert "v/1.0.0/release.json names no tables, or one that is not there as a whole" in capsys.readouterr().err
