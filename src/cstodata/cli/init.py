"""`cstodata init`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import note, progress
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cstodata.init.plan import InitPlan
    from cstodata.init.source import Source

_ACTION = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+@[A-Za-z0-9._/-]+")
_FIELDS_SHOWN = 12


def _action(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not _ACTION.fullmatch(value):
        raise click.BadParameter(f"{value!r} is not of the form owner/cstodata@v0.1.0.")
    return value


def _line(_context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and (not value.strip() or not value.isprintable()):
        raise click.BadParameter(f"the {parameter.name} is a line of text.")
    return value and value.strip()


@click.command(short_help="Start a data package from CSV files.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("files", metavar="[CSV]...", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--name", help="Name of the package, such as my-data.  [default: from DIR]")
@click.option("--title", callback=_line, help="What people call it.  [default: its name]")
@click.option("--licence", metavar="SPDX", callback=_line, help="Its licence, such as CC-BY-4.0.")
@click.option("--encoding", help="What the files are written in.  [default: UTF-8]")
@click.option(
    "--action",
    metavar="OWNER/REPO@REV",
    callback=_action,
    help="Where the workflows find the action of cstodata; REV is best a commit.",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be written, and write nothing.")
def init(
    *,
    folder: Path,
    files: tuple[Path, ...],
    name: str | None,
    title: str | None,
    licence: str | None,
    encoding: str | None,
    action: str | None,
    dry_run: bool,
) -> ExitCode:
    """Start a repository for a data package in DIR, from CSV files, or with an example if there are none.

    DIR is made, or is empty but for git. It gets the descriptor, a schema and a canonical CSV file for each table, a
    README, and workflows that check pull requests. Types are those that Frictionless describes, each proved on all
    rows; they, the keys and `required` are proposals to be read and corrected. The files given stay as they are.
    Nothing is written unless all is, and `cstodata validate` finds nothing wrong with it.

    Exit code 0: written; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.init.plan import About, package_name, plan_init
    from cstodata.init.writer import check_target, staged

    check_target(folder)
    about = About(
        name=package_name(folder.resolve().name) if name is None else name, title=title, licence=licence, action=action
    )
    with progress("Describing") as on_step:
        on_step("the files", 0)
        plan = plan_init(about, _sources(files), encoding=encoding)
    if dry_run:
        click.echo("\n".join(f"would write {shown(folder / path, 1000)}" for path in plan.files))
    else:
        with staged(plan, folder) as aside:
            _check(aside)
        click.echo("\n".join(f"wrote {shown(folder / path, 1000)}" for path in plan.files))
    _tell(plan)
    if (top := _repository_around(folder)) is not None:
        where = f"the workflows and .pre-commit-config.yaml work only at the top of the repository, {shown(top, 1000)}"
        inside = folder.resolve().relative_to(top).as_posix()
        note(f"look: {where}: move them there, and say `package: {shown(inside, 1000)}` where the action is used")
    return ExitCode.CLEAN


def _repository_around(folder: Path) -> Path | None:
    """The git repository that a folder is in, if it is not the top of one itself; None if there is none."""
    here = folder.resolve()
    if (here / ".git").exists():
        return None
    return next((each for each in here.parents if (each / ".git").exists()), None)


def _sources(files: Sequence[Path]) -> list[Source]:
    from cstodata.init.source import Source

    if len({file.resolve() for file in files}) < len(files):
        raise click.UsageError("a CSV file is named twice.")
    return [Source(name=file.stem, place=file.name, content=file.read_bytes()) for file in files]


def _check(package: Path) -> None:
    """Make sure that what would be written is valid."""
    from cstodata.api import validate
    from cstodata.errors import InitError

    report = validate(package)
    if not report.valid:
        first = next(iter(report.findings))
        where = ".".join(part for part in (first.resource, first.field) if part) + (
            f" row {first.row}" if first.row else ""
        )
        raise InitError(where, why=f"{first.message}; mend the CSV file first, nothing was written")


def _tell(plan: InitPlan) -> None:
    """Tell what is proposed, and what to look at."""
    from cstodata.report.places import number

    for name, table in plan.tables.items():
        fields, key = table.schema["fields"], table.schema.get("primaryKey")
        proposed = shown(key[0]) if isinstance(key, list) else "none"
        click.echo(f"{shown(name)}: {number(table.texts.num_rows, 'row')}, proposed key: {proposed}")
        for field in fields[:_FIELDS_SHOWN] if isinstance(fields, list) else []:
            if isinstance(field, dict):
                click.echo(f"  {shown(field['name'])}: {field['type']} (proposed)")
        if isinstance(fields, list) and len(fields) > _FIELDS_SHOWN:
            click.echo(f"  and {number(len(fields) - _FIELDS_SHOWN, 'more field')}")
    for each in plan.notes:
        note(f"look: {shown(each, 1000)}")
