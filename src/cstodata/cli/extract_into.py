"""`cstodata extract --into`: rows from pages, merged into a package."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from cstodata.cli.captures import tell
from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.lean import import_lean
from cstodata.cli.options import note, progress
from cstodata.report.places import number
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cstodata.cli.captures import Captures
    from cstodata.extraction.plan import Conflict, MergePlan, TablePlan
    from cstodata.model.finding import Finding
    from cstodata.package.descriptor import DataPackage

_PATIENCE_SECONDS = 60.0


def merge_into(into: Path, names: Path | None, captures: Captures, *, dry_run: bool) -> ExitCode:
    """Merge what pages state into a package, or tell what would be done.

    Args:
        into: The package.
        names: The package whose names are known; None for the same.
        captures: The pages.
        dry_run: Whether to write nothing.
    """
    import_lean(into, with_rules=False)
    from cstodata.errors import MergeError
    from cstodata.extraction.journal import is_interrupted, replace_together, sole_writer
    from cstodata.extraction.known import known_of
    from cstodata.extraction.merge import merged_files
    from cstodata.extraction.plan import plan_merge
    from cstodata.package.descriptor import locate, read_package

    root = locate(into).parent
    if dry_run and is_interrupted(root):
        raise MergeError(str(root), why="a run was killed while it wrote; the next one without --dry-run restores it")
    with nullcontext() if dry_run else sole_writer(root, patience_seconds=_PATIENCE_SECONDS) as was_restored:
        if was_restored:
            note(f"{shown(root, 1000)}: a run was killed while it wrote; the package is restored as it was before")
        package = read_package(into)
        known = known_of(package if names is None else read_package(names))
        with progress("Reading") as on_step:
            plan = plan_merge(package, captures.extractions(known, on_step))
        files = merged_files(package, plan) if plan.is_clean else {}
        if not _may_be_written(package, plan, files):
            note("nothing was written")
            return ExitCode.FINDINGS
        if not dry_run and files:
            replace_together(package.root, files)
    _tell_plan(plan, [package.root / path for path in files], dry_run=dry_run)
    return ExitCode.CLEAN


def _may_be_written(package: DataPackage, plan: MergePlan, files: Mapping[str, bytes]) -> bool:
    """Whether nothing stands against a merge; what does is told."""
    from cstodata.extraction.merge import new_findings
    from cstodata.validation.limits import Limits

    for conflict in plan.conflicts:
        _tell_conflict(conflict)
    if not plan.is_clean:
        return False
    if not files:
        return True
    import_lean(package.path, with_rules=True)
    with progress("Checking") as on_step:
        limits = Limits(errors=0, threads=1, memory="128MB")
        found = new_findings(package, files, today=datetime.now(UTC).date(), limits=limits, on_step=on_step)
    for finding in found.warnings:
        _tell_finding("warning", finding)
    for finding in found.errors:
        _tell_finding("error", finding)
    return not found.errors


def _tell_conflict(conflict: Conflict) -> None:
    there, stated = conflict.there, conflict.stated
    row = " ".join(f"{shown(name)}={shown(value)}" for name, value in conflict.key.items())
    tell(
        stated.place,
        f"{conflict.resource} {row}: {conflict.field} is {_told(stated.value)} here, and {_told(there.value)} in "
        f"{there.place}",
        None,
        "Find out which is right: correct the row, or leave the page out.",
    )


def _told(value: object) -> str:
    return f'"{shown(value)}"' if isinstance(value, str) else str(value)


def _tell_finding(severity: str, finding: Finding) -> None:
    row = "".join(f" {shown(name)}={shown(value)}" for name, value in finding.key.items())
    place = f"{finding.resource or 'the package'}{row}"
    tell(f"{severity} {finding.type}, once merged: {place}", finding.message, None, finding.mend)


def _tell_plan(plan: MergePlan, files: Sequence[Path], *, dry_run: bool) -> None:
    for table in plan.tables:
        click.echo(f"{shown(table.resource)}: {_counted(table)}")
        for fill in table.fills:
            row = " ".join(f"{shown(name)}={shown(value)}" for name, value in fill.key.items())
            click.echo(f"  {row}: {shown(fill.field)} is {_told(fill.stated.value)}, says {shown(fill.stated.place)}")
    for file in files:
        click.echo(f"{'would write' if dry_run else 'wrote'} {shown(file, 1000)}")
    if not files:
        click.echo("nothing to write")


def _counted(table: TablePlan) -> str:
    counts = (
        (len(table.added), "new row", ""),
        (len(table.fills), "empty cell", " filled"),
        (table.equal, "row", " there already"),
    )
    return ", ".join(f"{number(count, noun)}{more}" for count, noun, more in counts if count) or "nothing new"
