"""What the documents of a release are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from cstodata.release.documents.about import About, about

if TYPE_CHECKING:
    from cstodata.model.change import ChangeSet
    from cstodata.model.report import Report
    from cstodata.package.descriptor import DataPackage, Resource
    from cstodata.release.origin import Origin

CSV: Final = "text/csv"
PARQUET: Final = "application/vnd.apache.parquet"
SCHEMA: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """One file of a release: its path, size in bytes and SHA-256."""

    path: str
    bytes: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """One table of a release.

    Attributes:
        resource: What it is a table of.
        rows: How many rows it has.
        files: CSV, Parquet and schema.
    """

    resource: Resource
    rows: int
    files: tuple[FileFacts, ...]

    @property
    def csv(self) -> FileFacts:
        """The canonical CSV file."""
        return self._file(CSV)

    @property
    def parquet(self) -> FileFacts:
        """The Parquet file."""
        return self._file(PARQUET)

    @property
    def schema(self) -> FileFacts:
        """The Table Schema's file."""
        return self._file(SCHEMA)

    def _file(self, media_type: str) -> FileFacts:
        return next(file for file in self.files if file.media_type == media_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """All that the documents of a release are made of.

    Attributes:
        package: What was released.
        version: Its version.
        tables: In the descriptor's order.
        report: What checking it found.
        changes: From the previous release; None if there is none.
        origin: Where it comes from.
        pyarrow: Version of the library that wrote the Parquet files.
    """

    package: DataPackage
    version: str
    tables: tuple[TableFacts, ...]
    report: Report
    changes: ChangeSet | None
    origin: Origin
    pyarrow: str = pa.__version__

    @property
    def about(self) -> About:
        """What the package says of itself."""
        return about(self.package.descriptor)
