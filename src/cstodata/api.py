"""The public functions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from os import PathLike

    import pyarrow as pa

    from cstodata.model.report import Report


def validate(
    path: str | PathLike[str] | None = None,
    *,
    resources: Iterable[str] = (),
    rules: Iterable[str] | None = None,
    limit_errors: int = 1000,
    today: date | None = None,
    engine: Literal["auto", "fast", "frictionless"] = "auto",
    memory_limit: str = "128MB",
    on_step: Callable[[str], None] = lambda _: None,
) -> Report:
    """Check a data package with Frictionless and with the rules that fit it.

    Args:
        path: A `datapackage.json`, or a folder that holds one; None for the dataset that comes with cstodata.
        resources: Names of the resources to check; none for all.
        rules: Ids of the rules to apply, as `cstodata rules` lists them; None for all, an empty list for none.
        limit_errors: Findings a resource or rule may have before the rest is left unread, as in Frictionless; 0 for no
            limit.
        today: The date after which nothing can have been published; None for the current date in UTC.
        engine: Who reads the rows: `fast` is the columnar engine, which finds what `frictionless` finds; `auto` is the
            fast one for the tables that it may judge, and Frictionless for the others.
        memory_limit: What finding equal keys in large tables may take before it spills to disk, such as `1GB`.
        on_step: Called with the name of each resource, then with "rules", before it is checked.

    Returns:
        A report. Bad data never raises: it is in the report.

    Raises:
        PackageNotFoundError: There is no package.
        DescriptorError: The descriptor cannot be read as a JSON object.
        UnknownNameError: A resource or rule that was asked for does not exist.
        EngineError: A table must be judged fast, and cannot be.
        TypeError: A name was given in the place of a list of names.
        ValueError: The limit is negative.
    """
    if isinstance(resources, str) or isinstance(rules, str):
        raise TypeError("resources and rules are lists of names")
    if limit_errors < 0:
        raise ValueError("limit_errors is a number of findings, or 0 for no limit")
    from cstodata.package.bundled import bundled_package
    from cstodata.validation.runner import validate_package

    return validate_package(
        bundled_package() if path is None else Path(path),
        today=today or datetime.now(UTC).date(),
        resources=dict.fromkeys(resources),
        rules=rules,
        limit_errors=limit_errors,
        engine=engine,
        memory_limit=memory_limit,
        on_step=on_step,
    )


def load(resource: str) -> pa.Table:
    """A table of the dataset that comes with cstodata.

    Args:
        resource: Its name, such as `delegations`.

    Returns:
        One column a field in the schema's order: dates are `date32`, integers `int64`, text `string`; null where no
        page states the fact. Rows are sorted by the primary key.

    Raises:
        UnknownNameError: The dataset has no such resource.
    """
    from cstodata.client.load import load_bundled

    return load_bundled(resource)
