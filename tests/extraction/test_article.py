"""The article: where it begins, and what its title, date and body state."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.extraction.conftest import Reader

KYRGYZSTAN = "Delegation of the Supreme Council of the Kyrgyz Republic to the CSTO PA consists of 6 deputies."
TITLE = "A Title of Our Own"


def positions(read: Reader, body: str, *, add_people: bool = False) -> dict[object, tuple[object, object, object]]:
    found = read.rows(read.body(body, add_people=add_people), "positions")
    return {row["position"]: (row["person_id"], row["parliament_id"], row["chamber_id"]) for row in found}


def mentions(read: Reader, body: str, title: str = TITLE) -> dict[str, object]:
    page = read.body(body, title=title)
    return {str(row["mention_id"]).removeprefix("an-example/"): row["count"] for row in read.rows(page, "mentions")}


@pytest.mark.parametrize("sidebar", ["", KYRGYZSTAN])
@pytest.mark.parametrize("again", ["", TITLE, TITLE.upper()])
def test_title_and_date_begin_the_article_and_the_title_may_stand_again(read: Reader, sidebar: str, again: str) -> None:
    page = read(
        "\n".join(line for line in (sidebar, TITLE, "6 June 2022", again, "Seven words are here, and no more.") if line)
    )
    (row,) = read.rows(page, "news")
    assert (row["title"], row["published_on"], row["word_count"]) == (TITLE, date(2022, 6, 6), 7)
    (source,) = read.rows(page, "sources")
    assert (source["title"], source["source_id"], source["language"]) == (TITLE, "an-example", "en")
    assert len(read.rows(page, "delegations")) == bool(sidebar)


def test_a_title_that_begins_as_a_sentence_of_the_sidebar_is_told_by_its_date(read: Reader) -> None:
    for title in ("Delegation of the CSTO PA Visits an Example", "Website of the CSTO PA Renewed"):
        page = read.sidebar(KYRGYZSTAN)
        page = read(f"{KYRGYZSTAN}\n{title}\n6 June 2022\nA body.")
        assert [row["title"] for row in read.rows(page, "news")] == [title]


def test_a_sidebar_behind_the_article_is_a_problem_and_neither_prose_nor_lost(read: Reader) -> None:
    problem = read.problem(read.body("A first line.", KYRGYZSTAN))
    assert (problem.line, problem.text) == (4, KYRGYZSTAN)
    assert problem.message == "it is a sentence of the sidebar, and stands in the article"


def test_a_second_article_is_a_problem_and_no_prose(read: Reader) -> None:
    problem = read.problem(read.body("A first line.", "Another Title", "5 June 2022", "Another Title", "More."))
    assert (problem.line, problem.text, problem.message) == (4, "Another Title", "another article begins here")
    listed = read.body("A first line.", "Another Title", "5 June 2022", "A Third Title", "4 June 2022")
    assert [problem.text for problem in listed.problems] == ["Another Title", "A Third Title"]
    assert read.body("A first line.", "Signed in Minsk", "5 June 2022", "By all.").is_understood


def test_a_second_date_is_a_problem_as_either_may_be_meant(read: Reader) -> None:
    problem = read.problem(read.body("7 June 2022", "The meeting was long."))
    assert (problem.line, problem.message) == (3, "a second date stands behind the title")


def test_a_title_behind_a_sentence_of_the_sidebar_is_a_problem_and_no_title(read: Reader) -> None:
    page = read(f"{KYRGYZSTAN} A Title of Our Own\n6 June 2022\nThe meeting was long.")
    assert page.problems[0].line == 1
    assert page.problems[0].message == "it begins as a sentence of the sidebar does, and is of no known form"
    title = "Delegation of St. Petersburg. A visit"
    assert read.rows(read.body("A first line.", title=title), "news")[0]["title"] == title


@pytest.mark.parametrize("character", ["\x1b", "\x92", "\ufffd"])
def test_a_title_that_is_not_all_text_is_a_problem(read: Reader, character: str) -> None:
    problem = read.problem(read.body("A first line.", title=f"The Organization{character}s Title"))
    assert problem.line == 1
    assert problem.message == f"it holds the character U+{ord(character):04X}, which is no text"
    assert read.body(f"A first{character} line.").is_understood


def test_a_body_at_once_is_a_problem_unless_the_page_is_a_source_already(read: Reader) -> None:
    problem = read.problem(read(f"{KYRGYZSTAN}\nThe body begins at once."))
    assert (problem.line, problem.text) == (2, "The body begins at once.")
    address = "https://pacsto.org/events/nablyudateley-ot-pa-odkb-v-minoborony-kazahstana"
    page = read(f"{KYRGYZSTAN}\nThe body begins at once.", address=address)
    assert [row["delegation_id"] for row in read.rows(page, "delegations")] == ["KG-2022-06-03"]
    assert [(str(row["published_on"]), row["word_count"]) for row in read.rows(page, "news")] == [("2022-06-03", 5)]


@pytest.mark.parametrize("is_source", [False, True])
@pytest.mark.parametrize(
    ("before", "line", "after"),
    [
        ("", "Telephone: none", f"{KYRGYZSTAN}\n{TITLE}\n6 June 2022\nA body."),
        ("", "Telephone: none", f"{KYRGYZSTAN}\nA body."),
        (KYRGYZSTAN, "Telephone: none", f"{TITLE}\n6 June 2022\nA body."),
        (KYRGYZSTAN.removesuffix("."), ".", "A body."),
        (KYRGYZSTAN.removesuffix("."), "of the Supreme Council.", "A body."),
        (KYRGYZSTAN, "De legation of somebody", f"{TITLE}\n6 June 2022\nA body."),
    ],
)
def test_a_line_that_is_neither_of_the_sidebar_nor_the_articles_is_a_problem(
    read: Reader, before: str, line: str, after: str, *, is_source: bool
) -> None:
    address = "https://pacsto.org/events/nablyudateley-ot-pa-odkb-v-minoborony-kazahstana"
    page = read(f"{before}\n{line}\n{after}", address=address if is_source else "https://pacsto.org/events/x")
    assert read.problem(page).text == line


@pytest.mark.parametrize("text", ["", "\n\n", " \u00a0\t\u200b\n", "\ufeff"])
def test_an_empty_page_is_a_problem(read: Reader, text: str) -> None:
    assert read.problem(read(text)).message == "the page is empty"


def test_only_a_sidebar_is_a_problem_and_its_rows_are_for_looking_at(read: Reader) -> None:
    page = read(KYRGYZSTAN)
    assert "nothing tells the page's date" in read.problem(page).message
    (row,) = [row.cells for row in page.rows if row.resource == "delegations"]
    assert (row["delegation_id"], row["seats_total"]) == (None, 6)


def test_title_and_date_without_a_body_are_a_source_and_no_news(read: Reader) -> None:
    page = read(f"{KYRGYZSTAN}\n{TITLE}\n6 June 2022\n")
    assert (len(read.rows(page, "sources")), read.rows(page, "news")) == (1, [])


@pytest.mark.parametrize("day", ["6 June 2022", "06 June 2022", "6 JUNE 2022", "6\u00a0June 2022", "6 июня 2022 года"])
def test_dates_are_read(read: Reader, day: str) -> None:
    assert read.rows(read(f"{TITLE}\n{day}\nA body."), "news")[0]["published_on"] == date(2022, 6, 6)


@pytest.mark.parametrize(
    "day", ["31 February 2022", "June 6, 2022", "6 Junly 2022", "6.06.2022", "6 June", "6 June 99999", "0 May 2022"]
)
def test_what_is_no_date_is_none(read: Reader, day: str) -> None:
    assert "no title is here" in read.problem(read(f"{TITLE}\n{day}\nA body.")).message


def test_dates_of_other_forms_in_the_body_are_prose(read: Reader) -> None:
    page = read.body("On June 7, 2023, at 5/6/2021.", "7 June 2023", "End.")
    assert read.rows(page, "news")[0]["published_on"] == date(2022, 6, 6)


def test_without_an_address_there_is_a_problem_and_the_rows_are_for_looking_at(read: Reader) -> None:
    page = read(
        f"{TITLE}\n6 June 2022\nAnna Example, Speaker of the State Duma, said it. The Mazhilis did not.", address=None
    )
    assert "--url" in (read.problem(page).mend or "")
    assert [row.cells["source_id"] for row in page.rows if row.resource == "news"] == [None]
    assert len([row for row in page.rows if row.resource == "mentions"]) == 3


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "https://[x",
        "http://pacsto.org/events/x",
        "https://pacsto.org/",
        "https://pacsto.org/Ä",
        "https://pacsto.org/a_b",
        "\x00",
    ],
)
def test_an_address_that_gives_no_id_is_a_problem(read: Reader, address: str) -> None:
    assert "is no address" in read.problem(read(f"{TITLE}\n6 June 2022\nA body.", address=address)).message


@pytest.mark.parametrize("end", ["", "/", "?a=b", "#c"])
def test_the_last_segment_of_the_address_is_the_source_whatever_the_title(read: Reader, end: str) -> None:
    page = read(f"{TITLE}\n6 June 2022\nA body.", address=f"https://pacsto.org/events/another-slug{end}")
    assert read.rows(page, "sources")[0]["source_id"] == "another-slug"


def test_the_day_of_the_capture_is_in_the_source(read: Reader) -> None:
    page = read(f"{TITLE}\n6 June 2022\nA body.", captured_on=date(2023, 1, 2))
    assert read.rows(page, "sources")[0]["captured_on"] == date(2023, 1, 2)
    assert "captured_on" not in read.rows(read.body("A body."), "sources")[0]


def test_the_language_is_the_articles(read: Reader) -> None:
    page = read(f"{KYRGYZSTAN}\nПример заголовка\n6 июня 2022\nСлова о встрече.")
    assert read.rows(page, "news")[0]["language"] == "ru"
    assert "no known language" in read.problem(read.body("Օրինակ վերնագիր եւ այլ բառեր", title="Օրինակ")).message


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (
            "On June 5, St. Example hosted a meeting. In the evening all left. The day in St. Example was long.",
            "St. Example",
        ),
        ("On 5 June 2022, New Example-Town hosted a meeting in New Example-Town.", "New Example-Town"),
        ("On June 5, Anna Example hosted a dinner.", None),
        ("On June 5, Exampleton hosted a meeting.", None),
        ("A line before.\nOn June 5, Exampleton hosted a meeting in Exampleton.", None),
        ("On June 5, the State Duma hosted a meeting in the State Duma.", None),
        ("On June 5, Example hosted a meeting in Exampleton.", None),
    ],
)
def test_a_place_is_told_by_two_witnesses(read: Reader, body: str, place: str | None) -> None:
    assert read.rows(read.body(body), "news")[0]["place"] == place


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Anna Example, Chairman of the State Duma, said so.", {"Chairman": ("anna-example", None, "RU-LC01")}),
        (
            "Lieutenant General Anna Example, deputy Minister of Examples of the Republic of Kazakhstan, said so.",
            {"Deputy Minister of Examples of the Republic of Kazakhstan": ("anna-example", None, None)},
        ),
        (
            (
                "by Anna Example, Chairman of the Commission on Ethics of the Majlisi Namoyandagon of the "
                "Majlisi Oli of Tajikistan, and others"
            ),
            {"Chairman of the Commission on Ethics": ("anna-example", None, "TJ-LC01")},
        ),
        (
            "of Anna Example, Chairman of the CSTO PA and Speaker of the Supreme Council of the Kyrgyz Republic.",
            {"Chairman of the CSTO PA": ("anna-example", None, None), "Speaker": ("anna-example", "KG", None)},
        ),
        (
            "“Anna Example, Speaker of the National Assembly of Armenia,” he said.",
            {"Speaker": ("anna-example", "AM", None)},
        ),
        ("“Anna Example, Speaker of an Assembly,” he said.", {}),
        (
            "Carl O'Pattern, Member of the Federation Council, spoke.",
            {"Member": ("carl-o-pattern", None, "RU-UC01")},
        ),
        ("Anna Example, Director, spoke.", {"Director": ("anna-example", None, None)}),
        (
            "Anna Example, Plenipotentiary Representative of the Parliament of Kazakhstan, spoke.",
            {"Plenipotentiary representative": ("anna-example", "KZ", None)},
        ),
        (
            "Anna Example, Head of the St. Example Centre, spoke.",
            {"Head of the St. Example Centre": ("anna-example", None, None)},
        ),
        (
            "Anna Example, Chairman of the National Assembly, spoke.",
            {"Chairman of the National Assembly": ("anna-example", None, None)},
        ),
        ("Anna Example, who is Chairman of the State Duma, spoke.", {}),
        ("Anna Example, in Minsk, spoke.", {}),
        ("Anna Example, Minister of Culture, Sport and Youth of the Republic of Belarus, spoke.", {}),
        ("Anna Example, Chairman of the Committee on law, order and security of the State Duma, spoke.", {}),
        ("Anna Example, Chairman of the Committee on law, order, rights and security of the State Duma, spoke.", {}),
        ("Anna Example, Chairman of the Commission said that all was well.", {}),
        (
            "Anna Example, Speaker of the Mazhilis, Boris Sample, Member of the Federation Council, and others.",
            {"Speaker": ("anna-example", None, "KZ-LC01"), "Member": ("boris-sample", None, "RU-UC01")},
        ),
        (
            "Anna Example, Speaker of the Mazhilis, and Boris Sample, Member of the Federation Council, met.",
            {"Speaker": ("anna-example", None, "KZ-LC01"), "Member": ("boris-sample", None, "RU-UC01")},
        ),
        ("Anna Example, Chairman of the. State Duma.", {}),
        ("Anna Example, Chairman of, as they say, the State Duma.", {}),
        ("Anna Example, Chairman of the Commission. of the State Duma.", {}),
        ("Anna Example, Headquarters of the Mazhilis, met.", {}),
        ("Anna Example, Chairman and Member of the State Duma, spoke.", {}),
        ("Anna Example, Chairman (until May) of the State Duma, spoke.", {}),
        ("Zoe Unknown, Chairman of the State Duma, spoke.", {}),
        ("Example, Chairman of the State Duma, spoke.", {}),
    ],
)
def test_positions_stand_behind_names_in_a_strict_form(
    read: Reader, body: str, expected: dict[str, tuple[str, str | None, str | None]]
) -> None:
    assert positions(read, body) == expected


def test_a_position_said_twice_is_one_row_with_both_places(read: Reader) -> None:
    said = "Anna Example, Chairman of the State Duma"
    page = read.body(f"{said}, spoke.", f"{said}, left.")
    assert read.said(page, "positions") == [(said, said)]


def test_two_positions_of_the_same_words_are_a_problem_as_the_table_holds_one(read: Reader) -> None:
    page = read.body("Anna Example, Member of the State Duma and Member of the Mazhilis, spoke.")
    assert "positions twice, and not alike" in read.problem(page).message


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("The State Duma of the Federal Assembly of the Russian Federation met.", {"RU-LC01": 1, "RU": 1}),
        ("The State Duma of the Russian Federation and the Federation Council met.", {"RU-LC01": 1, "RU-UC01": 1}),
        ("The Federal Assembly of the Russian Federation. The Federal Assembly.", {"RU": 1}),
        ("National Assembly of Belarus, National Assembly of the Republic of Armenia.", {"BY": 1, "AM": 1}),
        ("The National Assembly of the Supreme Assembly of Tajikistan met.", {"TJ-UC01": 1, "TJ": 1}),
        ("The National Assembly of Tajikistan met.", {"TJ-UC01": 1}),
        ("The National Assembly met.", {}),
        ("The National Assembly of France met.", {}),
        (
            "The Senate met. The Senate of the Italian Republic, the Senate of the Republic of Uzbekistan.",
            {"KZ-UC01": 1},
        ),
        ("The Senate of the Oliy Majlis of the Republic of Uzbekistan, the Senate of Italy met.", {}),
        ("The State Duma of the Eighth Convocation, the State Duma of Russia.", {"RU-LC01": 2}),
        ("The Senate of Kazakhstan, the Senate of the Republic of Kazakhstan.", {"KZ-UC01": 2}),
        ("Jogorku Kenesh, Supreme Council of the Kyrgyz Republic, Jogorku Kenesh of Kyrgyzstan.", {"KG": 3}),
        ("The Council of the Republic of the National Assembly of Belarus met.", {"BY-UC01": 1, "BY": 1}),
        ("Mazhilises, inter-Mazhilis, Mazhilis-led, Mazhilis, “Mazhilis”—Mazhilis's.", {"KZ-LC01": 3}),
        ("Kogut said, Viktor Kogut said, Koguts and Kogut-Example did not.", {"viktor-kogut": 2}),
        ("Carl O'Pattern and O’Pattern.", {"carl-o-pattern": 2}),
    ],
)
def test_mentions_are_counted_by_whole_names_the_longest_first(
    read: Reader, body: str, expected: dict[str, int]
) -> None:
    assert mentions(read, body) == expected


def test_mentions_are_counted_in_the_title_once_and_in_the_body(read: Reader) -> None:
    assert mentions(read, "Kogut\nThe Mazhilis and Kogut", title="Kogut") == {"viktor-kogut": 2, "KZ-LC01": 1}
    page = read.body("The Mazhilis met; Kogut did not.")
    assert read.said(page, "mentions") == [("Mazhilis",), ("Kogut",)]


@pytest.mark.parametrize(
    ("body", "person"),
    [
        ("Zoe Unknown, Chairman of the State Duma, spoke.", "Zoe Unknown"),
        ("This was said by Zoe Unknown, Chairman of the State Duma, today.", "Zoe Unknown"),
        ("Lieutenant General Zoe Unknown, deputy Minister of Examples, spoke.", "Zoe Unknown"),
        ("All left. Zoe Unknown-Name, Member of the Federation Council, spoke.", "Zoe Unknown-Name"),
        ("Yesterday Zoe Unknown, Chairman of the State Duma, spoke.", None),
        ("Zoe Maria Unknown, Chairman of the State Duma, spoke.", None),
        ("The State Duma, Chairman of the State Duma, spoke.", None),
        ("in the Central Committee, Chairman of the State Duma, spoke.", None),
        ("Unknown, Chairman of the State Duma, spoke.", None),
        ("the Zoe Unknown, Chairman of the State Duma, spoke.", None),
        ("said Zoe Unknown.", None),
    ],
)
def test_people_of_the_article_are_added_in_a_strict_form_only(read: Reader, body: str, person: str | None) -> None:
    page = read.body(body, add_people=True)
    names = [row["name"] for row in read.rows(page, "people")]
    assert names == ([person] if person else [])
    assert len(read.rows(page, "positions")) == len(names)
    assert [row["person_id"] for row in read.rows(page, "mentions") if row["person_id"]] == [
        str(name).lower().replace(" ", "-") for name in names
    ]
    assert read.rows(read.body(body), "people") == []


def test_a_person_whose_name_is_near_to_a_known_one_is_not_added(read: Reader) -> None:
    body = "Anna Exampel, Chairman of the State Duma, spoke."
    problem = read.problem(read.body(body, add_people=True))
    assert (problem.text, problem.line) == ("Anna Exampel", 3)
    assert "people: anna-exampel,Anna Exampel,an-example" in (problem.mend or "")
    assert read.rows(read.body(body), "people") == []


def test_a_representative_who_is_added_is_known_from_then_on(read: Reader) -> None:
    page = read(
        "Plenipotentiary representative of the Parliament of Kazakhstan: Zoe Unknown\n"
        f"{TITLE}\n6 June 2022\nZoe Unknown, Speaker of the Mazhilis, spoke. Unknown left.",
        add_people=True,
    )
    (person,) = read.rows(page, "people")
    assert person == {"person_id": "zoe-unknown", "name": "Zoe Unknown", "source_id": "an-example"}
    assert read.said(page, "people") == [("Zoe Unknown", "Zoe Unknown")]
    assert {row["position"] for row in read.rows(page, "positions")} == {"Plenipotentiary representative", "Speaker"}
    assert [row["count"] for row in read.rows(page, "mentions") if row["person_id"]] == [2]
