"""Merging rows into a package: what is planned, what is refused, and that it is written as a whole or not at all."""

from __future__ import annotations

import errno
import json
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cstodata
from cstodata.errors import MergeError, TableReadError
from cstodata.extraction.extraction import Extraction, Page, Problem, Row, Span
from cstodata.extraction.journal import FOLDER, is_interrupted, replace_together, restore, sole_writer
from cstodata.extraction.merge import merged_files, new_findings
from cstodata.extraction.plan import MergePlan, plan_merge
from cstodata.package.descriptor import read_package
from cstodata.validation.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = "opyt-pa-odkb-po-zaschite-elektoralnyh-protsessov"
LIMITS = Limits(errors=0, threads=1, memory="128MB")
TODAY = date(2026, 11, 22)


def row(resource: str, **cells: Any) -> Row:
    return Row(resource=resource, cells=cells, spans=(Span(4, 7),))


def delegation(seats: int = 7, **more: Any) -> Row:
    cells = {"delegation_id": "KG-2026-03-01", "parliament_id": "KG", "as_of": date(2026, 3, 1), "seats_total": seats}
    return row("delegations", **cells, **{"source_id": SOURCE, **more})


def seats(count: int = 7) -> Row:
    return row(
        "delegation_seats", delegation_id="KG-2026-03-01", chamber_id="KG-LC01", seats=count, member_title="deputies"
    )


def read(*rows: Row, place: str = "a.txt", problems: tuple[Problem, ...] = ()) -> Extraction:
    page = Page(place=place, text="one\ntwo\nthree", sha256="0" * 64)
    return Extraction(page=page, rows=rows, problems=problems)


def plan_of(folder: Path, *extractions: Extraction) -> MergePlan:
    return plan_merge(read_package(folder), extractions)


def merge(folder: Path, *rows: Row) -> dict[str, bytes]:
    package = read_package(folder)
    files = merged_files(package, plan_merge(package, [read(*rows)]))
    replace_together(folder, files)
    return files


def contents(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


# ---- the plan ---- #


def test_new_rows_are_added_and_equal_ones_left(dataset: Path) -> None:
    known = row("parliaments", parliament_id="KG", country_name="Kyrgyz Republic", structure="unicameral")
    plan = plan_of(dataset, read(delegation(), seats(), known))
    told = {table.resource: (len(table.added), table.equal, table.is_changed) for table in plan.tables}
    assert told == {"parliaments": (0, 1, False), "delegations": (1, 0, True), "delegation_seats": (1, 0, True)}
    assert (plan.is_clean, plan.is_changed) == (True, True)


def test_another_value_for_a_cell_of_the_table_is_a_conflict_that_names_both_places(dataset: Path) -> None:
    other = row("delegations", delegation_id="BY-2026-02-20", seats_total=12)
    (conflict,) = plan_of(dataset, read(other)).conflicts
    assert (conflict.resource, dict(conflict.key), conflict.field) == (
        "delegations",
        {"delegation_id": "BY-2026-02-20"},
        "seats_total",
    )
    assert conflict.there == (11, "data/delegations.csv row 3")
    assert conflict.stated == (12, "a.txt:2")


def test_pages_that_state_the_same_make_one_row_and_the_first_is_its_source(dataset: Path) -> None:
    plan = plan_of(dataset, read(delegation()), read(delegation(source_id="another-page"), place="b.txt"))
    (table,) = plan.tables
    assert plan.is_clean
    assert [cells[-1] for cells in table.added] == [SOURCE]


def test_pages_that_contradict_each_other_are_a_conflict_that_names_both(dataset: Path) -> None:
    (conflict,) = plan_of(dataset, read(delegation(7)), read(delegation(8), place="b.txt")).conflicts
    assert (conflict.there, conflict.stated) == ((7, "a.txt:2"), (8, "b.txt:2"))


def test_what_one_page_leaves_open_another_may_state(dataset: Path) -> None:
    plan = plan_of(dataset, read(delegation()), read(delegation(representative_id="viktor-kogut")), read(delegation()))
    (table,) = plan.tables
    assert plan.is_clean
    assert [cells[4] for cells in table.added] == ["viktor-kogut"]


def test_an_empty_cell_is_filled_and_the_rest_of_its_row_stays(dataset: Path) -> None:
    website = "https://senate.example/"
    files = merge(dataset, row("chambers", chamber_id="KZ-UC01", website=website, source_id="another-page"))
    before = f"KZ-UC01,KZ,Senate,upper,,{SOURCE}\n".encode()
    assert before.replace(b",,", f",{website},".encode()) in files["data/chambers.csv"]
    assert cstodata.validate(dataset).valid


def test_what_was_not_understood_is_in_the_plan(dataset: Path) -> None:
    problem = Problem(line=1, text="one", message="nobody knows it", mend=None, span=Span(0, 3))
    plan = plan_of(dataset, read(delegation(), problems=(problem,)))
    assert plan.problems == (("a.txt", problem),)
    assert not plan.is_clean


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        (row("nothing", a=1), "it has no table nothing for what a.txt states"),
        (row("delegations", delegation_id="x", a=1), "delegations: its schema has no field a for what a.txt:2 states"),
    ],
)
def test_what_the_package_has_no_place_for_is_refused(dataset: Path, stated: Row, why: str) -> None:
    with pytest.raises(MergeError, match=why):
        plan_of(dataset, read(stated))


def test_a_table_without_a_key_or_that_is_no_plain_csv_is_refused(make_package: Callable[..., Path]) -> None:
    schema = {"fields": [{"name": "a", "type": "integer"}]}
    folder = make_package({"things": ("a\n1\n", schema), "others": ("a\n1\n", schema)}, others={"dialect": {}})
    with pytest.raises(MergeError, match="things: its schema has no primary key"):
        plan_of(folder, read(row("things", a=1)))
    with pytest.raises(MergeError, match="others: rows cannot be merged into it: its dialect declares no delimiter"):
        plan_of(folder, read(row("others", a=1)))


# ---- the files ---- #


def test_the_tables_are_canonical_and_the_descriptor_agrees(dataset: Path) -> None:
    merge(dataset, delegation(), seats())
    table = (dataset / "data/delegations.csv").read_text().splitlines()
    assert f"KG-2026-03-01,KG,2026-03-01,7,,{SOURCE}" in table
    assert table[1:] == sorted(table[1:])
    assert cstodata.validate(dataset, rules=()).valid
    descriptor = json.loads((dataset / "datapackage.json").read_bytes())
    sizes = {each["name"]: each["bytes"] for each in descriptor["resources"]}
    assert sizes["delegations"] == (dataset / "data/delegations.csv").stat().st_size


def test_merging_the_same_again_changes_no_file(dataset: Path) -> None:
    merge(dataset, delegation(), seats())
    package = read_package(dataset)
    assert merged_files(package, plan_merge(package, [read(delegation(), seats())])) == {}


def test_values_are_written_as_their_fields_declare(make_package: Callable[..., Path]) -> None:
    fields = [
        {"name": "id", "type": "string"},
        {"name": "day", "type": "date", "format": "%d.%m.%Y"},
        {"name": "count", "type": "integer"},
    ]
    schema = {"fields": fields, "primaryKey": "id", "missingValues": ["-"]}
    folder = make_package({"things": ("count,id,day\n007,b,-\n", schema)})
    things = [row("things", id="a", day=date(2026, 2, 3)), row("things", id="b", day=date(2026, 2, 4), count=7)]
    assert merge(folder, *things)["things.csv"] == b"id,day,count\na,03.02.2026,-\nb,04.02.2026,7\n"


def test_a_value_that_would_mean_null_is_refused(make_package: Callable[..., Path]) -> None:
    fields = [{"name": "id", "type": "string"}, {"name": "name", "type": "string"}]
    folder = make_package(
        {"things": ("id,name\na,b\n", {"fields": fields, "primaryKey": "id", "missingValues": ["", "NA"]})}
    )
    with pytest.raises(TableReadError, match='would be written as "NA"'):
        merge(folder, row("things", id="c", name="NA"))


# ---- the check ---- #


def found_by(folder: Path, *rows: Row) -> tuple[list[str], list[str]]:
    package = read_package(folder)
    files = merged_files(package, plan_merge(package, [read(*rows)]))
    found = new_findings(package, files, today=TODAY, limits=LIMITS)
    return [each.type for each in found.errors], [each.type for each in found.warnings]


def test_a_new_error_is_found_before_anything_is_written(dataset: Path) -> None:
    before = contents(dataset)
    assert found_by(dataset, delegation(), seats(6)) == (["cstodata/seats-add-up"], [])
    assert found_by(dataset, delegation(source_id="nobody")) == (["foreign-key", "cstodata/delegation-has-seats"], [])
    assert contents(dataset) == before


def test_a_merge_without_errors_finds_none(dataset: Path) -> None:
    assert found_by(dataset, delegation(), seats()) == ([], [])


def test_errors_that_were_there_before_do_not_count_though_their_rows_move(dataset: Path) -> None:
    table = dataset / "data/delegations.csv"
    table.write_text(table.read_text().replace(",viktor-rogalev,", ",nobody,"))
    assert not cstodata.validate(dataset).valid
    assert found_by(dataset, delegation(), seats()) == ([], [])


# ---- all or nothing ---- #


def test_files_are_replaced_together_and_nothing_is_left_behind(dataset: Path) -> None:
    names = sorted(each.name for each in dataset.iterdir())
    (dataset / "data/news.csv").chmod(0o640)
    with sole_writer(dataset, patience_seconds=1) as was_restored:
        replace_together(dataset, {"data/news.csv": b"news", "datapackage.json": b"{}"})
    assert not was_restored
    assert (dataset / "data/news.csv").read_bytes() == b"news"
    assert (dataset / "data/news.csv").stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in dataset.iterdir()) == names


def test_a_file_that_a_link_leads_to_is_replaced_and_the_link_stays(dataset: Path) -> None:
    real = dataset / "data/real.csv"
    (dataset / "data/news.csv").rename(real)
    (dataset / "data/news.csv").symlink_to("real.csv")
    replace_together(dataset, {"data/news.csv": b"news"})
    assert (dataset / "data/news.csv").is_symlink()
    assert real.read_bytes() == b"news"


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("name", ["write_bytes", "replace", "write_text"])
def test_a_failure_at_any_step_leaves_the_package_as_it_was(
    dataset: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException
) -> None:
    before, real = contents(dataset), getattr(Path, name)
    calls: list[Path] = []
    for fatal in range(4):
        calls.clear()

        def step(path: Path, *arguments: Any, fatal: int = fatal, **more: Any) -> Any:
            calls.append(path)
            if len(calls) == fatal + 1:
                raise error
            return real(path, *arguments, **more)

        monkeypatch.setattr(Path, name, step)
        try:
            replace_together(dataset, {"data/news.csv": b"x", "data/people.csv": b"y", "datapackage.json": b"z"})
        except (OSError, KeyboardInterrupt):
            assert contents(dataset) == before
        else:
            assert len(calls) <= fatal
            monkeypatch.undo()
            for path in ("data/news.csv", "data/people.csv", "datapackage.json"):
                (dataset / path).write_bytes(before[path])
        monkeypatch.undo()


CHILD = """
import os, signal, sys
from pathlib import Path
from cstodata.extraction.journal import replace_together, sole_writer
folder, fatal, points = Path(sys.argv[1]), int(sys.argv[2]), 0
def hook(event, arguments):
    global points
    if event in {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.copyfile"} and armed:
        if points == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        points += 1
armed = False
sys.addaudithook(hook)
with sole_writer(folder, patience_seconds=30):
    armed = True
    replace_together(folder, {"data/news.csv": b"x", "data/people.csv": b"y", "datapackage.json": b"z"})
    armed = False
print(points)
"""


def child(folder: Path, fatal: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, folder, str(fatal)], capture_output=True, text=True, check=False
    )


def test_a_writer_that_is_killed_at_any_point_leaves_what_the_next_one_restores(tmp_path: Path, dataset: Path) -> None:
    before = contents(dataset)
    whole = tmp_path / "whole"
    shutil.copytree(dataset, whole)
    points = int(child(whole, -1).stdout)
    after = contents(whole)
    assert points > 20
    seen = set()
    for fatal in range(0, points, 3):
        folder = tmp_path / str(fatal)
        shutil.copytree(dataset, folder)
        assert child(folder, fatal).returncode == -signal.SIGKILL
        was_interrupted = is_interrupted(folder)
        with sole_writer(folder, patience_seconds=5) as was_restored:
            assert was_restored == was_interrupted
        assert contents(folder) in (before, after)
        seen.add((was_interrupted, contents(folder) == after))
    assert {(False, False), (True, False)} <= seen
    assert (True, True) not in seen


def test_a_package_that_was_changed_after_the_writer_was_killed_is_left_to_its_owner(dataset: Path) -> None:
    shutil.copytree(dataset / "data", dataset / FOLDER)
    entry = {"path": "data/news.csv", "before": "0" * 64, "after": "1" * 64}
    (dataset / FOLDER / "journal.json").write_text(json.dumps([entry]))
    with pytest.raises(MergeError, match=r"it was changed since; mend it and remove .*\.cstodata-merge"):
        restore(dataset)


@pytest.mark.parametrize("journal", ["{", '{"path": 1}', '[{"path": "data/news.csv"}]', "[[]]", "1"])
def test_a_journal_that_is_none_is_an_error_and_nothing_is_touched(dataset: Path, journal: str) -> None:
    (dataset / FOLDER).mkdir()
    (dataset / FOLDER / "journal.json").write_text(journal)
    before = contents(dataset)
    with pytest.raises(MergeError, match="no journal of ours"):
        restore(dataset)
    assert contents(dataset) == before


def test_two_writers_wait_for_each_other(dataset: Path) -> None:
    racers = [
        subprocess.Popen([sys.executable, "-c", RACER, dataset, str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    assert [process.communicate(timeout=120)[0] for process in racers] == ["done\n"] * 4
    assert (dataset / "data/news.csv").read_text().splitlines().count("row") == 40
    assert not (dataset / ".cstodata-merge.lock").exists()


RACER = """
import sys
from pathlib import Path
from cstodata.extraction.journal import replace_together, sole_writer
folder = Path(sys.argv[1])
for _ in range(10):
    with sole_writer(folder, patience_seconds=60):
        content = (folder / "data/news.csv").read_bytes()
        replace_together(folder, {"data/news.csv": content + b"row\\n"})
print("done")
"""


def test_a_writer_does_not_wait_for_ever(dataset: Path) -> None:
    script = "import sys, time\nfrom pathlib import Path\nfrom cstodata.extraction.journal import sole_writer\n"
    script += (
        "with sole_writer(Path(sys.argv[1]), patience_seconds=5):\n    print('in', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, dataset], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "in\n"
        with pytest.raises(MergeError, match="another process has been writing into it"):  # noqa: SIM117 -- the lock is what fails
            with sole_writer(dataset, patience_seconds=0.2):
                pass
        other.communicate()
    with sole_writer(dataset, patience_seconds=1):
        pass
