"""Making sure, before anybody reads a resource, that it can be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from frictionless.formats.csv import CsvControl

from cstodata.package.plain_csv import CsvDialect
from cstodata.validation.tables.packed import is_packed
from cstodata.validation.tables.refusal import (
    RefusedError,
    refuse_large_records,
    refuse_large_sample,
    through_reference,
)
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from frictionless import Package, Resource

    from cstodata.validation.tables.plain_files import PlainFiles

    Check = Callable[[Path, CsvDialect], None]

_GUESSED = ",;\t|"


class Guard:
    """Looks at the files of a package, each once."""

    def __init__(self, judged: Package, files: PlainFiles) -> None:
        self._judged = judged
        self._files = files
        self._refusals: dict[tuple[str, Check], RefusedError | None] = {}

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

    def _check(self, name: str, check: Check) -> None:
        if refusal := self._refusal(name, check):
            raise refusal
        schema = self._judged.get_resource(name).schema
        for other in {key["reference"]["resource"] for key in (schema.foreign_keys if schema else ())} - {"", name}:
            if self._judged.has_resource(other) and (refusal := self._refusal(other, check)):
                raise through_reference(other, refusal)

    def _refusal(self, name: str, check: Check) -> RefusedError | None:
        if (name, check) not in self._refusals:
            try:
                self._check_files(name, check)
            except RefusedError as refusal:
                self._refusals[name, check] = refusal
            else:
                self._refusals[name, check] = None
        return self._refusals[name, check]

    def _check_files(self, name: str, check: Check) -> None:
        source = self._judged.get_resource(name)
        dialects = possible_dialects(source)
        for path in map(Path, source.normpaths if source.path else ()):
            if not path.is_file():
                continue
            is_csv = source.format in {"csv", "tsv"}
            # To open a gzipped CSV file, Frictionless unpacks no more than its beginning.
            if is_csv and check is refuse_large_sample and is_packed(path) and _passes_any(path, dialects, check):
                continue
            try:
                file = self._files.unpacked(path)
            except NotFastError:
                continue  # it is Frictionless that reports damage
            if is_csv:
                _check_any(file, dialects, check)


def possible_dialects(source: Resource) -> tuple[CsvDialect, ...]:
    """How a CSV file may be written: as its dialect says, once it was opened as Frictionless guessed."""
    control = CsvControl.from_dialect(source.dialect)
    encoding = source.encoding or "utf-8"
    quote = control.quote_char if len(control.quote_char) == 1 else '"'
    declared = control.delimiter if control.has_defined("delimiter") else "\t" if source.format == "tsv" else ""
    delimiters = declared if len(declared) == 1 else _GUESSED
    return tuple(CsvDialect(delimiter=delimiter, quote=quote, encoding=encoding) for delimiter in delimiters)


def _passes_any(file: Path, dialects: Iterable[CsvDialect], check: Check) -> bool:
    try:
        _check_any(file, dialects, check)
    except RefusedError:
        return False
    return True


def _check_any(file: Path, dialects: Iterable[CsvDialect], check: Check) -> None:
    """Refuse a file if it is to be refused in whatever way it is written."""
    refusals = []
    for dialect in dialects:
        try:
            check(file, dialect)
        except RefusedError as refusal:
            refusals.append(refusal)
        else:
            return
    raise refusals[0]
