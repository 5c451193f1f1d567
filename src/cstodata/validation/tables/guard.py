"""Making sure, before anybody reads a resource, that it can be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from frictionless.errors import SourceError

from cstodata.package.plain_csv import csv_dialect
from cstodata.validation.tables.refusal import RefusedError, refuse_large_records, refuse_large_sample
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Callable

    from frictionless import Package

    from cstodata.package.descriptor import DataPackage
    from cstodata.package.plain_csv import CsvDialect
    from cstodata.validation.tables.plain_files import PlainFiles


class Guard:
    """Looks at the files of a package, each once."""

    def __init__(self, package: DataPackage, judged: Package, files: PlainFiles) -> None:
        self._package = package
        self._judged = judged
        self._files = files
        self._refusals: dict[tuple[str, Callable[[Path, CsvDialect], None]], RefusedError | None] = {}

    def before_opening(self, name: str) -> None:
        """Make sure that a resource, and what its foreign keys refer to, can be opened.

        Raises:
            RefusedError: It cannot.
        """
        self._check(name, refuse_large_sample)

    def before_reading(self, name: str) -> None:
        """Make sure that Frictionless can read a resource, and what its foreign keys refer to.

        Raises:
            RefusedError: It cannot.
        """
        self._check(name, refuse_large_records)

    def _check(self, name: str, check: Callable[[Path, CsvDialect], None]) -> None:
        if refusal := self._refusal(name, check):
            raise refusal
        schema = self._judged.get_resource(name).schema
        for other in {key["reference"]["resource"] for key in (schema.foreign_keys if schema else ())} - {"", name}:
            if self._judged.has_resource(other) and (refusal := self._refusal(other, check)):
                raise RefusedError(
                    SourceError(note=f"a foreign key refers to {other}, which cannot be read: {refusal}")
                )

    def _refusal(self, name: str, check: Callable[[Path, CsvDialect], None]) -> RefusedError | None:
        if (name, check) not in self._refusals:
            try:
                self._check_files(name, check)
            except RefusedError as refusal:
                self._refusals[name, check] = refusal
            else:
                self._refusals[name, check] = None
        return self._refusals[name, check]

    def _check_files(self, name: str, check: Callable[[Path, CsvDialect], None]) -> None:
        source = self._judged.get_resource(name)
        dialect = csv_dialect(self._package.resource(name))
        for path in map(Path, source.normpaths if source.path else ()):
            if not path.is_file():
                continue
            try:
                file = self._files.unpacked(path)
            except NotFastError:
                continue  # it is Frictionless that reports damage
            if source.format in {"csv", "tsv"}:
                check(file, dialect)
