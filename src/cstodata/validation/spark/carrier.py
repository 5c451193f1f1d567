"""The readings of the fast engine, carried by Spark: pieces are looked at on executors, suspects are judged here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.package.tables import FIRST_DATA_ROW
from cstodata.spark.cluster import Cluster
from cstodata.spark.files import File, Place
from cstodata.validation.spark.frames import SparkFrames
from cstodata.validation.spark.pieces import UNSURE, pieces_of
from cstodata.validation.spark.tasks import (
    ASCENDING,
    DONE,
    HIT,
    SUSPECT,
    UNFIT,
    Hashed,
    Judge,
    Keys,
    Kind,
    hit_of,
    is_keyed,
)
from cstodata.validation.tables.fast import judge_rows
from cstodata.validation.tables.keys import must_differ
from cstodata.validation.tables.reading import Summary, read_on, verdict
from cstodata.validation.tables.refusal import RECORD_BYTES
from cstodata.validation.tables.scan import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from cstodata.model.progress import OnShare, OnStep
    from cstodata.package.descriptor import DataPackage
    from cstodata.spark.checkpoints import Checkpoints
    from cstodata.spark.engine import SparkEngine
    from cstodata.spark.notes import Note
    from cstodata.validation.limits import Limits
    from cstodata.validation.spark.pieces import Piece
    from cstodata.validation.tables.fast import Target
    from cstodata.validation.tables.keys import Fields
    from cstodata.validation.tables.plain_files import Part
    from cstodata.validation.tables.plan import ForeignKey, TablePlan
    from cstodata.validation.tables.reading import Reading, Verdict
    from cstodata.validation.tables.standard import StandardChecks

MOST_SUSPICIONS = 1_000_000
"""Keys that may be sent to the driver and from there to the executors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A piece of a table, and the number of its first record behind the header, which is 1."""

    piece: Piece
    first: int


_PIECES_A_BUCKET = 8
"""Keys are brought together in buckets, each of about as many hashes as so many pieces have keys."""


class LeftHereError(Exception):
    """A table is left to the engine of this machine; the message says why."""


class SparkCarrier:
    """Carries the readings of the tables of one package."""

    def __init__(self, engine: SparkEngine, root: Path, *, checkpoints: Checkpoints | None, on_step: OnStep) -> None:
        """Carry with an engine what stands in a folder.

        Raises:
            SparkError: There are no places such as the one where executors are to find it.
        """
        self._engine, self._root, self._checkpoints = engine, root, checkpoints
        self._place = Place(address=engine.files) if engine.files else None
        if self._place:
            self._place.check()
        self.cluster = Cluster(session=engine.session, tasks=engine.tasks, checkpoints=checkpoints, on_step=on_step)
        self._pieces: dict[tuple[Part, ...], tuple[Piece, ...]] = {}
        self._numbered: dict[Path, list[Numbered]] = {}

    def numbered(self, path: Path) -> list[Numbered] | None:
        """The pieces of a plain file, each with the number of its first record; None if not all of them were read."""
        return self._numbered.get(path.resolve())

    def discard_checkpoints(self) -> None:
        """Take away what was kept for the case that this breaks off."""
        if self._checkpoints:
            self._checkpoints.discard()

    def frames(self, package: DataPackage) -> SparkFrames:
        """The tables of a package, as far as Spark has judged them, for rules."""
        return SparkFrames(package, self)

    def judge_rows(
        self,
        plan: TablePlan,
        targets: Mapping[ForeignKey, Target],
        limits: Limits,
        checks: StandardChecks,
        on_share: OnShare,
    ) -> Verdict:
        """What `cstodata.validation.tables.fast.judge_rows` says, and where Spark cannot be sure of it, by that.

        Raises:
            NotFastError: The table is left to Frictionless.
            RefusedError: A record is too large for anybody.
            SparkError: Spark cannot go on.
        """
        try:
            return self._on_spark(plan, targets, limits, checks)
        except LeftHereError as why:
            here = judge_rows(plan, targets, limits, checks, on_share)
            return replace(here, how=f"on this machine, because {why}")

    def _on_spark(
        self,
        plan: TablePlan,
        targets: Mapping[ForeignKey, Target],
        limits: Limits,
        checks: StandardChecks,
    ) -> Verdict:
        if why := self._why_here(plan):
            raise LeftHereError(why)
        with ThreadPoolExecutor(max_workers=1) as pool:
            digesting = pool.submit(digest, plan.digested_blocks())
            pieces = self._pieces_of(plan)
            large = {key: each for key, each in targets.items() if self._is_large(each.plan)}
            readings = _Readings(
                plan=plan,
                pieces=pieces,
                cluster=self.cluster,
                small={key: each for key, each in targets.items() if key not in large},
                large={key: (each, self._pieces_of(each.plan)) for key, each in large.items()},
                checks=checks,
                limits=limits,
            )
            reading = readings.last()
            if not reading.limit_reached and plan.is_one_plain_file:
                self._numbered[plan.path.resolve()] = [
                    Numbered(piece=each, first=first) for each, first in zip(pieces, readings.firsts, strict=True)
                ]
            longest = max(each.size for each in pieces)
            how = f"on Spark, in {len(pieces):,} tasks of up to {longest:,} bytes"
            return verdict(plan, reading, digesting.result(), how=how)

    def _why_here(self, plan: TablePlan) -> str | None:
        """Why a table is not for Spark, as far as can be said before it is read; None if it is."""
        if not plan.is_own:
            return "its file had to be written anew here"
        if not self._is_large(plan):
            return f"{_size(plan):,} bytes are too few for a job"
        return None

    def _is_large(self, plan: TablePlan) -> bool:
        """Whether others can read a table, and should."""
        return plan.is_own and _size(plan) >= max(1, self._engine.min_bytes)

    def _pieces_of(self, plan: TablePlan) -> tuple[Piece, ...]:
        """The pieces of a table that are to begin and end with records; counted by Spark, too."""
        if plan.parts not in self._pieces:
            size = self._engine.range_bytes
            pieces = pieces_of(plan, file=self._file, range_bytes=size, cluster=self.cluster)
            # A record may reach into the next range, and no further than its size.
            if any(each.packed is None and each.size > 2 * size + RECORD_BYTES for each in pieces):
                raise LeftHereError(UNSURE)
            self._pieces[plan.parts] = pieces
        return self._pieces[plan.parts]

    def _file(self, path: Path) -> File:
        """A file of the package, for executors."""
        file = File.of(path)
        return file.at(self._place, self._root, path) if self._place else file


def _size(plan: TablePlan) -> int:
    return sum(part.path.stat().st_size for part in plan.parts)


@dataclass(slots=True, kw_only=True)
class _Readings:
    """Readings of one file; the second is for the keys that the first finds suspicious.

    Attributes:
        small: Targets that are few enough to be sent to the executors.
        large: The others, and their pieces.
        firsts: The number of the first row of each piece that was read.
        unordered: The keys that must differ, and do not ascend from row to row.
    """

    plan: TablePlan
    pieces: Sequence[Piece]
    cluster: Cluster
    small: Mapping[ForeignKey, Target]
    large: Mapping[ForeignKey, tuple[Target, Sequence[Piece]]]
    checks: StandardChecks
    limits: Limits
    firsts: list[int] = field(default_factory=list)
    unordered: set[Kind] = field(default_factory=set)

    def last(self) -> Reading:
        """What the last reading found."""
        reading = self._reading({}, {})
        repeated, missing = self._repeated(), self._missing()
        return self._reading(repeated, missing) if repeated or missing else reading

    def _reading(self, repeated: Mapping[Kind, pa.Array], missing: Mapping[ForeignKey, pa.Array]) -> Reading:
        absent = {key: _AllBut(frozenset(missing[key].to_pylist() if key in missing else ())) for key in self.large}
        summaries = self._summaries(repeated, missing)
        return read_on(self.plan, {**self.small, **absent}, summaries, self.limits, lambda _: None)  # the cluster tells

    def _summaries(
        self, repeated: Mapping[Kind, pa.Array], missing: Mapping[ForeignKey, pa.Array]
    ) -> Iterator[Summary]:
        distinct = self._distinct()
        targets: dict[Fields, list[pa.Array]] = {}
        for key, target in self.small.items():
            targets.setdefault(key.fields, []).append(target.keys)
        chunks: dict[Fields, list[pa.Array]] = {}
        for key, texts in missing.items():
            chunks.setdefault(key.fields, []).append(texts)
        suspicions = {fields: pa.chunked_array(each).unique() for fields, each in chunks.items()}
        judged = [each for kind, each in repeated.items() if not kind.is_standard]
        enough = self.limits.errors and self.limits.errors + sum(map(len, [*judged, *suspicions.values()]))
        task = Judge(
            plan=self.plan,
            checks=self.checks,
            distinct=distinct,
            repeated=repeated,
            suspicions=suspicions,
            targets=targets,
            limit=self.limits.errors,
            enough=enough,
        )
        self.checks.restart()
        ascents = [_Ascents() for _ in distinct]
        before = 0
        self.firsts.clear()
        told = self.cluster.notes(task, self.pieces, doing=f"{self.plan.parts[0].path.name}: rows")
        for piece, notes in zip(self.pieces, told, strict=False):
            end = notes[-1]
            if end.what == UNFIT:
                raise LeftHereError(end.texts[0])
            self.firsts.append(before + FIRST_DATA_ROW)
            ends = {note.number: note.texts for note in notes if note.what == ASCENDING}
            for number, ascent in enumerate(ascents):
                ascent.add(ends.get(number))
            self.unordered = {kind for kind, each in zip(distinct, ascents, strict=True) if not each.hold}
            for note in notes:
                if note.what == HIT:
                    self.checks.hit(hit_of(note, before + note.number))
            self._note_keys(notes, before)
            suspects = [(before + note.number, note.texts) for note in notes if note.what == SUSPECT]
            yield Summary(rows=end.number, suspects=suspects, share=piece.share)
            if end.what != DONE:
                raise LeftHereError("it has fewer errors than suspicious rows")
            before += end.number

    def _distinct(self) -> tuple[Kind, ...]:
        """All keys that must differ."""
        standard = {Kind(fields, is_standard=True) for fields in self.checks.unique_keys}
        return tuple(sorted({*map(Kind, must_differ(self.plan)), *standard}))

    def _note_keys(self, notes: Sequence[Note], before: int) -> None:
        """Let the rows whose unique keys may be repeated be compared as on one machine."""
        for number, fields in enumerate(self.checks.unique_keys):
            told = [(before + note.number, note.texts[1]) for note in notes if is_keyed(note, number)]
            if told:
                numbers, texts = zip(*told, strict=True)
                self.checks.note(fields, numbers, pa.array(texts, pa.string()))

    def _repeated(self) -> dict[Kind, pa.Array]:
        """The hashes of the keys among those that were read that may occur twice and must not."""
        if not self.unordered:
            return {}
        each, read = tuple(sorted(self.unordered)), self.pieces[: len(self.firsts)]
        keys = Keys(plan=self.plan, each=each, checks=self.checks)
        hashed = Hashed(keys=keys, buckets=1 + len(read) // _PIECES_A_BUCKET)
        doing = f"{self.plan.parts[0].path.name}: equal keys"
        found = self.cluster.repeated(hashed, read, most=MOST_SUSPICIONS + 1, doing=doing)
        for why in found["why"].drop_null().to_pylist():
            raise LeftHereError(why)
        return {each[kind]: texts for kind, texts in _by_kind(found, "hash")}

    def _missing(self) -> dict[ForeignKey, pa.Array]:
        """The keys among those that were read that are not found in a large table."""
        read, missing = self.pieces[: len(self.firsts)], {}
        for key, (target, there) in self.large.items():
            mine = Keys(plan=self.plan, each=(Kind(key.fields),))
            theirs = Keys(plan=target.plan, each=(Kind(target.fields),))
            doing = f"{self.plan.parts[0].path.name}: references"
            found = self.cluster.missing(mine, read, theirs, there, most=MOST_SUSPICIONS + 1, doing=doing)
            for kind, texts in _by_kind(found, "key"):
                if kind < 0:
                    raise LeftHereError(texts[0].as_py())
                missing[key] = texts
        return missing


class _Ascents:
    """Whether keys ascend through all pieces that were read."""

    def __init__(self) -> None:
        self.hold = True
        self._last: str | None = None

    def add(self, ends: list[str] | None) -> None:
        """The first and the last key of the next piece: empty if it has none, None if they do not ascend."""
        self.hold = self.hold and ends is not None and (not ends or self._last is None or self._last < ends[0])
        self._last = ends[1] if ends else self._last


@dataclass(frozen=True, slots=True)
class _AllBut:
    """All texts but some."""

    missing: frozenset[str]

    def __contains__(self, text: object) -> bool:
        return text not in self.missing


def _by_kind(found: pa.Table, column: str) -> Iterator[tuple[int, pa.Array]]:
    """What was found of each kind of keys."""
    if found.num_rows > MOST_SUSPICIONS:
        raise LeftHereError(f"more than {MOST_SUSPICIONS:,} keys are repeated or not found")
    for kind in sorted(found["kind"].unique().to_pylist()):
        yield kind, found.filter(pc.equal(found["kind"], kind))[column].combine_chunks()
