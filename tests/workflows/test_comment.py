"""The comment on a pull request, against a server that stands in for GitHub."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MARKER = "<!-- cstodata -->"
HEAD = "a" * 40


@dataclass
class GitHub:
    """What GitHub knows: the heads of pull requests, and comments by number of the pull request."""

    heads: dict[int, str] = field(default_factory=lambda: {7: HEAD, 8: "b" * 40})
    comments: list[dict[str, Any]] = field(default_factory=list)
    broken: bool = False
    address: str = ""

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Status and body of an answer."""
        if self.broken:
            return 500, {"message": "%0A::error::no\n::error::no"}
        where = path.partition("?")[0].removeprefix("/repos/owner/data/")
        page = int((re.search(r"[?&]page=(\d+)", path) or ["", "1"])[1])
        match [method, *where.split("/")]:
            case ["GET", "pulls", number] if int(number) in self.heads:
                return 200, {"head": {"sha": self.heads[int(number)]}}
            case ["GET", "issues", number, "comments"]:
                held = [each for each in self.comments if each["issue"] == int(number)]
                return 200, held[(page - 1) * 100 : page * 100]
            case ["POST", "issues", number, "comments"]:
                self.say(int(number), body["body"])
                return 201, self.comments[-1]
            case ["PATCH", "issues", "comments", number]:
                next(each for each in self.comments if each["id"] == int(number))["body"] = body["body"]
                return 200, {}
            case _:
                return 404, {"message": "Not Found"}

    def say(self, issue: int, body: str, who: str = "github-actions[bot]") -> None:
        """Add a comment."""
        made = {"id": len(self.comments) + 1, "issue": issue, "body": body, "user": {"login": who}}
        self.comments.append(made)

    @property
    def bodies(self) -> list[str]:
        """What the comments say."""
        return [each["body"] for each in self.comments]


@pytest.fixture
def github() -> Iterator[GitHub]:
    known = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            assert self.headers["Authorization"] == "Bearer secret"
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, told = known.answer(self.command, self.path, body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 -- the names that http.server asks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        known.address = f"http://127.0.0.1:{server.server_port}"
        yield known
        server.shutdown()
        thread.join()


@pytest.fixture
def report(runner: Any) -> Path:
    folder: Path = runner.temp / "cstodata-report"
    folder.mkdir()
    (folder / "pull-request.txt").write_text("7\n")
    (folder / "comment.md").write_text(f"{MARKER}\nOne seat changes.\n")
    return folder


@pytest.fixture
def comment(runner: Any, repository: Path, github: GitHub, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the step that comments."""
    monkeypatch.setenv("GITHUB_API_URL", github.address)

    def commented() -> Any:
        done = runner.step(
            ".github/actions/comment/action.yml",
            "Comment",
            cwd=runner.temp,
            github_action_path=str(repository / ".github" / "actions" / "comment"),
            github_event_workflow_run_head_sha=HEAD,
            github_repository="owner/data",
            github_token="secret",  # noqa: S106 -- no secret
        )
        assert done.code == 0, done.log
        assert "Traceback" not in done.log
        return done

    return commented


def test_the_first_comment_is_posted(comment: Any, github: GitHub, report: Path) -> None:
    assert "::warning::" not in comment().log
    assert github.bodies == [f"{MARKER}\nOne seat changes.\n"]


def test_a_comment_without_the_marker_gets_it(comment: Any, github: GitHub, report: Path) -> None:
    (report / "comment.md").write_text("Two seats change.")
    comment()
    assert github.bodies == [f"{MARKER}\nTwo seats change.\n"]


def test_the_comment_of_an_earlier_run_is_updated_wherever_it_stands(
    comment: Any, github: GitHub, report: Path
) -> None:
    github.say(8, f"{MARKER}\nof another one")
    for number in range(150):
        github.say(7, f"talk {number}", who="somebody")
    github.say(7, f"{MARKER}\nbefore")
    comment()
    assert github.bodies[-1] == f"{MARKER}\nOne seat changes.\n"
    assert github.bodies[0] == f"{MARKER}\nof another one"
    assert len(github.comments) == 152


@pytest.mark.parametrize(
    ("package", "marker"),
    [
        (".", MARKER),
        ("datapackage.json", MARKER),
        ("./", MARKER),
        ("more data", "<!-- cstodata: more%20data -->"),
        ("./more/datapackage.json", "<!-- cstodata: more -->"),
        ("a--b>c\n-->@all", "<!-- cstodata: a-%2Db%3Ec%0A-%2D%3E%40all -->"),
    ],
)
def test_each_package_has_its_own_comment(
    comment: Any, github: GitHub, report: Path, package: str, marker: str
) -> None:
    github.say(7, f"{MARKER}\nof the package at the top")
    github.say(7, "<!-- cstodata: another -->\nof another package")
    (report / "package.txt").write_text(f"{package}\n")
    for _ in range(2):
        comment()
    assert github.bodies[1] == "<!-- cstodata: another -->\nof another package"
    assert [body for body in github.bodies if body.startswith(marker)] == [f"{marker}\nOne seat changes.\n"]
    assert len(github.bodies) == (2 if marker == MARKER else 3)


def test_reports_of_several_packages_are_all_commented_on(comment: Any, github: GitHub, report: Path) -> None:
    for name, package in (("cstodata-report", "."), ("cstodata-report-1", "more")):
        folder = report / name
        folder.mkdir()
        (folder / "pull-request.txt").write_text("7\n")
        (folder / "package.txt").write_text(f"{package}\n")
        (folder / "comment.md").write_text(f"{MARKER}\nOf {package}\n")
    (report / "pull-request.txt").unlink()
    comment()
    assert github.bodies == [f"{MARKER}\nOf .\n", "<!-- cstodata: more -->\nOf more\n"]


def test_a_comment_of_somebody_else_with_the_marker_is_left_alone(comment: Any, github: GitHub, report: Path) -> None:
    github.say(7, f"{MARKER}\nmine", who="somebody")
    github.say(7, f"I quote {MARKER}")
    comment()
    assert github.bodies == [f"{MARKER}\nmine", f"I quote {MARKER}", f"{MARKER}\nOne seat changes.\n"]


def test_a_check_that_left_no_comment_changes_none(comment: Any, github: GitHub, report: Path) -> None:
    (report / "comment.md").unlink()
    github.say(7, f"{MARKER}\nbefore")
    assert "nothing to say" in comment().log
    assert github.bodies == [f"{MARKER}\nbefore"]


@pytest.mark.parametrize("content", ["", "\n", f"{MARKER}\n"])
def test_nothing_to_say_makes_no_comment_and_updates_an_old_one(
    comment: Any, github: GitHub, report: Path, content: str
) -> None:
    (report / "comment.md").write_text(content)
    assert "nothing to say" in comment().log
    assert github.bodies == []
    github.say(7, f"{MARKER}\nbefore")
    comment()
    assert github.bodies == [f"{MARKER}\nNo data changes on this branch any more.\n"]


@pytest.mark.parametrize("number", ["8", "9", "0", "-1", "7; echo", "$(echo 7)", "7/../8", "", "7\n8", "٧", "9" * 5000])
def test_a_report_that_names_a_pull_request_that_is_not_its_own_makes_no_comment(
    comment: Any, github: GitHub, report: Path, number: str
) -> None:
    (report / "pull-request.txt").write_text(number)
    assert comment().log.startswith("::warning::No comment was made: ")
    assert github.bodies == []


def test_a_pull_request_that_has_moved_on_gets_no_comment(comment: Any, github: GitHub, report: Path) -> None:
    github.heads[7] = "c" * 40
    assert "is not the head of pull request 7" in comment().log
    assert github.bodies == []


def test_links_in_a_report_are_not_followed(comment: Any, github: GitHub, report: Path) -> None:
    (report / "comment.md").unlink()
    (report / "comment.md").symlink_to("/etc/passwd")
    assert "::warning::" in comment().log
    (report / "pull-request.txt").unlink()
    (report / "pull-request.txt").symlink_to("/etc/passwd")
    assert "no report" in comment().log
    assert github.bodies == []


def test_without_a_report_nothing_happens(comment: Any, github: GitHub) -> None:
    assert comment().log == "There is no report to comment on.\n"


def test_a_github_that_fails_is_a_warning_of_one_line_and_no_red_check(
    comment: Any, github: GitHub, report: Path
) -> None:
    github.broken = True
    log = comment().log
    assert log.startswith("::warning::No comment was made: ")
    assert log.count("\n") == 1
    github.address, github.broken = "http://127.0.0.1:1", False


def test_a_comment_that_is_too_long_is_not_cut_in_the_middle(comment: Any, github: GitHub, report: Path) -> None:
    (report / "comment.md").write_text(MARKER + "é" * 70_000)
    comment()
    assert github.bodies == [f"{MARKER}\nThe comment is too long for GitHub; the report of the run holds it.\n"]


def test_what_is_no_text_is_posted_as_text(comment: Any, github: GitHub, report: Path) -> None:
    (report / "comment.md").write_bytes(b"one \xff seat\n")
    comment()
    assert github.bodies == [f"{MARKER}\none � seat\n"]
