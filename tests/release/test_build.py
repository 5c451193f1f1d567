from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import frictionless
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cstodata
from cstodata.errors import ReleaseNotProvedError, ReleaseRefusedError, TableReadError
from cstodata.package.descriptor import read_package
from cstodata.package.parquet import ParquetFile
from cstodata.package.tables import read_table
from cstodata.release.build import Built, build_release
from cstodata.release.documents.registry import DOCUMENTS
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


ORIGIN = Origin(created="2026-02-20T00:00:00Z", commit=None, is_dirty=False, tool="0.1.0")


def release(folder: Path, output: Path) -> Built:
    package = read_package(folder)
    return build_release(package, plan_release(package, cstodata.validate(folder), origin=ORIGIN), output)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "datapackage.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The release of the real dataset: the folder of its version."""
    output = tmp_path_factory.mktemp("release")
    assert release(repository, output) is Built.RELEASED
    return output / "v" / "1.1.0"


def test_a_release_holds_both_forms_of_each_table_and_nothing_else(released: Path, repository: Path) -> None:
    names = [resource.name for resource in read_package(repository).resources]
    expected = {"datapackage.json", "parquet/datapackage.json", "SHA256SUMS", "registry.txt", *DOCUMENTS}
    expected.add("csto-pa-1.1.0.zip")
    for name in names:
        expected |= {f"data/{name}.csv", f"parquet/{name}.parquet", f"schemas/{name}.json"}
    assert files(released).keys() == expected
    assert [path.name for path in released.parent.iterdir()] == ["1.1.0"]


def test_sha256sum_accepts_the_checksums_of_every_file(released: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=released, capture_output=True, check=True
    )
    assert len(done.stdout.splitlines()) == len(files(released)) - 1


@pytest.mark.parametrize("descriptor", ["datapackage.json", "parquet/datapackage.json"])
def test_frictionless_accepts_both_descriptors(released: Path, descriptor: str) -> None:
    report = frictionless.Package(str(released / descriptor)).validate()
    assert (report.valid, report.flatten()) == (True, [])
    assert all(task.stats["rows"] for task in report.tasks)


def test_the_released_csv_is_the_dataset(released: Path, repository: Path) -> None:
    for name in (resource.name for resource in read_package(repository).resources):
        assert (released / "data" / f"{name}.csv").read_bytes() == (repository / "data" / f"{name}.csv").read_bytes()


def test_parquet_holds_the_same_table_typed_and_described(released: Path) -> None:
    package = read_package(released)
    for resource in package.resources:
        table = pq.read_table(released / "parquet" / f"{resource.name}.parquet")
        loaded = read_table(package, resource)
        assert [field.type for field in table.schema] == [field.type for field in loaded.schema], resource.name
        assert table.to_pylist() == loaded.to_pylist(), resource.name
        assert resource.schema is not None
        for field in resource.schema.fields:
            assert table.schema.field(field.name).metadata == {b"description": field.description.encode()}
    delegations = pq.read_schema(released / "parquet" / "delegations.parquet")
    assert delegations.field("as_of").type == pa.date32()
    assert delegations.field("seats_total").type == pa.int64()
    assert not delegations.field("seats_total").nullable
    assert delegations.field("representative_id").nullable


def test_the_descriptors_state_the_digests_of_their_files(released: Path) -> None:
    for place in (released, released / "parquet"):
        for resource in json.loads((place / "datapackage.json").read_text())["resources"]:
            content = (place / resource["path"]).read_bytes()
            assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            assert resource.get("bytes", len(content)) == len(content)


def test_the_release_of_a_release_is_the_same(released: Path, tmp_path: Path) -> None:
    release(released, tmp_path)
    assert files(tmp_path / "v" / "1.1.0") == files(released)


def test_releasing_again_changes_nothing_and_says_so(dataset: Path, tmp_path: Path) -> None:
    release(dataset, tmp_path / "out")
    before = files(tmp_path / "out")
    assert release(dataset, tmp_path / "out") is Built.ALREADY
    assert files(tmp_path / "out") == before


def test_a_version_that_is_there_is_never_changed(dataset: Path, tmp_path: Path) -> None:
    release(dataset, tmp_path / "out")
    before = files(tmp_path / "out")
    edit(dataset, title="Another title")
    with pytest.raises(ReleaseRefusedError, match=r"1\.1\.0 is there already with other content"):
        release(dataset, tmp_path / "out")
    assert files(tmp_path / "out") == before
    edit(dataset, version="1.1.1")
    release(dataset, tmp_path / "out")
    assert {name: content for name, content in files(tmp_path / "out").items() if "/1.1.0/" in name} == {
        name: content for name, content in before.items() if "/1.1.0/" in name
    }


def test_a_package_with_errors_is_refused(dataset: Path) -> None:
    seats = dataset / "data" / "delegation_seats.csv"
    seats.write_text(seats.read_text().replace("BY-LC01,7", "BY-LC01,8", 1))
    with pytest.raises(ReleaseRefusedError, match="has 2 errors"):
        plan_release(read_package(dataset), cstodata.validate(dataset), origin=ORIGIN)


@pytest.mark.parametrize("version", [None, "", "1", "1.0", "v1.0.0", "1.0.0/../..", "01.0.0"])
def test_a_version_that_is_no_semantic_version_is_refused(dataset: Path, version: str | None) -> None:
    edit(dataset, version=version)
    package = read_package(dataset)
    report = cstodata.validate("datapackage.json")
    with pytest.raises(ReleaseRefusedError, match="needs a `version`"):
        plan_release(package, report, origin=ORIGIN)


@pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "a\\b", "a:b", " a", "con", "NUL"])
def test_a_resource_whose_name_cannot_name_a_file_is_refused(make_package: Callable[..., Path], name: str) -> None:
    folder = make_package({"table": ("id\n1\n", {"fields": [{"name": "id"}]})}, table={"name": name})
    with pytest.raises(ReleaseRefusedError, match="cannot name a file"):
        plan_release(read_package(folder), cstodata.validate(folder), origin=ORIGIN)


def test_what_cannot_be_kept_exactly_is_refused_and_nothing_is_left(
    make_package: Callable[..., Path], tmp_path: Path
) -> None:
    folder = make_package({"table": (f"id\n{'9' * 30}\n", {"fields": [{"name": "id", "type": "integer"}]})})
    with pytest.raises(TableReadError, match="cannot be stored as int64"):
        release(folder, tmp_path / "out")
    assert not (tmp_path / "out" / "v").exists()


def test_a_parquet_file_that_differs_from_the_csv_is_not_released(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = ParquetFile.write
    monkeypatch.setattr(ParquetFile, "write", lambda file, piece: write(file, piece.slice(1)))
    with pytest.raises(ReleaseNotProvedError, match="CSV file \\(2 rows\\) and the Parquet file \\(1\\) differ"):
        release(dataset, tmp_path / "out")
    assert not (tmp_path / "out" / "v").exists()


def test_tables_of_other_forms_are_released_as_canonical_csv(make_package: Callable[..., Path], tmp_path: Path) -> None:
    schema = {
        "fields": [
            {"name": "id", "type": "integer"},
            {"name": "when", "type": "datetime"},
            {"name": "what", "type": "object"},
        ],
        "primaryKey": "id",
        "missingValues": ["", "NA"],
    }
    folder = make_package(
        {
            "semicolons": ('id;when;what\n2;NA;\n1;2020-01-01T03:00:00+03:00;"{""a"": 1}"\n', schema),
            "inline": ("", schema),
        },
        semicolons={"dialect": {"delimiter": ";"}, "encoding": "utf-8"},
    )
    descriptor = json.loads((folder / "datapackage.json").read_text())
    descriptor["resources"][1] = {
        "name": "inline",
        "data": [["id", "when", "what"], [3, None, {"b": [1]}]],
        "schema": schema,
    }
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    release(folder, tmp_path / "out")
    version = tmp_path / "out" / "v" / "1.0.0"
    assert (
        version / "data" / "semicolons.csv"
    ).read_text() == 'id,when,what\n1,2020-01-01T03:00:00+03:00,"{""a"": 1}"\n2,NA,\n'
    assert (version / "data" / "inline.csv").read_text() == 'id,when,what\n3,,"{""b"": [1]}"\n'
    assert frictionless.Package(str(version / "datapackage.json")).validate().valid


def test_an_unwritable_output_is_an_os_error_and_leaves_nothing(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OSError, match="out"):
        release(dataset, tmp_path / "out")
    shutil.rmtree(dataset)
