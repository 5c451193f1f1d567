"""What changed between two versions in a store."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cstodata.package.descriptor import DESCRIPTOR, read_json, read_package
from cstodata.package.paths import named_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cstodata.client.published import Published
    from cstodata.model.change import ChangeSet
    from cstodata.package.descriptor import DataPackage


def changes_between(old: Published, new: Published) -> ChangeSet:
    """What changed from one version to another, cell by cell; raises as `Published.file` does."""
    from cstodata.diff.package import diff_packages

    places = tuple(f"{each.place}@{each.version}" for each in (old, new))
    with _on_disk(old) as before, _on_disk(new) as after:
        return diff_packages(before, after, places=(places[0], places[1]), on_step=new.on_step)


@contextmanager
def _on_disk(version: Published) -> Iterator[DataPackage]:
    """The package of a version in a folder of its own: descriptor, schemas and CSV files."""
    with tempfile.TemporaryDirectory(prefix="cstodata-") as name:
        folder = Path(name)
        shutil.copyfile(version.file(DESCRIPTOR), folder / DESCRIPTOR)
        for file in named_files(folder, read_json(folder / DESCRIPTOR)):
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(version.file(file.relative_to(folder).as_posix()), file)
        yield read_package(folder)
