"""Wherever a publisher is killed, readers see a whole state, and running it again completes it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cstodata.publish.feeds import FEEDS, feed
from cstodata.publish.index import read_index
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store
from cstodata.publish.verify import verify_files
from cstodata.publish.yank import yank

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

# Publishes a release and yanks the one before; kills itself at the n-th point and, if it gets so far, says how many
# points there are. In a folder, a point comes before each call by which a file system changes: so also between the
# writing of a file aside and its linking, or renaming, into place. In an object store, it comes before and after each
# request that writes.
CHILD = """
import os, signal, sys
from datetime import date
from pathlib import Path
import obstore
from cstodata.publish import publisher, yank
from cstodata.publish.store import Store
folder, place, fatal = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
points = 0
def point():
    global points
    if points == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    points += 1
def hook(event, arguments):
    if event in {"os.link", "os.rename", "os.remove", "os.mkdir", "os.chmod", "tempfile.mkstemp"}:
        point()
def put(*arguments, **more):
    point()
    done = send(*arguments, **more)
    point()
    return done
send, obstore.put = obstore.put, put
if "://" not in place:
    sys.addaudithook(hook)
store = Store(place)
publisher.publish(folder, store)
yank.yank(store, "1.0.0", reason="wrong", today=date(2026, 3, 1), replaced_by="1.1.0")
print(points)
"""

RACER = """
import sys
from datetime import date
from pathlib import Path
from cstodata.publish.publisher import publish
from cstodata.publish.store import Store
from cstodata.publish.yank import yank
place, what = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
if what == "yank":
    yank(Store(place), "1.0.0", reason="wrong", today=date(2026, 3, 1))
    print("yanked")
else:
    print(publish(Path(what), Store(place)).name)
"""


def child(release: Path, place: str, fatal: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, str(release), place, str(fatal)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def assert_sound(place: str, releases: list[Path], index_schema: Draft202012Validator) -> list[str]:
    """What a reader finds is whole: the index, each version in it, and feeds; returns its versions."""
    store = Store(place)
    found = store.read("index.json")
    assert found is not None
    index_schema.validate(json.loads(found.content))
    versions = [str(each["version"]) for each in read_index(store).versions]
    for version in versions:
        release = releases[int(version.split(".")[1])]
        for path in (path for path in release.rglob("*") if path.is_file()):
            there = store.read(f"v/{version}/{path.relative_to(release).as_posix()}")
            assert there is not None, path
            assert there.content == path.read_bytes(), path
    for path in FEEDS:
        there = store.read(path)
        assert there is None or there.content.endswith(b"</feed>\n")
    return versions


@pytest.mark.parametrize("part", range(3))
def test_a_publisher_that_is_killed_at_any_point_leaves_a_whole_state_and_can_be_run_again(
    place: str, releases: list[Path], part: int, index_schema: Draft202012Validator
) -> None:
    untouched, paths = f"{place}-untouched", ("index.json", *FEEDS)
    publish(releases[0], Store(untouched))
    points = int(child(releases[1], untouched, -1).stdout)
    assert points > 30
    wanted = 10 if "://" not in place else 6
    chosen = [points * (part + 3 * number) // (3 * wanted) for number in range(wanted)]
    seen = Counter[int]()
    for fatal in chosen:
        here = f"{place}-{fatal}"
        publish(releases[0], Store(here))
        assert child(releases[1], here, fatal).returncode == -signal.SIGKILL
        versions = assert_sound(here, releases, index_schema)
        assert versions in (["1.0.0"], ["1.1.0", "1.0.0"])
        seen[len(versions)] += 1
        publish(releases[1], Store(here))
        yank(Store(here), "1.0.0", reason="wrong", today=date(2026, 3, 1), replaced_by="1.1.0")
        assert assert_sound(here, releases, index_schema) == ["1.1.0", "1.0.0"]
        assert [Store(here).read(path) for path in paths] == [Store(untouched).read(path) for path in paths]
        if "://" not in place:
            assert [verify_files(folder) for folder in Path(here, "v").iterdir()] == [(), ()]
    assert seen[1]


def race(place: str, *tasks: str) -> Counter[str]:
    """Do tasks at the same time, each in a process of its own; what they say, counted."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, place, task], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for task in tasks
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = Counter(process.communicate(timeout=120)[0].strip() for process in processes)
    assert all(process.returncode == 0 for process in processes)
    return told


def assert_feeds_fit(place: str) -> None:
    store = Store(place)
    for path in FEEDS:
        there = store.read(path)
        assert there is not None
        assert there.content == feed(read_index(store), path)


def test_eight_publishers_at_once_all_end_in_the_index(
    place: str, releases: list[Path], index_schema: Draft202012Validator
) -> None:
    assert race(place, *map(str, releases)) == {"PUBLISHED": 8}
    assert assert_sound(place, releases, index_schema) == [f"1.{number}.0" for number in reversed(range(8))]
    assert_feeds_fit(place)


def test_publishers_of_the_same_version_and_a_yank_at_once_do_no_harm(
    place: str, releases: list[Path], index_schema: Draft202012Validator
) -> None:
    publish(releases[0], Store(place))
    told = race(place, *(str(releases[number]) for number in (1, 1, 1, 2, 3)), "yank", "yank")
    assert told == {"PUBLISHED": 3, "ALREADY": 2, "yanked": 2}
    assert assert_sound(place, releases, index_schema) == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]
    entry = read_index(Store(place)).entry("1.0.0")
    assert entry is not None
    assert entry["yanked"] == {"reason": "wrong", "date": "2026-03-01", "replaced_by": None}
    assert_feeds_fit(place)
