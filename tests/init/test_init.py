"""A new repository: what is proposed, what is refused, and that all of it holds together."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from cstodata.cli.main import run
from cstodata.init.plan import resource_name

if TYPE_CHECKING:
    from pathlib import Path


def fields_of(repository: Path, name: str) -> dict[str, Any]:
    schema = json.loads((repository / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    return {field["name"]: field for field in schema["fields"]}


def started(folder: Path, *files: Path, options: tuple[str, ...] = ()) -> Path:
    """A repository that is begun, valid and canonical."""
    assert run(["init", str(folder), *map(str, files), *options], debug=True) == 0
    assert run(["validate", str(folder)], debug=True) == 0
    assert run(["format", "--check", str(folder)], debug=True) == 0
    return folder


@pytest.fixture
def csv_file(tmp_path: Path) -> Any:
    """Write a CSV file; text is written in UTF-8."""

    def write(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / "given" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_what_is_begun_is_valid_canonical_and_can_be_released(csv_file: Any, tmp_path: Path) -> None:
    given = csv_file("seat_id,country,seats,since\n2,BY,7,2020-01-05\n1,AM,,2019-12-31\n")
    repository = started(tmp_path / "My Data", given, options=("--title", "Seats", "--licence", "CC-BY-4.0"))
    descriptor = json.loads((repository / "datapackage.json").read_text())
    assert (descriptor["name"], descriptor["title"], descriptor["version"]) == ("my-data", "Seats", "0.1.0")
    assert descriptor["licenses"] == [{"name": "CC-BY-4.0"}]
    assert (repository / "data" / "table.csv").read_text().splitlines()[1] == "1,AM,,2019-12-31"
    who = {f"GIT_{role}_{what}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "First"]):
        subprocess.run(["git", *command], cwd=repository, check=True, env={**os.environ, **who})
    assert run(["release", str(repository), "--output", str(tmp_path / "out")], debug=True) == 0
    assert (tmp_path / "out" / "v" / "0.1.0" / "parquet" / "table.parquet").is_file()


def test_types_keys_and_constraints_are_proposed_and_said_to_be_proposals(
    csv_file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = "note,code,share,on,open\nx,7,1.50,2020-01-05,true\nx,8,2.25,,false\n"
    repository = started(tmp_path / "new", csv_file(content))
    fields = fields_of(repository, "table")
    assert [field["type"] for field in fields.values()] == ["string", "integer", "number", "date", "boolean"]
    assert all("a proposal" in field["description"] and field["title"] for field in fields.values())
    assert json.loads((repository / "schemas" / "table.json").read_text())["primaryKey"] == ["code"]
    assert fields["code"]["constraints"] == {"required": True}
    assert "constraints" not in fields["on"]
    assert "  code: integer (proposed)\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "cell", ["007", "+7", "1_000", " 7", "2020-1-5", "2020-02-30", "1e5", "12345678901234567890.5"]
)
def test_a_type_that_would_change_what_a_cell_says_is_not_proposed(csv_file: Any, tmp_path: Path, cell: str) -> None:
    repository = started(tmp_path / "new", csv_file(f"id,cell\n1,{cell}\n2,{cell}\n"))
    assert fields_of(repository, "table")["cell"]["type"] == "string"
    assert cell.strip() in (repository / "data" / "table.csv").read_text()


def test_a_type_is_proved_on_the_rows_behind_the_sample(csv_file: Any, tmp_path: Path) -> None:
    rows = "".join(f"{number},{number}\n" for number in range(3000))
    repository = started(tmp_path / "new", csv_file(f"id,cell\n{rows}3000,many\n"))
    fields = fields_of(repository, "table")
    assert (fields["id"]["type"], fields["cell"]["type"]) == ("integer", "string")


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("id,name,name\n1,a,b\n", ["id", "name", "name_2"]),
        ("name,name_2,name\n1,a,b\n", ["name", "name_2", "name_3"]),
        ("id,,\n1,a,b\n", ["id", "column_2", "column_3"]),
        ("id, two  words \n1,a\n", ["id", "two words"]),
        ('id,"a\nb"\n1,2\n', ["id", "a b"]),
        ("id,__row__\n1,2\n", ["id", "row__"]),
        ("\ufeffid,name\n1,a\n", ["id", "name"]),
        ("id;price\n1;1,5\n2;2,5\n", ["id", "price"]),
        ("id\tname\n1\ta,b\n", ["id", "name"]),
        ("id,name\n", ["id", "name"]),
        ("id,name", ["id", "name"]),
        ("id\r\n1\r\n", ["id"]),
        ('id,text\n1,"a\nb"\n2,"c;d;e"\n\n\n', ["id", "text"]),
    ],
)
def test_odd_files_are_begun_with(csv_file: Any, tmp_path: Path, content: str, names: list[str]) -> None:
    repository = started(tmp_path / "new", csv_file(content))
    assert list(fields_of(repository, "table")) == names


def test_a_column_that_is_renamed_is_told(csv_file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started(tmp_path / "new", csv_file("id,name,name\n1,a,b\n"))
    assert 'look: table: the column "name" is called name_2 now' in capsys.readouterr().err


def test_texts_are_cleaned_of_what_nobody_sees_and_that_is_told(
    csv_file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = started(tmp_path / "new", csv_file('id,text\n1,"one\r\ntwo"\n2, three\u200b\n3,e\u0301\n4,four\n'))
    assert (repository / "data" / "table.csv").read_text() == "id,text\n1,one two\n2,three\n3,é\n4,four\n"
    assert "look: table: 3 texts of text were cleaned" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp1251"])
def test_other_encodings_are_read_as_they_are_named(csv_file: Any, tmp_path: Path, encoding: str) -> None:
    word = "Минск" if encoding == "cp1251" else "Zürich"
    given = csv_file(f"id,name\n1,{word}\n".encode(encoding))
    repository = started(tmp_path / "new", given, options=("--encoding", encoding))
    assert (repository / "data" / "table.csv").read_text(encoding="utf-8") == f"id,name\n1,{word}\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\n\n", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        ("id,name\n1,Zürich\n".encode("latin-1"), "it is not utf-8 (byte 0xfc on line 2)"),
        (b"\xff\xfei", "it is not utf-16"),
        (b"id,name\n1,\0\n", "NUL"),
        (b"id,name\n1\n", "Expected 2 columns, got 1"),
        (b'id,name\n1,"a\n2,b\n', "a quote is opened and never closed"),
        (b"id,name\n1,a\n,\n2,b\n", "nothing was written"),
    ],
)
def test_what_is_no_table_is_refused_and_nothing_is_written(
    csv_file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, why: str
) -> None:
    good = csv_file("id,name\n1,a\n", "good.csv")
    assert run(["init", str(tmp_path / "new" / "deep"), str(good), str(csv_file(content))], debug=False) == 3
    assert why in capsys.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["given"]


def test_files_become_resources_of_their_own(csv_file: Any, tmp_path: Path) -> None:
    (tmp_path / "given" / "b").mkdir(parents=True)
    names = ["Мои данные.csv", "b/My Table (2).CSV", "my-table-2.csv", "☃.csv", "..csv"]
    repository = started(tmp_path / "new", *(csv_file("id,name\n1,a\n", name) for name in names))
    descriptor = json.loads((repository / "datapackage.json").read_text())
    assert [each["name"] for each in descriptor["resources"]] == [
        "moi_dannye",
        "my_table_2",
        "my_table_2_2",
        "table",
        "table_2",
    ]


def test_a_thousand_columns_are_begun_with(csv_file: Any, tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(1000))
    repository = started(tmp_path / "new", csv_file("\n".join([header, *[",".join(["1"] * 1000)] * 20])))
    assert len(fields_of(repository, "table")) == 1000


def test_without_files_an_example_is_begun_with(tmp_path: Path) -> None:
    repository = started(tmp_path / "new")
    assert (repository / "data" / "example.csv").is_file()


@pytest.mark.parametrize("there", ["README.md", ".hidden", "data"])
def test_a_folder_that_is_not_empty_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / there).write_text("mine")
    assert run(["init", str(tmp_path), "--name", "new"], debug=False) == 3
    assert f"the folder is not empty, it holds {there}" in capsys.readouterr().err
    assert {each.name for each in tmp_path.iterdir()} == {".git", there}


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("mine")
    assert run(["init", str(tmp_path / "new")], debug=False) == 3
    assert (tmp_path / "new").read_text() == "mine"


def test_a_folder_with_nothing_but_git_is_begun_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    assert run(["init", ".", "--name", "here"], debug=True) == 0
    assert run(["validate", "."], debug=True) == 0
    assert not list(tmp_path.glob(".cstodata*"))


def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "new"), "--dry-run"], debug=True) == 0
    assert "would write" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--name", "No Name"], 3),
        (["--name", "../up"], 3),
        (["--title", " "], 2),
        (["--title", "a\nb"], 2),
        (["--action", "owner/cstodata"], 2),
        (["--action", "owner/cstodata@v1\n  - run: x"], 2),
        (["--encoding", "klingon"], 3),
    ],
)
def test_options_that_mean_nothing_are_refused(tmp_path: Path, options: list[str], code: int) -> None:
    assert run(["init", str(tmp_path / "new"), *options], debug=False) == code
    assert not list(tmp_path.iterdir())


def test_cells_that_are_written_otherwise_are_told_and_one_row_is_no_rows(
    csv_file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = csv_file("id,open,share\n1,TRUE,1.50\n2,false,2\n3,False,2.25\n")
    assert run(["init", str(tmp_path / "new"), str(file)], debug=False) == 0
    told = capsys.readouterr()
    assert '2 cells of open such as "TRUE" are read as boolean, and written as such' in told.err
    assert '1 cell of share such as "1.50" is read as number, and written as such' in told.err
    assert run(["init", str(tmp_path / "one"), str(csv_file("id\n1\n"))], debug=False) == 0
    assert ": 1 row, proposed key" in capsys.readouterr().out
    assert "1 rows" not in "".join(path.read_text() for path in (tmp_path / "one").rglob("*") if path.is_file())


@pytest.mark.parametrize("name", ["CON", "nul", "Com1", "lpt9"])
def test_no_file_is_called_as_a_device_of_windows(name: str) -> None:
    assert resource_name(name) == f"{name.lower()}_table"


def test_inside_a_repository_it_is_said_where_the_workflows_belong(
    csv_file: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, inside in (("around", "around/some/where"), ("own", "own")):
        (tmp_path / name).mkdir()
        subprocess.run(["git", "init", "--quiet", str(tmp_path / name)], check=True)
        assert run(["init", str(tmp_path / inside), str(csv_file("id\n1\n"))], debug=False) == 0
        told = f"work only at the top of the repository, {tmp_path / 'around'}: move them there, and say"
        assert (f"{told} `package: some/where`" in capsys.readouterr().err) is (name == "around")
