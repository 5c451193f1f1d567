"""A Spark session for one command."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Final

from cstodata.errors import SparkError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyspark.sql import SparkSession

_CONNECT_PORT: Final = 15002
_PATIENCE_SECONDS: Final = 10
_QUIETLY: Final = {
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
_ON_THIS_MACHINE: Final = {
    "spark.ui.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    # Java is not asked for much, and not for long: to compile less saves a tenth of the processors' time.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "8",  # 200, which Spark takes by default, are for clusters
}


def start_session(
    *, master: str | None = None, remote: str | None = None, said: Callable[[], str] = str
) -> SparkSession:
    """A new session; whoever starts it stops it.

    Args:
        master: Address of a cluster, such as `yarn` or `spark://host:7077`, or `local[2]`; None for this
            machine.
        remote: Address of a Spark Connect server, such as `sc://host`, instead.
        said: Gives what Java has written to standard error; nothing where nobody knows.

    Raises:
        SparkError: PySpark is not installed, or there is no Java, or no cluster.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkError("PySpark is not installed; install cstodata[spark]") from error
    _check_answers(master, remote)
    builder = SparkSession.builder.appName("cstodata")
    if remote is not None:
        builder = builder.remote(remote)
    else:
        address = master or "local[*]"
        builder = builder.master(address).config(map=dict(_QUIETLY))
        if address.startswith("local"):
            builder = builder.config(map=dict(_ON_THIS_MACHINE))
    try:
        session: SparkSession = builder.getOrCreate()
        session.range(1).count()  # a remote session is connected when it is asked, not before
    except PySparkException as error:
        if error.getErrorClass() == "JAVA_GATEWAY_EXITED":
            raise SparkError(_why_ended(said())) from error
        raise SparkError(f"no session can be started ({str(error).partition(chr(10))[0]})") from error
    except Exception as error:  # what Java throws is of many kinds
        raise SparkError(f"no session can be started ({_innermost(error).partition(chr(10))[0]})") from error
    return session


def _check_answers(master: str | None, remote: str | None) -> None:
    """Make sure that somebody is there: Spark would wait for minutes, and not say then that nobody was."""
    host = r"(\[[^]]+\]|[^][,/:;]+)"
    cluster = re.findall(rf"{host}:([0-9]+)(?:,|$)", master) if master and master.startswith("spark://") else []
    server = re.findall(rf"^sc://{host}(?::([0-9]+))?", remote or "")
    why: OSError | None = None
    for name, port in cluster or server:
        try:
            socket.create_connection((name.strip("[]"), int(port or _CONNECT_PORT)), timeout=_PATIENCE_SECONDS).close()
        except ConnectionRefusedError as error:
            why = error
        except OSError as error:
            if server:
                return  # a proxy may find it
            why = error
        else:
            return
    if why:
        raise SparkError(f"nobody answers at {remote or master} ({why.strerror or why})")


def _why_ended(said: str) -> str:
    """Why Java has ended before there was a session."""
    failed = re.search(r'^Exception in thread "main" ([\w.]+): (.+)', said, re.MULTILINE)
    if failed is None or failed[1].endswith("UnsupportedClassVersionError"):
        return "it needs Java, and finds none; install Java 17 or newer, or set JAVA_HOME"
    return f"no session can be started ({failed[2]})"


def _innermost(error: Exception) -> str:
    """What Java said was the cause of an error; the error itself, if it is none of Java's."""
    thrown = getattr(error, "java_exception", None)
    while thrown is not None and thrown.getCause() is not None:
        thrown = thrown.getCause()
    return str(error if thrown is None else thrown.getMessage())
