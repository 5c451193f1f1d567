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

# Publishes a release and yanks the one before, in a process for each pair of a store and a fatal point: there it kills
# itself. For each it says how the process ended, and how many points it passed if it was not killed. In a folder, a
# point comes before each call by which a file system changes: so also between the writing of a file aside and its
# linking, or renaming, into place. In an object store, it comes before and after each request that writes.
CHILD = """
import os, signal, sys
from datetime import date
from pathlib import Path
import obstore
from cstodata.publish import publisher, yank
from cstodata.publish.store import Store
folder, tasks, points, fatal = Path(sys.argv[1]), sys.argv[2:], 0, -1
def point():
    global points
    if points == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
    points += 1
def hook(event, arguments):
    if is_folder and event in {"os.link", "os.rename", "os.remove", "os.mkdir", "os.chmod", "tempfile.mkstemp"}:
        point()
def put(*arguments, **more):
    point()
    done = send(*arguments, **more)
    point()
    return done
send, obstore.put, is_folder = obstore.put, put, False
sys.addaudithook(hook)
for place, number in zip(tasks[::2], tasks[1::2]):
    if process := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
        continue
    fatal, is_folder = int(number), "://" not in place
    publisher.publish(folder, Store(place))
    yank.yank(Store(place), "1.0.0", reason="wrong", today=date(2026, 3, 1), replaced_by="1.1.0")
    print(points, flush=True)
    os._exit(0)
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


def child(release: Path, tasks: dict[str, int]) -> list[int]:
    """Publish to stores, and be killed at the point given with each; what the processes said."""
    words = [word for place, fatal in tasks.items() for word in (place, str(fatal))]
    command = [sys.executable, "-c", CHILD, str(release), *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return [int(line) for line in done.stdout.split()]


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
    for name in FEEDS:
        there = store.read(name)
        assert there is None or there.content.endswith(b"</feed>\n")
    return versions


@pytest.mark.parametrize("part", range(3))
def test_a_publisher_that_is_killed_at_any_point_leaves_a_whole_state_and_can_be_run_again(
    place: str, releases: list[Path], part: int, index_schema: Draft202012Validator
) -> None:
    untouched, paths = f"{place}-untouched", ("index.json", *FEEDS)
    publish(releases[0], Store(untouched))
    points, code = child(releases[1], {untouched: -1})
    assert points > 30
    assert code == 0
    wanted = 10 if "://" not in place else 6
    tasks = {
        f"{place}-{fatal}": fatal for fatal in (points * (part + 3 * each) // (3 * wanted) for each in range(wanted))
    }
    for here in tasks:
        publish(releases[0], Store(here))
    assert child(releases[1], tasks) == [-signal.SIGKILL] * wanted
    seen = Counter[int]()
    for here in tasks:
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
