from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cstodata
from cstodata.model.report import Outcome
from cstodata.package import tables
from cstodata.validation.rules import registry
from cstodata.validation.rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from cstodata.model.finding import Finding
    from cstodata.validation.rules.base import Rule

CASES = Path(__file__).parents[1] / "cases"
TODAY = date(2026, 2, 20)

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def escaped(text: str) -> str:
    return "".join(c if c.isprintable() and (c.isascii() or c.isalpha()) else f"\\u{ord(c):04x}" for c in text)


def told(finding: Finding) -> str:
    value = escaped(finding.value or "")
    return f"{finding.resource} row {finding.row} {finding.field}={value}: {escaped(finding.message)}"


@each_rule
def test_every_rule_catches_its_bad_case(rule: type[Rule], case_package: Callable[[Path], Path]) -> None:
    expected = (CASES / rule.id / "bad" / "expected.txt").read_text(encoding="utf-8").splitlines()
    report = cstodata.validate(case_package(CASES / rule.id / "bad"), rules=[rule.id], today=TODAY)
    (result,) = report.rules
    assert [told(finding) for finding in result.findings] == expected
    assert result.count == len(expected)
    assert {finding.type for finding in result.findings} == {f"cstodata/{rule.id}"}
    assert {finding.severity for finding in result.findings} == {rule.severity}


@pytest.mark.xdist_group("spark")
@each_rule
def test_every_rule_catches_the_same_on_spark(
    rule: type[Rule], spark: Any, case_package: Callable[[Path], Path]
) -> None:
    package = case_package(CASES / rule.id / "bad")
    engine = cstodata.SparkEngine(spark, min_bytes=0, tasks=2)
    report = cstodata.validate(package, rules=[rule.id], today=TODAY, engine=engine)
    assert {str(table.how).partition(",")[0] for table in report.tables} == {"on Spark"}
    assert report.rules == cstodata.validate(package, rules=[rule.id], today=TODAY).rules


@each_rule
def test_every_rule_finds_its_good_case_clean(rule: type[Rule], case_package: Callable[[Path], Path]) -> None:
    report = cstodata.validate(case_package(CASES / rule.id / "good"), rules=[rule.id], today=TODAY)
    (result,) = report.rules
    assert (result.outcome, result.findings) == (Outcome.HOLDS, ())


@each_rule
def test_every_rule_is_explained_and_names_a_mend(rule: type[Rule]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert rule.__doc__ is not None
    assert rule.__doc__.partition("\n")[0].endswith(".")
    assert rule.mend.endswith(".")


def test_every_case_belongs_to_a_rule() -> None:
    assert sorted(folder.name for folder in CASES.iterdir()) == sorted(rule.id for rule in RULES)


def test_every_rule_that_is_written_is_registered() -> None:
    folder = Path(registry.__file__).parent
    written = re.findall(
        r"^class (\w+)\(Rule\)", "".join(file.read_text() for file in folder.glob("*.py")), re.MULTILINE
    )
    assert sorted(written) == sorted(rule.__name__ for rule in RULES)


def test_a_rule_is_skipped_with_the_reason_when_its_resources_are_not_there(
    make_package: Callable[..., Path],
) -> None:
    folder = make_package({"other": ("id\n1\n", {"fields": [{"name": "id", "type": "integer"}]})})
    report = cstodata.validate(folder, rules=["seats-add-up"])
    assert report.valid
    assert [result.skipped for result in report.rules] == ["the package has no resource delegations"]


def test_a_rule_is_skipped_when_a_field_is_missing_or_of_another_type(make_package: Callable[..., Path]) -> None:
    folder = make_package(
        {
            "sources": ("id\na\n", {"fields": [{"name": "id", "type": "string"}]}),
            "parliaments": (
                "parliament_id,country_name\n1,a\n",
                {"fields": [{"name": "parliament_id", "type": "integer"}, {"name": "country_name", "type": "string"}]},
            ),
        }
    )
    report = cstodata.validate(folder, rules=["source-is-used", "country-code-known"])
    assert [result.skipped for result in report.rules] == [
        "sources has no field source_id",
        "parliaments.parliament_id is integer, not string",
    ]


def test_a_rule_is_skipped_while_a_cell_that_it_reads_cannot_be_read(dataset: Path) -> None:
    seats = dataset / "data" / "delegation_seats.csv"
    seats.write_text(seats.read_text().replace("BY-LC01,7", "BY-LC01,seven", 1))
    results = {result.rule: result for result in cstodata.validate(dataset).rules}
    assert results["seats-add-up"].skipped == "delegation_seats has errors that must be mended first"
    assert results["seats-in-own-parliament"].outcome is Outcome.HOLDS


def test_the_finding_points_at_the_row_the_line_the_key_and_the_cell(dataset: Path) -> None:
    news = dataset / "data" / "news.csv"
    text = news.read_text(encoding="utf-8").replace("CSTO PA observers", '"CSTO\nPA observers', 1)
    news.write_text(
        text.replace("area of responsibility,en", 'area of responsibility",en', 1).replace("2026-02-20", "2026-02-21")
    )
    results = {result.rule: result for result in cstodata.validate(dataset).rules}
    (finding,) = results["news-dated-sensibly"].findings
    assert (finding.path, finding.row, finding.line) == ("data/news.csv", 3, 4)
    assert finding.key == {"news_id": "opyt-pa-odkb-po-zaschite-elektoralnyh-protsessov"}
    assert (finding.field, finding.field_number, finding.value) == ("published_on", 2, "2026-02-21")


MANY = "id,text\n" + "".join(f"{n},{'x' * 990}\n" for n in range(2, 6000)) + "6000,y\u200b\n"
TEXTS = {
    "a header without a line end": ("id,text", 0, False),
    "a cell of 10 MB": ("id,text\n1," + "x" * 10_000_000 + "\n2,y\u200b\n", 1, False),
    "many rows as a whole": (MANY, 1, False),
    "many rows in pieces": (MANY, 1, True),
}


@pytest.mark.parametrize(("text", "count", "pieces"), TEXTS.values(), ids=TEXTS)
def test_a_rule_looks_at_small_and_large_files_alike(
    make_package: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, text: str, count: int, *, pieces: bool
) -> None:
    if pieces:
        monkeypatch.setattr(tables, "_LARGE_BYTES", 0)
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}], "primaryKey": ["id"]}
    (result,) = cstodata.validate(make_package({"table": (text, schema)}), rules=["text-is-clean"]).rules
    assert (result.skipped, result.count) == (None, count)
    last = text.count("\n")
    assert [(each.row, each.line, dict(each.key)) for each in result.findings] == [
        (last, last, {"id": text.splitlines()[-1].partition(",")[0]})
    ] * count


def test_findings_of_a_rule_are_cut_at_the_limit_and_counted_in_full(case_package: Callable[[Path], Path]) -> None:
    folder = case_package(CASES / "chambers-fit-structure" / "bad")
    (result,) = cstodata.validate(folder, rules=["chambers-fit-structure"], limit_errors=2).rules
    assert (len(result.findings), result.count) == (2, 5)


def test_a_key_that_cannot_be_read_behind_the_limit_is_no_obstacle(make_package: Callable[..., Path]) -> None:
    schema = {
        "fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}],
        "primaryKey": ["id"],
    }
    path = make_package({"table": ("id,text\n1,a\n1,b \nx,c\n", schema)})
    report = cstodata.validate(path, limit_errors=1)
    (found,) = (finding for rule in report.rules for finding in rule.findings)
    assert (found.row, found.line, found.key) == (3, 3, {})
