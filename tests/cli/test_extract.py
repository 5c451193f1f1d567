"""`cstodata extract`: what it shows, what it merges, and what it ends with."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

import cstodata
from cstodata.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parents[2]
SEEDS = Path(os.environ.get("CSTODATA_SEEDS", REPOSITORY.parent / "shared" / "seeds"))
EVENTS = "https://pacsto.org/events/"
ADDRESSES = {
    "000_86663546f0d1bad6.txt": EVENTS + "opyt-pa-odkb-po-zaschite-elektoralnyh-protsessov",
    "004_838e922b14a7377c.txt": EVENTS + "nablyudateley-ot-pa-odkb-v-minoborony-kazahstana",
}
READ = ("sources", "positions", "delegations", "delegation_seats", "news", "mentions")
TEXT = """\
Delegation of the Supreme Council of the Kyrgyz Republic to the CSTO PA consists of {seats} deputies.
Plenipotentiary Representative of the Supreme Council of the Kyrgyz Republic: Shabdanbek Alishev
A Title of Our Own
6 March 2026
A Title of Our Own
The meeting was long, and Shabdanbek Alishev spoke.
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(TEXT.format(seats=6), encoding="utf-8")
    return path


def html(slug: str, text: str) -> str:
    body = "".join(f"<p>{line}</p>" for line in text.splitlines())
    head = f'<meta charset="utf-8"><link rel="canonical" href="{EVENTS}{slug}">'
    return f"<!DOCTYPE html><html><head>{head}</head><body><nav>Menu</nav>{body}</body></html>"


def warc(*pages: tuple[str, str]) -> bytes:
    records = []
    for slug, text in pages:
        sent = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + html(slug, text)
        head = (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {EVENTS}{slug}\r\nWARC-Date: 2026-03-07T10:00:00Z\r\n"
        )
        size = len(sent.encode())
        told = f"{head}Content-Type: application/http\r\nContent-Length: {size}\r\n\r\n{sent}\r\n\r\n"
        records.append(gzip.compress(told.encode()))
    return b"".join(records)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> str:
    """What a command prints."""
    capsys.readouterr()
    assert run(["extract", *map(str, arguments)], debug=code not in {1, 3}) == code
    return capsys.readouterr().out


def contents(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def emptied(dataset: Path, *tables: str) -> Path:
    for name in tables:
        table = dataset / f"data/{name}.csv"
        table.write_text(table.read_text().partition("\n")[0] + "\n")
    return dataset


# ---- showing ---- #


def test_each_row_stands_beside_its_sentence(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(capsys, page, "--url", EVENTS + "an-example")
    assert "delegation_id=KG-2026-03-06" in told
    assert re.search(r"seats_total=6\b", told)
    assert re.search(r"delegation_id=KG-2026-03-06 +1 +6 deputies\n", told)
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) <= 120


def test_json_is_as_its_schema_says(
    page: Path, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = json.loads((repository / "docs/reference/extract.schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(TEXT.format(seats="six"))
    told = json.loads(shown(capsys, page, wrong, "--captured-on", "2026-03-08", "-f", "json", code=1))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(told)
    good, bad = told["pages"]
    (delegation,) = good["rows"]["delegations"]
    assert (delegation["cells"]["seats_total"], delegation["line"]) == (6, 1)
    assert good["captured_on"] == "2026-03-08"
    assert good["sha256"] == sha256(page.read_bytes()).hexdigest()
    assert any(problem["line"] == 1 for problem in bad["problems"])


def test_one_table_as_csv_has_its_fields_and_all_of_them_a_line_a_cell(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = ("--url", EVENTS + "an-example", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(shown(capsys, page, *url, "--resource", "delegation_seats")))
    assert {name: row[name] for name in ("delegation_id", "chamber_id", "seats", "member_title", "line")} == {
        "delegation_id": "KG-2026-03-06",
        "chamber_id": "KG-LC01",
        "seats": "6",
        "member_title": "deputies",
        "line": "1",
    }
    cells = list(csv.DictReader(io.StringIO(shown(capsys, page, *url))))
    assert {"resource": "news", "field": "word_count", "value": "8"}.items() <= next(
        cell for cell in cells if cell["field"] == "word_count"
    ).items()
    assert {cell["place"] for cell in cells} == {str(page)}


def test_explain_marks_what_was_understood_and_what_was_not(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text(TEXT.format(seats=6).replace("Shabdanbek Alishev\nA", "Nobody Known\nA"))
    told = shown(capsys, page, "--url", EVENTS + "an-example", "--explain", code=1)
    assert "[6 deputies]{delegation_seats KG-2026-03-06 KG-LC01}" in told
    assert re.search(r"\[!.*Nobody Known!\]\{.*\}", told)
    unmarked = re.sub(r"\[!?|!?\]\{[^}]*\}", "", told)
    assert unmarked.partition("\n")[2] == page.read_text() + "\n\n"


def test_explain_marks_a_website_that_the_package_has_just_so(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "Website of the Supreme Council of the Kyrgyz Republic: http://www.kenesh.kg/"
    page.write_text(f"{sentence}\n{TEXT.format(seats=6)}")
    told = shown(capsys, page, "--url", EVENTS + "an-example", "--explain")
    assert f"[{sentence}]{{chambers KG-LC01}}\n" in told
    assert "chamber_id=KG-LC01\nparliament_id" not in shown(capsys, page, "--url", EVENTS + "an-example")


def test_a_problem_names_place_line_text_and_mend(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text(TEXT.format(seats="six"))
    assert run(["extract", str(page), "--url", EVENTS + "an-example"], debug=False) == 1
    said = capsys.readouterr().err
    assert re.search(rf'^{re.escape(str(page))}:1: "six" is no number .+\n    .*six', said, re.MULTILINE)
    assert "    mend: " in said


def test_what_a_page_holds_does_not_reach_the_terminal_as_it_is(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text(TEXT.format(seats=6).replace("The meeting", "The \x1b[31mmeeting\u202e"), encoding="utf-8")
    for more in ((), ("--explain",)):
        run(["extract", str(page), "--url", EVENTS + "an-example", *more], debug=False)
        said = capsys.readouterr()
        assert "\x1b" not in said.out + said.err
        assert "\u202e" not in said.out + said.err


def test_colours_are_for_terminals(
    page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for more in ((), ("--explain",)):
        assert "\x1b[" in shown(capsys, page, "--url", EVENTS + "an-example", *more)


def test_pages_come_from_html_warc_folders_and_standard_input(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_text(html("a", TEXT.format(seats=6)), encoding="utf-8")
    (folder / "b.warc.gz").write_bytes(warc(("b", TEXT.format(seats=6)), ("c", TEXT.format(seats=6))))
    (folder / ".hidden").write_text("x")
    done = subprocess.run(
        [sys.executable, "-m", "cstodata", "extract", folder, "-", "-f", "json"],
        input=warc(("d", TEXT.format(seats=6))),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"not looked at: .hidden" in done.stderr
    told = [
        (Path(each["place"]).name, each["address"], each["captured_on"]) for each in json.loads(done.stdout)["pages"]
    ]
    assert told == [
        ("a.html", EVENTS + "a", None),
        ("b.warc.gz#1", EVENTS + "b", "2026-03-07"),
        ("b.warc.gz#2", EVENTS + "c", "2026-03-07"),
        ("-#1", EVENTS + "d", "2026-03-07"),
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["page.txt", "page.txt", "--url", EVENTS + "a"],
        ["pages.warc", "--url", EVENTS + "a"],
        ["page.txt", "--dry-run"],
        ["page.txt", "--into", ".", "--format", "json"],
        ["page.txt", "--into", ".", "--explain"],
        ["page.txt", "--explain", "--format", "json"],
        ["page.txt", "--captured-on", "yesterday"],
        ["page.txt", "--resource", "nothing"],
        ["nowhere.txt"],
        ["empty"],
        ["-", "-"],
        [],
    ],
)
def test_wrong_usage_ends_with_2(
    page: Path, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "pages.warc").write_bytes(warc(("b", TEXT), ("c", TEXT)))
    assert run(["extract", *arguments], debug=False) == 2


def test_a_page_that_cannot_be_read_ends_with_3_and_is_named(
    page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"one \xff")
    assert run(["extract", str(page), str(bad)], debug=False) == 3
    assert f"cstodata: {bad}: it is not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_the_name_of_a_file_may_be_any_bytes(page: Path, tmp_path: Path, form: str) -> None:
    named = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")
    page.rename(named)
    output = tmp_path / "rows"
    assert run(["extract", named, "--url", EVENTS + "an-example", "-f", form, "-o", str(output)], debug=True) == 0
    assert "\\xff.txt" in output.read_text(encoding="utf-8").replace("\\\\", "\\")


def test_a_page_is_not_written_over(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = page.read_bytes()
    (tmp_path / "link").symlink_to(page)
    for pages in (page, page.parent, tmp_path / "link"):
        assert run(["extract", str(pages), "--output", str(page)], debug=False) == 2
        assert "is one of the pages" in capsys.readouterr().err
    assert page.read_bytes() == before


def test_standard_input_may_be_closed() -> None:
    command = f'"{sys.executable}" -m cstodata extract - <&-'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602 -- no input
    assert done.returncode == 2
    assert "standard input is closed" in done.stderr


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_terminal_may_lack_characters(page: Path, form: str) -> None:
    page.write_text(TEXT.format(seats=6).replace("A Title", "A “Title”"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "cstodata", "extract", page, "--url", EVENTS + "an-example", "-f", form],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert rb"\u201cTitle\u201d of Our Own" in done.stdout


# ---- merging ---- #


def test_the_captured_pages_are_there_in_ci() -> None:
    """Elsewhere the seeds may be missing; CI has them, and must not pass by not looking."""
    assert all((SEEDS / name).is_file() for name in ADDRESSES) or not os.environ.get("CI")


@pytest.mark.parametrize("with_people", [True, False])
def test_the_captured_pages_give_the_committed_tables_byte_for_byte(dataset: Path, *, with_people: bool) -> None:
    missing = [name for name in ADDRESSES if not (SEEDS / name).is_file()]
    if missing:
        assert not os.environ.get("CI"), f"{missing} are not in {SEEDS}"
        return
    committed = contents(dataset)
    emptied(dataset, *READ, *(() if with_people else ("people",)))
    for name, address in ADDRESSES.items():
        more = [] if with_people else ["--add-people"]
        assert run(["extract", str(SEEDS / name), "--url", address, "--into", str(dataset), *more], debug=True) == 0
    for table in READ:
        assert (dataset / f"data/{table}.csv").read_bytes() == committed[f"data/{table}.csv"], table
    if with_people:
        assert contents(dataset) == committed
    assert cstodata.validate(dataset).valid


def test_a_page_is_merged_and_the_package_stays_valid(
    page: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments: list[str | Path] = [
        page,
        "--url",
        EVENTS + "an-example",
        "--captured-on",
        "2026-03-08",
        "--into",
        dataset,
    ]
    told = shown(capsys, *arguments)
    assert "delegations: 1 new row\n" in told
    assert f"wrote {dataset / 'data/delegations.csv'}\n" in told
    assert cstodata.validate(dataset).valid
    sources = list(csv.DictReader(io.StringIO((dataset / "data/sources.csv").read_text(encoding="utf-8"))))
    assert [row["captured_on"] for row in sources if row["source_id"] == "an-example"] == ["2026-03-08"]
    before = contents(dataset)
    told = shown(capsys, *arguments)
    assert "delegations: 1 row there already\n" in told
    assert told.endswith("nothing to write\n")
    assert contents(dataset) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(
    page: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments: list[str | Path] = [page, "--url", EVENTS + "an-example", "--into", dataset]
    before = contents(dataset)
    planned = shown(capsys, *arguments, "--dry-run")
    assert contents(dataset) == before
    assert shown(capsys, *arguments) == planned.replace("would write", "wrote")


def refused(capsys: pytest.CaptureFixture[str], dataset: Path, *arguments: str | Path, code: int = 1) -> str:
    """What is said where nothing is written."""
    before = contents(dataset)
    capsys.readouterr()
    assert run(["extract", *map(str, arguments), "--into", str(dataset)], debug=False) == code
    assert contents(dataset) == before
    return capsys.readouterr().err


def test_one_sentence_that_is_not_understood_and_nothing_of_any_page_is_written(
    tmp_path: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capture = tmp_path / "pages.warc.gz"
    capture.write_bytes(warc(("a", TEXT.format(seats=6)), ("b", TEXT.format(seats="six"))))
    said = refused(capsys, dataset, capture)
    assert f"{capture}#2:1: " in said
    assert said.endswith("nothing was written\n")


def test_a_contradiction_names_both_places_and_nothing_is_written(
    page: Path, tmp_path: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capture = tmp_path / "pages.warc.gz"
    capture.write_bytes(warc(("a", TEXT.format(seats=6)), ("b", TEXT.format(seats=7))))
    said = refused(capsys, dataset, capture)
    assert (
        f"{capture}#2:1: delegations delegation_id=KG-2026-03-06: seats_total is 7 here, and 6 in {capture}#1:1" in said
    )
    assert run(["extract", str(page), "--url", EVENTS + "a", "--into", str(dataset)], debug=True) == 0
    page.write_text(TEXT.format(seats=8))
    said = refused(capsys, dataset, page, "--url", EVENTS + "a")
    assert re.search(r"seats_total is 8 here, and 6 in data/delegations.csv row \d+\n", said)


def test_a_new_error_of_the_whole_is_told_and_nothing_is_written(
    page: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refused(capsys, dataset, page, "--url", EVENTS + "an-example", "--captured-on", "2026-03-05")
    assert "error cstodata/source-captured-once-published, once merged: sources source_id=an-example: " in said


def test_a_package_that_is_not_there_or_lacks_a_table_is_refused(
    page: Path, dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["extract", str(page), "--into", str(page.parent / "nowhere")], debug=False) == 3
    assert "no such file or folder" in capsys.readouterr().err
    descriptor: dict[str, Any] = json.loads((dataset / "datapackage.json").read_bytes())
    descriptor["resources"] = [each for each in descriptor["resources"] if each["name"] != "news"]
    (dataset / "datapackage.json").write_text(json.dumps(descriptor))
    assert "it has no table news" in refused(capsys, dataset, page, "--url", EVENTS + "an-example", code=3)


def test_names_may_be_known_from_another_package(page: Path, dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    emptied(dataset, "people")
    assert "Shabdanbek Alishev" in refused(capsys, dataset, page, "--url", EVENTS + "an-example")
    said = refused(capsys, dataset, page, "--url", EVENTS + "an-example", "--package", REPOSITORY)
    assert "error foreign-key, once merged: " in said


def test_an_interrupt_leaves_the_package_as_it_was(dataset: Path) -> None:
    before = contents(dataset)
    command = [sys.executable, "-m", "cstodata", "extract", "-", "--into", str(dataset)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        while not (dataset / ".cstodata-merge.lock").exists():
            assert process.poll() is None
        process.stdin.write(TEXT.encode())
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"interrupted" in said
    after = contents(dataset)
    after.pop(".cstodata-merge.lock", None)  # left, empty, if the signal came before it was taken
    assert after == before


def test_a_package_that_a_killed_run_left_is_restored_and_a_dry_run_says_so(
    page: Path, dataset: Path, capsys: pytest.CaptureFixture[str], digest: Callable[[Path], str]
) -> None:
    news = dataset / "data/news.csv"
    good, folder = news.read_bytes(), dataset / ".cstodata-merge"
    folder.mkdir()
    (folder / "old-0").write_bytes(good)
    before = digest(news)
    news.write_bytes(b"half")
    entry = {"path": "data/news.csv", "before": before, "after": digest(news)}
    (folder / "journal.json").write_text(json.dumps([entry]))
    arguments: list[str | Path] = [page, "--url", EVENTS + "an-example"]
    assert "a run was killed while it wrote" in refused(capsys, dataset, *arguments, "--dry-run", code=3)
    assert run(["extract", *map(str, arguments), "--into", str(dataset)], debug=True) == 0
    assert "the package is restored as it was before" in capsys.readouterr().err
    assert cstodata.validate(dataset, today=date(2026, 11, 22)).valid
    assert len(news.read_bytes().splitlines()) == len(good.splitlines()) + 1
    assert not folder.exists()


@pytest.fixture
def digest() -> Callable[[Path], str]:
    return lambda path: sha256(path.read_bytes()).hexdigest()
