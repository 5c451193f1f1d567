"""`cstodata validate`."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.lean import import_lean
from cstodata.cli.options import (
    chosen_package,
    complete_rules,
    folder_in_repository,
    format_option,
    has_colour,
    is_part_of,
    note,
    output_option,
    package_argument,
    progress,
    resource_option,
    write,
)
from cstodata.cli.spark import check_spark_options, spark_engine, spark_options
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from cstodata.model.report import Report

FORMATS = ("text", "json", "github", "gitlab", "junit", "sarif")


def _size(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,5} ?[KMGT]i?B", value):
        raise click.BadParameter(f"{value!r} is not a size such as 512MB or 2GB.")
    return value


@click.command(short_help="Check a data package.")
@package_argument
@format_option(*FORMATS, told="How to report.")
@output_option
@resource_option("Check")
@click.option(
    "--rule", "rules", multiple=True, shell_complete=complete_rules, help="Apply only this rule; repeat for more."
)
@click.option("--no-rules", is_flag=True, help="Apply no rules, check only metadata and tables.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "fast", "frictionless", "spark"]),
    default="auto",
    show_default=True,
    help="Who reads the rows: the fast engine where it may, it or nobody, Frictionless alone, or Spark where it may.",
)
@spark_options
@click.option(
    "--checkpoints",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder in which --engine spark keeps what it has read until it is done, to go on there after a failure.",
)
@click.option(
    "--spark-files",
    metavar="URL",
    help="Where executors find the package's folder: a path, or s3://bucket/prefix.  [default: its path here]",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1, max=1024),
    metavar="N",
    help="Threads that read and judge a large table.  [default: one a processor]",
)
@click.option(
    "--memory-limit",
    metavar="SIZE",
    default="128MB",
    show_default=True,
    callback=_size,
    help="What finding equal keys may take before it spills to disk.",
)
@click.option("--explain", "explain_engine", is_flag=True, help="Tell which engine read each table, and why.")
@click.option("--strict", is_flag=True, help="Let warnings fail too.")
@click.option(
    "--limit-errors",
    type=click.IntRange(min=0, max=sys.maxsize),
    default=1000,
    show_default=True,
    help="Findings a resource or rule may have; 0 for no limit.",
)
def validate(  # noqa: PLR0913 -- one parameter an option
    *,
    path: Path | None,
    form: str,
    output: Path | None,
    resources: tuple[str, ...],
    rules: tuple[str, ...],
    no_rules: bool,
    strict: bool,
    limit_errors: int,
    engine: Literal["auto", "fast", "frictionless", "spark"],
    master: str | None,
    remote: str | None,
    checkpoints: Path | None,
    spark_files: str | None,
    threads: int | None,
    memory_limit: str,
    explain_engine: bool,
) -> ExitCode:
    """Check a data package: its metadata, its tables, and the rules that fit them.

    PATH is a datapackage.json or a folder that holds one. Without it, the current folder's package is checked, else the
    copy of the dataset that comes with cstodata.

    Exit code 0: valid; 1: not valid; 2: wrong usage; 3: cannot proceed.
    """
    if rules and no_rules:
        raise click.UsageError("--rule and --no-rules contradict each other.")
    check_spark_options(engine, master, remote, checkpoints, spark_files)
    from cstodata.api import validate as check

    package = chosen_package(path)
    if output is not None and is_part_of(output, package):
        raise click.UsageError(f"{output} is part of the package.")
    import_lean(package, with_rules=not no_rules)
    with ExitStack() as stack:
        spark = spark_engine(master, remote, files=spark_files, checkpoints=checkpoints)
        read_by = stack.enter_context(spark) if engine == "spark" else engine
        on_step = stack.enter_context(progress("Checking"))
        chosen = () if no_rules else rules or None
        report = check(
            package,
            resources=resources,
            rules=chosen,
            limit_errors=limit_errors,
            engine=read_by,
            threads=threads,
            memory_limit=memory_limit,
            on_step=on_step,
        )
    if explain_engine:
        for table in report.tables:
            how = f" {shown(table.how)}" if table.how else f", because {shown(table.why)}" if table.why else ""
            note(f"{shown(table.name)}: {table.engine}{how}")
    from cstodata.report.registry import FORMATS as RENDERERS

    colour = output is None and has_colour(sys.stdout)
    write(RENDERERS[form](report, colour=colour, root=folder_in_repository(package)), output)
    return verdict(report, strict=strict)


def verdict(report: Report, *, strict: bool = False) -> ExitCode:
    """The exit code of a report."""
    clean = report.valid and not (strict and report.warnings)
    return ExitCode.CLEAN if clean else ExitCode.FINDINGS
