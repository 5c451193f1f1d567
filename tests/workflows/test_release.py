"""What a tag sets off: the check of the tag, the files that people download, the release on GitHub."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cstodata.cli.main import run

if TYPE_CHECKING:
    from pathlib import Path

# It keeps the state of one release in a file beside it, and refuses what GitHub refuses.
GH = """
import json, sys
from pathlib import Path

state = Path(__file__).with_name("state.json")
release = json.loads(state.read_text()) if state.exists() else None
arguments = sys.argv[1:]
assert arguments.pop(0) == "release"
verb, tag = arguments[:2]
files = [each for each in arguments[2:] if each.startswith("build/")]
if verb == "create":
    assert release is None and "--draft" in arguments and "--verify-tag" in arguments
    assert Path(arguments[arguments.index("--notes-file") + 1]).is_file()
    release = {"tag": tag, "isDraft": True, "files": []}
elif release is None:
    sys.exit("release not found")
elif verb == "view":
    print(json.dumps(release["isDraft"]))
elif verb == "upload":
    assert release["isDraft"], "a release that is published cannot be changed"
    release["files"] = sorted({*release["files"], *(Path(each).name for each in files if Path(each).is_file())})
elif verb == "edit":
    assert "--draft=false" in arguments
    release["isDraft"] = False
state.write_text(json.dumps(release))
"""


@pytest.fixture
def clone(dataset: Path, repository: Path) -> Path:
    """The dataset, with the scripts of the repository, where a workflow has them."""
    (dataset / ".github").symlink_to(repository / ".github")
    return dataset


def step(runner: Any, name: str, clone: Path, tag: str) -> Any:
    context = {"github_ref_name": tag, "github_token": "secret", "github_repository": "owner/data"}
    return runner.step(".github/workflows/release.yml", name, cwd=clone, **context)


def test_the_tag_of_the_version_passes(runner: Any, clone: Path) -> None:
    assert step(runner, "Check that the tag is the version", clone, "v1.1.0").code == 0


@pytest.mark.parametrize("tag", ["v1.0.0", "1.1.0", "v1.1.0-rc.1", "v1*", "v", "v1.1.0; touch x", "$(id)"])
def test_another_tag_stops_the_release(runner: Any, clone: Path, tag: str) -> None:
    done = step(runner, "Check that the tag is the version", clone, tag)
    assert done.code == 1
    assert f"::error file=datapackage.json::The tag says {tag}, the version of the package is 1.1.0" in done.log


@pytest.fixture
def built(clone: Path, repository: Path) -> Path:
    """A clone in which the two versions were released, and a wheel built."""
    output = str(clone / "build" / "release")
    assert run(["release", str(repository / "history" / "1.0.0"), "--output", output, "--allow-dirty"], debug=True) == 0
    previous = ["--previous", f"{output}/v/1.0.0"]
    assert run(["release", str(clone), "--output", output, *previous, "--allow-dirty"], debug=True) == 0
    (clone / "dist").mkdir()
    (clone / "dist" / "cstodata-0.1.0-py3-none-any.whl").write_bytes(b"wheel")
    return clone


def test_a_release_is_drafted_filled_and_published_once(runner: Any, built: Path) -> None:
    gathered = step(runner, "Gather what people download", built, "v1.1.0")
    assert gathered.code == 0, gathered.log
    program = runner.program("gh", GH)
    published = step(runner, "Draft, upload, publish", built, "v1.1.0")
    assert published.code == 0, published.log
    state = json.loads(program.with_name("state.json").read_text())
    names = ["SHA256SUMS", "changes.md", "csto-pa-1.1.0.zip", "cstodata-0.1.0-py3-none-any.whl", "release.json"]
    assert state == {"tag": "v1.1.0", "isDraft": False, "files": names}
    assert "published already" in step(runner, "Draft, upload, publish", built, "v1.1.0").log
    state |= {"isDraft": True, "files": ["SHA256SUMS"]}  # as a run leaves it that was stopped
    program.with_name("state.json").write_text(json.dumps(state))
    assert step(runner, "Draft, upload, publish", built, "v1.1.0").code == 0
    assert json.loads(program.with_name("state.json").read_text())["files"] == names
