"""What a new data package repository would hold; nothing is read or written here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import jinja2
from slugify import slugify

from cstodata.errors import InitError
from cstodata.init.propose import propose
from cstodata.init.source import Source, read_source
from cstodata.package.canonical import DIALECT, rewrite_csv
from cstodata.package.descriptor import Field, Schema
from cstodata.package.formatting import file_facts, to_json
from cstodata.package.paths import is_reserved
from cstodata.package.plain_csv import CsvDialect
from cstodata.package.tables import type_texts
from cstodata.report.places import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cstodata.init.propose import Proposal
    from cstodata.model.json import JsonObject, JsonValue

VERSION: Final = "0.1.0"
"""What a new package begins with."""

ACTION: Final = "THE_OWNER_OF/cstodata@REVISION"
"""Stands in the workflows until somebody says where the action is. No account on GitHub can have such a name."""

EXAMPLE: Final = Source(
    name="example", place="the example", content=b"example_id,name,since\n1,First,2020-01-01\n2,Second,\n"
)
"""What a package begins with if there is no CSV file to begin with."""

_NAME = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*")
_LONGEST_NAME = 60
_TEMPLATES: Final[Mapping[str, str]] = {
    "README.md": "README.md.jinja",
    ".gitignore": "gitignore.jinja",
    ".gitattributes": "gitattributes.jinja",
    ".pre-commit-config.yaml": "pre-commit-config.yaml.jinja",
    ".github/workflows/data.yml": "data.yml.jinja",
    ".github/workflows/data-comment.yml": "data-comment.yml.jinja",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a new package says of itself.

    Attributes:
        name: Its name, such as `csto-pa`.
        title: What people call it; None for its name.
        licence: The SPDX identifier of its licence, such as `CC-BY-4.0`; None if nobody has said.
        action: The action in the workflows, such as `owner/cstodata@v0.1.0`; None if nobody has said.
    """

    name: str
    title: str | None = None
    licence: str | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InitPlan:
    """What a new repository would hold.

    Attributes:
        files: The content of each, by its path with slashes.
        tables: The tables and what is proposed for each, by name.
        notes: What was decided that the user should look at, a sentence each.
    """

    files: Mapping[str, bytes]
    tables: Mapping[str, Proposal]
    notes: tuple[str, ...]


def plan_init(about: About, sources: Sequence[Source], *, encoding: str | None = None) -> InitPlan:
    """The files of a new repository: the package, made from CSV files, and what checks it.

    Args:
        about: What the package says of itself.
        sources: The CSV files, in the order of the resources; none for an example.
        encoding: What they are written in; None for UTF-8, or UTF-16 with a byte order mark.

    Raises:
        InitError: The name cannot name a package, or a source is no table.
    """
    if not _NAME.fullmatch(about.name):
        why = f'the name of a package is of the form "my-data", and "{about.name}" is not; say another with --name'
        raise InitError("init", why=why)
    files: dict[str, bytes] = {}
    tables: dict[str, Proposal] = {}
    notes: list[str] = []
    resources: list[JsonValue] = []
    for source in sources or (EXAMPLE,):
        table = read_source(source, encoding=encoding)
        proposal = propose(table.texts)
        name = _free(resource_name(source.name), tables)
        content = _canonical(proposal, name)
        tables[name] = proposal
        files[f"data/{name}.csv"] = content
        files[f"schemas/{name}.json"] = to_json(proposal.schema)
        resources.append(_resource(name, source, content))
        notes += [f'{name}: the column "{label}" is called {field} now' for label, field in table.renamed]
        notes += _notes(name, proposal)
    descriptor = _descriptor(about, resources)
    if about.licence is None:
        notes.append("no licence is declared: nobody may use the data before `licenses` in datapackage.json says so")
    if about.action is None:
        notes.append(f"the workflows name {ACTION}: write where the action is, or begin anew with --action")
    files["datapackage.json"] = to_json(descriptor)
    files |= _rendered(about, descriptor, tables)
    return InitPlan(files=dict(sorted(files.items())), tables=tables, notes=tuple(notes))


def package_name(text: str) -> str:
    """A name for a package, made from that of its folder."""
    return slugify(text, max_length=_LONGEST_NAME) or "dataset"


def resource_name(text: str) -> str:
    """A name for a resource, made from that of its file: lower-case ASCII letters, digits and underscores."""
    name = slugify(text, separator="_", max_length=_LONGEST_NAME) or "table"
    return f"{name}_table" if is_reserved(name) else name


def _free(name: str, taken: Mapping[str, object]) -> str:
    number = 1
    while (free := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return free


def _canonical(proposal: Proposal, name: str) -> bytes:
    fields = tuple(
        Field(name=str(each["name"]), type=str(each["type"]), format="default", missing_values=("",), descriptor=each)
        for each in _fields(proposal)
    )
    key = tuple(cast("list[str]", proposal.schema.get("primaryKey", [])))
    schema = Schema(fields=fields, primary_key=key, descriptor=proposal.schema)
    table = type_texts(proposal.texts, fields, resource=name)
    return rewrite_csv(proposal.texts, table, schema, CsvDialect())


def _fields(proposal: Proposal) -> list[JsonObject]:
    return cast("list[JsonObject]", proposal.schema["fields"])


def _resource(name: str, source: Source, content: bytes) -> JsonObject:
    return {
        "name": name,
        "type": "table",
        "title": name.replace("_", " ").capitalize(),
        "description": f"To do: say what a row is. It began as {source.place}.",
        "path": f"data/{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "dialect": DIALECT,
        "schema": f"schemas/{name}.json",
        **file_facts(content),
    }


def _descriptor(about: About, resources: list[JsonValue]) -> JsonObject:
    licences: JsonObject = {"licenses": [{"name": about.licence}]} if about.licence else {}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": about.name,
        "title": about.title or about.name,
        "description": "To do: say what the data is, who made it, and from what.",
        "version": VERSION,
        **licences,
        "resources": resources,
    }


def _notes(name: str, proposal: Proposal) -> Iterator[str]:
    for field, count in proposal.cleaned.items():
        what = "line breaks, tabs, blanks at the ends or characters that nobody sees are gone"
        yield f"{name}: {number(count, 'text')} of {field} {'was' if count == 1 else 'were'} cleaned: {what}"
    for field, (count, example) in proposal.rewritten.items():
        type_ = next(each["type"] for each in _fields(proposal) if each["name"] == field)
        cells = f'{number(count, "cell")} of {field} such as "{example}" {"is" if count == 1 else "are"}'
        yield f"{name}: {cells} read as {type_}, and written as such; is it a text? Then mend data and schema"
    if "primaryKey" not in proposal.schema:
        yield f"{name}: no key is proposed; without one, rows cannot be told apart when versions are compared"


def _rendered(about: About, descriptor: JsonObject, tables: Mapping[str, Proposal]) -> dict[str, bytes]:
    environment = jinja2.Environment(  # noqa: S701 -- no template makes HTML
        loader=jinja2.PackageLoader("cstodata.init", "templates"),
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        variable_start_string="<<",  # GitHub's expressions have braces of their own
        variable_end_string=">>",
    )
    action, _, revision = (about.action or ACTION).partition("@")
    facts = {"package": descriptor, "tables": tables, "action": action, "revision": revision}
    return {path: environment.get_template(name).render(facts).encode() for path, name in _TEMPLATES.items()}
