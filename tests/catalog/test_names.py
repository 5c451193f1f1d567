"""Names of pages, whatever the keys are."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cstodata.catalog.names import names_of

DEVICES = {"con", "prn", "aux", "nul", "com1", "lpt1"}
HOSTILE = [("../x",), ("CON",), ("con",), ("index",), ("x" * 300,), ("Key",), ("key",), ("",), (".",), ("..",), ("/",)]


def test_plain_keys_are_their_own_names() -> None:
    assert names_of([("delegation_seats",), ("BY", "2026-02-20")]) == {
        ("delegation_seats",): "delegation_seats",
        ("BY", "2026-02-20"): "by-2026-02-20",
    }


def test_hostile_keys_have_names_that_any_file_system_takes() -> None:
    names = names_of(HOSTILE)
    assert len(set(names.values())) == len(HOSTILE)
    for name in names.values():
        assert re.fullmatch(r"[a-z0-9_-]+(\.[0-9a-f]{12})?", name)
        assert name not in DEVICES | {"index"}
        assert len(name) <= 60


@given(st.lists(st.lists(st.text(), min_size=1, max_size=3).map(tuple), unique=True))
def test_no_two_keys_have_the_same_name_not_even_but_for_case(keys: list[tuple[str, ...]]) -> None:
    names = names_of(keys)
    assert names.keys() == set(keys)
    assert len({name.casefold() for name in names.values()}) == len(keys)


@given(st.text(), st.text())
def test_a_key_is_never_taken_for_the_name_of_another(one: str, other: str) -> None:
    first = names_of([(one,)])[(one,)]
    if (first,) != (one,):
        both = names_of([(one,), (first,), (other,)])
        assert len(set(both.values())) == len({(one,), (first,), (other,)})
