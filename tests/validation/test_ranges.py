"""Ranges of a file: where quotes say that records end, they do; where quotes lie, it is found out."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.validation.spark.ranges import Range, aligned, census, equal_ranges

CELLS = st.text(st.sampled_from('ab,"\n\r\u00e9'), max_size=5)


def written(rows: list[list[str]], end: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().encode()


def ranges_of(content: bytes, size: int) -> list[Range]:
    ranges = equal_ranges(Path("table.csv"), len(content), size)
    return aligned(ranges, [census(content[each.start : each.stop], b'"') for each in ranges])


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


@given(content=st.binary(max_size=60), size=st.integers(1, 20))
def test_ranges_are_a_file_as_a_whole_whatever_it_holds(content: bytes, size: int) -> None:
    if not content:
        return
    ranges = ranges_of(content, size)
    assert [each.start for each in ranges] == [0, *(each.stop for each in ranges[:-1])]
    assert (ranges[0].is_first, ranges[-1].is_last) == (True, True)
    assert all(content[each.stop - 1 : each.stop] == b"\n" for each in ranges[:-1])


@given(content=st.lists(st.sampled_from([b'"', b"\n", b"a"]), max_size=30).map(b"".join))
def test_a_census_tells_what_a_walk_through_the_bytes_tells(content: bytes) -> None:
    quotes = 0
    after_line: list[int | None] = [None, None]
    for at, byte in enumerate(content):
        quotes += byte == ord('"')
        if byte == ord("\n") and after_line[quotes % 2] is None:
            after_line[quotes % 2] = at + 1
    counted = census(content, b'"')
    assert (counted.quotes, list(counted.after_line)) == (quotes, after_line)


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_range_reads_its_bytes_and_no_others(tmp_path: Path, size: int) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"id,text\n1,a\n2,b\n")
    pieces = equal_ranges(path, path.stat().st_size, size)
    assert b"".join(piece.read() for piece in pieces) == path.read_bytes()
    assert {len(piece.read()) for piece in pieces[:-1]} <= {size}
