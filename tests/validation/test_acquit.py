"""Masks acquit: what they clear, Frictionless takes; and what they leave, it is asked about."""

from __future__ import annotations

import re
from typing import Any

import frictionless
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.validation.tables.acquit import EXACT_TYPES, Acquittal, canonical_text
from cstodata.validation.tables.patterns import re2_pattern

FIELDS: list[dict[str, Any]] = [
    {"type": "string"},
    {"type": "string", "constraints": {"required": True, "minLength": 1, "maxLength": 3}},
    {"type": "string", "constraints": {"pattern": "[a-z0-9]+(-[a-z0-9]+)*", "enum": ["a", "b-1", "C"]}},
    {"type": "string", "format": "uri"},
    {"type": "integer"},
    {"type": "integer", "constraints": {"minimum": -5, "exclusiveMaximum": "100", "enum": [1, 7, "50"]}},
    {"type": "number", "constraints": {"minimum": 0.1, "maximum": "99.5"}},
    {"type": "number", "constraints": {"enum": [1, 1.5, "2.50"]}},
    {"type": "boolean"},
    {"type": "boolean", "trueValues": ["yes"], "falseValues": ["no", ""]},
    {"type": "date"},
    {"type": "date", "constraints": {"required": True, "minimum": "2006-11-16", "exclusiveMaximum": "2020-02-29"}},
    {"type": "year", "constraints": {"minimum": 2000}},
    {"type": "datetime"},
    {"type": "time"},
]
CELLS = st.one_of(
    st.from_regex(r"\A[ +-]?[0-9_]{0,20}(\.[0-9]{0,9})?(e[0-9])? ?\Z"),
    st.from_regex(r"\A(19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}\Z"),
    st.from_regex(r"\A[a-z]{1,5}://[a-zA-Z0-9.:-]{0,9}(/[a-z%#?&=é ]{0,5})?\Z"),
    st.sampled_from(
        ["", "NA", "true", "yes", "no", "a", "b-1", "C", "1", "7", "50", "2006-11-16", "2020-02-29", "2.50", "2.5"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=4),
)


def acquittal_of(descriptor: dict[str, Any]) -> Acquittal:
    schema = frictionless.Schema.from_descriptor(
        {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fields": [{"name": "f", **descriptor}],
            "missingValues": ["", "NA"],
        }
    )
    return Acquittal(field=schema.fields[0], missing_values=("", "NA"))


@pytest.mark.parametrize("descriptor", FIELDS, ids=str)
@given(cells=st.lists(CELLS, min_size=1, max_size=20))
def test_a_cell_is_good_if_and_only_if_frictionless_finds_no_fault(
    descriptor: dict[str, Any], cells: list[str]
) -> None:
    acquittal = acquittal_of(descriptor)
    reader = acquittal.field.create_cell_reader()
    expected = [not reader(cell)[1] for cell in cells]
    texts = pa.array(cells, pa.string())
    good = acquittal.good(texts, acquittal.cleared(texts))
    assert ([True] * len(cells) if good is None else good.to_pylist()) == expected


@pytest.mark.parametrize("descriptor", FIELDS, ids=str)
@given(cells=st.lists(CELLS, min_size=1, max_size=20))
def test_equal_values_have_one_text_and_exact_types_no_other(descriptor: dict[str, Any], cells: list[str]) -> None:
    acquittal = acquittal_of(descriptor)
    reader = acquittal.field.create_cell_reader()
    values = [reader(cell)[0] for cell in cells]
    texts = acquittal.canonical(pa.array(cells, pa.string())).to_pylist()
    assert texts == [canonical_text(value) for value in values]
    for one, text in zip(values, texts, strict=True):
        for other, its_text in zip(values, texts, strict=True):
            assert text == its_text or one != other
            assert text != its_text or one == other or descriptor["type"] not in EXACT_TYPES


PATTERNS = [
    *("[a-z]+", "a|b", "(a|b)c", "(?:ab)+", r"\d{2,3}", "[^a-c]*", r"a\.b", "a.c", "^[A-Z]{2}$", r"\w+", r"\s", r"a$b"),
    *("a{,2}", r"(a)\1", "(?=a)a", "[a-z", "a**", "(?i)a", r"\ba", "a+?b", "[a-]", r"[\d]", "", "()", r"\\", "[z-a]"),
    *("x{2}{3}", "a||b"),
]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(data=st.data())
def test_what_re2_matches_python_matches(pattern: str, data: st.DataObject) -> None:
    re2 = re2_pattern(pattern)
    if re2 is None:
        return
    text = data.draw(st.one_of(st.from_regex(re.compile(f"^(?:{pattern})$")), st.text(max_size=5)))
    matched = pc.match_substring_regex(pa.array([text]), re2)[0].as_py()
    assert not matched or re.compile(f"^{pattern}$").match(text)


@pytest.mark.parametrize(
    "pattern", ["a|b", r"\w+", r"\s", r"(a)\1", "(?=a)a", "[a-z", "a**", "(?i)a", r"\ba", "[z-a]", r"a$b"]
)
def test_a_pattern_that_may_mean_something_else_to_re2_is_not_given_to_it(pattern: str) -> None:
    assert re2_pattern(pattern) is None


@pytest.mark.parametrize(
    "pattern", ["[a-z]+", "[a-z0-9]+(-[a-z0-9]+)*", r"https?://.+", "[A-Z]{2}-[LU]C[0-9]{2}", "^[0-9a-f]{64}$"]
)
def test_plain_patterns_are_given_to_re2(pattern: str) -> None:
    assert re2_pattern(pattern) is not None
