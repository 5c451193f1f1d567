"""The public functions."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cstodata.model.progress import unheard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from typing import Any

    import pyarrow as pa

    from cstodata.model.change import ChangeSet
    from cstodata.model.progress import OnStep
    from cstodata.model.report import Report
    from cstodata.validation.spark.engine import SparkEngine


def validate(  # noqa: PLR0913 -- all but the first are options
    path: str | PathLike[str] | None = None,
    *,
    resources: Iterable[str] = (),
    rules: Iterable[str] | None = None,
    limit_errors: int = 1000,
    today: date | None = None,
    engine: Literal["auto", "fast", "frictionless"] | SparkEngine = "auto",
    threads: int | None = None,
    memory_limit: str = "128MB",
    on_step: OnStep = unheard,
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
            fast one for the tables that it may judge, and Frictionless for the others. A `SparkEngine` is `auto`, with
            what is fast carried by Spark.
        threads: Threads that read and judge a large table; None for as many as there are processors to use.
        memory_limit: What finding equal keys in large tables may take before it spills to disk, such as `1GB`.
        on_step: Called with the name of each resource, then with "rules", and the share that is done, from 0 to 1.

    Returns:
        A report. Bad data never raises: it is in the report.

    Raises:
        PackageNotFoundError: There is no package.
        DescriptorError: The descriptor cannot be read as a JSON object.
        UnknownNameError: A resource or rule that was asked for does not exist.
        EngineError: A table must be judged fast, and cannot be.
        SparkError: Spark cannot go on.
        TypeError: A name was given in the place of a list of names.
        ValueError: The limit is negative, or there are no threads.
    """
    if isinstance(resources, str) or isinstance(rules, str):
        raise TypeError("resources and rules are lists of names")
    if limit_errors < 0:
        raise ValueError("limit_errors is a number of findings, or 0 for no limit")
    if threads is not None and threads < 1:
        raise ValueError("threads is a number from 1 on, or None")
    from cstodata.package.bundled import bundled_package
    from cstodata.validation.limits import Limits
    from cstodata.validation.runner import validate_package

    return validate_package(
        bundled_package() if path is None else Path(path),
        today=today or datetime.now(UTC).date(),
        resources=dict.fromkeys(resources),
        rules=rules,
        limits=Limits(errors=limit_errors, threads=threads or _processors(), memory=memory_limit),
        engine=engine,
        on_step=on_step,
    )


def compare(
    old: str | PathLike[str], new: str | PathLike[str], *, resources: Iterable[str] = (), on_step: OnStep = unheard
) -> ChangeSet:
    """What changed from one data package to another: what is declared, and every row, cell by cell.

    Args:
        old: A `datapackage.json`, a folder that holds one, or `git:REVISION[:PATH]`, such as `git:v1.0.0`: the package
            as git holds it, at PATH from the top of the repository, or else at the place of the other package. Or a
            store, such as `s3://bucket/prefix`, for its latest version, or `s3://bucket/prefix@1.0.0`.
        new: The same.
        resources: Names, old or new, of the resources to compare; none for all, and the packages' own properties.
        on_step: Called with the name of each resource, and the share of it that is done, from 0 to 1.

    Returns:
        The changes, each with its kind, and the rows. Bad data never raises: a table that cannot be read is a change of
        the kind `NOT_COMPARED`.

    Raises:
        PackageNotFoundError: There is no package.
        DescriptorError: A descriptor cannot be read.
        SideError: git does not hold what was asked for.
        StoreError: A store cannot be read.
        PublishError: A store has no index, or no latest version.
        UnknownNameError: Neither package has a resource that was asked for, or a store not the version.
        VersionError: A package declares something that is no version.
        TypeError: A name was given in the place of a list of names.
    """
    if isinstance(resources, str):
        raise TypeError("resources is a list of names")
    from cstodata.diff.package import diff_packages
    from cstodata.diff.sides import open_side
    from cstodata.publish.sides import on_disk

    places = str(old), str(new)
    with ExitStack() as stack:
        one, other = (stack.enter_context(on_disk(place)) for place in places)
        before = stack.enter_context(open_side(one, beside=Path() if other.startswith("git:") else Path(other)))
        after = stack.enter_context(open_side(other, beside=Path() if one.startswith("git:") else Path(one)))
        return diff_packages(before, after, places=places, resources=list(resources), on_step=on_step)


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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


def contract(
    resource: str,
    *,
    source: str | PathLike[str] | None = None,
    backend: Literal["pandas", "polars", "pyarrow"] = "pyarrow",
) -> Any:
    """What a table promises, as a Pandera schema that judges a frame of it: `contract("delegations").validate(table)`.

    It asks for the columns of the Table Schema with the data types that the released Parquet file has in that library,
    for no null where the schema requires a value or the primary key needs one, for each constraint, and for unique
    keys. More columns are allowed, and any order: a minor release may append a field. References to other tables and
    the rules of cstodata are not part of it.

    Args:
        resource: The name of the table, such as `delegations`.
        source: A release, or another data package: its folder, or its `datapackage.json`; None for the dataset that
            comes with cstodata.
        backend: The library of the frames.

    Returns:
        A `DataFrameSchema` of `pandera.pandas`, `pandera.polars` or `pandera.pyarrow`. Its checks are named `type`,
        `minimum` and so on, and `unique`.

    Raises:
        PackageNotFoundError: There is no package.
        DescriptorError: The descriptor cannot be read, or Frictionless finds something wrong with it.
        UnknownNameError: The package has no such table, or there is no such backend.
        ContractError: The library is not installed, or Pandera cannot be asked for a field of that name.
        TableReadError: The table has no schema, or a constraint is more than its type can hold.
    """
    from cstodata.contracts.contract import contract_of
    from cstodata.errors import DescriptorError
    from cstodata.package.bundled import bundled_package
    from cstodata.package.descriptor import read_package
    from cstodata.validation.tables.metadata import judge_metadata

    package = read_package(bundled_package() if source is None else Path(source))
    if wrong := judge_metadata(package.path, package.descriptor).findings:
        raise DescriptorError(package.path, problem=wrong[0].message)
    return contract_of(package.resource(resource), backend)
