from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.model.finding import Position
from cstodata.package.plain_csv import CsvDialect
from cstodata.package.positions import positions

if TYPE_CHECKING:
    from pathlib import Path

COMMAS = CsvDialect(delimiter=",", quote='"', encoding="utf-8")


def place(line: int, cell_line: int, column: int, end: int | None) -> Position:
    return Position(line=line, cell_line=cell_line, column=column, end_column=end)


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_cell_stands_where_an_editor_shows_it(tmp_path: Path, end: str, mark: str) -> None:
    path = tmp_path / "a.csv"
    lines = ["id,text,n", '1,"two', 'li""nes, and",9', "", '2,жд,"a"b', "3,"]
    path.write_bytes((mark + end.join([*lines, ""])).encode())
    wanted = [(1, 1), (1, 3), (2, 2), (2, 3), (3, 1), (4, 2), (4, 3), (5, 2), (5, 3), (4, None), (9, 1)]
    expected = {
        (1, 1): place(1, 1, 1, 3),
        (1, 3): place(1, 1, 9, 10),
        (2, 2): place(2, 2, 3, None),
        (2, 3): place(2, 3, 15, 16),
        (3, 1): place(4, 4, 1, 1),
        (4, 2): place(5, 5, 3, 5),
        (4, 3): place(5, 5, 6, 10),
        (5, 2): place(6, 6, 3, 3),
        (5, 3): Position(line=6),
        (4, None): Position(line=5),
    }
    assert positions(path, COMMAS, wanted) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_other_delimiters_quotes_and_encodings_are_understood(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("a\tb\tc\n'x\t''y'\té\t]\n", encoding=encoding)
    dialect = CsvDialect(delimiter="\t", quote="'", encoding=encoding)
    assert positions(path, dialect, [(2, 1), (2, 2), (2, 3)]) == {
        (2, 1): place(2, 2, 1, 8),
        (2, 2): place(2, 2, 9, 10),
        (2, 3): place(2, 2, 11, 12),
    }


@pytest.mark.parametrize(("delimiter", "quote"), [("]", "^"), ("^", "]"), ("\\", "-"), ("|", "\\")])
def test_delimiters_that_mean_something_in_patterns_are_delimiters(tmp_path: Path, delimiter: str, quote: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"a{delimiter}{quote}b{delimiter}{quote}{delimiter}c\n")
    dialect = CsvDialect(delimiter=delimiter, quote=quote)
    assert positions(path, dialect, [(1, 2), (1, 3)]) == {(1, 2): place(1, 1, 3, 7), (1, 3): place(1, 1, 8, 9)}


def test_bytes_that_cannot_be_decoded_and_an_open_quote_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'\xff,a\n1,"open,\nx')
    assert positions(path, COMMAS, [(1, 2), (2, 2)]) == {(1, 2): place(1, 1, 3, 4), (2, 2): place(2, 2, 3, None)}


def test_a_cell_of_a_hundred_kilobytes_takes_no_time(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"' + '""' * 100_000 + '",x\n')
    assert positions(path, COMMAS, [(1, 2)]) == {(1, 2): place(1, 1, 200_004, 200_005)}


CELLS = st.text(alphabet=',"\r\n a\u2028', max_size=6)


@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_stands_there_is_the_cell(rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("positions") / "a.csv"
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    path.write_text(file.getvalue(), newline="")
    wanted = {(row, number): cell for row, cells in enumerate(rows, 1) for number, cell in enumerate(cells, 1)}
    with path.open(newline="") as text:
        lines = list(text)
    where = positions(path, COMMAS, wanted)
    assert where.keys() == wanted.keys()
    for cell, value in wanted.items():
        found = where[cell]
        assert found.cell_line is not None
        assert found.column is not None
        rest = lines[found.cell_line - 1][found.column - 1 :] + "".join(lines[found.cell_line :])
        assert next(csv.reader(io.StringIO("," + rest, newline="")))[1] == value
        if found.end_column is not None:
            written = lines[found.cell_line - 1][found.column - 1 : found.end_column - 1]
            assert next(csv.reader(["," + written])) == ["", value]
