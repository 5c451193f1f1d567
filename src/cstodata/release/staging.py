"""A folder to build in, aside from what is built already.

It always has the same name, and whoever builds holds the lock beside it. So what is there was left by a process that
was killed, and is taken away by the next one; two at once build one after the other.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from cstodata.model.progress import unheard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cstodata.model.progress import OnStep

_ASIDE = ".cstodata"


@contextmanager
def staging(output: Path, name: str, *, on_step: OnStep = unheard) -> Iterator[Path]:
    """An empty folder, which goes away with all that is still in it.

    Args:
        output: The folder that holds all releases, on whose file system it is; it is created.
        name: What it is called.
        on_step: Called once if another process builds there, which is waited for.

    Yields:
        The folder, which may be moved elsewhere.

    Raises:
        OSError: It cannot be made.
    """
    aside = output / _ASIDE
    aside.mkdir(parents=True, exist_ok=True)
    lock = FileLock(aside / "release.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        on_step("when another release is there", 0)
        lock.acquire()
    folder = aside / name
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
