"""The command line: what it prints, what it ends with, and that no traceback reaches a user."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cstodata.cli import validate as validate_verb
from cstodata.cli.main import run
from cstodata.report import registry

if TYPE_CHECKING:
    from collections.abc import Callable


def cstodata(*arguments: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key not in {"NO_COLOR", "FORCE_COLOR"}}
    return subprocess.run(
        [sys.executable, "-m", "cstodata", *map(str, arguments)],
        cwd=cwd,
        env={**clean, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def broken(dataset: Path) -> Path:
    """The dataset with one seat too many."""
    seats = dataset / "data" / "delegation_seats.csv"
    seats.write_text(seats.read_text().replace("BY-2026-02-20,BY-LC01,7", "BY-2026-02-20,BY-LC01,8"))
    return dataset


@pytest.fixture
def warned(dataset: Path) -> Path:
    """The dataset with a source that nothing was read from, and so one warning."""
    with (dataset / "data" / "sources.csv").open("a") as sources:
        sources.write(f"zzz,https://pacsto.org/events/zzz,A title,2020-01-01,en,{'0' * 64},\n")
    assert run(["format", str(dataset)], debug=True) == 0
    return dataset


def test_a_valid_package_ends_with_0(dataset: Path) -> None:
    done = cstodata("validate", cwd=dataset)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("csto-pa 1.1.0  datapackage.json\n")


def test_findings_end_with_1(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", str(broken)], debug=False) == 1
    assert "BY-2026-02-20: chambers add up to 12, total says 11" in capsys.readouterr().out


def test_warnings_fail_only_if_strict(warned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", str(warned)], debug=False) == 0
    assert "0 errors, 1 warning," in capsys.readouterr().out
    assert run(["validate", str(warned), "--strict"], debug=False) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["validate", "--no-such-option"], "No such option"),
        (["no-such-verb"], "No such command"),
        (["validate", "--rule", "x", "--no-rules"], "contradict"),
        (["validate", "--limit-errors", "-1"], "not in the range"),
        (["validate", "--memory-limit", "a lot"], "is not a size such as 512MB"),
        (["validate", "--resource", "delegation"], "did you mean delegations?"),
        (["validate", "--rule", "seats"], 'no rule is called "seats"'),
        (["explain", "type-eror"], "did you mean type-error?"),
        (["release"], "Missing option '--output'"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_what_is_wrong(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments, debug=False) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.out == ""


CANNOT = {
    "no file": (None, "no such file or folder"),
    "not JSON": (b'{"name": }', "is not JSON: line 1, column 10"),
    "no object": (b"[]", "holds JSON, but no object"),
    "not UTF-8": (b"\xff\xfe", "is not UTF-8"),
}


@pytest.mark.parametrize(("content", "sentence"), CANNOT.values(), ids=CANNOT)
@pytest.mark.parametrize(
    "verb", [["validate"], ["format"], ["release", "--output", "out"]], ids=lambda verb: str(verb[0])
)
def test_what_cannot_proceed_ends_with_3_and_one_sentence(
    verb: list[str],
    content: bytes | None,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("datapackage.json").write_bytes(content)
    assert run([*verb, "datapackage.json"], debug=False) == 3
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert not Path("out").exists()


def test_a_mistake_of_ours_is_one_sentence_too_and_a_traceback_with_debug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cstodata.api.validate", lambda *_, **__: 1 / 0)
    assert run(["validate"], debug=False) == 3
    assert capsys.readouterr().err == (
        "cstodata: unexpected ZeroDivisionError: division by zero; "
        "run again with --debug to see where, and please report it\n"
    )
    with pytest.raises(ZeroDivisionError):
        run(["validate"], debug=True)


def test_the_flag_debug_is_taken_wherever_it_stands(tmp_path: Path) -> None:
    done = cstodata("validate", "none.json", "--debug", cwd=tmp_path)
    assert "Traceback" in done.stderr


def test_json_goes_to_a_file_as_a_whole(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "report.json"
    assert run(["validate", str(dataset), "--format", "json", "--output", str(output)], debug=False) == 0
    assert json.loads(output.read_text())["valid"] is True
    assert capsys.readouterr().out == ""


def test_an_output_in_no_folder_or_in_the_package_is_refused(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", str(dataset), "--output", str(tmp_path / "none" / "report.txt")], debug=False) == 2
    assert "there is no folder" in capsys.readouterr().err
    for own in (dataset / "datapackage.json", dataset / "data" / "news.csv", dataset / "schemas" / "news.json"):
        before = own.read_bytes()
        assert run(["validate", str(dataset), "--output", str(own)], debug=False) == 2
        assert "is part of the package" in capsys.readouterr().err
        assert own.read_bytes() == before


def test_an_output_that_is_a_link_or_a_pipe_stays_one(dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "report.txt")
    assert run(["validate", str(dataset), "--output", str(tmp_path / "link")], debug=False) == 0
    assert (tmp_path / "link").is_symlink()
    assert "10 tables" in (tmp_path / "report.txt").read_text()
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE, text=True) as reader:
        assert run(["validate", str(dataset), "--output", str(tmp_path / "pipe")], debug=False) == 0
        assert "10 tables" in reader.communicate()[0]


def test_closed_streams_are_no_error(dataset: Path) -> None:
    command = f"{sys.executable} -m cstodata validate >&- 2>&-"
    done = subprocess.run(["bash", "-c", command], cwd=dataset, check=False)
    assert done.returncode == 0


def test_format_refuses_a_table_with_rows_that_do_not_fit(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = dataset / "data" / "names.csv"
    names.write_text(names.read_text() + "\n")
    before = names.read_bytes()
    assert run(["format", str(dataset)], debug=False) == 1
    assert "blank-row" in capsys.readouterr().out
    assert names.read_bytes() == before


def test_colours_are_for_terminals_unless_they_are_forced_or_forbidden(dataset: Path) -> None:
    assert "\x1b[" not in cstodata("validate", cwd=dataset).stdout
    assert "\x1b[" in cstodata("validate", cwd=dataset, FORCE_COLOR="1").stdout
    assert "\x1b[" not in cstodata("validate", cwd=dataset, FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_reader_that_stops_reading_is_no_error(dataset: Path) -> None:
    command = f"{sys.executable} -m cstodata validate | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=dataset, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_rules_and_explain_tell_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "--format", "json"], debug=False) == 0
    for rule in json.loads(capsys.readouterr().out):
        assert run(["explain", f"cstodata/{rule['id']}"], debug=False) == 0
        told = capsys.readouterr().out
        assert told.startswith(f"{rule['id']}  ({rule['severity']})\n\n{rule['title']}")


@pytest.mark.parametrize("name", ["open-quote", "cstodata/open-quote"])
def test_a_finding_that_no_rule_gives_is_explained_too(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", name], debug=False) == 0
    assert capsys.readouterr().out.startswith("cstodata/open-quote\n\nA CSV file ends within quotes.")


def test_every_error_type_of_frictionless_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    from cstodata.validation.tables.judge import error_types

    for type_ in error_types():
        assert run(["explain", type_], debug=False) == 0
        assert capsys.readouterr().out.startswith(type_)


def test_format_check_writes_nothing_and_format_does(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = dataset / "data" / "names.csv"
    canonical = names.read_bytes()
    header, *rows = canonical.splitlines(keepends=True)
    names.write_bytes(header + b"".join(reversed(rows)))
    assert run(["format", str(dataset), "--check"], debug=False) == 1
    assert capsys.readouterr().out == f"would write {names}\n"
    assert names.read_bytes() != canonical
    assert run(["format", str(dataset)], debug=False) == 0
    assert names.read_bytes() == canonical
    assert run(["format", str(dataset), "--check"], debug=False) == 0


def test_release_refuses_errors_shows_them_and_writes_nothing(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["release", str(broken), "--output", str(tmp_path / "out")], debug=False) == 1
    assert "cstodata/seats-add-up" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_a_dry_run_names_what_a_run_writes(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "out"
    assert run(["release", str(dataset), "--output", str(output), "--dry-run"], debug=False) == 0
    named = {
        line.removeprefix("would write ") for line in capsys.readouterr().out.splitlines() if "would write" in line
    }
    assert not output.exists()
    assert run(["release", str(dataset), "--output", str(output)], debug=False) == 0
    assert named == {str(path) for path in (output / "v").rglob("*") if path.is_file()}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_offered_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell], debug=False) == 0
    assert "_CSTODATA_COMPLETE" in capsys.readouterr().out


def test_resources_rules_and_types_are_completed(dataset: Path) -> None:
    def completed(words: str) -> list[str]:
        env = {"_CSTODATA_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
        return [line.partition(",")[2] for line in cstodata(cwd=dataset, **env).stdout.splitlines()]

    assert completed("cstodata validate --resource dele") == ["delegations", "delegation_seats"]
    assert completed("cstodata validate --rule seats-") == ["seats-add-up", "seats-in-own-parliament"]
    assert completed("cstodata explain type-") == ["type-error"]


def test_a_report_of_a_stranger_s_package_shows_no_control_characters(
    make_package: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    schema = {"fields": [{"name": "id\x1b[2J", "type": "integer"}]}
    folder = make_package({"table": ("id\x1b[2J\n\x1b[31mred\n", schema)}, table={"name": "ta\x1bble"})
    assert run(["validate", str(folder)], debug=False) == 1
    assert "\x1b" not in capsys.readouterr().out


def changed_dataset(dataset: Path, tmp_path: Path) -> Path:
    new = tmp_path / "new"
    shutil.copytree(dataset, new)
    people = new / "data" / "people.csv"
    people.write_text(people.read_text().replace("Viktor Kogut", "Viktar Kohut"))
    return new


def test_diff_tells_what_changed_and_ends_with_one(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = changed_dataset(dataset, tmp_path)
    assert run(["diff", str(dataset), str(dataset)], debug=False) == 0
    assert "no change that needs a version" in capsys.readouterr().out
    assert run(["diff", str(dataset), str(new)], debug=False) == 1
    told = capsys.readouterr().out
    assert "~ person_id=viktor-kogut  name: Viktor Kogut → Viktar Kohut" in told
    assert run(["diff", str(dataset), str(new), "--summary"], debug=False) == 1
    assert "person_id=" not in capsys.readouterr().out


def test_diff_and_apply_are_each_other_s_reverse(dataset: Path, tmp_path: Path) -> None:
    new, changes, made = changed_dataset(dataset, tmp_path), tmp_path / "changes.json", tmp_path / "made"
    assert run(["diff", str(dataset), str(new), "-f", "json", "-o", str(changes)], debug=False) == 1
    assert run(["apply", str(dataset), str(changes), "-o", str(made)], debug=False) == 0
    assert (made / "data" / "people.csv").read_bytes() == (new / "data" / "people.csv").read_bytes()
    assert run(["diff", str(made), str(new)], debug=False) == 0


def test_version_checks_and_declares_the_version_that_is_needed(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = changed_dataset(dataset, tmp_path)
    arguments = ["version", str(new), "--base", str(dataset)]
    before = (new / "datapackage.json").read_text()
    assert run(arguments, debug=False) == 0
    assert run([*arguments, "--check"], debug=False) == 1
    assert "needs version at least 1.1.1 (patch); 1.1.0 is declared, which is too low" in capsys.readouterr().out
    assert run([*arguments, "--write"], debug=False) == 0
    after = (new / "datapackage.json").read_text()
    assert after == before.replace('"version": "1.1.0"', '"version": "1.1.1"', 1)
    assert run([*arguments, "--check"], debug=False) == 0


def test_a_side_that_is_not_there_is_one_sentence(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["diff", "nowhere", str(dataset)], debug=False) == 3
    assert run(["diff", "git:nowhere", str(dataset)], debug=False) == 3
    assert run(["diff", str(dataset), str(dataset), "--summary", "--limit", "3"], debug=False) == 2
    told = capsys.readouterr().err
    assert "nowhere: no such file or folder" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("form", validate_verb.FORMATS)
def test_a_report_is_the_same_in_a_file_and_on_the_terminal(form: str, broken: Path, tmp_path: Path) -> None:
    assert cstodata("validate", broken, "-f", form, "-o", tmp_path / "report").returncode == 1
    printed = cstodata("validate", broken, "--format", form)
    assert printed.returncode == 1
    assert steady((tmp_path / "report").read_text()) == steady(printed.stdout)


def steady(report: str) -> str:
    """Without the seconds that it took."""
    return re.sub(r"\d+\.\d+", "", report)


def test_every_format_of_reports_can_be_asked_for() -> None:
    assert tuple(registry.FORMATS) == validate_verb.FORMATS


def test_services_are_told_paths_from_the_top_of_the_repository(broken: Path, tmp_path: Path) -> None:
    alone = cstodata("validate", broken, "--format", "github", cwd=tmp_path / "..")
    assert f"file={tmp_path.name}/dataset/data/delegations.csv," in alone.stdout
    (tmp_path / ".git").mkdir()
    for package, cwd in ((broken, None), (Path("datapackage.json"), broken)):
        told = cstodata("validate", package, "--format", "github", cwd=cwd)
        assert told.returncode == 1
        assert "::error file=dataset/data/delegations.csv,line=3,col=" in told.stdout
