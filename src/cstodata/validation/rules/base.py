"""What a rule is, and how one is applied.

Table Schema says what a cell may be; a rule says what rows must say together. It is one narwhals expression over a
view: a table, or tables joined, that carries the row number of the resource it speaks of. Pandera evaluates the
expression; the rows for which it is false are the findings. Null is no answer, and no finding.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

import narwhals.stable.v1 as nw
import pyarrow as pa
import pyarrow.compute as pc

from cstodata.model.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from typing import Any

    from cstodata.package.descriptor import Resource

ROW = "__row__"
"""The column of a view that holds the number of the record in the file, the header being 1."""

ANY = "*"
"""The resource and field of a rule that judges the cells of any table."""

RESOURCE, FIELD, VALUE = "__resource__", "__field__", "__value__"
"""Columns of a view whose rows are cells of any table: where each stands, and the cell."""

_BETWEEN = "\x1f"

Row = dict[str, object]
"""A failing row of a view: its cells by column, typed; null is None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables that rules may read.

    Attributes:
        frames: By resource; each with the resource's fields, typed, and `ROW`.
        today: The date after which nothing can have been published.
    """

    frames: Mapping[str, nw.LazyFrame[Any]]
    today: date

    def __getitem__(self, resource: str) -> nw.LazyFrame[Any]:
        """The table of a resource."""
        return self.frames[resource]


class Rule(ABC):
    """One named rule.

    The first line of a rule's docstring is its title, the rest explains it to users.

    Attributes:
        id: Its name; findings have the type `cstodata/<id>`.
        severity: What its findings weigh.
        resource: The resource whose rows it judges; `ANY` if its view has the columns `RESOURCE`, `FIELD` and `VALUE`.
        field: The field that its findings point at; `ANY` in the same case.
        needs: The resources that it reads, and the Table Schema type of each field that it reads in them.
        anywhere: Fields that it also reads in every other table that has them, so that none of these may be missing.
        message: One sentence; names in braces are replaced by the failing row's cells.
        mend: One sentence on what to do.
    """

    id: ClassVar[str]
    severity: ClassVar[Severity] = Severity.ERROR
    resource: ClassVar[str]
    field: ClassVar[str]
    needs: ClassVar[Mapping[str, Mapping[str, str]]]
    anywhere: ClassVar[frozenset[str]] = frozenset()
    message: ClassVar[str]
    mend: ClassVar[str]

    @abstractmethod
    def holds(self) -> nw.Expr:
        """True for a row of the view that is as it should be, false for one that is not."""

    def view(self, tables: Tables) -> nw.LazyFrame[Any]:
        """The rows that the rule judges: those of its resource, with columns joined to them where it needs more."""
        return tables[self.resource]

    def sentence(self, row: Row) -> str:
        """The message for a failing row."""
        return self.message.format_map({name: "nothing" if cell is None else cell for name, cell in row.items()})


def title_of(rule: type[Rule]) -> str:
    """The first line of a rule's docstring, without the full stop."""
    return (rule.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def failing_rows(rule: Rule, tables: Tables) -> pa.Table:
    """The rows of a rule's view for which it does not hold, in the order of the view.

    The view is collected first: Pandera lets every check on a lazy frame pass.
    """
    with warnings.catch_warnings():
        # Pandera imports PySpark where it is installed, and that warns of new versions of pandas; none is used here.
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        import pandera.pyarrow as pandera

    collected = rule.view(tables).collect().to_native()
    check = pandera.Check(lambda _: rule.holds(), native=False, name=rule.id)
    try:
        pandera.DataFrameSchema(checks=[check]).validate(collected, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        return _failures(errors)
    return collected.slice(0, 0)


def failing_elsewhere(rule: Rule, tables: Tables, limit: int) -> tuple[int, pa.Table]:
    """The same of tables that are held by an engine elsewhere: how many rows, and the first, in the order of `ROW`.

    Args:
        rule: The rule.
        tables: As that engine's lazy frames.
        limit: How many rows to bring here; 0 for all.
    """
    failing = rule.view(tables).filter(~rule.holds())
    count = int(failing.select(nw.len().alias("count")).collect()["count"][0])
    if not count:
        return 0, pa.table({})
    ordered = failing.sort(ROW)
    return count, (ordered.head(limit) if limit else ordered).collect().to_native()


def in_order(failing: pa.Table, resources: Sequence[Resource]) -> pa.Table:
    """Failing cells of any table in the order of these tables, of their rows, and of their fields."""
    fields = [(each.name, field.name) for each in resources if each.schema for field in each.schema.fields]
    cells = pc.binary_join_element_wise(failing[RESOURCE], failing[FIELD], _BETWEEN)
    ranks = pc.index_in(cells, value_set=pa.array([_BETWEEN.join(each) for each in fields], pa.string()))
    tables = pc.index_in(failing[RESOURCE], value_set=pa.array([each.name for each in resources], pa.string()))
    keys = pa.table({"table": tables, "row": failing[ROW], "field": ranks})
    return failing.take(pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names]))


def _failures(errors: Any) -> pa.Table:
    """The failing rows; an expression that could not be evaluated is a mistake in the rule, and is raised as one."""
    (error,) = errors.schema_errors
    if not isinstance(error.failure_cases, pa.Table):
        raise TypeError(str(error)) from errors
    return cast("pa.Table", error.failure_cases)
