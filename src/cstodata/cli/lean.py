"""Libraries, imported without others that they import only because these are installed."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

import click

from cstodata.package.descriptor import locate, read_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import ModuleType

_NOT_NEEDED = frozenset({"hypothesis", "pandas", "polars", "pyspark", "wcwidth"})


class _NotInstalled(MetaPathFinder):
    """Finds that some libraries are not there, and nothing else."""

    def find_spec(self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None, /) -> None:
        if fullname in _NOT_NEEDED:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def import_lean(package: Path, *, with_rules: bool) -> None:
    """Import Arrow, Frictionless, and Pandera if there are rules to apply, without what they can do without.

    Arrow imports pandas with the first list that it is given, to see whether that is one of its objects; Pandera
    imports all that it can check, and Frictionless what draws tables on terminals. That takes a second or more. Arrow
    looks only once, and imports pandas all the same for what needs it; Pandera does not, so this is only for a process
    that is nobody else's.

    Args:
        package: What is to be checked.
        with_rules: Whether there are rules to apply.

    Raises:
        PackageNotFoundError: There is no package, which is told before anything heavy is imported.
        DescriptorError: Its descriptor cannot be read, which is too.
    """
    if not click.get_current_context().find_root().obj:
        return
    read_json(locate(package))
    blind = _NotInstalled()
    sys.meta_path.insert(0, blind)
    try:
        import frictionless  # noqa: F401 -- it stays imported
        import pyarrow as pa

        pa.array([])
        if with_rules:
            import pandera.pyarrow as pandera

            # What checks a table is imported with the first one.
            pandera.DataFrameSchema().validate(pa.table({"none": pa.nulls(0)}))
    finally:
        sys.meta_path.remove(blind)
