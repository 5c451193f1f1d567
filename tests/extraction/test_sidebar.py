"""The sentences of the sidebar, in every form that was met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import cstodata

if TYPE_CHECKING:
    from tests.extraction.conftest import Reader

BELARUS = (
    "Delegation of the National Assembly of the Republic of Belarus to the CSTO PA consists of 7 deputies "
    "from the House of Representatives of the National Assembly of the Republic of Belarus and 4 deputies "
    "from the Council of the Republic of the National Assembly of the Republic of Belarus."
)
PLAIN = "A Title of Our Own\n6 June 2022\nThe meeting was long and good."
ADDRESS = "https://pacsto.org/events/an-example"
KYRGYZSTAN = "Delegation of the Supreme Council of the Kyrgyz Republic to the CSTO PA consists of 6 deputies."


def seats(read: Reader, *sentences: str) -> dict[object, tuple[object, object]]:
    found = read.rows(read.sidebar(*sentences), "delegation_seats")
    return {row["chamber_id"]: (row["seats"], row["member_title"]) for row in found}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (BELARUS, {"BY-LC01": (7, "deputies"), "BY-UC01": (4, "deputies")}),
        (
            (
                "Delegation of the Parliament of the Republic of Kazakhstan to the CSTO PA consists of 8 "
                "deputies from the Mazhilis of the Parliament of the Republic of Kazakhstan and 3 members of "
                "the Senate of the Parliament of Kazakhstan."
            ),
            {"KZ-LC01": (8, "deputies"), "KZ-UC01": (3, "members")},
        ),
        (
            (
                "Delegation of the Federal Assembly of the Russian Federation to the CSTO PA is represented "
                "by 10 deputies of the State Duma of the Russian Federation and 12 senators of the Russian "
                "Federation."
            ),
            {"RU-LC01": (10, "deputies"), "RU-UC01": (12, "senators")},
        ),
        (
            (
                "Delegation of the Federal Assembly of the Russian Federation to the CSTO PA consists of 10 "
                "deputies of the State Duma and 12 members of the Federation Council."
            ),
            {"RU-LC01": (10, "deputies"), "RU-UC01": (12, "members")},
        ),
        (
            (
                "Delegation of the Federal Assembly of the Russian Federation to the CSTO PA is represented by "
                "12 senators."
            ),
            {"RU-UC01": (12, "senators")},
        ),
        (KYRGYZSTAN, {"KG-LC01": (6, "deputies")}),
        (
            (
                "Delegation of the Supreme Council of the Kyrgyz Republic to the CSTO PA consists of 6 "
                "deputies of the Supreme Council of the Kyrgyz Republic."
            ),
            {"KG-LC01": (6, "deputies")},
        ),
        (
            "Delegation of the Jogorku Kenesh of the Kyrgyz Republic to the CSTO PA consists of 6 deputies.",
            {"KG-LC01": (6, "deputies")},
        ),
        (
            (
                "Delegation of the Supreme Assembly of the Republic of Tajikistan to the CSTO PA consists of "
                "6 deputies of the National Assembly of the Supreme Assembly of the Republic of Tajikistan "
                "and 5 deputies of the Assembly of Representatives of the Supreme Assembly of the Republic "
                "of Tajikistan."
            ),
            {"TJ-UC01": (6, "deputies"), "TJ-LC01": (5, "deputies")},
        ),
        (
            (
                "Delegation of the Majlisi Oli of Tajikistan to the CSTO PA consists of 6 deputies of the "
                "National Assembly and 1 deputy of the Majlisi Namoyandagon."
            ),
            {"TJ-UC01": (6, "deputies"), "TJ-LC01": (1, "deputies")},
        ),
        (
            "Delegation of the National Assembly of Armenia to the CSTO PA consists of 5 deputies.",
            {"AM-LC01": (5, "deputies")},
        ),
        (
            (
                "Delegation of the National Assembly of the Republic of Serbia to the CSTO PA is represented "
                "by 2 members of the National Assembly."
            ),
            {"RS-LC01": (2, "members")},
        ),
    ],
)
def test_a_delegation_is_read_in_every_form(read: Reader, sentence: str, expected: dict[str, tuple[int, str]]) -> None:
    assert seats(read, sentence) == expected
    (delegation,) = read.rows(read.sidebar(sentence), "delegations")
    assert delegation["seats_total"] == sum(number for number, _ in expected.values())


def test_a_delegation_is_as_of_the_day_of_the_article(read: Reader) -> None:
    (row,) = read.rows(read.sidebar(KYRGYZSTAN), "delegations")
    assert (row["delegation_id"], str(row["as_of"])) == ("KG-2022-06-06", "2022-06-06")
    assert (row["source_id"], row["representative_id"]) == ("an-example", None)


@pytest.mark.parametrize("word", ["representative", "Representative"])
@pytest.mark.parametrize(
    ("second", "position", "body"),
    [
        ("", None, None),
        (
            ", deputy Executive Secretary of the CSTO Parliamentary Assembly",
            "Deputy Executive Secretary of the CSTO Parliamentary Assembly",
            (None, None),
        ),
        (" - deputy Executive Secretary of the CSTO PA", "Deputy Executive Secretary of the CSTO PA", (None, None)),
        (" – Chairman of the Senate of the Parliament of Kazakhstan", "Chairman", (None, "KZ-UC01")),
        (
            ", deputy Head of the Example, Speaker of the Jogorku Kenesh",
            "Deputy Head of the Example",
            (None, None),
        ),
        (", Speaker of the Jogorku Kenesh", "Speaker", ("KG", None)),
    ],
)
def test_a_representative_is_read_with_a_second_position(
    read: Reader, word: str, second: str, position: str | None, body: tuple[str | None, str | None] | None
) -> None:
    sentence = f"Plenipotentiary {word} of the Supreme Council of the Kyrgyz Republic{second}: Anna Example"
    page = read.sidebar(KYRGYZSTAN, sentence)
    assert read.rows(page, "delegations")[0]["representative_id"] == "anna-example"
    held = {row["position"]: (row["parliament_id"], row["chamber_id"]) for row in read.rows(page, "positions")}
    expected = {"Plenipotentiary representative": ("KG", None)} | ({position: body} if position else {})
    if "Example," in second:
        expected["Speaker"] = ("KG", None)
    assert held == expected
    assert read.said(page, "delegations") == [(KYRGYZSTAN, sentence)]


def test_the_words_of_each_row_are_told(read: Reader) -> None:
    page = read.sidebar(BELARUS)
    first, second = read.said(page, "delegation_seats")
    assert first[0].startswith("7 deputies from the House of Representatives")
    assert second == (
        "4 deputies from the Council of the Republic of the National Assembly of the Republic of Belarus",
    )


def test_a_website_that_the_package_has_is_no_row(read: Reader) -> None:
    page = read.sidebar("Website of the Supreme Council of the Kyrgyz Republic: http://www.kenesh.kg/")
    assert read.rows(page, "chambers") == []


@pytest.mark.parametrize(
    ("sentence", "chamber", "address"),
    [
        ("Website of the Supreme Council of the Kyrgyz Republic: https://a.example/", "KG-LC01", "https://a.example/"),
        ("Website of the State Duma of the Russian Federation: http://b.example", "RU-LC01", "http://b.example"),
        (
            "Website of the Senate of the Parliament of Kazakhstan:\nhttps://c.example/x–y",
            "KZ-UC01",
            "https://c.example/x–y",
        ),
        ("Website of the National Assembly of Armenia : https://d.example/.", "AM-LC01", "https://d.example/"),
    ],
)
def test_a_website_that_the_package_lacks_is_the_row_of_its_chamber(
    read: Reader, sentence: str, chamber: str, address: str
) -> None:
    (row,) = read.rows(read.sidebar(sentence), "chambers")
    assert (row["chamber_id"], row["website"], row["source_id"]) == (chamber, address, "an-example")
    assert all(row[cell] for cell in ("parliament_id", "name", "kind"))


@pytest.mark.parametrize("other", ["http://www.kenesh.kg/", "http://b.example/"])
def test_two_websites_of_one_chamber_are_a_problem_also_if_the_package_has_one(read: Reader, other: str) -> None:
    sentence = "Website of the Supreme Council of the Kyrgyz Republic: {}"
    for first, second in (("http://a.example/", other), (other, "http://a.example/")):
        problem = read.problem(read.sidebar(sentence.format(first), sentence.format(second)))
        assert (problem.line, problem.message) == (2, "the page names another website before")


def test_a_website_without_an_address_says_nothing_and_the_next_sentence_follows(read: Reader) -> None:
    page = read.sidebar("Website of the Supreme Council of the Kyrgyz Republic:", BELARUS)
    assert read.rows(page, "chambers") == []
    assert len(read.rows(page, "delegations")) == 1


def test_a_name_of_several_is_told_by_the_delegation_before(read: Reader) -> None:
    tajik = (
        "Delegation of the Supreme Assembly of the Republic of Tajikistan to the CSTO PA consists of 6 "
        "deputies of the National Assembly."
    )
    page = read.sidebar(tajik, "Website of the National Assembly: https://e.example/")
    assert [row["chamber_id"] for row in read.rows(page, "chambers")] == ["TJ-UC01"]
    alone = read.problem(read.sidebar("Website of the National Assembly: https://e.example/"))
    assert '"the National Assembly" may be ' in alone.message
    assert "Supreme Assembly of the Republic of Tajikistan" in alone.message


def test_a_sentence_twice_is_one_row_and_two_that_differ_are_a_problem(read: Reader) -> None:
    assert len(read.rows(read.sidebar(KYRGYZSTAN, KYRGYZSTAN), "delegations")) == 1
    problem = read.problem(read.sidebar(KYRGYZSTAN, KYRGYZSTAN.replace("6", "7")))
    assert (problem.line, problem.message) == (2, "the page states this delegation twice, and not alike")


@pytest.mark.parametrize(
    ("sentence", "words", "message"),
    [
        (KYRGYZSTAN.replace("6", "six"), "six", '"six" is no number of seats in digits'),
        (KYRGYZSTAN.replace("6", "twenty one"), "twenty one", '"twenty one" is no number'),
        (KYRGYZSTAN.replace("6", "0"), "0", '"0" is no number'),
        (KYRGYZSTAN.replace("6", "1000"), "1000", '"1000" is no number'),
        (BELARUS.replace("4", "four"), "four", '"four" is no number'),
        (
            KYRGYZSTAN.replace("Council", "Counsil"),
            "the Supreme Counsil of the Kyrgyz Republic",
            "the nearest known: Supreme Council of the Kyrgyz Republic",
        ),
        (
            BELARUS.replace("from the House", "from the Hause"),
            "the Hause of Representatives of the National Assembly of the Republic of Belarus",
            "has no chamber called",
        ),
        (
            BELARUS.replace(
                "the Council of the Republic of the National", "the Senate of the Parliament of the National"
            ),
            "the Senate of the Parliament of the National Assembly of the Republic of Belarus",
            "has no chamber called",
        ),
        (
            (
                "Delegation of the Supreme Council of the Kyrgyz Republic to the CSTO PA consists of 6 "
                "deputies of the State Duma."
            ),
            "the State Duma",
            "the Supreme Council of the Kyrgyz Republic has no chamber called",
        ),
        (
            "Delegation of the National Assembly of the Republic of Belarus to the CSTO PA consists of 6 deputies.",
            "6 deputies",
            "it does not say which chamber: House of Representatives or Council of the Republic",
        ),
        (
            "Delegation of the National Assembly to the CSTO PA consists of 6 deputies.",
            "the National Assembly",
            '"the National Assembly" may be',
        ),
        (
            "Delegation of the State Duma of the Russian Federation to the CSTO PA consists of 6 deputies.",
            "the State Duma of the Russian Federation",
            "it is a chamber, not a parliament",
        ),
        (
            (
                "Delegation of the Federal Assembly of the Russian Federation to the CSTO PA consists of 6 "
                "deputies of the State Duma and 6 deputies of the State Duma."
            ),
            (
                "Delegation of the Federal Assembly of the Russian Federation to the CSTO PA consists of 6 "
                "deputies of the State Duma and 6 deputies of the State Duma."
            ),
            "seats to the same chamber twice",
        ),
        (
            KYRGYZSTAN.replace("consists of", "comprises"),
            KYRGYZSTAN.replace("consists of", "comprises"),
            "no known form",
        ),
        (KYRGYZSTAN.replace("Delegation", "Delgation"), KYRGYZSTAN.replace("Delegation", "Delgation"), "no known form"),
        (
            "Websight of the State Duma: http://b.example",
            "Websight of the State Duma: http://b.example",
            "no known form",
        ),
        ("Website of the State Duma: b.example", "b.example", "is no address"),
        ("Website of the State Duma: http://b.example;", "http://b.example;", "is no address"),
        ("Website of the State Duma: http://example", "http://example", "is no address"),
        ("Website of the State Duma: http://[b.example", "http://[b.example", "is no address"),
        ("Website of the Parliament of Kazakhstan: http://b.example", "the Parliament of Kazakhstan", "which chamber"),
        (
            "Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic: Anna Exampel",
            "Anna Exampel",
            'nobody is called "Anna Exampel"; the nearest known: Anna Example',
        ),
        (
            (
                "Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic: Anna Example, "
                "Boris Sample"
            ),
            "Anna Example, Boris Sample",
            "is not the name of one person",
        ),
        (
            "Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic:",
            "Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic:",
            "no known form",
        ),
        (
            "Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic, a good man: Anna Example",
            "a good man",
            "no known word of office",
        ),
    ],
)
def test_what_is_not_understood_is_a_problem_that_names_line_and_words(
    read: Reader, sentence: str, words: str, message: str
) -> None:
    page = read.sidebar("Website of the State Duma of the Russian Federation:", sentence)
    problem = read.problem(page)
    assert message in problem.message
    assert (problem.line, problem.text) == (2, words)
    assert page.page.text[problem.span.start : problem.span.end] == words
    assert problem.mend


def test_two_representatives_of_one_parliament_are_a_problem(read: Reader) -> None:
    start = "Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic: "
    assert read.problem(read.sidebar(f"{start}Anna Example", f"{start}Boris Sample")).line == 2
    assert len(read.rows(read.sidebar(f"{start}Anna Example", f"{start}Anna Example"), "positions")) == 1


def test_a_name_whose_words_are_turned_round_is_near(read: Reader) -> None:
    sentence = "Plenipotentiary representative of the Jogorku Kenesh: Example Anna"
    for add_people in (False, True):
        problem = read.problem(read.sidebar(sentence, add_people=add_people))
        assert problem.message == 'nobody is called "Example Anna"; the nearest known: Anna Example'
        assert "or of names, if it is Anna Example: Example Anna,en,,,an-example,anna-example" in (problem.mend or "")


@pytest.mark.parametrize(
    ("sentence", "row"),
    [
        (
            (
                "Delegation of the House of Elders of the Islamic Republic of Afghanistan to the CSTO PA "
                "consists of 2 members."
            ),
            (
                "parliaments: AF,Islamic Republic of Afghanistan,House of Elders of the Islamic Republic of "
                "Afghanistan,,an-example"
            ),
        ),
        (
            "Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic: Dora Specimen",
            "row of people: dora-specimen,Dora Specimen,an-example",
        ),
        (
            "Полномочный представитель Жогорку Кенеша Кыргызской Республики: Пример Борис Петрович",
            "row of people: boris-primer,Борис Пример,an-example",
        ),
        (
            "Полномочный представитель Жогорку Кенеша Кыргызской Республики: Сэмпл Борис Петрович",
            "of names, if it is Boris Sample: Сэмпл Борис Петрович,ru,,,an-example,boris-sample",
        ),
        ("Сайт Палаты лордов: http://x.example", "names: Палаты лордов,ru,"),
    ],
)
def test_the_row_to_add_is_shown(read: Reader, sentence: str, row: str) -> None:
    assert row in (read.problem(read.sidebar(sentence)).mend or "")


def test_an_unknown_chamber_of_a_known_parliament_shows_the_row_to_add() -> None:
    sentence = "Delegation of the National Assembly of the Republic of Armenia to the CSTO PA consists of 5 deputies."
    page = cstodata.extract(f"{sentence}\nA Title\n6 June 2022\nA body.", address="https://pacsto.org/events/x")
    (problem,) = page.problems
    assert problem.mend == "Add the row of chambers: AM-LC01,AM,National Assembly,single,,x"


@pytest.mark.parametrize("parliaments", [0, 1, 5, 6, 7])
@pytest.mark.parametrize("sites", range(8))
def test_any_number_of_parliaments_with_any_sites(read: Reader, parliaments: int, sites: int) -> None:
    named = {
        "BY": ("National Assembly of the Republic of Belarus", "7 deputies from the House of Representatives"),
        "KZ": ("Parliament of the Republic of Kazakhstan", "8 deputies from the Mazhilis"),
        "KG": ("Supreme Council of the Kyrgyz Republic", "6 deputies"),
        "RU": ("Federal Assembly of the Russian Federation", "10 deputies of the State Duma"),
        "TJ": ("Supreme Assembly of the Republic of Tajikistan", "6 deputies of the Assembly of Representatives"),
        "AM": ("National Assembly of the Republic of Armenia", "5 deputies"),
        "RS": ("National Assembly of the Republic of Serbia", "2 deputies"),
    }
    chambers = [
        "Mazhilis of the Parliament of Kazakhstan",
        "State Duma",
        "National Assembly of the Republic of Armenia",
    ]
    people = [
        "Anna Example",
        "Boris Sample",
        "Dora Dummy",
        "Erik Placeholder",
        "Fay Fixture",
        "Gus Template",
        "Hal Mock",
    ]
    lines, expected = [], set()
    for (code, (name, part)), person in list(zip(named.items(), people, strict=True))[:parliaments]:
        lines.append(f"Delegation of the {name} to the CSTO PA consists of {part}.")
        lines.append(f"Plenipotentiary representative of the {name}: {person}")
        expected.add(code)
    for bit, chamber in enumerate(chambers):
        lines.append(f"Website of the {chamber}:" + (f" https://{bit}.example/" if sites >> bit & 1 else ""))
    page = read.sidebar(*lines)
    assert {row["parliament_id"] for row in read.rows(page, "delegations")} == expected
    assert {row["website"] for row in read.rows(page, "chambers")} == {
        f"https://{bit}.example/" for bit in range(3) if sites >> bit & 1
    }
    assert [row["title"] for row in read.rows(page, "news")] == ["A Title of Our Own"]


def test_a_name_that_is_short_for_another_parliaments_is_nobodys_alone() -> None:
    page = cstodata.extract(f"Website of the National Assembly: https://e.example/\n{PLAIN}", address=ADDRESS)
    (problem,) = page.problems
    assert problem.message.startswith('"the National Assembly" may be National Assembly of the Republic of Armenia or ')
    page = cstodata.extract(f"{PLAIN} The National Assembly and the National Assembly of Belarus met.", address=ADDRESS)
    mentioned = [row.cells for row in page.rows if row.resource == "mentions"]
    assert [(row["parliament_id"], row["chamber_id"], row["count"]) for row in mentioned] == [("BY", None, 1)]


@pytest.mark.parametrize(
    ("position", "why"),
    [
        ("acting", "is no position"),
        ("Speaker (acting)", "is no position"),
        ("Speaker - Chairman", "is no position"),
        ("Speaker since 2020", "is no position"),
        ("Speaker of the Mazhilys", "nearest known: Mazhilis of the Parliament of the Republic of Kazakhstan"),
        ("Speaker of the Senate, Member of the Supreme Counsil", "nearest known: Supreme Council of the Kyrgyz"),
    ],
)
def test_a_position_that_is_not_wholly_understood_is_a_problem(read: Reader, position: str, why: str) -> None:
    sentence = f"Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic, {position}: Anna Example"
    problem = read.problem(read.sidebar(sentence))
    assert problem.text == position
    assert why in problem.message


@pytest.mark.parametrize("name", ["To Be Appointed", "See Above", "The Same Person", "Vacant Position"])
def test_words_that_name_nobody_become_no_person(read: Reader, name: str) -> None:
    sentence = f"Plenipotentiary representative of the Supreme Council of the Kyrgyz Republic: {name}"
    problem = read.problem(read.sidebar(sentence, add_people=True))
    assert problem.message == f'"{name}" is not the name of one person'
