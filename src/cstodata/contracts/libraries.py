"""The libraries that a contract can be for: how each hands columns over as Arrow, and takes a verdict back."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pyarrow as pa

from cstodata.package.cells import arrow_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cstodata.package.descriptor import Field


Mask: TypeAlias = "pa.Array | pa.ChunkedArray"


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library of data frames, by way of Pandera, whose module for it and extra have its name.

    Attributes:
        name: As users call it.
        dtype: The data type of a field's column as it is read from Parquet; None if no one data type can be asked for.
            So it is with datetimes: those with an offset are instants in UTC, others are not, and no schema says which.
        columns: What Pandera hands to a check, as Arrow: the named columns, or the one that the check is of.
        answer: A boolean for each row, none of them null, in the form that Pandera takes from a check.
    """

    name: str
    dtype: Callable[[Field], object]
    columns: Callable[[Any, Sequence[str]], pa.Table]
    answer: Callable[[pa.Array, Any], Any]

    def pandera(self) -> Any:
        """Pandera's module for it; raises ImportError if it, or the library, is not installed."""
        import_module(self.name)
        return import_module(f"pandera.{self.name}")

    def check(self, holds: Callable[[pa.Table], Mask], names: Sequence[str] = ()) -> Callable[[Any], Any]:
        """A verdict on columns as the function of a check; where it is null, all is well."""

        def checked(data: Any) -> Any:
            mask = holds(self.columns(data, names)).fill_null(True)  # noqa: FBT003 -- Arrow's own signature
            return self.answer(mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask, data)

        return checked


def _from_pandas(data: Any, names: Sequence[str]) -> pa.Table:
    series = [data[name] for name in names] or [data]
    return pa.table([_series(each) for each in series], [str(at) for at in range(len(series))])


def _series(series: Any) -> Mask:
    try:
        return pa.Array.from_pandas(series)
    except (pa.ArrowException, OverflowError):
        # Objects that Arrow has no one type for. No field has binary values either, so its type is told to be wrong.
        return pa.repeat(pa.scalar(b""), len(series))


def _to_pandas(mask: pa.Array, data: Any) -> Any:
    import pandas as pd

    return pd.Series(mask.to_numpy(zero_copy_only=False), index=data.index)


def _polars_dtype(field: Field) -> object:
    import polars as pl

    return None if field.type == "datetime" else pl.Series(pa.array([], arrow_type(field))).dtype


def _from_polars(data: Any, names: Sequence[str]) -> pa.Table:
    return data.lazyframe.select([*names] or [data.key]).collect().to_arrow()


def _to_polars(mask: pa.Array, data: Any) -> Any:
    import polars as pl

    del data
    return pl.LazyFrame({"holds": pl.Series(mask)})


LIBRARIES: Final[Mapping[str, Library]] = {
    # pandas has no data type for dates and times, and NumPy none for integers with null: its values are looked at.
    "pandas": Library(name="pandas", dtype=lambda _: None, columns=_from_pandas, answer=_to_pandas),
    "polars": Library(name="polars", dtype=_polars_dtype, columns=_from_polars, answer=_to_polars),
    "pyarrow": Library(
        name="pyarrow",
        # Pandera has no time in Arrow.
        dtype=lambda field: None if field.type in {"datetime", "time"} else arrow_type(field),
        columns=lambda data, names: data.table.select([*names] or [data.key]),
        answer=lambda mask, _: mask,
    ),
}
