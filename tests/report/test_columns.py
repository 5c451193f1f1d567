"""Text in columns: lines that fit, columns that begin where they should, and nothing lost."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from cstodata.report.columns import padded, wrapped
from cstodata.report.terminal import shown

LINES = st.text(st.one_of(st.characters(), st.sampled_from(" aя東\u0301ש🎉\ufe0f“")), max_size=60).map(shown)


@given(LINES, st.integers(2, 30))
@example("東京東京", 3)
@example("a東", 2)
@example("\u0301 a", 2)
@example("❤\ufe0f❤\ufe0f❤\ufe0f", 3)
def test_each_line_fits_and_nothing_is_lost_but_blanks_where_it_breaks(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert [each for each in "".join(lines) if each != " "] == [each for each in text if each != " "]


@given(st.lists(st.text("aя“", min_size=1, max_size=9), min_size=1), st.integers(9, 30))
def test_a_line_breaks_between_words_and_only_where_the_next_one_does_not_fit(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width)
    assert " ".join(lines).split(" ") == words
    assert all(len(line) + 1 + len(following.split(" ")[0]) > width for line, following in pairwise(lines))


def test_a_word_that_fits_on_no_line_is_cut_and_begins_a_line() -> None:
    assert wrapped("an abcdefghij end", 4) == ["an", "abcd", "efgh", "ij", "end"]
    assert wrapped("ab 東京東京東 a", 5) == ["ab", "東京", "東京", "東 a"]


@pytest.mark.parametrize("text", ["abc", "где “там”", "東京", "e\u0301\u0301", "שלום", "العربية", "🎉"])
def test_the_next_column_begins_at_the_same_cell(text: str) -> None:
    assert cell_len(padded(text, 20)) == 20


def test_words_from_right_to_left_do_not_take_the_next_column_along() -> None:
    assert padded("שלום", 6) == "\u200eשלום\u200e  "
    assert padded("слово", 6) == "слово "
