"""A Spark session that lasts as long as a command, and the options that say where Spark is."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cstodata.spark.engine import SparkEngine


def spark_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--master` and `--remote`."""
    master = click.option("--master", metavar="URL", help="Cluster for --engine spark.  [default: this machine]")
    remote = click.option("--remote", metavar="URL", help="Spark Connect server for --engine spark.")
    return master(remote(command))


def check_spark_options(engine: str, master: str | None, remote: str | None, *others: object) -> None:
    """Make sure that all options about Spark are given with it, and that they say only once where it is.

    Raises:
        click.UsageError: They do not.
    """
    if engine != "spark" and any((master, remote, *others)):
        raise click.UsageError("--master, --remote, --checkpoints and --spark-files are for --engine spark.")
    if master and remote:
        raise click.UsageError("--master and --remote both tell where Spark is: it is one of them.")


@contextmanager
def spark_engine(
    master: str | None, remote: str | None, *, files: str | None = None, checkpoints: Path | None = None
) -> Iterator[SparkEngine]:
    """Spark as an engine: a session that is started here, and stopped in the end.

    Args:
        master: Address of a cluster; None for this machine, or for `remote`.
        remote: Address of a Spark Connect server.
        files: Where executors find the folder of the package; None for its path here.
        checkpoints: Where what jobs tell is kept; None if it is not.

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
        yield SparkEngine(session, files=files, checkpoints=checkpoints)
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
