"""Laws: what a generator writes as sentences is what is read from them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cstodata.validation.rules.texts import UNSEEN

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn
    from tests.extraction.conftest import Reader

ARTICLES = {
    "en": "A Title of Our Own\n6 June 2022\nThe meeting was long and good.",
    "ru": "Пример заголовка\n6 июня 2022 года\nВстреча была долгой и хорошей.",
}
PARLIAMENTS = {
    "en": {
        "BY": ["National Assembly of the Republic of Belarus", "National Assembly of Belarus"],
        "KZ": ["Parliament of the Republic of Kazakhstan", "Parliament of Kazakhstan"],
        "KG": ["Supreme Council of the Kyrgyz Republic", "Jogorku Kenesh of the Kyrgyz Republic", "Jogorku Kenesh"],
        "RU": ["Federal Assembly of the Russian Federation"],
        "TJ": ["Supreme Assembly of the Republic of Tajikistan", "Majlisi Oli of Tajikistan", "Majlisi Oli"],
        "AM": ["National Assembly of the Republic of Armenia", "National Assembly of Armenia"],
        "RS": ["National Assembly of the Republic of Serbia", "National Assembly of Serbia"],
    },
    "ru": {
        "BY": ["Национального собрания Республики Беларусь"],
        "KZ": ["Парламента Республики Казахстан"],
        "KG": ["Жогорку Кенеша Кыргызской Республики"],
        "RU": ["Федерального Собрания Российской Федерации"],
        "TJ": ["Маджлиси Оли Республики Таджикистан"],
        "AM": ["Национального Собрания Республики Армения"],
        "RS": ["Народной скупщины Республики Сербия"],
    },
}
CHAMBERS = {
    "en": {
        "BY-LC01": "House of Representatives",
        "BY-UC01": "Council of the Republic",
        "KZ-LC01": "Mazhilis",
        "KZ-UC01": "Senate",
        "RU-LC01": "State Duma",
        "RU-UC01": "Federation Council",
        "TJ-LC01": "Assembly of Representatives",
        "TJ-UC01": "National Assembly",
    },
    "ru": {
        "BY-LC01": "Палаты представителей",
        "BY-UC01": "Совета Республики",
        "KZ-LC01": "Мажилиса",
        "KZ-UC01": "Сената",
        "RU-LC01": "Государственной Думы",
        "RU-UC01": "Совета Федерации",
        "TJ-LC01": "Маджлиси намояндагон",
        "TJ-UC01": "Маджлиси милли",
    },
}
ONLY = {"KG": "KG-LC01", "AM": "AM-LC01", "RS": "RS-LC01"}
COUNTRY = {"en": "the Russian Federation", "ru": "Российской Федерации"}
TITLES = {
    "en": {
        "deputies": ("deputies", "deputies"),
        "members": ("members", "members"),
        "senators": ("senators", "senators"),
    },
    "ru": {
        "deputies": ("депутатами", "депутатов"),
        "members": ("членами", "членов"),
        "senators": ("сенаторами", "сенаторов"),
    },
}
PEOPLE = {
    "anna-example": ("Anna Example", "Примерова Анна Ивановна"),
    "boris-sample": ("Boris Sample", None),
    "dora-dummy": ("Dora Dummy", None),
    "vera-obraztsova": ("Вера Образцова", "Образцова Вера Львовна"),
    "viktor-kogut": ("Viktor Kogut", None),
}
OFFICES = {
    "en": [(", ", "deputy Executive Secretary of the CSTO PA"), (" - ", "Coordinator of the CSTO PA")],
    "ru": [(", ", "заместитель Ответственного секретаря ПА ОДКБ"), (" – ", "координатор ПА ОДКБ")],
}


@dataclass(frozen=True)
class Facts:
    """What a sidebar states, and the sidebar."""

    language: str
    seats: dict[str, dict[str, tuple[int, str]]]
    representatives: dict[str, str]
    positions: set[tuple[str, str, str | None]]
    websites: dict[str, str]
    text: str


@st.composite
def sidebars(draw: DrawFn) -> Facts:
    """Random facts, worded in random forms."""
    language = draw(st.sampled_from(["en", "ru"]))
    codes = draw(st.lists(st.sampled_from(sorted(PARLIAMENTS["en"])), unique=True, max_size=7))
    people = draw(st.permutations([key for key in sorted(PEOPLE) if language == "en" or PEOPLE[key][1]]))
    seats: dict[str, dict[str, tuple[int, str]]] = {}
    representatives: dict[str, str] = {}
    positions: set[tuple[str, str, str | None]] = set()
    websites: dict[str, str] = {}
    lines: list[str] = []
    for at, code in enumerate(codes):
        seats[code], sentence = draw(delegation(language, code))
        lines.append(sentence)
        if at < len(people) and draw(st.booleans()):
            person, second = people[at], draw(st.sampled_from([None, *OFFICES[language]]))
            latin, cyrillic = PEOPLE[person]
            name = cyrillic if cyrillic and language == "ru" else latin
            joint, office = second or ("", "")
            lines.append(f"{opening(draw, language)} {worded(draw, language, code)}{joint}{office}: {name}")
            representatives[code] = person
            positions.add((person, "Plenipotentiary representative", code))
            if second:
                positions.add((person, office[0].upper() + office[1:], None))
        for chamber in seats[code]:
            if draw(st.booleans()):
                address = draw(st.sampled_from(["", f"https://{chamber.lower()}.example/"]))
                lines.append(f"{website(draw, language, code, chamber)}:{draw(st.sampled_from(['', ' ']))}{address}")
                websites |= {chamber: address} if address else {}
    return Facts(
        language=language,
        seats=seats,
        representatives=representatives,
        positions=positions,
        websites=websites,
        text=draw(st.sampled_from(["\n", "\r\n", "\n\n"])).join([*lines, ARTICLES[language]]),
    )


@st.composite
def delegation(draw: DrawFn, language: str, code: str) -> tuple[dict[str, tuple[int, str]], str]:
    """A delegation's seats, and its sentence."""
    by_verb = draw(st.sampled_from([0, 1]))
    verb = {"en": ["is represented by", "consists of"], "ru": ["представлена", "состоит из"]}[language][by_verb]
    known = [chamber for chamber in CHAMBERS["en"] if chamber.startswith(code)]
    chambers = draw(st.lists(st.sampled_from(known), unique=True, min_size=1)) if known else [ONLY[code]]
    facts, parts = {}, []
    for chamber in chambers:
        number, title = draw(st.integers(1, 999)), draw(st.sampled_from(["deputies", "members", "senators"]))
        facts[chamber] = (number, title)
        body = whose(draw, language, code, chamber, title)
        parts.append(f"{number} {TITLES[language][title][by_verb]}{body}")
    joined = {"en": " and ", "ru": " и "}[language].join(parts)
    parliament = worded(draw, language, code)
    where = {"en": "to the CSTO PA", "ru": "в ПА ОДКБ"}[language]
    start = {"en": "Delegation of the", "ru": "Делегация"}[language]
    return facts, f"{start} {parliament} {where} {verb} {joined}{draw(st.sampled_from(['', '.']))}"


def worded(draw: DrawFn, language: str, code: str) -> str:
    return draw(st.sampled_from(PARLIAMENTS[language][code]))


def opening(draw: DrawFn, language: str) -> str:
    if language == "ru":
        return "Полномочный представитель"
    return f"Plenipotentiary {draw(st.sampled_from(['r', 'R']))}epresentative of the"


def whose(draw: DrawFn, language: str, code: str, chamber: str, title: str) -> str:
    """The chamber that fills seats, as a sentence names it: perhaps not at all."""
    if code in ONLY:
        return ""
    if chamber == "RU-UC01" and title == "senators" and draw(st.booleans()):
        return f" of {COUNTRY['en']}" if language == "en" else f" {COUNTRY['ru']}"
    link = draw(st.sampled_from([" of the ", " from the ", " of "])) if language == "en" else " "
    return f"{link}{named(draw, language, code, chamber)}"


def named(draw: DrawFn, language: str, code: str, chamber: str) -> str:
    """A chamber, perhaps with its parliament."""
    link = " of the " if language == "en" else " "
    parliament = f"{link}{worded(draw, language, code)}" if draw(st.booleans()) else ""
    return f"{CHAMBERS[language][chamber]}{parliament}"


def website(draw: DrawFn, language: str, code: str, chamber: str) -> str:
    body = worded(draw, language, code) if code in ONLY else named(draw, language, code, chamber)
    return f"Website of the {body}" if language == "en" else f"Сайт {body}"


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(facts=sidebars())
def test_extraction_gives_back_exactly_what_a_sidebar_was_written_from(read: Reader, facts: Facts) -> None:
    page = read(facts.text)
    seats: dict[object, dict[object, object]] = {}
    for row in read.rows(page, "delegation_seats"):
        code = str(row["delegation_id"])[:2]
        seats.setdefault(code, {})[row["chamber_id"]] = (row["seats"], row["member_title"])
    assert seats == facts.seats
    delegations = {
        row["parliament_id"]: (row["seats_total"], row["representative_id"]) for row in read.rows(page, "delegations")
    }
    assert delegations == {
        code: (sum(number for number, _ in parts.values()), facts.representatives.get(code))
        for code, parts in facts.seats.items()
    }
    held = {(row["person_id"], row["position"], row["parliament_id"]) for row in read.rows(page, "positions")}
    assert held == facts.positions
    assert {row["chamber_id"]: row["website"] for row in read.rows(page, "chambers")} == facts.websites
    (news,) = read.rows(page, "news")
    assert (news["language"], str(news["published_on"]), news["word_count"]) == (
        facts.language,
        "2022-06-06",
        {"en": 6, "ru": 5}[facts.language],
    )


@settings(max_examples=100)
@given(
    facts=sidebars(),
    cut=st.integers(0, 1200),
    odd=st.text(st.sampled_from("ab e\u0301\u200b\u00a0\u00ad\u202e\u2126&;#\n\r.,:-1") | st.characters(), max_size=20),
)
def test_a_page_changed_anywhere_is_read_or_refused_its_cells_are_clean_and_its_spans_lie_on_it(
    read: Reader, facts: Facts, cut: int, odd: str
) -> None:
    text = facts.text[:cut] + odd + facts.text[cut:]
    page = read(text)
    for spans in (*(row.spans for row in page.rows), *((problem.span,) for problem in page.problems)):
        for span in spans:
            assert 0 <= span.start <= span.end <= len(text)
    for cell in (cell for row in page.rows for cell in row.cells.values() if isinstance(cell, str)):
        assert unicodedata.is_normalized("NFC", cell)
        assert cell == cell.strip()
        assert not any(first <= ord(character) <= last for first, last in UNSEEN for character in cell)
    for problem in page.problems:
        assert 1 <= problem.line <= text.count("\n") + text.count("\r") + 1


@settings(max_examples=100)
@given(text=st.text())
def test_any_text_is_read_without_raising(read: Reader, text: str) -> None:
    assert read(text).page.text == text
