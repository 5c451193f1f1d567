"""Building a release: the files of a version, proved and moved into place as a whole."""

from __future__ import annotations

import shutil
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from cstodata.diff.package import diff_packages
from cstodata.diff.sides import open_side
from cstodata.errors import ReleaseNotProvedError, ReleaseRefusedError
from cstodata.model.change import Bump
from cstodata.model.progress import unheard
from cstodata.package.canonical import same_table, sort_by_key, to_csv
from cstodata.package.digest import sha256_of, sha256_of_file
from cstodata.package.formatting import canonical_csv, file_facts, to_json
from cstodata.package.parquet import to_parquet
from cstodata.package.plain_csv import CsvDialect, is_plain_csv, read_texts
from cstodata.package.tables import read_table, schema_of, type_texts
from cstodata.release.documents.facts import FileFacts, ReleaseFacts, TableFacts
from cstodata.release.documents.registry import DOCUMENTS
from cstodata.release.plan import CHANGES
from cstodata.report.changes.registry import DEFAULT_ROWS, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cstodata.model.change import ChangeSet
    from cstodata.model.json import JsonObject
    from cstodata.model.progress import OnStep
    from cstodata.package.descriptor import DataPackage, Schema
    from cstodata.release.plan import ReleasePlan, TablePlan

CHECKSUMS, REGISTRY = "SHA256SUMS", "registry.txt"
DIALECT: JsonObject = {
    "delimiter": ",",
    "lineTerminator": "\n",
    "quoteChar": '"',
    "doubleQuote": True,
    "skipInitialSpace": False,
    "header": True,
}
"""How canonical CSV is written; all of it declared, so that no reader guesses."""


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
    facts, csv_resources, parquet_resources = [], [], []
    for number, table in enumerate(plan.tables):
        on_step(table.resource.name, number / len(plan.tables))
        written, csv_resource, parquet_resource = _write_table(package, table, folder)
        facts.append(written)
        csv_resources.append(csv_resource)
        parquet_resources.append(parquet_resource)
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
    named = [name for name in plan.files if name not in {CHECKSUMS, REGISTRY}]
    digests = {name: sha256_of_file(folder / name) for name in named}
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
            [f"the changes since {changes.old.version} need version {need.required} ({need.bump})"]
        )
    (folder / "changes").mkdir()
    for name, form in CHANGES.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            file.writelines(render(changes, form, limit=DEFAULT_ROWS[form]))
    return changes


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def _write_table(package: DataPackage, plan: TablePlan, folder: Path) -> tuple[TableFacts, JsonObject, JsonObject]:
    """Write the files of a table; return what they are, and its resource in the two descriptors."""
    resource, schema = plan.resource, schema_of(plan.resource)
    table = sort_by_key(read_table(package, resource), schema)
    csv = canonical_csv(package, resource, CsvDialect()) if is_plain_csv(resource) else to_csv(table, schema)
    parquet = to_parquet(table, schema)
    _prove_equal(resource.name, csv, parquet, schema)
    contents = {plan.csv: csv, plan.parquet: parquet, plan.schema: to_json(schema.descriptor)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    facts = TableFacts(
        resource=resource,
        rows=table.num_rows,
        files=tuple(
            FileFacts(path=name, bytes=len(content), sha256=sha256_of(content), media_type=_media_type(name))
            for name, content in contents.items()
        ),
    )
    plain = {
        key: value for key, value in resource.descriptor.items() if key not in {"data", "extrapaths", "compression"}
    }
    as_csv = {
        **plain,
        "path": plan.csv,
        "format": "csv",
        "mediatype": _media_type(plan.csv),
        "dialect": DIALECT,
        "schema": plan.schema,
        **file_facts(csv),
    }
    # No `bytes` here: Frictionless counts none while it reads Parquet, and would call any number wrong.
    as_parquet = {
        **{key: value for key, value in plain.items() if key not in {"dialect", "encoding", "bytes"}},
        "path": Path(plan.parquet).name,
        "format": "parquet",
        "mediatype": _media_type(plan.parquet),
        "schema": schema.descriptor,
        "hash": f"sha256:{sha256_of(parquet)}",
    }
    return facts, as_csv, as_parquet


def _media_type(name: str) -> str:
    return {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}.get(Path(name).suffix, "application/json")


def _prove_equal(resource: str, csv: bytes, parquet: bytes, schema: Schema) -> None:
    """Prove that the two files hold the same table, by reading both."""
    from_csv = type_texts(read_texts(csv, CsvDialect(), resource=resource), schema.fields, resource=resource)
    from_parquet = pq.read_table(pa.BufferReader(parquet))
    if not same_table(from_csv, from_parquet):
        raise ReleaseNotProvedError(resource, rows=(from_csv.num_rows, from_parquet.num_rows))


def _prove_same(plan: ReleasePlan, built: Path, there: Path) -> None:
    present = {path.relative_to(there).as_posix() for path in there.rglob("*") if path.is_file()}
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
