"""A finding is known by what it is about, not by where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cstodata
from cstodata.model.finding import Finding
from cstodata.report.fingerprint import fingerprint, fingerprints

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCHEMA = {
    "primaryKey": ["id"],
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "n", "type": "integer"},
        {"name": "text", "type": "string"},
    ],
}
TEXTS = st.text(alphabet='ab,"\n', max_size=4)
ROWS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), TEXTS, max_size=6)


def findings(make: Callable[..., Path], rows: dict[str, str], bad: list[str]) -> dict[str, str]:
    """The fingerprints of the rows whose number is none, by key."""
    quoted = {key: text.replace('"', '""') for key, text in rows.items()}
    lines = [f'{key},{"none" if key in bad else 1},"{text}"' for key, text in quoted.items()]
    report = cstodata.validate(make({"t": ("\n".join(["id,n,text", *lines, ""]), SCHEMA)}), rules=[])
    return {finding.key["id"]: fingerprint(finding) for finding in report.findings}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=ROWS, rows=ROWS.filter(bool), text=TEXTS)
def test_rows_before_and_other_cells_change_no_fingerprint(
    make_package: Callable[..., Path], before: dict[str, str], rows: dict[str, str], text: str
) -> None:
    bad = list(rows)[-2:]
    was = findings(make_package, rows, bad)
    now = findings(make_package, {**{key: before[key] for key in before.keys() - rows}, **rows, bad[0]: text}, bad)
    assert was == now
    assert set(was) == set(bad)
    assert len(set(was.values())) == len(bad)


PARTS = st.none() | st.text(max_size=3)
FINDINGS = st.builds(
    Finding,
    type=st.sampled_from(["type-error", "constraint-error"]),
    message=st.just("A message."),
    resource=PARTS,
    field=PARTS,
    row=st.none() | st.integers(1, 9),
    key=st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=2),
)


def about(finding: Finding) -> tuple[object, ...]:
    key = tuple(sorted(finding.key.items()))
    return finding.resource, key, None if key else finding.row, finding.field, finding.type


@given(one=FINDINGS, other=FINDINGS)
def test_findings_have_one_fingerprint_if_they_are_about_the_same_only(one: Finding, other: Finding) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (about(one) == about(other))


@given(found=st.lists(FINDINGS, max_size=9))
def test_no_two_findings_of_a_report_have_the_same(found: list[Finding]) -> None:
    twice = fingerprints([*found, *found])
    assert len(set(twice)) == len(twice)
    assert all(len(each) == 64 for each in twice)
    assert {fingerprint(finding) for finding in found} <= set(twice)
