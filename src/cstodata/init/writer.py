"""Putting a new repository where it belongs: all of it, or nothing."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.errors import InitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.init.plan import InitPlan

_MAY_BE_THERE = frozenset({".git"})


def check_target(target: Path) -> None:
    """Make sure that nothing is in the way: the folder is not there, or it holds a git repository at most.

    Raises:
        InitError: Something is.
    """
    if target.is_dir():
        held = sorted({each.name for each in target.iterdir()} - _MAY_BE_THERE)
        if held:
            raise InitError(str(target), why=f"the folder is not empty, it holds {held[0]}; name another one")
    elif target.exists() or target.is_symlink():
        raise InitError(str(target), why="it is there, and no folder; name another one")


@contextmanager
def staged(plan: InitPlan, target: Path) -> Iterator[Path]:
    """The files of a plan in a folder aside, which go to their place when the block ends without an error.

    Args:
        plan: What to write.
        target: The folder; what it may hold, `check_target` says.

    Yields:
        The folder aside.

    Raises:
        InitError: Something is in the way.
        OSError: It cannot be written.
    """
    check_target(target)
    parent = target if target.is_dir() else _existing(target)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".cstodata.") as aside:
        folder = Path(aside, "new")
        for path, content in plan.files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        yield folder
        _move(folder, target)


def _existing(target: Path) -> Path:
    """The nearest folder above that is there."""
    return next(each for each in target.absolute().parents if each.is_dir())


def _move(folder: Path, target: Path) -> None:
    """Move what is in a folder to another; what was moved goes away again if anything cannot be."""
    made = [each for each in (target, *target.absolute().parents) if not each.exists()]
    moved: list[Path] = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        for each in sorted(folder.iterdir()):
            _move_one(each, target / each.name)
            moved.append(target / each.name)
    except BaseException:
        for place in moved:
            shutil.rmtree(place) if place.is_dir() else place.unlink()
        for each in made:
            if each.is_dir():
                each.rmdir()
        raise


def _move_one(each: Path, place: Path) -> None:
    if place.exists() or place.is_symlink():
        raise InitError(str(place), why="it is there meanwhile, and nothing is overwritten")
    each.rename(place)
