from __future__ import annotations

import json
from pathlib import Path

import frictionless
import jsonschema
import pytest

import cstodata
from cstodata.report.json import render

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "reference" / "report.schema.json").read_text(encoding="utf-8")
)


@pytest.fixture
def broken(dataset: Path) -> Path:
    """The dataset with an error of Frictionless and one of a rule."""
    seats = dataset / "data" / "delegation_seats.csv"
    seats.write_text(seats.read_text().replace("BY-LC01,7,deputies", "BY-LC01,8,kings", 1))
    return dataset


def test_the_report_is_as_its_json_schema_says(broken: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(render(cstodata.validate(broken))), SCHEMA)
    (broken / "datapackage.json").write_text('{"resources": []}')
    jsonschema.validate(json.loads(render(cstodata.validate(broken))), SCHEMA)


def test_frictionless_loads_the_report_and_keeps_what_it_does_not_know(broken: Path) -> None:
    written = json.loads(render(cstodata.validate(broken)))
    report = frictionless.Report.from_descriptor(written)
    assert not report.valid
    assert {error.type for task in report.tasks for error in task.errors} == {
        "constraint-error",
        "hash-count",
        "byte-count",
    }
    findings = [finding for rule in report.custom["cstodata"]["rules"] for finding in rule["findings"]]
    assert [finding["type"] for finding in findings] == ["cstodata/seats-add-up"]


def test_valid_counts_the_errors_of_rules_too(dataset: Path) -> None:
    text = (dataset / "data" / "parliaments.csv").read_text().replace("unicameral", "bicameral")
    (dataset / "data" / "parliaments.csv").write_text(text)
    descriptor = json.loads((dataset / "datapackage.json").read_text())
    for resource in descriptor["resources"]:
        del resource["hash"], resource["bytes"]
    (dataset / "datapackage.json").write_text(json.dumps(descriptor))
    written = json.loads(render(cstodata.validate(dataset)))
    assert (written["valid"], written["stats"]["errors"], written["cstodata"]["errors"]) == (False, 0, 1)
