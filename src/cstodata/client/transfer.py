"""Fetching one file: pooch tries again, waits between, checks the digest and moves the file into place.

What pooch cannot is to go on where a file broke off: it throws away what it has. So what is received stands in a file
`.part` beside the target, which the next attempt, or the next process, goes on with.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import get_ident
from typing import TYPE_CHECKING

from cstodata.client.sink import Sink
from cstodata.client.web_errors import told
from cstodata.errors import NotVerifiedError, StoreError
from cstodata.model.progress import unheard
from cstodata.package.digest import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from logging import Logger, LogRecord
    from pathlib import Path

    from cstodata.client.manifest import File
    from cstodata.client.source import Source
    from cstodata.model.progress import OnStep

MAX_BYTES = 64 * 1024 * 1024
"""Of a file whose size nobody says: a list, or a description."""


class UnlikeError(ValueError):
    """What came is not what was asked for, and may be next time: pooch tries again after a `ValueError`."""


def fetch(source: Source, file: File, target: Path, *, folder: str, on_step: OnStep = unheard) -> None:
    """Bring a file to its place, if it is what it should be; whoever else does the same must be kept away.

    Args:
        source: Where from.
        file: What, and what it must be.
        target: Where to; the folders above it are made.
        folder: Where it stands in the store, such as `v/1.0.0/`.
        on_step: Called with its path, and the share of it that is there.

    Raises:
        StoreError: It cannot be read.
        NotVerifiedError: It is not what it should be.
    """
    limit, part = MAX_BYTES if file.bytes is None else file.bytes, target.with_name(f"{target.name}.part")

    def download(_address: str, output: str, _pooch: object) -> None:
        with part.open("ab") as opened:
            sink = Sink(
                opened,
                limit=limit,
                place=source.place,
                path=file.path,
                on_bytes=lambda there: on_step(file.path, there / limit if limit else 1),
            )
            if file.bytes is None:
                sink.restart()
            begin = sink.size
            if begin < limit or not limit:
                source.receive(folder + file.path, sink)
        _judge(source, file, part, is_resumed=begin > 0)
        part.replace(output)

    address, path = source.address(folder + file.path), folder + file.path
    ask(address, target, download, place=source.place, path=path, retries=source.retries, sha256=file.sha256)


def _judge(source: Source, file: File, part: Path, *, is_resumed: bool) -> None:
    """Make sure that what was received is what was asked for; what was joined from two answers gets another chance."""
    size = part.stat().st_size
    if file.bytes is not None and size < file.bytes:
        raise UnlikeError(f"{file.path} has {size:,} bytes, not {file.bytes:,}")
    if sha256_of_file(part) == file.sha256:
        return
    part.unlink()
    if is_resumed:
        raise UnlikeError(f"{file.path} has another digest than was published")
    raise NotVerifiedError(source.place, why=f"{file.path} has another digest than was published")


def ask(
    address: str,
    target: Path,
    download: Callable[[str, str, object], None],
    *,
    place: str,
    path: str,
    retries: int,
    sha256: str | None = None,
) -> None:
    """Let pooch fetch a file.

    Args:
        address: Where it stands.
        target: Where it goes.
        download: Fetches it once, from an address into a file; a downloader in pooch's words.
        place: The store, for errors.
        path: The file in it, for errors.
        retries: How often to ask again.
        sha256: What digest it must have; None for any.

    Raises:
        StoreError: It cannot be read.
        NotVerifiedError: It is not what it should be.
    """
    import pooch
    from requests import RequestException

    one = pooch.create(
        path=target.parent,
        base_url="",
        registry={target.name: sha256 and f"sha256:{sha256}"},
        urls={target.name: address},
        retry_if_failed=retries,
    )
    try:
        with _quiet(pooch.get_logger()):
            one.fetch(target.name, downloader=download)
    except RequestException as error:
        raise told(error, place, path) from error
    except UnlikeError as error:
        raise NotVerifiedError(place, why=str(error)) from error
    except ValueError as error:  # of a header, or of an address that it leads to
        raise StoreError(place, why=f"{path}: the answer cannot be understood ({error})") from error


@contextmanager
def _quiet(logger: Logger) -> Iterator[None]:
    """Keep pooch from writing to standard error what it does, in this thread."""
    here = get_ident()

    def is_of_others(record: LogRecord) -> bool:
        return record.thread != here

    logger.addFilter(is_of_others)
    try:
        yield
    finally:
        logger.removeFilter(is_of_others)
