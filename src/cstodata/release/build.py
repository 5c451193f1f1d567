"""Building a release: the files of a version, proved and moved into place as a whole."""

from __future__ import annotations

import shutil
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.diff.package import diff_packages
from cstodata.diff.sides import open_side
from cstodata.errors import ReleaseRefusedError
from cstodata.model.change import Bump
from cstodata.model.progress import unheard
from cstodata.package.digest import sha256_of_file
from cstodata.package.formatting import to_json
from cstodata.release.archive import write_archive
from cstodata.release.documents.facts import ReleaseFacts
from cstodata.release.documents.registry import DOCUMENTS
from cstodata.release.lists import CHECKSUMS, REGISTRY
from cstodata.release.plan import CHANGES
from cstodata.release.signature import SIGNATURE
from cstodata.release.tables import descriptors, write_table
from cstodata.report.changes.registry import DEFAULT_ROWS, render
from cstodata.report.changes.sentences import reasons

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.model.change import ChangeSet
    from cstodata.model.progress import OnStep
    from cstodata.package.descriptor import DataPackage
    from cstodata.release.plan import ReleasePlan


class Built(StrEnum):
    """What came of building a release."""

    RELEASED = "released"
    ALREADY = "already released, with the same bytes"


def build_release(package: DataPackage, plan: ReleasePlan, output: Path, *, on_step: OnStep = unheard) -> Built:
    """Write a release below `output`.

    It is built in a folder of its own beside the version's and moved there in one step, so that a version is never half
    there. A version that is there already stays as it is.

    Args:
        package: The package that was planned.
        plan: What to build.
        output: The folder that holds all releases; it is created.
        on_step: Called with the name of each table before it is written, and the share of all that is.

    Raises:
        ReleaseRefusedError: The version is there already, with other bytes; or nothing changed since the previous
            release, or more than the version says.
        ReleaseNotProvedError: The CSV and Parquet files of a table do not hold the same.
        TableReadError: A table cannot be read or written as its schema types it.
    """
    target = output / plan.folder
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{plan.version}."))
    try:
        _write(package, plan, staging, on_step)
        if target.exists():
            _prove_same(plan, staging, target)
            return Built.ALREADY
        staging.chmod(0o755)
        staging.rename(target)
        return Built.RELEASED
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(package: DataPackage, plan: ReleasePlan, folder: Path, on_step: OnStep) -> None:
    for name in ("data", "parquet", "schemas"):
        (folder / name).mkdir()
    facts = []
    for number, table in enumerate(plan.tables):
        on_step(table.resource.name, number / len(plan.tables))
        facts.append(write_table(package, table, folder))
    csv_resources, parquet_resources = (list(each) for each in zip(*map(descriptors, facts), strict=True))
    declared = {**package.descriptor, **({"created": plan.origin.created} if plan.origin.created else {})}
    (folder / "datapackage.json").write_bytes(to_json({**declared, "resources": csv_resources}))
    (folder / "parquet" / "datapackage.json").write_bytes(to_json({**declared, "resources": parquet_resources}))
    changes = _write_changes(package, plan, folder) if plan.previous else None
    release = ReleaseFacts(
        package=package,
        version=plan.version,
        tables=tuple(facts),
        report=plan.report,
        changes=changes,
        origin=plan.origin,
    )
    for name, document in DOCUMENTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(document(release))
    known = {file.path: file.sha256 for table in facts for file in table.files}
    named = [name for name in plan.files if name not in {CHECKSUMS, REGISTRY}]
    if plan.archive:
        others = [name for name in named if name != plan.archive]
        write_archive(folder, others, folder / plan.archive, created=plan.origin.created)
    digests = {name: known.get(name) or sha256_of_file(folder / name) for name in named}
    _write_lines(folder / REGISTRY, (f"{name} sha256:{digest}" for name, digest in digests.items()))
    digests[REGISTRY] = sha256_of_file(folder / REGISTRY)
    _write_lines(folder / CHECKSUMS, (f"{digest}  {name}" for name, digest in sorted(digests.items())))


def _write_changes(package: DataPackage, plan: ReleasePlan, folder: Path) -> ChangeSet:
    """Write what changed since the previous release.

    Raises:
        ReleaseRefusedError: Nothing did, or the version is too low for what did.
    """
    with open_side(str(plan.previous), beside=package.root) as before, open_side(str(folder), beside=folder) as after:
        # Where they stand on this machine is nobody's business.
        places = str(before.descriptor.get("version") or "before"), plan.version
        changes = diff_packages(before, after, places=places)
    need = changes.version
    if need.bump is Bump.NONE:
        raise ReleaseRefusedError([f"nothing changed since {changes.old.version}"])
    if not need.is_enough:
        raise ReleaseRefusedError(
            [f"the changes since {changes.old.version} need version {need.required} ({reasons(need)})"]
        )
    (folder / "changes").mkdir()
    for name, form in CHANGES.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            file.writelines(render(changes, form, limit=DEFAULT_ROWS[form]))
    return changes


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def _prove_same(plan: ReleasePlan, built: Path, there: Path) -> None:
    present = {path.relative_to(there).as_posix() for path in there.rglob("*") if path.is_file()} - {SIGNATURE}
    differing = sorted(
        name
        for name in present | set(plan.files)
        if name not in present or name not in plan.files or (built / name).read_bytes() != (there / name).read_bytes()
    )
    if differing:
        problem = (
            f"version {plan.version} is there already with other content, such as {differing[0]}; "
            "raise `version` in datapackage.json"
        )
        raise ReleaseRefusedError([problem])
