"""An object store as a store: it keeps the preconditions itself, `If-None-Match: *` and `If-Match: <etag>` on S3.

A store that ignores them would let two publishers overwrite each other; S3, Google and Azure do keep them.
"""

from __future__ import annotations

import re
from datetime import timedelta
from mmap import ACCESS_READ, mmap
from typing import TYPE_CHECKING, Any, Final

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import from_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

IMMUTABLE = "public, max-age=31536000, immutable"
"""How long caches may keep what is written once."""

MUTABLE = "public, max-age=60"
"""The same for what is replaced."""

UNREACHABLE: Final = "it cannot be reached"
"""How the sentence of an error begins if nobody answered."""

ERRORS: Final = (BaseError, OSError, ValueError, NotImplementedError)
"""What a call to an object store may raise."""

_MISSING = (NotFoundError, FileNotFoundError)
_TAKEN = (AlreadyExistsError, FileExistsError, PreconditionError)
_NO_BUCKET = re.compile(r"NoSuchBucket|ContainerNotFound|bucket does not exist", re.IGNORECASE)
_ANSWER = re.compile(r"<Code>([^<]{1,100})</Code>(?:\s*<Message>([^<]{1,300})</Message>)?")
_METADATA_SERVICE = "169.254.169.254"
_PIECE = 1024 * 1024

# Whoever asks what is there learns within seconds that nobody answers, and may read for as long as something comes. An
# upload may take its time, and nothing comes meanwhile. The library's own limit, 30 seconds a request, would end the
# upload of any large file.
_CLIENT: Final = {"connect_timeout": timedelta(seconds=4), "timeout": timedelta(days=1), "allow_http": True}
_HASTY: Final[dict[str, Any]] = {
    "client_options": {**_CLIENT, "read_timeout": timedelta(seconds=12)},
    "retry_config": {"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
}
_PATIENT: Final[dict[str, Any]] = {"client_options": _CLIENT}


class Bucket:
    """A bucket or container, or a part of one; paths are relative to it."""

    def __init__(self, address: str) -> None:
        """Choose an address such as `s3://bucket/prefix`; credentials are looked for where its own programs do.

        Plain HTTP is allowed: only who names an endpoint of his own gets it, and he wrote the scheme.
        """
        self._store: Any = from_url(address, **_HASTY)
        self._uploads: Any = from_url(address, **_PATIENT)

    def read(self, path: str) -> tuple[bytes, str] | None:
        """The bytes of an object, and its ETag; None if there is none."""
        found = self._get(path)
        return None if found is None else (bytes(found.bytes()), str(found.meta["e_tag"]))

    def size(self, path: str) -> int | None:
        """Bytes that an object has; None if there is none."""
        found = self._get(path)
        return None if found is None else int(found.meta["size"])

    def pieces(self, path: str, *, offset: int = 0) -> Iterator[bytes]:
        """The bytes of an object from an offset on, piece by piece."""
        found = self._get(path, {"range": {"offset": offset}} if offset else None)
        if found is not None:
            yield from (bytes(piece) for piece in found.stream(min_chunk_size=_PIECE))

    def create(self, path: str, file: Path, *, media_type: str) -> bool:
        """Upload a file to where nothing stands yet; whether it was.

        It goes in one request: the library has no multipart upload with a precondition, and S3 takes 5 GiB so. The file
        is mapped and not read, so it takes no memory that the system could not have back.
        """
        attributes = {"Content-Type": media_type, "Cache-Control": IMMUTABLE}
        with file.open("rb") as opened:
            content = mmap(opened.fileno(), 0, access=ACCESS_READ) if file.stat().st_size else b""
        try:
            obstore.put(self._uploads, path, content, attributes=attributes, mode="create", use_multipart=False)
        except _TAKEN:
            return False
        return True

    def replace(self, path: str, content: bytes, *, media_type: str, expected: str | None) -> bool:
        """Write an object if what stands there is still what was read; whether it was."""
        attributes = {"Content-Type": media_type, "Cache-Control": MUTABLE}
        mode: Any = "create" if expected is None else {"e_tag": expected}
        try:
            obstore.put(self._store, path, content, attributes=attributes, mode=mode, use_multipart=False)
        except _TAKEN:
            return False
        return True

    def list(self, prefix: str) -> Iterator[str]:
        """All paths that begin with a folder."""
        for batch in obstore.list(self._store, prefix=prefix):
            yield from (str(each["path"]) for each in batch)

    def _get(self, path: str, options: Any = None) -> Any:
        try:
            return obstore.get(self._store, path, options=options)
        except _MISSING as error:
            if _NO_BUCKET.search(str(error)):
                raise
            return None


def sentence(error: Exception) -> str:
    """What an object store's error means, in one sentence; its own text goes on for pages."""
    text = str(error)
    answer = _ANSWER.search(text)
    said = " ".join(part for part in answer.groups() if part) if answer else ""
    if _NO_BUCKET.search(text):
        return "there is no such bucket"
    if _METADATA_SERVICE in text:
        return "no credentials were found; set them as the store's own programs want them, such as AWS_ACCESS_KEY_ID"
    if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
        return f"access is denied, look at the credentials{said and f': {said}'}"
    first = text.partition("\n")[0]
    if said or "HTTP error" not in first:
        return said or first
    return f"{UNREACHABLE}: {first.rpartition('HTTP error: ')[2]}"
