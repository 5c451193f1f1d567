"""What keeps cstodata from going on.

Bad data is no error: it becomes a `Finding` in a `Report`. An error means that there is nothing to report on, or
nothing that may be written. Each carries its facts as attributes and builds its own sentence. A warning means that it
went on, and that somebody should know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SHOWN_PATH = 200


class CstodataError(Exception):
    """The parent of all errors of cstodata: it cannot proceed."""


class PackageNotFoundError(CstodataError):
    """No data package stands where one was looked for."""

    def __init__(self, path: Path, *, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(path, why)

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


class DescriptorError(CstodataError):
    """A descriptor, or a schema that it refers to, cannot be read as JSON of the form needed."""

    def __init__(self, path: Path, *, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(path, problem)

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class UnsafePathError(CstodataError):
    """A path in a descriptor leads out of the package."""

    def __init__(self, path: str, *, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(path, why)

    def __str__(self) -> str:
        shown = self.path if len(self.path) <= _SHOWN_PATH else f"{self.path[:_SHOWN_PATH]}…"
        return f'path "{shown}" is not safe: {self.why}'


class TableReadError(CstodataError):
    """The cells of a resource cannot be read as its schema types them."""

    def __init__(self, resource: str, *, problem: str) -> None:
        self.resource = resource
        self.problem = problem
        super().__init__(resource, problem)

    def __str__(self) -> str:
        return f"{self.resource}: {self.problem}"


class UnknownNameError(CstodataError):
    """A name was asked for that does not exist."""

    def __init__(self, kind: str, name: str, *, known: Sequence[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        super().__init__(kind, name)

    def __str__(self) -> str:
        from difflib import get_close_matches

        close = get_close_matches(str(self.name), self.known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(self.known)}."
        return f'no {self.kind} is called "{self.name}"; {hint}'


class EngineError(CstodataError):
    """A table must be judged by the fast engine, and cannot be."""

    def __init__(self, resource: str, *, why: str) -> None:
        self.resource = resource
        self.why = why
        super().__init__(resource, why)

    def __str__(self) -> str:
        return f"{self.resource} cannot be judged by the fast engine: {self.why}"


class SparkError(CstodataError):
    """Spark cannot be asked, or cannot go on."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return f"Spark: {self.problem}"


class ReleaseRefusedError(CstodataError):
    """A release was planned and may not be built."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(*problems)

    def __str__(self) -> str:
        return "not released: " + "; ".join(self.problems)


class ReleaseNotProvedError(CstodataError):
    """The CSV and the Parquet file of a resource do not hold the same table."""

    def __init__(self, resource: str, *, rows: tuple[int, int]) -> None:
        self.resource = resource
        self.rows = rows
        super().__init__(resource, rows)

    def __str__(self) -> str:
        return f"{self.resource}: the CSV file ({self.rows[0]} rows) and the Parquet file ({self.rows[1]}) differ"


class VersionError(CstodataError):
    """A version is none, or too low."""


class _PlaceError(CstodataError):
    """Something is wrong at a place."""

    def __init__(self, place: str, *, why: str) -> None:
        self.place = place
        self.why = why
        super().__init__(place, why)

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


class SideError(_PlaceError):
    """One of two packages to compare cannot be opened."""


class GitError(_PlaceError):
    """git cannot tell what was asked."""


class ApplyError(CstodataError):
    """Changes do not fit the package that they are applied to."""


class ContractError(_PlaceError):
    """A table cannot have a contract for a library."""


class PageError(_PlaceError):
    """A captured page cannot be read as text."""


class InitError(_PlaceError):
    """A data package cannot be started at a place, or from a file."""


class MergeError(_PlaceError):
    """Rows cannot be merged into a package."""


class StoreError(_PlaceError):
    """A store cannot be read or written."""


class UnreachableError(StoreError):
    """A store does not answer, or not now."""


class NotVerifiedError(_PlaceError):
    """What a store holds is not what was published."""


class ClientError(_PlaceError):
    """A release cannot be used as was asked."""


class QueryError(CstodataError):
    """A query cannot be answered."""


class SettingsError(_PlaceError):
    """The settings cannot be read."""


class PublishError(CstodataError):
    """A release cannot be published."""


class SignatureError(CstodataError):
    """A release cannot be signed, or its signature cannot be checked."""


class YankError(CstodataError):
    """A version cannot be yanked, or need not be un-yanked."""


class CstodataWarning(UserWarning):
    """The parent of all warnings of cstodata."""


class YankedVersionWarning(CstodataWarning):
    """A version was asked for by name that should not be used any more."""

    def __init__(self, version: str, *, reason: str, replaced_by: str | None) -> None:
        self.version = version
        self.reason = reason
        self.replaced_by = replaced_by
        super().__init__(version, reason, replaced_by)

    def __str__(self) -> str:
        instead = f"; use version {self.replaced_by}" if self.replaced_by else ""
        return f"version {self.version} was yanked: {self.reason}{instead}"


class StaleIndexWarning(CstodataWarning):
    """A store cannot be reached, so what is the newest version was told by the index that was seen last."""

    def __init__(self, place: str, *, version: str, seen: str) -> None:
        self.place = place
        self.version = version
        self.seen = seen
        super().__init__(place, version, seen)

    def __str__(self) -> str:
        return f"{self.place} cannot be reached; by its index as seen on {self.seen}, the version is {self.version}"
