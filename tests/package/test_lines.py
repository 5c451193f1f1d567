from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cstodata.package.lines import record_lines
from cstodata.package.plain_csv import CsvDialect

if TYPE_CHECKING:
    from pathlib import Path

DIALECT = CsvDialect(delimiter=",", quote='"', encoding="utf-8")


def _begins(path: Path, rows: set[int], *, records: int | None = None) -> dict[int, int]:
    return {row: lines.start for row, lines in record_lines(path, DIALECT, rows, records=records).items()}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_record_begins_on_its_physical_line(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(["id,text", '1,"two', 'lines"', "", "2,x", ""]).encode())
    assert _begins(path, {1, 2, 3, 4, 9}) == {1: 1, 2: 2, 3: 4, 4: 5}
    assert _begins(path, {1, 2, 3, 4, 9}, records=4) == {1: 1, 2: 2, 3: 4, 4: 5}


@pytest.mark.parametrize("end", ["", "\n"])
def test_where_records_are_lines_they_have_their_numbers(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id\n1\n\n"3"' + end)
    for rows in ({2, 3, 4}, {1, 4, 5}):
        assert record_lines(path, DIALECT, rows, records=4) == record_lines(path, DIALECT, rows)


def test_bytes_that_cannot_be_decoded_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id\n\xff\n2\n")
    assert _begins(path, {3}) == {3: 3}
