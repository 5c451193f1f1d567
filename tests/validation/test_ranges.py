"""Ranges of a file: where quotes say that records end, they do; where quotes lie, it is found out."""

from __future__ import annotations

import csv
import io
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.package.plain_csv import CsvDialect
from cstodata.spark.ranges import Range, Source, aligned, at_lines, equal_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator

CELLS = st.text(st.sampled_from('ab,"\n\r\u00e9'), max_size=5)


def written(rows: list[list[str]], end: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().encode()


@contextmanager
def saved(content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(content)
        yield path


def ranges_of(content: bytes, size: int) -> list[Range]:
    with saved(content) as path:
        ranges = equal_ranges(Source.of(path), size)
        return aligned(ranges, [each.read().count(b'"') for each in ranges], b'"')


@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 40),
)
def test_ranges_of_a_file_without_stray_quotes_hold_whole_records(rows: list[list[str]], end: str, size: int) -> None:
    content = written(rows, end)
    ranges = ranges_of(content, size)
    assert b"".join(content[each.start : each.stop] for each in ranges) == content
    read = [
        row for each in ranges for row in csv.reader(io.StringIO(content[each.start : each.stop].decode(), newline=""))
    ]
    assert read == list(csv.reader(io.StringIO(content.decode(), newline="")))


@given(
    rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 60),
)
def test_guessed_ranges_are_a_file_as_a_whole_and_begin_with_lines(rows: list[list[str]], end: str, size: int) -> None:
    content = written(rows, end)
    with saved(content) as path:
        ranges = at_lines(equal_ranges(Source.of(path), size), CsvDialect(), 2)
    if ranges is None:
        return
    assert b"".join(content[each.start : each.stop] for each in ranges) == content
    for each in ranges[1:]:
        assert content[each.start - 1 : each.start] == b"\n"
        assert len(next(csv.reader(io.StringIO(content[each.start :].decode(), newline="")))) == 2


@given(numbers=st.lists(st.integers(0, 10**9), min_size=1, max_size=40), size=st.integers(70, 200))
def test_where_no_cell_spans_lines_the_guess_is_as_good_as_the_count(numbers: list[int], size: int) -> None:
    content = "".join(f'{number},"a ""{number}"""\n' for number in numbers).encode()
    with saved(content) as path:
        ranges = equal_ranges(Source.of(path), size)
        guessed = at_lines(ranges, CsvDialect(), 2)
        counted = aligned(ranges, [each.read().count(b'"') for each in ranges], b'"')
    assert guessed == counted


@given(content=st.binary(max_size=60), size=st.integers(1, 20))
def test_ranges_are_a_file_as_a_whole_whatever_it_holds(content: bytes, size: int) -> None:
    if not content:
        return
    ranges = ranges_of(content, size)
    assert [each.start for each in ranges] == [0, *(each.stop for each in ranges[:-1])]
    assert (ranges[0].is_first, ranges[-1].is_last) == (True, True)
    assert all(content[each.stop - 1 : each.stop] == b"\n" for each in ranges[:-1])


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_range_reads_its_bytes_and_no_others(tmp_path: Path, size: int) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"id,text\n1,a\n2,b\n")
    pieces = equal_ranges(Source.of(path), size)
    assert b"".join(piece.read() for piece in pieces) == path.read_bytes()
    assert {len(piece.read()) for piece in pieces[:-1]} <= {size}
