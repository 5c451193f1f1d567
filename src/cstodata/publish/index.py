"""The index of a store: the one file that says which versions there are, and the one that changes.

It is replaced in one step, and only if nobody else replaced it meanwhile; so whoever reads sees the old state whole or
the new one. `docs/reference/index.schema.json` describes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import semver

from cstodata.errors import DescriptorError, PublishError
from cstodata.package.descriptor import parse_json
from cstodata.package.formatting import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cstodata.model.json import JsonObject, JsonValue
    from cstodata.publish.store import Object, Store

INDEX = "index.json"
FORMAT = "1.0"
MAX_BYTES = 64 * 1024 * 1024
"""An index larger than this is refused: it would be one of a hundred thousand versions."""

ATTEMPTS = 50
"""How often a file is read anew that others replaced meanwhile."""

_TIME, _DAY = "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What an index says.

    Attributes:
        package: Name of the package; None if it has none, or nothing is published.
        title: Title of the package; None if it has none.
        versions: The entries, the newest first. They are kept as read, so what this program does not know of stays.
        read: The file; None if there is none.
        format: Version of its form.
    """

    package: str | None = None
    title: str | None = None
    versions: tuple[JsonObject, ...] = ()
    read: Object | None = field(default=None, compare=False)
    format: str = FORMAT

    def entry(self, version: str) -> JsonObject | None:
        """What it says of a version; None if it does not know it."""
        return next((each for each in self.versions if each["version"] == version), None)


def read_index(store: Store) -> Index:
    """The index of a store; an empty one if it has none.

    Raises:
        PublishError: It is not of the form that this program knows.
        StoreError: The store cannot be read.
    """
    found = store.read(INDEX, max_bytes=MAX_BYTES)
    return Index() if found is None else replace(parse_index(found.content, place=store.place), read=found)


def parse_index(content: bytes, *, place: str) -> Index:
    """What an index says.

    Args:
        content: The file.
        place: The store that it is of.

    Raises:
        PublishError: It is not of the form that this program knows.
    """
    try:
        told = parse_json(Path(INDEX), content)
    except DescriptorError as error:
        raise PublishError(f"the index of {place} cannot be read: it {error.problem}") from error
    problem = next(_problems(told), None)
    if problem is not None:
        raise PublishError(f"the index of {place} cannot be read: {problem}")
    return Index(
        package=cast("str | None", told["package"]),
        title=cast("str | None", told.get("title")),
        versions=_sorted(cast("Sequence[JsonObject]", told["versions"])),
        format=str(told["format"]),
    )


def change(store: Store, alter: Callable[[Index], Index]) -> bool:
    """Change the index by compare-and-swap; whether there was anything to change.

    Args:
        store: Where.
        alter: What the index becomes; asked again each time that somebody else was faster. It may raise.

    Raises:
        PublishError: The index cannot be read, is of a newer form, or others replaced it again and again.
        StoreError: The store cannot be read or written.
    """
    for _ in range(ATTEMPTS):
        before = read_index(store)
        after = alter(before)
        if after == before:
            return False
        if before.format != FORMAT:
            raise PublishError(f"the index of {store.place} was written by a newer cstodata; use that")
        if store.replace(INDEX, render(after), media_type="application/json", expected=before.read):
            return True
    raise PublishError(f"others replaced the index of {store.place} {ATTEMPTS} times meanwhile; run this again")


def to_object(index: Index) -> JsonObject:
    """An index as JSON; what is the latest is told by its versions."""
    versions = _sorted(index.versions)
    return {
        "format": FORMAT,
        "package": index.package,
        "title": index.title,
        "latest": latest(versions),
        "channels": channels(versions),
        "versions": versions,
    }


def render(index: Index) -> bytes:
    """`index.json`.

    Raises:
        PublishError: An entry is not of the form that readers know.
    """
    told = to_object(index)
    problem = next(_problems(told), None)
    if problem is not None:
        raise PublishError(f"the index would not be one that can be read: {problem}")
    return to_json(told)


def latest(versions: Iterable[JsonObject]) -> str | None:
    """The newest version that is neither yanked nor a pre-release; None if there is none."""
    return next((str(each["version"]) for each in versions if _is_offered(each)), None)


def channels(versions: Iterable[JsonObject]) -> dict[str, str]:
    """The newest version that is neither yanked nor a pre-release of each major and minor line, such as 1 and 1.4."""
    newest: dict[str, str] = {}
    for each in filter(_is_offered, versions):
        parsed = semver.Version.parse(str(each["version"]))
        for line in (f"{parsed.major}", f"{parsed.major}.{parsed.minor}"):
            newest.setdefault(line, str(each["version"]))
    return newest


def _is_offered(entry: JsonObject) -> bool:
    return entry.get("yanked") is None and not semver.Version.parse(str(entry["version"])).prerelease


def _sorted(versions: Iterable[JsonObject]) -> tuple[JsonObject, ...]:
    return tuple(sorted(versions, key=lambda each: semver.Version.parse(str(each["version"])), reverse=True))


def _problems(told: JsonObject) -> Iterator[str]:
    """What keeps JSON from being an index."""
    form = told.get("format")
    if not isinstance(form, str) or not re.fullmatch(r"1\.\d{1,9}", form):
        yield f"it has the format {str(form)[:20]}, which is not known"
    yield from (f'"{name}" is missing or wrong' for name, is_right in _INDEX.items() if not is_right(told.get(name)))
    if "package" not in told:
        yield '"package" is missing'
    seen: set[JsonValue] = set()
    for number, entry in enumerate(cast("Sequence[JsonValue]", told["versions"])):
        if not isinstance(entry, dict):
            yield f"entry {number} is no object"
            continue
        wrong = next((name for name, is_right in _ENTRY.items() if not is_right(entry.get(name))), None)
        if wrong is not None:
            yield f'"{wrong}" of entry {number} is missing or wrong'
        if entry["path"] != f"v/{entry['version']}/":
            yield f"entry {number} has a path that is not its version's"
        if entry["version"] in seen:
            yield f"version {entry['version']} stands there twice"
        seen.add(entry["version"])


def _is_text(value: JsonValue) -> bool:
    return value is None or isinstance(value, str)


def _is_version(value: JsonValue) -> bool:
    return isinstance(value, str) and len(value) < 200 and semver.Version.is_valid(value)  # noqa: PLR2004 -- a bound


def _is_digest(value: JsonValue) -> bool:
    return isinstance(value, str) and _DIGEST.fullmatch(value) is not None


def _is_moment(value: JsonValue, form: str) -> bool:
    """Whether it is written in a form, to the letter."""
    try:
        return isinstance(value, str) and datetime.strptime(value, form).replace(tzinfo=UTC).strftime(form) == value
    except ValueError:
        return False


def _is_yank(value: JsonValue) -> bool:
    return value is None or (
        isinstance(value, dict)
        and isinstance(value.get("reason"), str)
        and _is_moment(value.get("date"), _DAY)
        and (value.get("replaced_by") is None or _is_version(value.get("replaced_by")))
    )


def _is_summary(value: JsonValue) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, str) for each in value))


_INDEX: Final[Mapping[str, Callable[[JsonValue], bool]]] = {
    "package": _is_text,
    "title": _is_text,
    "versions": lambda value: isinstance(value, list | tuple),
}
_ENTRY: Final[Mapping[str, Callable[[JsonValue], bool]]] = {
    "version": _is_version,
    "path": lambda value: isinstance(value, str),
    "created": lambda value: value is None or _is_moment(value, _TIME),
    "commit": _is_text,
    "previous": _is_text,
    "bump": _is_text,
    "summary": _is_summary,
    "schema_changed": lambda value: value is None or isinstance(value, bool),
    "checksums_sha256": _is_digest,
    "yanked": _is_yank,
}
"""What the values of an entry may be. Those that may be null may be missing too."""
