from __future__ import annotations

import ast

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from cstodata.client.snippets import Snippet, snippets

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def by_title(base: str, version: str, resource: str, file: str | None = None) -> dict[str, Snippet]:
    return {each.title: each for each in snippets(base, version, resource, file=file)}


def test_each_tool_gets_its_lines() -> None:
    told = by_title("https://example.org/data/", "1.1.0", "people")
    address = "https://example.org/data/v/1.1.0/parquet/people.parquet"
    assert {title: each.code for title, each in told.items()} == {
        "cstodata": 'import cstodata\n\ntable = cstodata.load("people", version="1.1.0", source="https://example.org/data")',
        "pandas": f'import pandas\n\ntable = pandas.read_parquet("{address}")',
        "Polars": f'import polars\n\ntable = polars.read_parquet("{address}")',
        "DuckDB": f"SELECT * FROM '{address}';",  # noqa: S608 -- compared only
        "R": f'table <- arrow::read_parquet("{address}")',
        "Frictionless": "import frictionless\n\n"
        'table = frictionless.Package("https://example.org/data/v/1.1.0/datapackage.json").get_resource("people").read_rows()',
    }
    assert {each.language for each in told.values()} == {"python", "sql", "r"}


def test_an_address_is_encoded_and_the_path_of_a_folder_is_not() -> None:
    assert "/v/1.0.0/parquet/%D1%82%20%231.parquet" in by_title("https://x.org", "1.0.0", "т #1")["pandas"].code
    assert '"a b/v/1.0.0/parquet/т #1.parquet"' in by_title("a b", "1.0.0", "т #1")["pandas"].code


def test_the_file_may_be_another_than_that_of_the_name() -> None:
    assert "s/v/1.0.0/parquet/other.parquet" in by_title("s", "1.0.0", "name", "parquet/other.parquet")["DuckDB"].code


@given(base=NAMES, version=NAMES, resource=NAMES)
def test_whatever_the_names_are_a_snippet_is_code_and_its_texts_are_the_names(
    base: str, version: str, resource: str
) -> None:
    told = by_title(base, version, resource)
    for each in told.values():
        if each.language == "python":
            texts = [node.value for node in ast.walk(ast.parse(each.code)) if isinstance(node, ast.Constant)]
            assert any(resource in str(text) for text in texts)
            assert each.code.replace("\n", "").isprintable()
    if "\0" not in base + version + resource:
        (statement,) = duckdb.extract_statements(told["DuckDB"].code)
        assert statement.type == duckdb.StatementType.SELECT
