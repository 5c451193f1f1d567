"""A package whose names are known, and pages made of our own words in the form of the Assembly's."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cstodata.extraction.extraction import Page
from cstodata.extraction.known import known_of
from cstodata.extraction.read import read_page
from cstodata.package.descriptor import read_package

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from cstodata.extraction.extraction import Extraction, Problem
    from cstodata.extraction.known import Known

    Rows = list[Mapping[str, str | int | date | None]]

REPOSITORY = Path(__file__).parents[2]
ADDRESS = "https://pacsto.org/events/an-example"
SOURCE = "opyt-pa-odkb-po-zaschite-elektoralnyh-protsessov"
ARTICLE = "A Title of Our Own\n6 June 2022\nA Title of Our Own\nThe meeting was long and good."

MORE: dict[str, list[str]] = {
    "parliaments": [f"RS,Republic of Serbia,National Assembly of the Republic of Serbia,unicameral,{SOURCE}"],
    "chambers": [
        f"AM-LC01,AM,National Assembly,single,,{SOURCE}",
        f"RS-LC01,RS,National Assembly,single,,{SOURCE}",
    ],
    "people": [
        f"anna-example,Anna Example,{SOURCE}",
        f"boris-sample,Boris Sample,{SOURCE}",
        f"carl-o-pattern,Carl O’Pattern,{SOURCE}",
        f"dora-dummy,Dora Dummy,{SOURCE}",
        f"erik-placeholder,Erik Placeholder,{SOURCE}",
        f"fay-fixture,Fay Fixture,{SOURCE}",
        f"gus-template,Gus Template,{SOURCE}",
        f"hal-mock,Hal Mock,{SOURCE}",
        f"vera-obraztsova,Вера Образцова,{SOURCE}",
    ],
    "names": [
        f"Национального собрания Республики Беларусь,ru,BY,,{SOURCE},",
        f"Палаты представителей,ru,,BY-LC01,{SOURCE},",
        f"Совета Республики,ru,,BY-UC01,{SOURCE},",
        f"Парламента Республики Казахстан,ru,KZ,,{SOURCE},",
        f"Мажилиса,ru,,KZ-LC01,{SOURCE},",
        f"Сената,ru,,KZ-UC01,{SOURCE},",
        f"Жогорку Кенеша Кыргызской Республики,ru,KG,,{SOURCE},",
        f"Федерального Собрания Российской Федерации,ru,RU,,{SOURCE},",
        f"Государственной Думы,ru,,RU-LC01,{SOURCE},",
        f"Совета Федерации,ru,,RU-UC01,{SOURCE},",
        f"Маджлиси Оли Республики Таджикистан,ru,TJ,,{SOURCE},",
        f"Маджлиси намояндагон,ru,,TJ-LC01,{SOURCE},",
        f"Маджлиси милли,ru,,TJ-UC01,{SOURCE},",
        f"Национального Собрания Республики Армения,ru,AM,,{SOURCE},",
        f"Народной скупщины Республики Сербия,ru,RS,,{SOURCE},",
        f"Примерова Анна Ивановна,ru,,,{SOURCE},anna-example",
    ],
}


def make_package(folder: Path, *, more: Mapping[str, Iterable[str]] = MORE, emptied: Iterable[str] = ()) -> Path:
    """The dataset with more rows, or with tables emptied."""
    shutil.copytree(REPOSITORY / "schemas", folder / "schemas")
    shutil.copytree(REPOSITORY / "data", folder / "data")
    shutil.copy(REPOSITORY / "datapackage.json", folder)
    for resource in emptied:
        file = folder / "data" / f"{resource}.csv"
        file.write_text(file.read_text(encoding="utf-8").partition("\n")[0] + "\n", encoding="utf-8")
    for resource, rows in more.items():
        with (folder / "data" / f"{resource}.csv").open("a", encoding="utf-8") as file_:
            file_.writelines(f"{row}\n" for row in rows)
    assert json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return folder


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return known_of(read_package(make_package(tmp_path_factory.mktemp("known") / "package")))


@dataclass(frozen=True)
class Reader:
    """Reads pages."""

    known: Known

    def __call__(
        self, text: str, *, address: str | None = ADDRESS, captured_on: date | None = None, add_people: bool = False
    ) -> Extraction:
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        page = Page(place="page.txt", text=text, sha256=digest, address=address, captured_on=captured_on)
        return read_page(page, self.known, add_people=add_people)

    def sidebar(self, *sentences: str, add_people: bool = False) -> Extraction:
        """Read a page with this sidebar and an article that says nothing."""
        return self("\n".join((*sentences, ARTICLE)), add_people=add_people)

    def body(self, *paragraphs: str, title: str = "A Title of Our Own", add_people: bool = False) -> Extraction:
        """Read a page without a sidebar, with this body."""
        return self("\n".join((title, "6 June 2022", *paragraphs)), add_people=add_people)

    @staticmethod
    def rows(extraction: Extraction, resource: str) -> Rows:
        """The cells of one table of a page on which everything is understood."""
        assert extraction.problems == ()
        assert extraction.is_understood
        return [row.cells for row in extraction.rows if row.resource == resource]

    @staticmethod
    def said(extraction: Extraction, resource: str) -> list[tuple[str, ...]]:
        """The words that state each row of one table."""
        text = extraction.page.text
        return [
            tuple(text[span.start : span.end] for span in row.spans)
            for row in extraction.rows
            if row.resource == resource
        ]

    @staticmethod
    def problem(extraction: Extraction) -> Problem:
        """The only problem of a page."""
        (problem,) = extraction.problems
        assert not extraction.is_understood
        return problem


@pytest.fixture(scope="session")
def read(known: Known) -> Reader:
    return Reader(known)
