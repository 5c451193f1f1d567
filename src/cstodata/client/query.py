"""Asking tables in SQL: DuckDB answers, and can reach nothing but them.

The query may be a stranger's. DuckDB gets no path, so that it needs no file: Arrow reads the tables for it. Even a
`SELECT` can write in DuckDB, by a `COPY` in its `WITH`; so it is not enough to look at the statement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cstodata.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

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
        KeyboardInterrupt: The user has waited long enough.
    """
    import duckdb

    if "\0" in query or any("\ud800" <= each <= "\udfff" for each in query):
        raise QueryError("a query is text; this one holds what is no character")
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
        raise QueryError(_sentence(error, tables)) from error
    except RuntimeError as error:
        if "interrupted" in str(error):  # how DuckDB hands on what Ctrl-C is in Python
            raise KeyboardInterrupt from error
        raise


def _sentence(error: Exception, tables: Iterable[str]) -> str:
    said = str(error).partition("\n")[0]
    hint = f" The tables are {', '.join(tables)}." if "Table with name" in said else ""
    return f"the query cannot be answered: {said}{hint}"
