"""A release as one zip file: the same files give the same bytes."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cstodata.package.digest import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NOT_INSIDE = frozenset({"SHA256SUMS", "SHA256SUMS.sig", "registry.txt"})
"""Files of a release that tell of the zip file, and so cannot be in it."""

_FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""Before it, the format knows none."""

_MODE = 0o644 << 16
_UNIX = 3


def write_archive(folder: Path, names: Iterable[str], archive: Path, *, created: str | None) -> None:
    """Write files into a zip file, below a folder of the archive's own name, sorted, all with one date and mode.

    Args:
        folder: The folder that the names are relative to.
        names: The files.
        archive: The file to write.
        created: Their date, RFC 3339 in UTC; None for the first that the format knows.
    """
    date = _FIRST_DATE
    if created is not None:
        date = max(_FIRST_DATE, datetime.fromisoformat(created).astimezone(UTC).timetuple()[:6])
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name in sorted(names):
            entry = zipfile.ZipInfo(f"{archive.stem}/{name}", date)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            # Parquet is compressed already.
            stored = PurePosixPath(name).suffix == ".parquet"
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.file_size = (folder / name).stat().st_size
            with (folder / name).open("rb") as source, zipped.open(entry, "w") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)


def is_archive_of(folder: Path, archive: Path) -> bool:
    """Whether a zip file holds the files of a release, all of them and no others, with their bytes.

    Args:
        folder: The folder of the version.
        archive: A zip file, which need not be trusted.
    """
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    expected = {f"{archive.stem}/{name}": path for name, path in files.items() if name not in NOT_INSIDE}
    expected.pop(f"{archive.stem}/{archive.name}", None)
    try:
        with zipfile.ZipFile(archive) as zipped:
            entries = zipped.infolist()
            if sorted(entry.filename for entry in entries) != sorted(expected):
                return False
            return all(_is_same(zipped, entry, expected[entry.filename]) for entry in entries)
    except (OSError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return False


def _is_same(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, file: Path) -> bool:
    size = file.stat().st_size
    if entry.file_size != size:  # what is larger than it says is not read on
        return False
    with zipped.open(entry) as content:
        digest = hashlib.sha256()
        while piece := content.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest() == sha256_of_file(file)
