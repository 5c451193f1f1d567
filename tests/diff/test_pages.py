"""What the second page added to the dataset, and what its changes are called by those who know parliaments."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

import pytest

from cstodata.diff.package import diff_packages
from cstodata.model.change import Bump, ChangeKind, ChangeSet
from cstodata.package.descriptor import read_package

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Rows = list[dict[str, str]]
SECOND = "opyt-pa-odkb-po-zaschite-elektoralnyh-protsessov"


def edit(package: Path, table: str, change: Callable[[Rows], Rows]) -> None:
    path = package / "data" / f"{table}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        fields, rows = list(reader.fieldnames or ()), list(reader)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(change(rows))


def compare(old: Path, new: Path) -> ChangeSet:
    return diff_packages(read_package(old), read_package(new), places=("old", "new"))


def _rows(package: Path, table: str) -> Rows:
    with (package / "data" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def first_page(repository: Path) -> Path:
    """The dataset as the first page alone tells it."""
    return repository / "history" / "1.0.0"


def test_the_second_page_added_what_it_tells_and_asks_for_a_minor_version(first_page: Path, dataset: Path) -> None:
    changes = compare(first_page, dataset)
    assert changes.version.bump is Bump.MINOR
    added = {
        table.resource: {tuple(row.key.values()) for row in table.added} for table in changes.tables if table.added
    }
    expected: dict[str, set[tuple[str, ...]]] = {
        "sources": {(SECOND,)},
        "news": {(SECOND,)},
        "delegations": {(f"{name}-2026-02-20",) for name in ("BY", "KG", "KZ", "RU", "TJ")},
        "people": {("sergei-pospelov",)},
    }
    for table in ("delegation_seats", "positions", "mentions"):
        key = json.loads((dataset / "schemas" / f"{table}.json").read_text())["primaryKey"]
        fields = [key] if isinstance(key, str) else key
        before = {tuple(row[name] for name in fields) for row in _rows(first_page, table)}
        expected[table] = {tuple(row[name] for name in fields) for row in _rows(dataset, table)} - before
    assert added == expected
    assert not any(table.removed for table in changes.tables)
    # What both pages tell is now of the second one.
    assert {name for table in changes.tables for row in table.changed for name in row.after or {}} == {"source_id"}
    expected_kinds = {ChangeKind.ROWS_ADDED, ChangeKind.ROWS_CHANGED, ChangeKind.SOURCES_CHANGED}
    assert {change.kind for change in changes.changes} == expected_kinds
    assert f"News of 2026-02-20: “{_rows(dataset, 'news')[1]['title']}”" in changes.words
    assert "Belarus: 11 seats, as before, as of 2026-02-20" in changes.words


def test_seats_and_representatives_have_words_of_their_own(dataset: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    shutil.copytree(dataset, new)

    def fewer(rows: Rows) -> Rows:
        changed = {"seats_total": "5", "representative_id": "viktor-kogut"}
        return [row | changed if row["delegation_id"] == "KG-2026-02-20" else row for row in rows]

    edit(new, "delegations", fewer)
    (word,) = compare(dataset, new).words
    assert word == (
        "Kyrgyzstan: seats 6 → 5; representative Shabdanbek Alishev left, representative Viktor Kogut joined, "
        "corrected as of 2026-02-20"
    )


def test_packages_of_other_domains_have_no_words(make_package: Callable[..., Path], tmp_path: Path) -> None:
    schema = {"fields": [{"name": "id", "type": "integer"}], "primaryKey": ["id"]}
    one = make_package({"delegations": ("id\n1\n", schema)}).rename(tmp_path / "one")
    other = make_package({"delegations": ("id\n2\n", schema)})
    assert compare(one, other).words == ()
