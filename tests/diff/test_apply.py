"""Changes are applied to the package that they were made from, and to no other."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

import cstodata
from cstodata.diff.apply import apply_changes
from cstodata.diff.package import diff_packages
from cstodata.errors import ApplyError, CstodataError
from cstodata.package.descriptor import read_package
from cstodata.report.changes.json import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCHEMA: dict[str, Any] = {
    "fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}],
    "primaryKey": ["id"],
}


def delta(old: Path, new: Path, *, limit: int | None = None) -> dict[str, Any]:
    found = diff_packages(read_package(old), read_package(new), places=("old", "new"))
    changes: dict[str, Any] = json.loads("".join(render(found, limit=limit)))
    return changes


def rows(changes: dict[str, Any], kind: str) -> list[Any]:
    found: list[Any] = changes["tables"][0][kind]
    return found


@pytest.fixture
def pair(make_package: Callable[..., Path], tmp_path: Path) -> tuple[Path, Path]:
    """Two packages: a row is gone, one is new and one changed."""
    old = make_package({"table": ("id,name\n1,a\n2,b\n3,c\n", SCHEMA)}).rename(tmp_path / "old")
    return old, make_package({"table": ('id,name\n3,"c, and more"\n2,b\n4,d\n', SCHEMA)})


def test_what_is_made_is_a_valid_package_with_the_new_rows(pair: tuple[Path, Path], tmp_path: Path) -> None:
    old, new = pair
    before = (old / "table.csv").read_bytes()
    made = apply_changes(read_package(old), delta(old, new), tmp_path / "made")
    assert (made.root / "table.csv").read_text() == 'id,name\n2,b\n3,"c, and more"\n4,d\n'
    assert (old / "table.csv").read_bytes() == before
    assert cstodata.validate(made.root).valid


def test_sizes_and_digests_are_those_of_the_file_that_is_made(dataset: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    shutil.copytree(dataset, new)
    people = new / "data" / "people.csv"
    people.write_text(people.read_text().replace("Viktor Kogut", "Viktar Kohut"))
    for package in (dataset, new):
        descriptor = json.loads((package / "datapackage.json").read_text())
        for resource in descriptor["resources"]:
            resource["bytes"] = (package / resource["path"]).stat().st_size
        (package / "datapackage.json").write_text(json.dumps(descriptor))
    made = apply_changes(read_package(dataset), delta(dataset, new), tmp_path / "made")
    assert cstodata.validate(made.root).valid
    assert "Viktar Kohut" in (made.root / "data" / "people.csv").read_text()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda old, _: (old / "table.csv").write_text("id,name\n1,z\n2,b\n3,c\n"),
            "made from another package: table has other files",
        ),
        (
            lambda _, changes: rows(changes, "removed")[0]["before"].update(name="z"),
            "row 2 of table is not as the changes say it was",
        ),
        (lambda _, changes: rows(changes, "removed").clear(), "would have 4 rows, not the 3 told"),
        (lambda _, changes: rows(changes, "added").append(rows(changes, "added")[0]), "would have 4 rows"),
        (lambda _, changes: rows(changes, "added")[0].update(after={"id": 5}), "not of the form"),
        (lambda _, changes: changes["tables"][0].update(resourceBefore=None), "has no row 2"),
        (lambda _, changes: changes["tables"].clear(), "rows are not among the changes"),
        (lambda _, changes: changes.update(complete=False), "without --resource"),
        (lambda _, changes: changes.update(format="2.0"), "no file of changes of the format 1"),
        (lambda _, changes: changes.pop("tables"), "no file of changes"),
        (lambda _, changes: changes.update(tables=3), "no file of changes"),
        (lambda _, changes: changes["old"]["descriptor"].update(title="other"), "made from another package"),
        (lambda _, changes: changes["tables"][0].update(complete=False), "without --limit"),
        (lambda _, changes: changes["new"]["descriptor"]["resources"][0].update(path="../out.csv"), "is not safe"),
        (lambda _, changes: changes["new"]["schemas"].update({"/x.json": {}}), "is not safe"),
        (lambda _, changes: changes["changes"].append({"kind": "file-changed", "resource": "table"}), "only its file"),
        (
            lambda _, changes: changes["new"]["descriptor"]["resources"][0].update(path=["a.csv", "b.csv"]),
            "several files",
        ),
    ],
    ids=[
        "another file",
        "a row that is not as it was",
        "a removed row that is not told",
        "an added row that is told twice",
        "a cell that is no text",
        "an old table that is not told",
        "a table that is not told",
        "some resources only",
        "another format",
        "no tables",
        "tables of a wrong form",
        "another package",
        "not all rows",
        "a path out of the package",
        "an absolute path of a schema",
        "a file that is not told",
        "several files",
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    pair: tuple[Path, Path], tmp_path: Path, spoil: Callable[[Path, dict[str, Any]], object], sentence: str
) -> None:
    old, new = pair
    changes = delta(old, new)
    spoil(old, changes)
    with pytest.raises(CstodataError) as caught:
        apply_changes(read_package(old), changes, tmp_path / "made")
    assert sentence in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == {"old", "package"}


def test_a_folder_that_is_there_is_not_written_into(pair: tuple[Path, Path]) -> None:
    old, new = pair
    with pytest.raises(ApplyError, match="is there already"):
        apply_changes(read_package(old), delta(old, new), new)
