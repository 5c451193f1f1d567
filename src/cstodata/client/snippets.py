"""One line to a released table, in each of the tools that people use."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

_AS_IT_IS = "/:@!$&'()*+,;="
"""What a path in a URL may hold besides letters, digits and `-._~`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A few lines that read a table.

    Attributes:
        language: What they are written in, as highlighters name it: `python`, `sql` or `r`.
        title: The tool that they use.
        code: The lines, without a newline at the end. In Python and R the table is called `table`.
    """

    language: str
    title: str
    code: str


def snippets(base: str, version: str, resource: str, *, file: str | None = None) -> tuple[Snippet, ...]:
    """How to read a released table, with our client and without it.

    Args:
        base: The store: a folder, or an address such as `https://example.org/data` or `s3://bucket/data`.
        version: The version.
        resource: The name of the table.
        file: Its Parquet file, relative to the folder of the version; None for `parquet/<resource>.parquet`.
    """
    store = base.rstrip("/")
    parquet = _address(store, version, file or f"parquet/{resource}.parquet")
    descriptor = _address(store, version, "datapackage.json")
    name, place, exact = _text(resource), _text(store), _text(version)
    return (
        _python("cstodata", "cstodata", f"cstodata.load({name}, version={exact}, source={place})"),
        _python("pandas", "pandas", f"pandas.read_parquet({_text(parquet)})"),
        _python("Polars", "polars", f"polars.read_parquet({_text(parquet)})"),
        Snippet(language="sql", title="DuckDB", code=f"SELECT * FROM '{_in_sql(parquet)}';"),  # noqa: S608 -- for people; quoted
        Snippet(language="r", title="R", code=f"table <- arrow::read_parquet({_text(parquet)})"),
        _python(
            "Frictionless",
            "frictionless",
            f"frictionless.Package({_text(descriptor)}).get_resource({name}).read_rows()",
        ),
    )


def _address(store: str, version: str, file: str) -> str:
    """Where a file of a version stands."""
    path = f"v/{version}/{file}"
    return f"{store}/{quote(path, safe=_AS_IT_IS) if store.startswith(('http://', 'https://')) else path}"


def _python(title: str, module: str, call: str) -> Snippet:
    return Snippet(language="python", title=title, code=f"import {module}\n\ntable = {call}")


def _text(text: str) -> str:
    """A text as Python and R write it, with nothing in it that is not seen."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08x}"


def _in_sql(text: str) -> str:
    return text.replace("'", "''")
