"""Texts from data, as pages may hold them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.catalog.texts import address_in, cut, how_many_fit, language_of, mail_to, size


@given(st.text(), st.integers(1, 20))
def test_a_text_is_cut_and_counted_and_holds_nothing_that_html_has_no_place_for(text: str, limit: int) -> None:
    told = cut(text, limit)
    assert len(told) <= limit + len(f"… ({len(text):,} characters)")
    assert not any(ord(each) < 32 and each not in "\t\n" for each in told)
    assert not any("\x7f" <= each <= "\x9f" or ord(each) & 0xFFFE == 0xFFFE for each in told)
    if len(text) <= limit and text.isprintable():
        assert told == text


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 B"), (712, "712 B"), (4135, "4.1 kB"), (150_000_000, "150.0 MB"), (10**16, "10000.0 TB")]
)
def test_a_size_is_told_for_people(count: int, told: str) -> None:
    assert size(count) == told


@pytest.mark.parametrize("text", ["https://example.org/", "http://example.org/a?b=c#d", "https://example.org/ü"])
def test_an_address_on_the_web_is_one(text: str) -> None:
    assert address_in(text).startswith(text[:19])


@pytest.mark.parametrize(
    "text",
    [None, "", "example.org", "javascript:alert(1)", " https://example.org", "https://", "http://" + "x" * 2000],
)
def test_anything_else_is_none(text: str | None) -> None:
    assert address_in(text) == ""


def test_a_link_to_an_address_of_mail_holds_nothing_but_that() -> None:
    assert mail_to("a?bcc=x@example.org") == "mailto:a%3Fbcc%3Dx@example.org"


@pytest.mark.parametrize(("text", "told"), [("ky-Latn", "ky-Latn"), ("en", "en"), ('en" x', ""), (None, ""), ("", "")])
def test_a_language_is_told_as_html_has_it(text: str | None, told: str) -> None:
    assert language_of(text) == told


@given(st.lists(st.integers(0, 100)), st.integers(0, 1000))
def test_as_many_of_the_first_are_taken_as_fit(sizes: list[int], budget: int) -> None:
    count = how_many_fit(sizes, budget)
    assert sum(sizes[:count]) <= budget
    assert count == len(sizes) or sum(sizes[: count + 1]) > budget
