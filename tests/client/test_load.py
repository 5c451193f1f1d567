from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

import cstodata
from cstodata.errors import UnknownNameError


def test_a_table_is_typed_by_its_schema() -> None:
    delegations = cstodata.load("delegations")
    assert isinstance(delegations, pa.Table)
    assert delegations.schema.field("seats_total").type == pa.int64()
    (row,) = delegations.filter(pa.compute.equal(delegations["delegation_id"], "TJ-2026-02-20")).to_pylist()
    assert (row["as_of"], row["seats_total"], row["representative_id"]) == (date(2026, 2, 20), 12, None)


def test_an_unknown_table_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean delegations\?"):
        cstodata.load("delegation")
