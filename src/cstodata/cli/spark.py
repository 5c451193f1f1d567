"""A Spark session that lasts as long as a command."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.spark.engine import SparkEngine


@contextmanager
def spark_engine(master: str | None, remote: str | None, files: str | None) -> Iterator[SparkEngine]:
    """Spark as an engine: a session that is started here, and stopped in the end.

    Args:
        master: Address of a cluster; None for this machine, or for `remote`.
        remote: Address of a Spark Connect server.
        files: Where executors find the folder of the package; None for its path here.

    Raises:
        SparkError: No session can be started.
    """
    from cstodata.spark.engine import SparkEngine
    from cstodata.spark.session import start_session

    if master is None or master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # where cstodata is
    with _silent_children():
        session = start_session(master=master, remote=remote)
    try:
        yield SparkEngine(session, files=files)
    finally:
        session.stop()


@contextmanager
def _silent_children() -> Iterator[None]:
    """What is started within it says nothing on the terminal: Java logs there from its first moment on."""
    sys.stderr.flush()
    terminal = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
