"""`cstodata.extract`, as users call it."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

import cstodata
from cstodata.errors import PackageNotFoundError, PageError, TableReadError, UnknownNameError

REPOSITORY = Path(__file__).parents[2]
PAGE = "A Title of Our Own\n6 June 2022\nKogut’s body."
ADDRESS = "https://pacsto.org/events/an-example"


def test_text_and_bytes_of_a_page_are_one() -> None:
    by_text, by_bytes = cstodata.extract(PAGE, address=ADDRESS), cstodata.extract(PAGE.encode(), address=ADDRESS)
    assert by_text == by_bytes
    assert by_text.page.sha256 == sha256(PAGE.encode()).hexdigest()
    assert [row.resource for row in by_text.rows] == ["sources", "news", "mentions"]


def test_extract_stays_a_function_after_use() -> None:
    cstodata.extract(PAGE)
    assert callable(cstodata.extract)
    assert isinstance(cstodata.extract(PAGE), cstodata.Extraction)


def test_what_is_not_utf_8_is_told() -> None:
    with pytest.raises(PageError, match="text: it is not UTF-8, and does not say what: byte 0xff at offset 2"):
        cstodata.extract(b"ab\xff")


def test_the_package_tells_the_names(dataset: Path) -> None:
    people = dataset / "data" / "people.csv"
    people.write_text(people.read_text(encoding="utf-8").replace("Viktor Kogut", "Viktor Exampleman"), encoding="utf-8")
    found = cstodata.extract(PAGE, address=ADDRESS, package=dataset)
    assert [row.resource for row in found.rows] == ["sources", "news"]


@pytest.mark.parametrize("resource", ["parliaments", "chambers", "names", "people", "sources"])
def test_a_package_without_a_table_of_names_is_told(dataset: Path, resource: str) -> None:
    descriptor = dataset / "datapackage.json"
    text = descriptor.read_text(encoding="utf-8").replace(f'"name": "{resource}"', '"name": "other"')
    descriptor.write_text(text, encoding="utf-8")
    with pytest.raises(UnknownNameError, match=resource):
        cstodata.extract(PAGE, package=dataset)


def test_a_table_of_names_that_cannot_be_read_is_told(dataset: Path, tmp_path: Path) -> None:
    (dataset / "data" / "people.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(TableReadError, match="people"):
        cstodata.extract(PAGE, package=dataset)
    with pytest.raises(PackageNotFoundError):
        cstodata.extract(PAGE, package=tmp_path / "none")


def test_a_package_whose_names_are_never_peoples_is_read(dataset: Path) -> None:
    names, schema = dataset / "data" / "names.csv", dataset / "schemas" / "names.json"
    rows = names.read_text(encoding="utf-8").splitlines()
    names.write_text("".join(f"{row.rpartition(',')[0]}\n" for row in rows), encoding="utf-8")
    descriptor = json.loads(schema.read_text(encoding="utf-8"))
    assert descriptor["fields"].pop()["name"] == descriptor["foreignKeys"].pop()["fields"][0] == "person_id"
    schema.write_text(json.dumps(descriptor), encoding="utf-8")
    assert len(cstodata.extract(PAGE, address=ADDRESS, package=dataset).rows) == len(("source", "news", "mention"))


def test_the_example_of_the_explanation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (REPOSITORY / "docs" / "explanation" / "extraction.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)  # noqa: S102 -- our own example
    extraction = names["extraction"]
    assert isinstance(extraction, cstodata.Extraction)
    assert extraction.problems == ()
    told = capsys.readouterr().out
    assert "delegation_seats {'delegation_id': 'KG-2022-06-06', 'chamber_id': 'KG-LC01', 'seats': 6" in told
    assert "['Mazhilis']" in told
