"""The Russian edition, read by the same engine with its own forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.extraction.conftest import Reader

ARTICLE = "Пример заголовка\n6 июня 2022{}\nПример заголовка\nСлова о встрече, долгой и хорошей."


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            (
                "Делегация Национального собрания Республики Беларусь в ПА ОДКБ представлена 7 депутатами "
                "Палаты представителей Национального собрания Республики Беларусь и 4 членами Совета "
                "Республики Национального собрания Республики Беларусь."
            ),
            {"BY-LC01": (7, "deputies"), "BY-UC01": (4, "members")},
        ),
        (
            (
                "Делегация Парламента Республики Казахстан в ПА ОДКБ состоит из 8 депутатов Мажилиса и 1 "
                "члена Сената Парламента Республики Казахстан."
            ),
            {"KZ-LC01": (8, "deputies"), "KZ-UC01": (1, "members")},
        ),
        (
            "Делегация Жогорку Кенеша Кыргызской Республики в ПА ОДКБ состоит из 6 депутатов",
            {"KG-LC01": (6, "deputies")},
        ),
        (
            (
                "Делегация Федерального Собрания Российской Федерации в ПА ОДКБ представлена 10 депутатами "
                "Государственной Думы Федерального Собрания Российской Федерации и 12 сенаторами Российской "
                "Федерации."
            ),
            {"RU-LC01": (10, "deputies"), "RU-UC01": (12, "senators")},
        ),
        (
            (
                "Делегация Федерального Собрания Российской Федерации в ПА ОДКБ состоит из 9 депутатов "
                "Государственной Думы Российской Федерации"
            ),
            {"RU-LC01": (9, "deputies")},
        ),
        (
            "Делегация Национального Собрания Республики Армения в ПА ОДКБ представлена 5 депутатами.",
            {"AM-LC01": (5, "deputies")},
        ),
    ],
)
@pytest.mark.parametrize("ending", ["", " года", " г."])
def test_a_delegation_is_read(read: Reader, sentence: str, expected: dict[str, tuple[int, str]], ending: str) -> None:
    page = read(f"{sentence}\n{ARTICLE.format(ending)}")
    found = read.rows(page, "delegation_seats")
    assert {row["chamber_id"]: (row["seats"], row["member_title"]) for row in found} == expected
    (source,) = read.rows(page, "sources")
    assert (source["language"], str(source["published_on"])) == ("ru", "2022-06-06")


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Примерова Анна Ивановна", "anna-example"),
        ("Образцова Вера Петровна", "vera-obraztsova"),
        ("Образцова Вера", "vera-obraztsova"),
        ("Вера Образцова", "vera-obraztsova"),
    ],
)
@pytest.mark.parametrize("second", ["", ", заместитель Ответственного секретаря ПА ОДКБ", " — Председатель Сената"])
def test_a_representative_is_read_surname_first(read: Reader, name: str, person: str, second: str) -> None:
    page = read(f"Полномочный представитель Парламента Республики Казахстан{second}: {name}\n{ARTICLE.format('')}")
    held = {
        row["position"]: (row["person_id"], row["parliament_id"], row["chamber_id"])
        for row in read.rows(page, "positions")
    }
    assert held.pop("Plenipotentiary representative") == (person, "KZ", None)
    expected = {
        "": {},
        ", заместитель Ответственного секретаря ПА ОДКБ": {
            "Заместитель Ответственного секретаря ПА ОДКБ": (person, None, None)
        },
        " — Председатель Сената": {"Председатель": (person, None, "KZ-UC01")},
    }
    assert held == expected[second]


def test_a_website_is_read(read: Reader) -> None:
    page = read(f"Сайт Государственной Думы: http://x.example/\n{ARTICLE.format('')}")
    assert [row["chamber_id"] for row in read.rows(page, "chambers")] == ["RU-LC01"]


def test_the_letters_io_and_ie_are_one(read: Reader) -> None:
    page = read(f"Сайт Парламёнта Республики Казахстан: \n{ARTICLE.format('')}")
    assert "which chamber" in read.problem(page).message


def test_a_person_who_is_added_is_called_given_name_first(read: Reader) -> None:
    page = read(
        f"Полномочный представитель Парламента Республики Казахстан: Новых Зоя Львовна\n{ARTICLE.format('')}",
        add_people=True,
    )
    assert [(row["person_id"], row["name"]) for row in read.rows(page, "people")] == [("zoia-novykh", "Зоя Новых")]


def test_a_person_without_a_patronymic_is_not_added_as_nobody_knows_which_name_is_the_family_s(read: Reader) -> None:
    page = read(
        f"Полномочный представитель Парламента Республики Казахстан: Зоя Новых\n{ARTICLE.format('')}", add_people=True
    )
    assert 'nobody is called "Зоя Новых"' in read.problem(page).message


def test_a_person_known_in_latin_letters_is_not_added_again(read: Reader) -> None:
    page = read(
        f"Полномочный представитель Парламента Республики Казахстан: Сэмпл Борис Львович\n{ARTICLE.format('')}",
        add_people=True,
    )
    assert "the nearest known: Boris Sample" in read.problem(page).message


def test_positions_and_mentions_are_found_in_the_body(read: Reader) -> None:
    page = read(
        "Пример заголовка\n6 июня 2022\n"
        "Вера Образцова, председатель Мажилиса Парламента Республики Казахстан, открыла встречу. Образцова была рада."
    )
    (position,) = read.rows(page, "positions")
    assert (position["position"], position["chamber_id"]) == ("Председатель", "KZ-LC01")
    counts = {row["mention_id"]: row["count"] for row in read.rows(page, "mentions")}
    assert counts == {"an-example/vera-obraztsova": 2, "an-example/KZ-LC01": 1, "an-example/KZ": 1}
