"""Reading a table on, from the first row to the end or to the limit, whoever looks at its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.validation.tables.rows import RowJudge
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from frictionless import Error

    from cstodata.model.progress import OnShare
    from cstodata.validation.limits import Limits
    from cstodata.validation.tables.plan import TablePlan
    from cstodata.validation.tables.rows import Found
    from cstodata.validation.tables.scan import Digest

_SMALL_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is left of consecutive rows that were looked at.

    Attributes:
        rows: How many they are.
        suspects: The numbers of those that are not acquitted, ascending, and their cells.
        share: Of the file, from 0 to 1, that has been read with them.
    """

    rows: int
    suspects: Iterable[tuple[int, list[str]]]
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reading found.

    Attributes:
        errors: Frictionless' errors, in its order, cut at the limit.
        rows: How many rows were read; the one after them reached the limit, if it was reached.
        limit_reached: Whether it was.
    """

    errors: list[Error]
    rows: int
    limit_reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What judging the rows of a table found.

    Attributes:
        errors: Frictionless' errors, in its order, cut at the limit.
        rows: How many rows were read; the last one reached the limit, if it was reached.
        digest: Of the whole file; None if Frictionless gives none, as it does not read on after the limit.
        limit_reached: Whether the limit was reached.
        how: Where the rows were looked at, and why there; empty for this machine, which goes without saying.
    """

    errors: list[Error]
    rows: int
    digest: Digest | None
    limit_reached: bool
    how: str


def read_on(plan: TablePlan, found: Found, summaries: Iterable[Summary], limits: Limits, on_share: OnShare) -> Reading:
    """Judge the suspects of one reading.

    Args:
        plan: The table.
        found: What its foreign keys find.
        summaries: Of all its rows, in their order; asked for one by one, and no further than to the limit.
        limits: How much may be found.
        on_share: Called with the share of the file that has been read, from 0 to 1.
    """
    judge = RowJudge(plan, found)
    errors: list[Error] = []
    rows = 0
    for summary in summaries:
        for number, cells in summary.suspects:
            errors += judge.errors(cells, number)
            if limits.errors and len(errors) >= limits.errors:
                return Reading(errors=errors[: limits.errors], rows=number - 1, limit_reached=True)
        rows += summary.rows
        on_share(summary.share)
    return Reading(errors=errors, rows=rows, limit_reached=False)


def verdict(plan: TablePlan, reading: Reading, digested: Digest | None, *, how: str) -> Verdict:
    """What the last reading says of a table, whose digest is None if Frictionless never gives one.

    Raises:
        NotFastError: Frictionless would say something else of its digest, and who knows what.
    """
    cut = reading.limit_reached and not plan.is_digested_first
    if cut and digested and digested.size < _SMALL_BYTES:
        # How much Frictionless has read at the limit, and so whether it gives a digest, depends on its buffers.
        raise NotFastError("it is small, and has as many errors as are looked for")
    return Verdict(
        errors=reading.errors,
        rows=reading.rows,
        digest=None if cut else digested,
        limit_reached=reading.limit_reached,
        how=how,
    )
