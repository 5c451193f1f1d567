"""What stands on pages beside words: odd blanks, quotes, dashes, entities, line ends; and pages made to do harm."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.extraction.conftest import Reader

KYRGYZSTAN = "Delegation of the Supreme Council of the Kyrgyz Republic to the CSTO PA consists of 6 deputies."
REPRESENTATIVE = (
    "Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic - Speaker: Carl O'Pattern"
)
PAGE = f"{KYRGYZSTAN}\n{REPRESENTATIVE}\nA Title of Our Own\n6 June 2022\nA Title of Our Own\nCarl O'Pattern was glad."


CHANGES: dict[str, Callable[[str], str]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "blank lines": lambda text: text.replace("\n", "\n\n \n"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "entities of blanks": lambda text: text.replace(" ", "&nbsp;"),
    "many blanks": lambda text: text.replace(" ", "  \t"),
    "numeric entities": lambda text: text.replace(" ", " &#160; "),
    "curly apostrophes": lambda text: text.replace("'", "’"),
    "entities of quotes": lambda text: text.replace("'", "&rsquo;"),
    "hexadecimal entities": lambda text: text.replace("'", "&#x2019;"),
    "en dashes": lambda text: text.replace(" - ", " – "),
    "entities of dashes": lambda text: text.replace(" - ", " &mdash; "),
    "no full stop": lambda text: text.replace("deputies.", "deputies"),
    "a blank before the full stop": lambda text: text.replace("deputies.", "deputies ."),
    "soft hyphens": lambda text: text.replace("Delegation", "Dele\u00adgation"),
    "entities of soft hyphens": lambda text: text.replace("Delegation", "Dele&shy;gation"),
    "zero width": lambda text: "\ufeff" + text.replace("e", "e\u200b"),
    "bidirectional": lambda text: text.replace("6 deputies", "\u202e6\u202c deputies"),
    "NUL": "\x00".join,
    "a dropped word": lambda text: text.replace(" of the Kyrgyz", " of Kyrgyz"),
    "capitals": lambda text: text.replace("representative", "Representative"),
    "blanks at the ends": lambda text: text.replace("\n", " \n "),
    "a line feed at the end": lambda text: text + "\n",
    "line separators": lambda text: text.replace("\n", "\u2028\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_odd_characters_change_no_fact_and_no_place(read: Reader, change: str) -> None:
    text = CHANGES[change](PAGE)
    page, plain = read(text), read(PAGE)
    for resource in ("delegations", "delegation_seats", "positions", "news", "mentions"):
        assert read.rows(page, resource) == read.rows(plain, resource)
    assert read.rows(page, "sources")[0]["title"] == "A Title of Our Own"
    (seats,), (delegation,) = read.said(page, "delegation_seats"), read.said(page, "delegations")
    assert (seats[0][-1], seats[0].strip("\u202e")[0]) == ("s", "6")
    assert len(delegation) == len(("delegation", "representative"))
    assert delegation[0].startswith(("D", "\ufeff"))
    assert delegation[1].endswith(("n", "&nbsp;"))


def test_composed_and_decomposed_letters_are_one_and_spans_stay_true(read: Reader) -> None:
    text = "A Ti\u0301tle\n6 June 2022\nE\u0301lan spoke of the Mazhilis."
    page = read(text)
    assert read.rows(page, "news")[0]["title"] == "A Títle"
    assert read.said(page, "mentions") == [("Mazhilis",)]
    assert read.said(page, "sources") == [("A Ti\u0301tle", "6 June 2022")]


def test_the_title_keeps_its_quotes_and_dashes(read: Reader) -> None:
    page = read.body("A body.", title="“Example” – the People’s&nbsp;Title &amp; More")
    assert read.rows(page, "news")[0]["title"] == "“Example” – the People’s Title & More"


def test_the_title_may_stand_again_with_other_quotes(read: Reader) -> None:
    page = read.body('The "Title" - Again', "Two words", title="The “Title” – Again")
    assert read.rows(page, "news")[0]["word_count"] == 2


HOSTILE: dict[str, Callable[[], str]] = {
    "one line of 10 MB": lambda: "x" * 10_000_000,
    "one opening": lambda: "Delegation of " + "the " * 500_000,
    "parts without end": lambda: "Delegation of x to the CSTO PA consists of " + "1 deputies and " * 100_000,
    "joints without end": lambda: "Plenipotentiary representative of " + ", - " * 500_000,
    "forms within forms": lambda: ("Delegation of " + " to the CSTO PA consists of" * 70 + "\n") * 1000,
    "commas in sentences": lambda: ("Plenipotentiary representative of " + ", " * 900 + "\n") * 1000,
    "a head without end": lambda: ("Website of " + "a" * 1900 + "\n") * 1000,
    "offices without end": lambda: "Title\n6 June 2022\n" + ", Chairman of the State Duma and" * 50_000,
    "names without end": lambda: "Title\n6 June 2022\n" + "Anna Example, " * 100_000,
    "appositions without end": lambda: "Title\n6 June 2022\n" + "Anna Example, Chairman of " * 60_000,
    "chambers within chambers": lambda: "Title\n6 June 2022\n" + "Senate of the " * 100_000,
    "parliaments within parliaments": lambda: "Title\n6 June 2022\n" + "National Assembly of the " * 60_000,
    "entities": lambda: "Title\n6 June 2022\n" + "&nbsp;" * 300_000,
    "composed letters": lambda: "Title\n6 June 2022\n" + "a\u0301" * 400_000,
    "a place of 5 MB": lambda: "Title\n6 June 2022\n" + "On June 5, " + "A" * 5_000_000 + " hosted",
    "ampersands": lambda: "Title\n6 June 2022\n" + "&" * 5_000_000,
    "carriage returns": lambda: "\r" * 1_000_000,
    "NULs": lambda: "\x00" * 3_000_000,
    "100,000 lines": lambda: "a line\n" * 100_000,
    "a million blank lines": lambda: "\n" * 1_000_000,
    "one sentence 5,000 times": lambda: (KYRGYZSTAN + "\n") * 5_000,
    "one unknown name 3,000 times": lambda: (KYRGYZSTAN.replace("Kyrgyz", "Kurgiz") + "\n") * 3_000,
}


@pytest.mark.parametrize("text", HOSTILE)
def test_pages_made_to_do_harm_are_read_in_linear_time(read: Reader, text: str) -> None:
    before = time.process_time()
    page = read(HOSTILE[text]())
    assert time.process_time() - before < 10
    for problem in page.problems[:10]:
        assert page.page.text[problem.span.start : problem.span.end][:9] == problem.text[:9]


@pytest.mark.parametrize(
    "text", ["\ud800", "Title\n6 June 2022\n\udfff body", "\u202eTitle\u202c\n6 June 2022\n\u2066body"]
)
def test_odd_code_points_do_no_harm(read: Reader, text: str) -> None:
    assert read(text).rows
