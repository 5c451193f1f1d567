"""Post a comment on the pull request that a report is about, or update the one that an earlier run has posted.

The environment says what to do: GITHUB_API_URL, TOKEN, REPOSITORY (owner/name), HEAD_SHA (the commit that was checked,
as GitHub says) and REPORT (the folder of the report: `comment.md`, `pull-request.txt` and `package.txt`, which anybody
may have written; or a folder of such folders, one for each package of the repository, each with a comment of its own).

A comment is worth no red check: whatever goes wrong is told as a warning, and the exit code is 0. The standard library
is all that it needs, as it runs where nothing is installed.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

AUTHOR = "github-actions[bot]"
MOST_CHARACTERS = 65_000  # GitHub takes 65,536
NOTHING_LEFT = "No data changes on this branch any more."
TOO_LONG = "The comment is too long for GitHub; the report of the run holds it."

_PAGE = 100
_MOST_PAGES = 100
_TIMEOUT_SECONDS = 30
_MOST_REPORTS = 20
_MARKER = re.compile(r"<!-- cstodata(: [^<>\n]*)? -->")


class NoCommentError(Exception):
    """Why no comment can be made, in a sentence."""


def main(environment: dict[str, str]) -> list[str]:
    """Do it, and return what to say of it."""
    folder = Path(environment["REPORT"])
    reports = [each for each in (folder, *sorted(folder.glob("*/"))) if _is_there(each / "pull-request.txt")]
    told = [comment(environment, each) for each in reports[:_MOST_REPORTS]]
    return told or ["There is no report to comment on."]


def comment(environment: dict[str, str], report: Path) -> str:
    """Comment on one report, and return what to say of it."""
    number, marker = _number(report), _marker(report)
    repository = f"repos/{environment['REPOSITORY']}"

    def ask(method: str, path: str, body: dict[str, str] | None = None) -> Any:
        return _ask(environment, method, f"{repository}/{path}", body)

    # The number comes from a stranger. It is theirs only if what was checked is the head of that pull request.
    if ask("GET", f"pulls/{number}")["head"]["sha"] != environment["HEAD_SHA"]:
        raise NoCommentError(
            f"the commit that was checked is not the head of pull request {number}, perhaps not any more"
        )
    earlier = _earlier(ask, number, marker)
    text = _text(report / "comment.md", marker, is_update=earlier is not None)
    if text is None:
        return "There is nothing to say."
    if earlier is None:
        ask("POST", f"issues/{number}/comments", {"body": text})
    elif earlier["body"] != text:
        ask("PATCH", f"issues/comments/{int(earlier['id'])}", {"body": text})
    return f"The comment stands on pull request {number}."


def _is_there(path: Path) -> bool:
    """Whether a file is there; a link may lead anywhere."""
    return not path.parent.is_symlink() and not path.is_symlink() and path.is_file()


def _marker(report: Path) -> str:
    """The line by which the comment of a package is found again, as `cstodata ci` writes it, too."""
    path = report / "package.txt"
    if not _is_there(path):
        return "<!-- cstodata -->"
    with path.open("rb") as file:
        told = PurePosixPath(file.read(1000).decode(errors="replace").strip())
    package = (told.parent if told.suffix == ".json" else told).as_posix().removeprefix("./")
    return "<!-- cstodata -->" if package == "." else f"<!-- cstodata: {quote(package).replace('--', '-%2D')} -->"


def _number(report: Path) -> int:
    """The number of the pull request that a report names."""
    with (report / "pull-request.txt").open("rb") as file:
        found = re.fullmatch(rb"([1-9][0-9]{0,9})\n?", file.read(20))
    if found is None:
        raise NoCommentError("the report names no pull request")
    return int(found[1])


def _earlier(ask: Any, number: int, marker: str) -> Any:
    """The first comment of an earlier run; None if there is none."""
    for page in range(1, _MOST_PAGES + 1):
        comments = ask("GET", f"issues/{number}/comments?per_page={_PAGE}&page={page}")
        for each in comments:
            if each["user"]["login"] == AUTHOR and each["body"].startswith(marker):
                return each
        if len(comments) < _PAGE:
            break
    return None


def _text(path: Path, marker: str, *, is_update: bool) -> str | None:
    """What to post; None for nothing."""
    if path.is_symlink():
        raise NoCommentError("the comment of the report is a link")
    if not path.is_file():  # the check did not get that far, so nothing is known
        return None
    text = path.read_bytes()[: 8 * MOST_CHARACTERS].decode(errors="replace").strip()
    if found := _MARKER.match(text):
        text = text[found.end() :].strip()
    if not text:
        text = NOTHING_LEFT if is_update else ""
    if len(text) + len(marker) >= MOST_CHARACTERS:
        text = TOO_LONG
    return f"{marker}\n{text}\n" if text else None


def _ask(environment: dict[str, str], method: str, path: str, body: dict[str, str] | None) -> Any:
    """What GitHub answers."""
    request = urllib.request.Request(  # noqa: S310 -- the runner says where its GitHub is
        f"{environment['GITHUB_API_URL']}/{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {environment['TOKEN']}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 -- the same
        return json.load(answer)


if __name__ == "__main__":
    try:
        print("\n".join(main(dict(os.environ))))
    except Exception as error:  # noqa: BLE001 -- whatever it is, the check stays as it is
        # One line, in which nothing can be taken for a command.
        told = "".join(each for each in f"{type(error).__name__}: {error}" if each.isprintable())[:300]
        print(f"::warning::No comment was made: {told.replace('%', '%25')}")
    sys.exit(0)
