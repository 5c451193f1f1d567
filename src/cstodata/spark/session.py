"""A Spark session for one command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cstodata.errors import SparkError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

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


def start_session(*, master: str | None = None, remote: str | None = None) -> SparkSession:
    """A new session; whoever starts it stops it.

    Args:
        master: Address of a cluster, such as `yarn` or `spark://host:7077`, or `local[2]`; None for this
            machine.
        remote: Address of a Spark Connect server, such as `sc://host`, instead.

    Raises:
        SparkError: PySpark is not installed, or there is no Java, or no cluster.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkError("PySpark is not installed; install cstodata[spark]") from error
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
            raise SparkError("it needs Java, and finds none; install Java 17 or newer, or set JAVA_HOME") from error
        raise SparkError(f"no session can be started ({str(error).partition(chr(10))[0]})") from error
    except Exception as error:  # what Java throws is of many kinds
        raise SparkError(f"no session can be started ({str(error).partition(chr(10))[0]})") from error
    return session
