"""Loading a table of the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cstodata.package.bundled import bundled_package
from cstodata.package.descriptor import read_package
from cstodata.package.tables import read_table

if TYPE_CHECKING:
    import pyarrow as pa


def load_bundled(resource: str) -> pa.Table:
    """A table of the copy of the dataset that comes with cstodata, typed by its schema.

    Raises:
        UnknownNameError: The dataset has no such resource.
    """
    package = read_package(bundled_package())
    return read_table(package, package.resource(resource))
