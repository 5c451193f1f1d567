"""The copy of the dataset that comes with cstodata, as a release: its tables are CSV files, and it has one version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cstodata.client.manifest import File
from cstodata.client.versions import choose
from cstodata.errors import ClientError, UnknownNameError
from cstodata.package.bundled import bundled_package
from cstodata.package.descriptor import read_package
from cstodata.package.digest import sha256_of_file
from cstodata.package.paths import resolve
from cstodata.package.tables import read_table

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from cstodata.errors import CstodataWarning
    from cstodata.model.json import JsonObject
    from cstodata.package.descriptor import DataPackage

PLACE = "the copy that comes with cstodata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """The copy, as it stands on disk."""

    package: DataPackage
    notices: tuple[CstodataWarning, ...] = ()

    @property
    def version(self) -> str:
        """The version."""
        return str(self.package.descriptor["version"])

    @property
    def place(self) -> str:
        """What to call it."""
        return PLACE

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables."""
        return tuple(each.name for each in self.package.resources)

    def table(self, resource: str) -> pa.Table:
        """A table, typed by its schema.

        Raises:
            UnknownNameError: There is no such table.
        """
        return read_table(self.package, self.package.resource(resource))

    def citation(self) -> JsonObject:
        """How to cite it, as `CITATION.cff` would."""
        from cstodata.release.documents.about import about
        from cstodata.release.documents.citation import to_cff

        return to_cff(about(self.package.descriptor), version=self.version, created=None)

    def listed(self, resource: str, form: str) -> File:
        """The file of a table; raises as `table_file`."""
        path = self.table_file(resource, form)
        return File(path=path.relative_to(self.package.root).as_posix(), sha256=sha256_of_file(path))

    def table_file(self, resource: str, form: str) -> Path:
        """The file of a table.

        Raises:
            UnknownNameError: There is no such table.
            ClientError: It is asked for in another form than CSV.
        """
        path = str(self.package.resource(resource).path)
        if form != "csv":
            raise ClientError(PLACE, why=f"there is no {form} file of {resource}; name a store")
        return resolve(self.package.root, path)


def open_bundled(wanted: str) -> Bundled:
    """The copy, if it is of the version that is wanted, which may be a range.

    Raises:
        ClientError: It is of another.
    """
    bundled = Bundled(package=read_package(bundled_package()))
    try:
        choose([{"version": bundled.version}], wanted, place=PLACE)
    except UnknownNameError as error:
        why = f"it is version {bundled.version}, not {wanted}; name a store that has it, or set CSTODATA_STORE"
        raise ClientError(PLACE, why=why) from error
    return bundled
