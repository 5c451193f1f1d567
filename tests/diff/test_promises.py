"""A deprecated field stays until the version that its mark promises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import cstodata
from cstodata.cli.main import run
from cstodata.errors import ReleaseRefusedError
from cstodata.model.change import Promise
from cstodata.package.descriptor import read_package
from cstodata.release.build import build_release
from cstodata.release.origin import Origin
from cstodata.release.plan import plan_release
from cstodata.report.changes.registry import render

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Edit = Callable[[dict[str, Any]], object]

DIALECT = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}
ORIGIN = Origin(created="2026-02-20T00:00:00Z", commit=None, is_dirty=False, tool="0.1.0")
KIND = Promise(resource="news", field="kind", until="2.0.0")


def write(folder: Path, version: str | None, *, remove_in: str | None, edit: Edit | None = None) -> Path:
    """A package of two tables with a deprecated field, `news.kind`."""
    fields: dict[str, dict[str, object]] = {name: {"name": name, "type": "string"} for name in ("id", "kind", "topic")}
    if remove_in is not None:
        mark = {"since": "0.1.0", "remove_in": remove_in, "use": "topic"}
        fields["kind"] = {**fields["kind"], "cstodata:deprecated": mark}
    tables = {"news": fields, "other": {"id": fields["id"]}}
    if edit is not None:
        edit(tables)
    resources = []
    folder.mkdir(parents=True)
    for name, declared in tables.items():
        row = {"id": "1", "kind": "k", "topic": "t", "sort": "k"}
        lines = ",".join(declared), ",".join(row[each] for each in declared)
        (folder / f"{name}.csv").write_text("".join(f"{line}\n" for line in lines))
        schema = {"fields": list(declared.values()), "primaryKey": ["id"]}
        resources.append({"name": name, "type": "table", "path": f"{name}.csv", "dialect": DIALECT, "schema": schema})
    descriptor = {"name": "small", **({"version": version} if version else {}), "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    return folder


def without_kind(tables: dict[str, Any]) -> None:
    del tables["news"]["kind"]


def renamed_kind(tables: dict[str, Any]) -> None:
    news = tables["news"]
    tables["news"] = {"id": news["id"], "sort": {"name": "sort", "type": "string"}, "topic": news["topic"]}


def without_news(tables: dict[str, Any]) -> None:
    del tables["news"]


def renamed_news(tables: dict[str, Any]) -> None:
    tables["articles"] = tables.pop("news")


def without_topic(tables: dict[str, Any]) -> None:
    del tables["news"]["topic"]


def test_a_deprecated_field_that_is_still_there_breaks_no_promise(tmp_path: Path) -> None:
    old, new = (write(tmp_path / name, "1.4.0", remove_in="9.0.0") for name in ("old", "new"))
    assert cstodata.compare(old, new).version.promises == ()


@pytest.mark.parametrize("edit", [without_kind, renamed_kind, without_news, renamed_news])
def test_a_promised_field_that_is_gone_needs_the_version_promised(tmp_path: Path, edit: Edit) -> None:
    old = write(tmp_path / "old", "0.4.0", remove_in="2.0.0")
    new = write(tmp_path / "new", "1.0.0", remove_in="2.0.0", edit=edit)
    need = cstodata.compare(old, new).version
    assert (need.required, need.is_enough, need.promises) == ("2.0.0", False, (KIND,))


@pytest.mark.parametrize(
    ("before", "remove_in", "required", "promises"),
    [
        ("1.4.0", "2.0.0", "2.0.0", 0),
        ("1.4.0", "3.0.0", "3.0.0", 1),
        ("1.4.0", "10.0.0", "10.0.0", 1),
        ("1.4.0", "1.3.0", "2.0.0", 0),
        ("1.4.0", "2.1.0", "2.1.0", 1),
        ("0.4.0", "0.5.0", "0.5.0", 0),
        ("0.4.0", "1.0.0", "1.0.0", 1),
        ("2.0.0-rc.1", "2.0.0", "2.0.0", 0),
        (None, "1.0.0", "1.0.0", 1),
        ("1.4.0", None, "2.0.0", 0),
        ("1.4.0", "soon", "2.0.0", 0),
        ("one", "3.0.0", None, 0),
    ],
)
def test_the_higher_of_what_the_change_and_the_promise_need_counts(
    tmp_path: Path, before: str | None, remove_in: str | None, required: str | None, promises: int
) -> None:
    old = write(tmp_path / "old", before, remove_in=remove_in)
    need = cstodata.compare(old, write(tmp_path / "new", "1.5.0", remove_in=None, edit=without_kind)).version
    assert (need.required, len(need.promises)) == (required, promises)


def test_a_field_that_was_never_deprecated_needs_a_major_version_and_no_more(tmp_path: Path) -> None:
    old = write(tmp_path / "old", "1.4.0", remove_in="9.0.0")
    need = cstodata.compare(old, write(tmp_path / "new", "2.0.0", remove_in="9.0.0", edit=without_topic)).version
    assert (need.required, need.is_enough, need.promises) == ("2.0.0", True, ())


def test_what_the_new_package_promises_does_not_bind_it(tmp_path: Path) -> None:
    old = write(tmp_path / "old", "1.4.0", remove_in=None)
    need = cstodata.compare(old, write(tmp_path / "new", "1.5.0", remove_in="9.0.0")).version
    assert (need.required, need.promises) == ("1.5.0", ())


def test_only_the_resources_asked_for_are_looked_at(tmp_path: Path) -> None:
    old = write(tmp_path / "old", "1.4.0", remove_in="3.0.0")
    new = write(tmp_path / "new", "1.5.0", remove_in="3.0.0", edit=without_kind)
    assert cstodata.compare(old, new, resources=["other"]).version.promises == ()


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_every_form_says_what_was_promised(tmp_path: Path, repository: Path, form: str) -> None:
    old = write(tmp_path / "old", "1.4.0", remove_in="3.0.0")
    found = cstodata.compare(old, write(tmp_path / "new", "2.0.0", remove_in=None, edit=without_kind))
    text = "".join(render(found, form, limit=None))
    if form != "json":
        assert "needs version at least 3.0.0 (major; news.kind was promised to stay until 3.0.0)" in text
        return
    document = json.loads(text)
    schema = json.loads((repository / "docs" / "reference" / "changes.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["version"]["promises"] == [{"resource": "news", "field": "kind", "until": "3.0.0"}]


@pytest.mark.parametrize(("declared", "code"), [("2.0.0", 1), ("3.0.0-rc.1", 1), ("3.0.0", 0)])
def test_the_check_of_the_version_fails_before_the_version_promised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], declared: str, code: int
) -> None:
    old = write(tmp_path / "old", "1.4.0", remove_in="3.0.0")
    new = write(tmp_path / "new", declared, remove_in=None, edit=without_kind)
    assert run(["version", str(new), "--base", str(old), "--check"], debug=False) == code
    assert "news.kind was promised to stay until 3.0.0" in capsys.readouterr().out


def test_a_release_before_the_version_promised_is_refused(tmp_path: Path) -> None:
    old = write(tmp_path / "old", "1.4.0", remove_in="3.0.0")
    for declared in ("2.0.0", "3.0.0"):
        new = write(tmp_path / declared, declared, remove_in=None, edit=without_kind)
        package = read_package(new)
        plan = plan_release(package, cstodata.validate(new), origin=ORIGIN, previous=str(old))
        if declared == "3.0.0":
            build_release(package, plan, tmp_path / "out")
            continue
        with pytest.raises(ReleaseRefusedError, match=r"news\.kind was promised to stay until 3\.0\.0"):
            build_release(package, plan, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out" / "v").iterdir()] == ["3.0.0"]


def test_a_name_that_plays_with_the_terminal_is_escaped(tmp_path: Path) -> None:
    old = write(tmp_path / "old", "1.4.0", remove_in="3.0.0")
    descriptor = json.loads((old / "datapackage.json").read_text())
    descriptor["resources"][0]["schema"]["fields"][1]["name"] = "\x1b[2J"
    (old / "datapackage.json").write_text(json.dumps(descriptor))
    new = write(tmp_path / "new", "2.0.0", remove_in=None, edit=without_kind)
    text = "".join(render(cstodata.compare(old, new), "text", limit=None))
    assert "\x1b" not in text
    assert "was promised to stay until 3.0.0" in text
