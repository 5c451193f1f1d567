"""A Spark session that lasts as long as a command, and the options that say where Spark is."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, TextIO

import click

from cstodata.cli.options import waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

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
    with (
        _silent_children() as (terminal, said),
        waiting(f"Starting Spark at {remote or master or 'local[*]'}", terminal),
    ):
        session = start_session(master=master, remote=remote, said=said)
    try:
        yield SparkEngine(session, files=files, checkpoints=checkpoints)
    finally:
        session.stop()


@contextmanager
def _silent_children() -> Iterator[tuple[TextIO, Callable[[], str]]]:
    """What is started within it says nothing on the terminal: Java logs there from its first moment on.

    Yields:
        Standard error as it was, and what gives what was said.
    """
    sys.stderr.flush()
    with os.fdopen(os.dup(2), "w") as terminal, TemporaryFile() as words:

        def said() -> str:
            words.seek(0)
            return words.read().decode(errors="replace")

        os.dup2(words.fileno(), 2)
        try:
            yield terminal, said
        finally:
            os.dup2(terminal.fileno(), 2)
