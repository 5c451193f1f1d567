"""A release, as its users have it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from cstodata.client.bundled import Bundled
from cstodata.client.reading import open_parquet, read_parquet, select
from cstodata.errors import ClientError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from cstodata.client.citation import Form
    from cstodata.client.published import Published
    from cstodata.errors import CstodataWarning
    from cstodata.model.change import ChangeSet
    from cstodata.model.progress import OnStep

_FORMS = ("csv", "parquet")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Release:
    """A version of a dataset, in a store or as it comes with cstodata.

    Files are fetched when they are needed, verified each time that they are used, and kept by their digest. Whatever
    reads a file raises `StoreError` if the store cannot be read, `NotVerifiedError` if it holds something else than was
    published, and `ClientError` if the cache cannot be written.

    Attributes:
        held: Where its files are.
    """

    held: Published | Bundled

    def __repr__(self) -> str:
        """What it is, in a line: all that it holds would fill a screen."""
        return f"<cstodata.Release {self.version} of {self.place}: {', '.join(self.tables)}>"

    @property
    def version(self) -> str:
        """The version, such as `1.1.0`."""
        return self.held.version

    @property
    def place(self) -> str:
        """The store."""
        return self.held.place

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables, in the order of the descriptor."""
        return self.held.tables

    @property
    def notices(self) -> tuple[CstodataWarning, ...]:
        """What a user should know of it: that it was yanked, or that the store cannot be reached."""
        return self.held.notices

    def load(self, resource: str, *, columns: Iterable[str] | None = None, filters: Any = None) -> pa.Table:
        """A table, or a part of it; what is not asked for is not read.

        Args:
            resource: Its name, such as `delegations`.
            columns: Names of columns, in the order wanted; None for all.
            filters: Rows to keep: `[("seats_total", ">", 10)]`, or an expression of `pyarrow.compute`, as
                `pyarrow.parquet.read_table` takes them; None for all.

        Returns:
            Dates are `date32`, integers `int64`, text `string`; null where no page states the fact. Rows are sorted by
            the primary key.

        Raises:
            UnknownNameError: There is no such table or column.
            ClientError: The filters do not fit the table.
            TypeError: A name was given in the place of a list of names.
        """
        if isinstance(columns, str):
            raise TypeError("columns is a list of names")
        if isinstance(self.held, Bundled):
            return select(self.held.table(resource), resource=resource, columns=columns, filters=filters)
        path = self.file(resource, "parquet")
        return read_parquet(path, resource=resource, columns=columns, filters=filters)

    table = load

    def to_pandas(self, resource: str, *, columns: Iterable[str] | None = None, filters: Any = None) -> pd.DataFrame:
        """A table as pandas has it; arguments and errors as in `load`.

        Raises:
            ClientError: pandas is not installed.
        """
        table = self.load(resource, columns=columns, filters=filters)
        try:
            return cast("pd.DataFrame", table.to_pandas())
        except ModuleNotFoundError as error:
            raise ClientError(resource, why="pandas is not installed; `pip install pandas` does it") from error

    def to_polars(self, resource: str, *, columns: Iterable[str] | None = None, filters: Any = None) -> pl.DataFrame:
        """A table as Polars has it; arguments and errors as in `load`.

        Raises:
            ClientError: Polars is not installed.
        """
        try:
            import polars as pl
        except ModuleNotFoundError as error:
            raise ClientError(resource, why="Polars is not installed; `pip install polars` does it") from error
        return pl.DataFrame(self.load(resource, columns=columns, filters=filters))

    def sql(self, query: str) -> pa.Table:
        """The answer of DuckDB to a query of the tables, which are called by their names.

        Nothing else can be read or written by it: no file, no address, no setting.

        Args:
            query: One `SELECT`.

        Raises:
            QueryError: It is something else, or cannot be answered.
        """
        from cstodata.client.query import ask

        return ask(query, {name: partial(self._asked, name) for name in self.tables})

    def changes_since(self, version: str) -> ChangeSet:
        """What changed from another version in the store to this one, cell by cell.

        Args:
            version: An older version, or a range such as `1.0`.

        Raises:
            UnknownNameError: There is no such version.
            ClientError: The release is in no store.
        """
        if isinstance(self.held, Bundled):
            raise ClientError(self.place, why="there are no other versions; name a store")
        from cstodata.client.changes import changes_between

        return changes_between(self.held.other(version), self.held)

    def cite(self, form: Form = "text") -> str:
        """How to cite it.

        Args:
            form: `text` for a line, `bibtex`, or `json` for CSL-JSON.

        Raises:
            UnknownNameError: There is no such form.
        """
        from cstodata.client.citation import CITATION, cite, parse_citation

        if isinstance(self.held, Bundled):
            return cite(self.held.citation(), form)
        return cite(parse_citation(self.held.file(CITATION).read_bytes(), place=self.place), form)

    def file(self, resource: str, form: str) -> Path:
        """A verified copy of a table's file on this machine; it must not be changed.

        Args:
            resource: The table.
            form: `csv` or `parquet`.

        Raises:
            UnknownNameError: There is no such table or form.
            ClientError: There is no such form of it here.
        """
        if form not in _FORMS:
            raise UnknownNameError("form", form, known=_FORMS)
        return self.held.table_file(resource, form)

    def _asked(self, resource: str) -> Any:
        """A table for DuckDB: a data set on disk, of which it reads what a query needs."""
        if isinstance(self.held, Bundled):
            return self.held.table(resource)
        return open_parquet(self.file(resource, "parquet"), resource=resource)


def open_release(source: str | None, version: str, *, cache: Path, on_step: OnStep) -> Release:
    """A release.

    Args:
        source: A store; None for the copy that comes with cstodata.
        version: An exact version, or `1`, `1.0` or `latest`.
        cache: The folder that keeps what was fetched.
        on_step: Called with the path of a file, and the share of it that was fetched.

    Raises:
        As `open_published` and `open_bundled` do.
    """
    if source is None:
        from cstodata.client.bundled import open_bundled

        return Release(held=open_bundled(version))
    from cstodata.client.cache import Cache
    from cstodata.client.published import open_published
    from cstodata.client.source import open_source

    return Release(held=open_published(open_source(source), version, Cache(cache), on_step=on_step))
