"""The contract of a table: its Table Schema as a Pandera schema of the frames that are read from its release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cstodata.contracts.libraries import LIBRARIES
from cstodata.contracts.verdicts import distinct, verdicts
from cstodata.errors import ContractError, UnknownNameError
from cstodata.package.tables import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.contracts.libraries import Library
    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import Field, Resource, Schema


def contract_of(resource: Resource, backend: str) -> Any:
    """The Pandera schema of a table.

    Args:
        resource: The table; it must declare a schema.
        backend: The library of the frames: one of `LIBRARIES`.

    Raises:
        UnknownNameError: There is no such backend.
        ContractError: Its library is not installed, or Pandera cannot be asked for a field of that name.
        TableReadError: The resource has no schema, or a constraint is more than its type can hold.
    """
    if backend not in LIBRARIES:
        raise UnknownNameError("backend", backend, known=list(LIBRARIES))
    schema = schema_of(resource)
    for field in schema.fields:
        if field.name.startswith("^") and field.name.endswith("$"):
            raise ContractError(resource.name, why=f'Pandera takes the name of the field "{field.name}" for a pattern')
    library = LIBRARIES[backend]
    try:
        pandera = library.pandera()
    except ImportError as error:
        why = f"its contract for {backend} needs libraries that are missing: pip install 'pandera[{backend}]'"
        raise ContractError(resource.name, why=why) from error
    return pandera.DataFrameSchema(
        columns={field.name: _column(field, schema, library, pandera) for field in schema.fields},
        checks=[_unique(names, library, pandera) for names in _unique_keys(schema)],
        unique=list(schema.primary_key) or None,
        # A minor release may append a field, and nobody should read columns by their position.
        strict=False,
        ordered=False,
        coerce=False,
        name=resource.name,
        title=_text(resource.descriptor.get("title")),
        description=_text(resource.descriptor.get("description")),
    )


def _column(field: Field, schema: Schema, library: Library, pandera: Any) -> Any:
    required = _constraints(field).get("required") is True or field.name in schema.primary_key
    return pandera.Column(
        dtype=library.dtype(field),
        checks=[
            pandera.Check(library.check(each.on_first), name=each.name, error=f"{field.name}: {each.told}")
            for each in verdicts(field, is_nullable=not required)
        ],
        nullable=not required,
        required=True,
        title=_text(field.descriptor.get("title")),
        description=field.description or None,
    )


def _unique(names: tuple[str, ...], library: Library, pandera: Any) -> Any:
    error = f"{', '.join(names)}: unique"
    return pandera.Check(library.check(distinct, names), name="unique", error=error, ignore_na=False)


def _unique_keys(schema: Schema) -> Iterator[tuple[str, ...]]:
    """The fields that make rows unique, apart from the primary key, which Pandera has a word for."""
    yield from ((field.name,) for field in schema.fields if _constraints(field).get("unique") is True)
    declared = schema.descriptor.get("uniqueKeys")
    for each in declared if isinstance(declared, list) else ():
        yield tuple(map(str, each)) if isinstance(each, list) else (str(each),)


def _constraints(field: Field) -> JsonObject:
    return cast("JsonObject", field.descriptor.get("constraints") or {})


def _text(value: object) -> str | None:
    return str(value) if value else None
