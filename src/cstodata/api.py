"""The public functions."""

from __future__ import annotations

import os
import re
import warnings
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

    from cstodata.client.release import Release
    from cstodata.extraction.extraction import Extraction
    from cstodata.model.change import ChangeSet
    from cstodata.model.progress import OnStep
    from cstodata.model.report import Report
    from cstodata.spark.engine import SparkEngine


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
    old: str | PathLike[str],
    new: str | PathLike[str],
    *,
    resources: Iterable[str] = (),
    engine: Literal["duckdb"] | SparkEngine = "duckdb",
    on_step: OnStep = unheard,
) -> ChangeSet:
    """What changed from one data package to another: what is declared, and every row, cell by cell.

    Args:
        old: A `datapackage.json`, a folder that holds one, or `git:REVISION[:PATH]`, such as `git:v1.0.0`: the package
            as git holds it, at PATH from the top of the repository, or else at the place of the other package. Or a
            store, such as `s3://bucket/prefix`, for its latest version, or `s3://bucket/prefix@1.0.0`.
        new: The same.
        resources: Names, old or new, of the resources to compare; none for all, and the packages' own properties.
        engine: Who reads and joins the rows: DuckDB on this machine; or Spark those of large tables, if both packages
            stand where its executors find them, and DuckDB the others. The changes are the same.
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
        SparkError: Spark cannot go on.
        TypeError: A name was given in the place of a list of names, or of an engine.
    """
    if isinstance(resources, str):
        raise TypeError("resources is a list of names")
    if isinstance(engine, str) and engine != "duckdb":
        raise TypeError('engine is "duckdb" or a SparkEngine')
    from cstodata.diff.package import diff_packages
    from cstodata.diff.sides import open_side
    from cstodata.publish.sides import on_disk

    places = str(old), str(new)
    # What git or a store holds is written into a folder of this machine, which executors need not see.
    elsewhere = any(re.match(r"git:|(?!file:)[a-z0-9]+://", place) for place in places)
    spark = None if isinstance(engine, str) or elsewhere else engine
    with ExitStack() as stack:
        one, other = (stack.enter_context(on_disk(place)) for place in places)
        before = stack.enter_context(open_side(one, beside=Path() if other.startswith("git:") else Path(other)))
        after = stack.enter_context(open_side(other, beside=Path() if one.startswith("git:") else Path(one)))
        return diff_packages(before, after, places=places, resources=list(resources), engine=spark, on_step=on_step)


def _processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load(
    resource: str,
    version: str | None = None,
    *,
    source: str | PathLike[str] | None = None,
    columns: Iterable[str] | None = None,
    filters: Any = None,
    cache: str | PathLike[str] | None = None,
    on_step: OnStep = unheard,
) -> pa.Table:
    """A table of a release: verified, and kept on this machine.

    Args:
        resource: Its name, such as `delegations`.
        version: As in `open`.
        source: As in `open`.
        columns: Names of columns, in the order wanted; None for all.
        filters: Rows to keep: `[("seats_total", ">", 10)]`, or an expression of `pyarrow.compute`, as
            `pyarrow.parquet.read_table` takes them; None for all.
        cache: As in `open`.
        on_step: As in `open`.

    Returns:
        One column a field in the schema's order: dates are `date32`, integers `int64`, text `string`; null where no
        page states the fact. Rows are sorted by the primary key.

    Raises:
        UnknownNameError: There is no such version, table or column.
        Others: As `open`, and `Release.load`.
    """
    release = _opened(source, version, cache, on_step)
    return release.load(resource, columns=columns, filters=filters)


def open(  # noqa: A001 -- as `gzip.open`; the built-in one is not used here
    source: str | PathLike[str] | None = None,
    version: str | None = None,
    *,
    cache: str | PathLike[str] | None = None,
    on_step: OnStep = unheard,
) -> Release:
    """A release: its tables, what changed in it, how to cite it, and SQL over it.

    Args:
        source: A store: `https://…`, a folder, `s3://…`, `gs://…`, `az://…` or `file://…`. None for the one that
            `CSTODATA_STORE` or `config.toml` sets, or else the copy of the dataset that comes with cstodata.
        version: An exact version, or `1`, `1.0` or `latest` for the newest one of that line, or of all, that is neither
            yanked nor a pre-release; None for `latest`.
        cache: The folder that keeps what was fetched; None for what `CSTODATA_CACHE` or `config.toml` sets, or else the
            system's folder for caches.
        on_step: Called with the path of a file, and the share of it that was fetched, from 0 to 1.

    Raises:
        UnknownNameError: There is no such version.
        ClientError: All versions that could be meant are yanked or pre-releases, or the cache cannot be written.
        StoreError: The store cannot be read; `UnreachableError` if it does not answer, and its index was never seen.
        PublishError: Its index cannot be read.
        NotVerifiedError: It holds something else than was published.
        SettingsError: `config.toml` cannot be read, or names no folder that can be.

    Warns:
        YankedVersionWarning: The version was named exactly, and is yanked.
        StaleIndexWarning: The store does not answer, so the newest version is told by its index as it was seen last.
    """
    return _opened(source, version, cache, on_step)


def _opened(
    source: str | PathLike[str] | None, version: str | None, cache: str | PathLike[str] | None, on_step: OnStep
) -> Release:
    """A release, by the settings of the user; what there is to know of it is said to the caller of our caller."""
    from cstodata.client.release import open_release
    from cstodata.client.settings import read_settings

    if not isinstance(version, str | None):
        raise TypeError('version is a text, such as "1.0"')
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111 -- no home is no error
    settings = read_settings(os.environ, Path(config, "cstodata", "config.toml"))
    place = settings.store if source is None else os.fspath(source)
    if place is not None and place.startswith("~"):
        place = str(_at_home(Path(place)))
    kept = Path(cache) if cache else settings.cache
    folder = _cache() if kept is None else _at_home(kept)
    release = open_release(place, version or "latest", cache=folder, on_step=on_step)
    for notice in release.notices:
        warnings.warn(notice, stacklevel=3)
    return release


def _at_home(path: Path) -> Path:
    """A path whose `~` is the home of the user.

    Raises:
        SettingsError: There is no such home, or no such path can be.
    """
    from cstodata.errors import SettingsError

    try:
        at_home = path.expanduser()
    except RuntimeError as error:
        raise SettingsError(str(path), why="there is no such home folder") from error
    if "\0" in str(path):
        raise SettingsError(str(path), why="no path holds a NUL character")
    return at_home


def _cache() -> Path:
    """Where the system wants caches to be."""
    from platformdirs import user_cache_path

    return user_cache_path("cstodata", appauthor=False)


def extract(
    text: str | bytes,
    *,
    package: str | PathLike[str] | None = None,
    address: str | None = None,
    captured_on: date | None = None,
    add_people: bool = False,
) -> Extraction:
    """What a captured page of the Assembly states: rows, each with the words that say so, and what was not understood.

    Strict: what is not understood is a problem, never a guess. Names mean what the package says.

    Args:
        text: The captured text, or its bytes: UTF-8, or what a byte order mark says.
        package: The package whose parliaments, chambers, names and people are known: a `datapackage.json`, or a folder
            that holds one; None for the dataset that comes with cstodata.
        address: Where the page was captured from; its last segment is the id of the source. None if it is not known:
            then there is a problem, and the rows are for looking at.
        captured_on: The day on which it was captured; None if it is not known.
        add_people: Whether people whom nobody knows become rows of `people`.

    Returns:
        Rows, table by table in the order of the package, and problems. Bad pages never raise: if there are problems,
        the rows are those that were understood nevertheless, for looking at.

    Raises:
        PageError: The bytes are no text in that encoding.
        PackageNotFoundError: There is no package.
        DescriptorError: The descriptor cannot be read.
        UnknownNameError: The package lacks a table that names bodies or people.
        TableReadError: Such a table cannot be read.
    """
    from hashlib import sha256

    from cstodata.extraction.encoding import decode
    from cstodata.extraction.extraction import Page
    from cstodata.extraction.known import known_of
    from cstodata.extraction.read import read_page
    from cstodata.package.bundled import bundled_package
    from cstodata.package.descriptor import read_package

    captured = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    page = Page(
        place="text",
        text=decode("text", text) if isinstance(text, bytes) else text,
        sha256=sha256(captured).hexdigest(),
        address=address,
        captured_on=captured_on,
    )
    known = known_of(read_package(bundled_package() if package is None else Path(package)))
    return read_page(page, known, add_people=add_people)


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
