"""The copy of the dataset that comes with cstodata."""

from __future__ import annotations

from pathlib import Path

from cstodata.package.descriptor import DESCRIPTOR


def bundled_package() -> Path:
    """The descriptor of the bundled dataset: in the wheel beside this code, in a checkout at its top."""
    package = Path(__file__).parents[1]
    wheel, checkout = package / "dataset" / DESCRIPTOR, package.parents[1] / DESCRIPTOR
    return wheel if wheel.is_file() else checkout
