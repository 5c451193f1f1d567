"""What an attack found, and must not come back."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import cstodata
from cstodata.cli.main import run
from cstodata.errors import SideError
from cstodata.model.change import ChangeKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

K = ChangeKind
DIALECT = {"delimiter": ",", "skipInitialSpace": False, "quoteChar": '"', "doubleQuote": True, "header": True}


def fields(*names: str, type_: str = "string") -> list[dict[str, Any]]:
    return [{"name": name, "type": type_} for name in names]


@pytest.fixture
def package(tmp_path: Path) -> Callable[..., Path]:
    """Make a package of one table: its CSV text and schema, and properties of its resource and of itself."""

    def make(
        name: str, content: str | bytes, schema: dict[str, Any], *, of: dict[str, Any] | None = None, **own: Any
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "t.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        resource = {"name": "t", "type": "table", "path": "t.csv", "dialect": DIALECT, "schema": schema, **(of or {})}
        descriptor = {"name": "x", "version": "1.0.0", "resources": [resource], **own}
        (folder / "datapackage.json").write_text(json.dumps(descriptor))
        return folder

    return make


def kinds(old: Path, new: Path, **options: Any) -> list[ChangeKind]:
    return [change.kind for change in cstodata.compare(old, new, **options).changes]


def test_fields_that_only_hold_the_same_values_are_not_taken_for_renamed(package: Callable[..., Path]) -> None:
    old = package("old", "city,is_open\na,true\nb,false\n", {"fields": fields("city", "is_open")})
    new = package("new", "city,is_gold\na,false\nb,true\n", {"fields": fields("city", "is_gold")})
    assert K.FIELD_RENAMED not in kinds(old, new)


def test_fields_are_paired_by_the_rows_that_they_stand_in(package: Callable[..., Path]) -> None:
    old = package("old", "city,a,b\nA,1,2\nB,2,1\n", {"fields": fields("city", "a", "b")})
    new = package("new", "city,y,x\nA,2,1\nB,1,2\n", {"fields": fields("city", "y", "x")})
    renamed = {
        change.before: change.after for change in cstodata.compare(old, new).changes if change.kind is K.FIELD_RENAMED
    }
    assert renamed == {"a": "x", "b": "y"}


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n"])
def test_an_empty_file_is_not_compared_and_breaks_nothing(package: Callable[..., Path], content: bytes) -> None:
    schema = {"fields": fields("id")}
    old, new = package("old", content, schema), package("new", "id\n1\n", schema)
    assert kinds(old, new) == kinds(new, old) == [K.NOT_COMPARED]


@pytest.mark.parametrize(
    "field",
    [
        {"type": "boolean", "trueValues": 5},
        {"type": "number", "decimalChar": 5},
        {"type": "integer", "bareNumber": "a"},
        {"type": "date", "format": 5},
        {"type": "datetime", "format": "any"},
        {"name": "__row__"},
    ],
    ids=str,
)
def test_what_cannot_be_read_is_not_compared_and_the_rest_is(
    package: Callable[..., Path], field: dict[str, Any]
) -> None:
    schema = {"fields": [{"name": "f", "type": "string", **field}]}
    name = schema["fields"][0]["name"]
    old = package("old", f"{name}\n2020-01-01T10:00:00+25:00\n", schema, title="a")
    new = package("new", f"{name}\n2020-01-01T11:00:00+25:00\n", schema, title="b")
    assert K.DESCRIPTION_CHANGED in kinds(old, new)


@pytest.mark.parametrize("version", ["v1.0.0", "1.0", ""])
def test_a_version_that_is_none_leaves_only_the_verdict_open(
    package: Callable[..., Path], version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = {"fields": fields("id"), "primaryKey": ["id"]}
    old, new = package("old", "id\n1\n", schema, version=version), package("new", "id\n1\n2\n", schema)
    changes = cstodata.compare(old, new)
    assert (changes.version.required, changes.version.is_enough) == (None, False)
    assert run(["diff", str(old), str(new)], debug=False) == 1
    assert "which is no semantic version" in capsys.readouterr().out
    assert run(["version", str(new), "--base", str(old)], debug=False) == 3


@pytest.mark.parametrize(("before", "required"), [("1.0.0-rc.1", "1.0.0"), ("0.3.0-beta", "0.3.0")])
def test_after_a_pre_release_comes_its_release(package: Callable[..., Path], before: str, required: str) -> None:
    schema = {"fields": fields("id"), "primaryKey": ["id"]}
    old, new = package("old", "id\n1\n", schema, version=before), package("new", "id\n1\n2\n", schema)
    assert cstodata.compare(old, new).version.required == required


def test_links_out_of_the_package_are_never_the_same(package: Callable[..., Path], tmp_path: Path) -> None:
    schema = {"fields": fields("id")}
    for name, text in (("old", "id\n1\n"), ("new", "id\n2\n")):
        folder = package(name, "", schema)
        (tmp_path / f"{name}.csv").write_text(text)
        (folder / "t.csv").unlink()
        (folder / "t.csv").symlink_to(tmp_path / f"{name}.csv")
    assert kinds(tmp_path / "old", tmp_path / "new") == [K.NOT_COMPARED]


def test_a_dialect_that_stands_in_a_file_and_more_paths_are_compared_too(package: Callable[..., Path]) -> None:
    schema = {"fields": fields("id")}
    of = {"dialect": "d.json", "extrapaths": ["b.csv"]}
    old, new = package("old", "id\n1\n", schema, of=of), package("new", "id\n1\n", schema, of=of)
    for folder, rows in ((old, "id\n2\n"), (new, "id\n3\n")):
        (folder / "d.json").write_text(json.dumps(DIALECT))
        (folder / "b.csv").write_text(rows)
    assert kinds(old, new)


def test_a_removed_resource_is_told_when_it_is_asked_for(make_package: Callable[..., Path], tmp_path: Path) -> None:
    schema = {"fields": fields("id")}
    old = make_package({"t": ("id\n1\n", schema), "u": ("id\n1\n", schema)}).rename(tmp_path / "old")
    new = make_package({"t": ("id\n1\n", schema)})
    assert kinds(old, new, resources=["u"]) == [K.RESOURCE_REMOVED]


def test_a_key_that_is_still_there_was_not_removed(make_package: Callable[..., Path], tmp_path: Path) -> None:
    key = [{"fields": ["id"], "reference": {"resource": "t", "fields": ["id"]}}]
    other = ("id\n2\n", {"fields": fields("id"), "foreignKeys": key})
    old = make_package({"t": ("id,v\n2,b\n", {"fields": fields("id", "v")}), "u": other}).rename(tmp_path / "old")
    new = make_package({"t": ("id,v\n2,c\n", {"fields": fields("id", "v")}), "u": other})
    assert kinds(old, new) == [K.ROWS_ADDED, K.ROWS_REMOVED]


def test_a_table_that_cannot_tell_its_references_breaks_nothing(
    make_package: Callable[..., Path], tmp_path: Path
) -> None:
    key = [{"fields": ["nowhere"], "reference": {"resource": "t", "fields": ["id"]}}]
    other = ("id\n2\n", {"fields": fields("id"), "foreignKeys": key})
    schema = {"fields": fields("id"), "primaryKey": ["id"]}
    old = make_package({"t": ("id\n1\n2\n", schema), "u": other}).rename(tmp_path / "old")
    new = make_package({"t": ("id\n1\n", schema), "u": other})
    assert kinds(old, new) == [K.ROWS_REMOVED, K.NOT_COMPARED]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"missingValues": [""]}, {"missingValues": [{"value": "", "label": "none"}]}, K.DESCRIPTION_CHANGED),
        ({"missingValues": ["", "-"]}, {"missingValues": ["-", ""]}, None),
        ({"x": 1}, {"x": True}, K.PROPERTY_CHANGED),
    ],
    ids=str,
)
def test_what_a_schema_says_is_compared_as_json(
    package: Callable[..., Path], before: dict[str, Any], after: dict[str, Any], expected: ChangeKind | None
) -> None:
    old = package("old", "id\n1\n", {"fields": fields("id"), **before})
    new = package("new", "id\n1\n", {"fields": fields("id"), **after})
    assert kinds(old, new) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("type_", "one", "other"), [("number", "NaN", "nan"), ("number", "9" * 30 + ".5", "9" * 30 + ".50")]
)
def test_equal_values_are_no_change(package: Callable[..., Path], type_: str, one: str, other: str) -> None:
    schema = {"fields": fields("id", type_=type_)}
    assert kinds(package("old", f"id\n{one}\n", schema), package("new", f"id\n{other}\n", schema)) == [
        K.WRITTEN_DIFFERENTLY
    ]


def test_two_resources_of_one_name_are_refused(make_package: Callable[..., Path]) -> None:
    folder = make_package({"t": ("id\n1\n", {"fields": fields("id")}), "u": ("id\n1\n", {"fields": fields("id")})})
    path = folder / "datapackage.json"
    path.write_text(path.read_text().replace('"name": "u"', '"name": "t"'))
    with pytest.raises(SideError, match="are called t"):
        cstodata.compare(folder, folder)


def test_a_large_file_is_looked_at_as_a_small_one_is(package: Callable[..., Path]) -> None:
    schema = {"fields": fields("id"), "primaryKey": ["id"]}
    rows = "".join(f"{number:0100}\n" for number in range(340_000))
    old = package("old", f"id\n{rows}", schema)
    assert kinds(old, package("open", f'id\n{rows}"never closed\n1\n', schema)) == [K.NOT_COMPARED]
    assert kinds(old, package("more", f"id,more\n{rows.replace(chr(10), chr(44) + chr(10))}", schema)) == [
        K.NOT_COMPARED
    ]


def test_the_report_is_not_written_over_the_data(package: Callable[..., Path]) -> None:
    schema = {"fields": fields("id")}
    old, new = package("old", "id\n1\n", schema), package("new", "id\n2\n", schema)
    assert run(["diff", str(old), str(new), "-o", str(new / "t.csv")], debug=False) == 2
    assert (new / "t.csv").read_text() == "id\n2\n"


def test_without_a_package_here_none_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["version", "--write"], debug=False) == 2
    assert run(["diff", "git:HEAD"], debug=False) == 2


def test_git_is_asked_for_the_very_descriptor_and_follows_links(package: Callable[..., Path]) -> None:
    folder = package("repository", "id\n1\n", {"fields": fields("id")})
    (folder / "real").mkdir()
    (folder / "t.csv").rename(folder / "real" / "t.csv")
    (folder / "t.csv").symlink_to("real/t.csv")
    other = json.loads((folder / "datapackage.json").read_text()) | {"name": "other"}
    (folder / "other.json").write_text(json.dumps(other))
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init"], ["add", "."], ["commit", "-m", "x"]):
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, env=os.environ)
    assert kinds(folder, folder) == []
    for place in (folder, folder / "other.json"):
        assert not cstodata.compare("git:HEAD", place).changes
