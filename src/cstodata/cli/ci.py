"""`cstodata ci`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cstodata.cli.exit_codes import ExitCode
from cstodata.cli.options import has_colour, is_part_of, note, progress, write, write_all
from cstodata.errors import CstodataError, GitError
from cstodata.report.terminal import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cstodata.ci.bases import Circumstances
    from cstodata.ci.comment import IsChanged
    from cstodata.ci.judgement import Judgement
    from cstodata.ci.lines import HunksOf
    from cstodata.ci.plan import Plan
    from cstodata.ci.repository import Repository
    from cstodata.model.json import JsonObject

_COMMENT = "comment.md"
_SUMMARY_FINDINGS = 100


@click.command(short_help="Check what a pull request does to a data package.")
@click.option(
    "--package",
    type=click.Path(path_type=Path),
    default=Path("datapackage.json"),
    show_default=True,
    help="A datapackage.json, or a folder that holds one.",
)
@click.option("--base", help="A revision to compare with; else the pull request's base, else the commit before.")
@click.option("--fetch", is_flag=True, help="Fetch what the clone lacks of the history.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, file_okay=False), help="Write reports into this folder."
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="The least of what ends with exit code 1.",
)
@click.option("--comment/--no-comment", default=True, show_default=True, help="Whether to write comment.md too.")
def ci(
    *,
    package: Path,
    base: str | None,
    fetch: bool,
    output: Path | None,
    fail_on: Literal["error", "warning", "never"],
    comment: bool,
) -> ExitCode:
    """Check what a pull request, or a commit, does to a data package.

    The package is checked as it stands, and compared with the merge base of HEAD and the base. If nothing of it
    changed, it is not checked, and the comment is empty. GitHub and GitLab tell the base. On GitHub there are
    annotations, a summary of the step, and outputs: valid, changed, required-version, declared-version, bump.

    Exit code 0: clean; 1: not valid, or the version is too low; 2: wrong usage; 3: cannot proceed.
    """
    from cstodata.ci.files import ALL

    if output is not None:
        with suppress(CstodataError):  # a package that cannot be read is told of below
            if any(is_part_of(output / name, package) for name in ALL):
                raise click.UsageError(f"files in {output} are part of the package.")
        output.mkdir(parents=True, exist_ok=True)
    plan, repository = _planned(package, base, fetch=fetch)
    if not plan.changed:
        return _nothing(plan, output, comment=comment)
    judgement = _judged(plan)
    from cstodata.ci.comment import render
    from cstodata.ci.lines import changed_lines, is_changed_in
    from cstodata.ci.outputs import SUMMARY_BYTES

    hunks_of = changed_lines(repository, plan)
    is_changed = is_changed_in(hunks_of)
    seen = _seen(judgement, plan, repository, hunks_of)
    _tell(seen, plan, is_changed)  # first, as no file is needed for it that might not be writable
    told = partial(render, seen, root=plan.root, is_changed=is_changed)
    _write_files(judgement, seen, plan, told() if comment else None, output)
    if room := _room("GITHUB_STEP_SUMMARY", SUMMARY_BYTES):
        _append("GITHUB_STEP_SUMMARY", told(budget=room, findings=_SUMMARY_FINDINGS))
    if judgement.is_unreadable:
        return ExitCode.CANNOT_PROCEED
    report = judgement.report
    fails = {"error": not report.valid, "warning": bool(report.errors + report.warnings), "never": False}[fail_on]
    return ExitCode.FINDINGS if fails else ExitCode.CLEAN


def _circumstances(environment: Mapping[str, str], *, is_base_asked: bool) -> Circumstances:
    from cstodata.ci.bases import Circumstances

    base_ref = environment.get("GITHUB_BASE_REF")
    return Circumstances(
        event={} if is_base_asked else _event(environment, instead=f"origin/{base_ref}" if base_ref else None),
        base_ref=base_ref or None,
        diff_base=environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA") or None,
        default_branch=environment.get("CI_DEFAULT_BRANCH") or None,
    )


def _event(environment: Mapping[str, str], *, instead: str | None) -> JsonObject:
    """What GitHub tells of the event; if it cannot be read, nothing, as long as there is a base instead."""
    from cstodata.package.descriptor import read_json

    event = environment.get("GITHUB_EVENT_PATH")
    if not event or not Path(event).is_file():
        return {}
    try:
        return read_json(Path(event))
    except CstodataError as error:
        if instead is None:
            raise
        note(f"{shown(error, 1000)}; the base is taken to be {shown(instead)}")
        return {}


def _planned(package: Path, base: str | None, *, fetch: bool) -> tuple[Plan, Repository | None]:
    from cstodata.ci.bases import bases
    from cstodata.ci.plan import Plan, descriptor_of, plan_check
    from cstodata.ci.repository import Repository

    repository = None
    try:
        repository = Repository.around(package)
        if repository.is_inside(Path.cwd()):
            why = "the package is in a repository of its own, such as a submodule: compare it there"
            return Plan(descriptor=descriptor_of(package), note=why), None
        circumstances = _circumstances(os.environ, is_base_asked=base is not None)
        return plan_check(package, repository, bases(base, circumstances), may_fetch=fetch), repository
    except GitError as error:
        lacking = base is not None or "GITHUB_BASE_REF" in os.environ
        return Plan(descriptor=descriptor_of(package), note=str(error), is_lack=lacking), repository


def _nothing(plan: Plan, output: Path | None, *, comment: bool) -> ExitCode:
    """Say that nothing of the package changed, in no comment."""
    from cstodata.ci.outputs import environment_file, nothing_changed
    from cstodata.package.descriptor import read_json

    declared = read_json(plan.descriptor).get("version")
    write(f"{shown(plan.descriptor)}: nothing of the package changed\n", None)
    _leave({_COMMENT: ()} if comment else {}, output)
    _append("GITHUB_OUTPUT", environment_file(nothing_changed(declared if isinstance(declared, str) else None)))
    return ExitCode.CLEAN


def _judged(plan: Plan) -> Judgement:
    """Check the package, and compare it with what it was."""
    from cstodata.api import compare, validate
    from cstodata.ci.judgement import judge, unreadable_report
    from cstodata.ci.pointers import check_is_there

    try:
        check_is_there(plan.descriptor)
        with progress("Checking") as on_step:
            checked = validate(plan.descriptor, on_step=on_step)
    except CstodataError as error:
        if plan.merge_base is None and not plan.descriptor.exists():
            raise  # nothing tells that there ever was a package
        return judge(plan, unreadable_report(plan, error), None, note=None, is_unreadable=True)
    if plan.merge_base is None:
        return judge(plan, checked, None, note=None)
    try:
        with progress("Comparing") as on_step:
            return judge(plan, checked, compare(plan.old, plan.descriptor, on_step=on_step), note=None)
    except CstodataError as error:
        return judge(plan, checked, None, note=None if checked.metadata else str(error))


def _seen(judgement: Judgement, plan: Plan, repository: Repository | None, hunks_of: HunksOf) -> Judgement:
    """The judgement with its findings where reviewers look."""
    base = plan.merge_base
    if judgement.changes is None or repository is None or base is None:
        return judgement
    from cstodata.ci.causes import seen_from_changes
    from cstodata.ci.rows import Ground
    from cstodata.package.descriptor import read_package

    ground = Ground(
        package=read_package(plan.descriptor),
        root=plan.root,
        hunks_of=hunks_of,
        before=lambda name: repository.read(base, plan.was(name)),
    )
    return seen_from_changes(judgement, ground)


def _write_files(judgement: Judgement, seen: Judgement, plan: Plan, comment: str | None, output: Path | None) -> None:
    from cstodata.ci.files import contents
    from cstodata.ci.outputs import environment_file, outputs

    if output is not None:
        files = dict(contents(judgement, seen, root=plan.root))
        if comment is not None:
            files[_COMMENT] = (comment,)
        _leave(files, output)
    _append("GITHUB_OUTPUT", environment_file(outputs(judgement)))


def _tell(judgement: Judgement, plan: Plan, is_changed: IsChanged) -> None:
    """Print the annotations or the report, and the verdict on the version."""
    from cstodata.report import github, text
    from cstodata.report.changes.sentences import verdict

    if os.environ.get("GITHUB_ACTIONS") == "true":
        whole = "the summary of this step tells of more"
        write(github.render(judgement.report, root=plan.root, changed=is_changed, whole=whole), None)
    else:
        write(text.render(judgement.report, colour=has_colour(sys.stdout)), None)
    if judgement.changes is not None:
        note(shown(verdict(judgement.changes), 1000))
    if judgement.note is not None:
        note(f"not compared: {shown(judgement.note, 1000)}")


def _leave(files: Mapping[str, Iterable[str]], output: Path | None) -> None:
    """Write files as wholes, and let none of an earlier check stand beside them."""
    from cstodata.ci.files import ALL

    if output is None:
        return
    for name, pieces in files.items():
        write_all(pieces, output / name)
    for name in set(ALL) - set(files):
        (output / name).unlink(missing_ok=True)


def _append(variable: str, text: str) -> None:
    """Append to the file that a variable of the environment names, in one write; nothing if it names none."""
    if name := os.environ.get(variable):
        with Path(name).open("ab", buffering=0) as file:
            file.write(text.encode(errors="replace"))


def _room(variable: str, most: int) -> int:
    """Bytes that may still be appended to the file that a variable names; 0 if it names none."""
    name = os.environ.get(variable)
    if not name:
        return 0
    path = Path(name)
    return max(0, most - (path.stat().st_size if path.exists() else 0))
