"""A release as one zip file: the same files give the same bytes."""

from __future__ import annotations

import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

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
