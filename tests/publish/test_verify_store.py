"""What was tampered with in a store is found out, wherever the store is, and the very file is named."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import jsonschema
import obstore
import pytest
from obstore.store import LocalStore, from_url

import cstodata
from cstodata.cli.main import run
from cstodata.errors import PublishError, StoreError, UnknownNameError
from cstodata.package.descriptor import read_package
from cstodata.package.formatting import apply_format, plan_format
from cstodata.publish.problems import Fault
from cstodata.publish.publisher import Published, publish
from cstodata.publish.store import Store
from cstodata.publish.verify import Demands
from cstodata.publish.verify_store import verify_store
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release
from cstodata.release.signature import sign

if TYPE_CHECKING:
    from pathlib import Path

    from cstodata.publish.problems import Verdict

ORIGIN = Origin(created="2026-02-20T00:00:00Z", commit="c" * 40, is_dirty=False, tool="0.1.0")
SCHEMA = {"fields": [{"name": "id", "type": "integer"}], "primaryKey": ["id"]}
RESOURCE = {"name": "table", "type": "table", "path": "table.csv", "dialect": {"delimiter": ","}, "schema": SCHEMA}


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> list[Path]:
    """Versions 1.0.0 to 1.2.0 of a small package, each with a row more; the first two are signed."""
    folder, output = tmp_path_factory.mktemp("package"), tmp_path_factory.mktemp("releases")
    built = []
    for number, key in enumerate(("ed25519", "rsa", None)):
        (folder / "table.csv").write_text("id\n" + "".join(f"{row}\n" for row in range(number + 1)))
        descriptor = {"name": "small", "version": f"1.{number}.0", "resources": [RESOURCE]}
        (folder / "datapackage.json").write_text(json.dumps(descriptor))
        apply_format(plan_format(read_package(folder)))
        package = read_package(folder)
        plan = plan_release(package, cstodata.validate(folder), origin=ORIGIN)
        build_release(package, plan, output)
        built.append(output / plan.folder)
        if key is not None:
            sign(built[-1], keys / key)
    return built


@pytest.fixture
def published(place: str, releases: list[Path]) -> str:
    """A store that holds the three versions."""
    for release in releases:
        publish(release, Store(place))
    return place


def opened(place: str) -> Any:
    return from_url(place, client_options={"allow_http": True}) if "://" in place else LocalStore(place)


def read(place: str, path: str) -> bytes:
    return bytes(obstore.get(opened(place), path).bytes())


def write(place: str, path: str, content: bytes) -> None:
    obstore.put(opened(place), path, content)


def edit_index(place: str, **changes: Any) -> None:
    index = json.loads(read(place, "index.json"))
    versions = [{**each, **changes.pop(each["version"], {})} for each in index["versions"]]
    write(place, "index.json", json.dumps({**index, "versions": versions, **changes}).encode())


def verified(
    place: str, version: str | None = None, *, deep: bool = False, signers: Path | None = None
) -> list[Verdict]:
    demands = Demands(allowed_signers=signers, validate=cstodata.validate)
    return list(verify_store(Store(place), demands, version=version, deep=deep))


def faults(verdicts: list[Verdict]) -> list[tuple[str | None, str, Fault]]:
    return [(each.version, problem.path, problem.fault) for each in verdicts for problem in each.problems]


def names(release: Path) -> list[str]:
    return sorted(path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file())


def test_the_latest_version_one_version_or_all_are_verified(published: str) -> None:
    for chosen, expected in (({}, ["1.2.0"]), ({"version": "1.0.0"}, ["1.0.0"])):
        verdicts = verified(published, **chosen)  # type: ignore[arg-type]  # one keyword
        assert ([each.version for each in verdicts], faults(verdicts)) == ([None, *expected], [])
    verdicts = verified(published, deep=True)
    assert [each.version for each in verdicts] == [None, "1.2.0", "1.1.0", "1.0.0"]
    assert faults(verdicts) == []
    assert run(["verify", published, "--deep"], debug=False) == 0


def test_signers_are_named_and_what_is_not_signed_does_not_pass(published: str, allowed_signers: Path) -> None:
    verdicts = verified(published, deep=True, signers=allowed_signers)
    assert [each.signer for each in verdicts] == [None, None, "releases@example.org", "releases@example.org"]
    assert faults(verdicts) == [("1.2.0", "SHA256SUMS.sig", Fault.MISSING)]
    assert run(["verify", published, "--require-signature"], debug=False) == 1


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 8, b"x" * 3_000_000])
def test_a_signature_that_is_none_is_named(published: str, content: bytes) -> None:
    write(published, "v/1.2.0/SHA256SUMS.sig", content)
    assert faults(verified(published)) == [("1.2.0", "SHA256SUMS.sig", Fault.CHANGED)]


def test_a_signature_of_another_version_does_not_pass(published: str, allowed_signers: Path) -> None:
    write(published, "v/1.2.0/SHA256SUMS.sig", read(published, "v/1.1.0/SHA256SUMS.sig"))
    verdicts = verified(published, signers=allowed_signers)
    assert faults(verdicts) == [("1.2.0", "SHA256SUMS.sig", Fault.CHANGED)]
    assert verdicts[1].problems[0].why == "it is no signature of this SHA256SUMS"


def test_a_signature_is_published_after_the_version(place: str, releases: list[Path], allowed_signers: Path) -> None:
    signature = releases[0] / "SHA256SUMS.sig"
    content = signature.read_bytes()
    signature.unlink()
    publish(releases[0], Store(place))
    signature.write_bytes(content)
    assert publish(releases[0], Store(place)) is Published.ALREADY
    assert verified(place, signers=allowed_signers)[1].signer == "releases@example.org"


def test_one_changed_byte_in_any_file_names_that_very_file(
    published: str, releases: list[Path], allowed_signers: Path
) -> None:
    # The list of all others in several places: in some it is no list any more.
    places = [(name, 0.5) for name in names(releases[0])] + [("SHA256SUMS", where) for where in (0.0, 0.2, 0.8, 1.0)]
    for name, where in places:
        path = f"v/1.0.0/{name}"
        content = read(published, path)
        at = int(where * (len(content) - 1))
        write(published, path, content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        expected = [("1.0.0", name, Fault.CHANGED)]
        assert faults(verified(published, "1.0.0", signers=allowed_signers)) == expected
        write(published, path, content)
    assert faults(verified(published, "1.0.0", signers=allowed_signers)) == []


def test_a_file_that_is_missing_or_extra_is_named(published: str, releases: list[Path], allowed_signers: Path) -> None:
    for name in names(releases[0]):
        path = f"v/1.0.0/{name}"
        content = read(published, path)
        obstore.delete(opened(published), path)
        expected = [("1.0.0", name, Fault.MISSING)]
        assert faults(verified(published, "1.0.0", signers=allowed_signers)) == expected
        write(published, path, content)
    write(published, "v/1.0.0/data/more.csv", b"x\n")
    assert faults(verified(published, "1.0.0")) == [("1.0.0", "data/more.csv", Fault.EXTRA)]


def test_a_version_that_was_exchanged_as_a_whole_is_found_out(published: str, releases: list[Path]) -> None:
    for name in names(releases[1]):
        write(published, f"v/1.2.0/{name}", (releases[1] / name).read_bytes())
    obstore.delete(opened(published), "v/1.2.0/small-1.2.0.zip")
    whys = [problem.why for problem in verified(published)[1].problems]
    assert whys == [
        "it does not tell the version of version 1.2.0",
        "it does not tell the path of version 1.2.0",
        "it does not tell the checksums_sha256 of version 1.2.0",
    ]


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("created", "2001-01-01T00:00:00Z"),
        ("commit", "another"),
        ("previous", "0.9.0"),
        ("bump", "patch"),
        ("schema_changed", True),
        ("summary", ["something else"]),
        ("checksums_sha256", "0" * 64),
    ],
)
def test_an_index_that_tells_something_else_of_a_version_is_wrong(
    published: str, key: str, told: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    edit_index(published, **{"1.2.0": {key: told}})
    assert faults(verified(published)) == [("1.2.0", "index.json", Fault.WRONG)]
    assert run(["verify", published], debug=False) == 1
    assert f"it does not tell the {key} of version 1.2.0" in capsys.readouterr().out


def test_an_index_that_is_wrong_in_itself_is_named(published: str) -> None:
    before = read(published, "index.json")
    index = json.loads(before)
    wrong: list[dict[str, Any]] = [
        {"latest": "1.1.0"},
        {"latest": None},
        {"versions": index["versions"][::-1]},
        {"channels": {}},
    ]
    for change in wrong:
        write(published, "index.json", json.dumps({**index, **change}).encode())
        assert (None, "index.json", Fault.WRONG) in faults(verified(published, "1.2.0"))
    write(published, "index.json", json.dumps({**index, "package": "other"}).encode())
    assert faults(verified(published)) == [("1.2.0", "index.json", Fault.WRONG)]


def test_a_version_that_the_index_does_not_know_is_a_note(published: str, capsys: pytest.CaptureFixture[str]) -> None:
    write(published, "v/1.3.0/data/table.csv", b"id\n")
    (index, _) = verified(published)
    assert index.problems == ()
    assert index.notes == (
        "v/1.3.0/ is there, and the index does not know it: its publishing was not finished, or never begun",
    )
    assert run(["verify", published], debug=False) == 0
    assert "v/1.3.0/ is there" in capsys.readouterr().out


def test_a_yanked_version_is_verified_and_said_to_be_yanked(published: str, capsys: pytest.CaptureFixture[str]) -> None:
    yanked_entry = {"reason": "a table \x1b[31mis wrong", "date": "2026-03-01", "replaced_by": "1.1.0"}
    lines = {"1": "1.1.0", "1.1": "1.1.0", "1.0": "1.0.0"}
    edit_index(published, **{"1.2.0": {"yanked": yanked_entry}}, latest="1.1.0", channels=lines)
    assert verified(published)[1].version == "1.1.0"
    (_, yanked) = verified(published, "1.2.0")
    assert (yanked.yanked, yanked.problems) == ("a table \x1b[31mis wrong", ())
    assert run(["verify", published, "1.2.0"], debug=False) == 0
    assert "yanked: a table \\u{1b}[31mis wrong" in capsys.readouterr().out


def test_the_json_says_the_same_in_the_form_of_its_schema(
    published: str, repository: Path, allowed_signers: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = json.loads((repository / "docs" / "reference" / "verify.schema.json").read_text())
    assert (
        run(["verify", published, "--deep", "-f", "json", "--allowed-signers", str(allowed_signers)], debug=False) == 1
    )
    told = json.loads(capsys.readouterr().out)
    jsonschema.validate(told, schema)
    assert told["verified"] is False
    assert [(each["version"], each["verified"]) for each in told["verdicts"]] == [
        (None, True),
        ("1.2.0", False),
        ("1.1.0", True),
        ("1.0.0", True),
    ]


def test_what_is_not_there_is_told(published: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError):
        verified(published, "9.9.9")
    assert run(["verify", published, "9.9.9"], debug=False) == 2
    assert run(["verify", published, "1.0.0", "--deep"], debug=False) == 2
    assert run(["verify", str(tmp_path / "nowhere")], debug=False) == 3
    assert run(["verify", "ftp://nowhere/x"], debug=False) == 3
    assert run(["verify", published, "--allowed-signers", str(tmp_path / "nowhere")], debug=False) == 2
    assert run(["verify", f"file://{tmp_path}/nowhere"], debug=False) == 3
    assert not (tmp_path / "nowhere").exists()


def test_a_release_is_no_store(releases: list[Path]) -> None:
    assert run(["verify", str(releases[0]), "1.0.0"], debug=False) == 2
    assert run(["verify", str(releases[0]), "--deep"], debug=False) == 2


def test_an_object_store_without_an_index_is_no_store(s3: str) -> None:
    with pytest.raises(PublishError, match=r"holds no index\.json"):
        verified("s3://data/nothing")


HOSTILE_INDEXES = [
    b"",
    b"\xff\xfe\x00",
    b"not JSON \x1b[31m",
    b"[]",
    b"null",
    b"[" * 100_000,
    b'{"format": 1, "package": 1, "versions": 1}',
    b'{"format": "1.0", "package": "small", "versions": ["1.0.0"]}',
    b'{"format": "1.0", "package": "small", "versions": [{"version": 1}]}',
    b'{"format": "1.0", "package": "small", "versions": [{"version": "../../../etc"}]}',
    b'{"format": "1.0", "package": "small", "versions": []}',
]


@pytest.mark.parametrize("content", HOSTILE_INDEXES, ids=range(len(HOSTILE_INDEXES)))
def test_an_index_that_cannot_be_read_is_told_in_a_sentence(
    published: str, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    write(published, "index.json", content)
    assert run(["verify", published], debug=False) == 3
    told = capsys.readouterr().err
    assert told.startswith("cstodata: ")
    assert told.count("\n") == 1
    assert "unexpected" not in told
    assert "\x1b" not in told


def test_an_index_of_values_of_other_types_is_wrong(published: str, capsys: pytest.CaptureFixture[str]) -> None:
    edit_index(published, **{"1.2.0": {"path": ["../.."], "created": {}, "bump": 7}}, latest={"\x1b[31m": []})
    with pytest.raises(PublishError, match="cannot be read"):
        verified(published, "1.2.0")
    assert run(["verify", published, "1.2.0"], debug=False) == 3
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err


def test_an_index_too_large_to_be_one_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "index.json").open("wb") as file:
        file.truncate(100 * 1024**2)
    with pytest.raises(StoreError, match="larger than 64 MiB"):
        verified(str(tmp_path))


def test_links_and_pipes_in_a_store_are_not_followed(releases: list[Path], tmp_path: Path) -> None:
    store, outside = tmp_path / "store", tmp_path / "outside"
    publish(releases[0], Store(str(store)))
    (store / "v" / "1.0.0").rename(outside)
    (store / "v" / "1.0.0").symlink_to(outside)
    assert faults(verified(str(store))) == [("1.0.0", "v/1.0.0", Fault.WRONG)]
    (store / "index.json").rename(tmp_path / "index")
    (store / "index.json").symlink_to(tmp_path / "index")
    with pytest.raises(PublishError, match="is no store: its index"):
        verified(str(store))
    (store / "index.json").unlink()
    os.mkfifo(store / "index.json")
    with pytest.raises(PublishError, match="is no store: its index"):
        verified(str(store))


def test_checksums_in_an_object_store_lead_to_no_file_outside(s3: str, releases: list[Path], tmp_path: Path) -> None:
    place = f"s3://data/{tmp_path.name}-hostile"
    publish(releases[0], Store(place))
    checksums = read(place, "v/1.0.0/SHA256SUMS")
    names = ["../../escaped", "/tmp/escaped", "a\\..\\escaped", "data/../../escaped", "\x1b[31m", "./x"]  # noqa: S108 -- must not be written
    lines = "".join(f"{'0' * 64}  {name}\n" for name in names)
    write(place, "v/1.0.0/SHA256SUMS", checksums + lines.encode())
    ((path, problem),) = {each.path: each for each in verified(place)[1].problems if each.fault is Fault.WRONG}.items()
    assert path == "SHA256SUMS"
    assert problem.why.endswith("which is no path in the release")
