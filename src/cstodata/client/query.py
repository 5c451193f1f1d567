"""Asking tables in SQL: DuckDB answers, and can reach nothing but them.

The query may be a stranger's. DuckDB gets no path, so that it needs no file: Arrow reads the tables for it. Even a
`SELECT` can write in DuckDB, by a `COPY` in its `WITH`; so it is not enough to look at the statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cstodata.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

_ALONE: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}


def ask(query: str, tables: Mapping[str, Callable[[], Any]]) -> pa.Table:
    """The answer to one `SELECT`.

    Args:
        query: In the SQL of DuckDB.
        tables: What gives each table, by its name: an Arrow table or data set. Only those that the query names are
            asked for.

    Raises:
        QueryError: It is not one `SELECT`, or cannot be answered, or asks for anything but the tables.
    """
    import duckdb

    try:
        with duckdb.connect(":memory:", config=_ALONE) as connection:
            connection.execute("SET lock_configuration = true")
            statements = connection.extract_statements(query)
            if [each.type for each in statements] != [duckdb.StatementType.SELECT]:
                raise QueryError("a query is one SELECT")
            named = {name.casefold() for name in connection.get_table_names(query)}
            for name, give in tables.items():
                if name.casefold() in named:
                    connection.register(name, give())
            return connection.sql(query).to_arrow_table()
    except duckdb.Error as error:
        raise QueryError(f"the query cannot be answered: {str(error).partition(chr(10))[0]}") from error
