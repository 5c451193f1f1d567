"""Readings of one table: executors look at its pieces, what they suspect is judged here, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.package.tables import FIRST_DATA_ROW
from cstodata.validation.spark.keys import Hashed, Keys, Kind
from cstodata.validation.spark.pieces import UNSURE
from cstodata.validation.spark.tasks import ASCENDING, DONE, HIT, SUSPECT, UNFIT, Judge, hit_of, is_keyed
from cstodata.validation.tables.keys import must_differ
from cstodata.validation.tables.reading import Summary, read_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cstodata.spark.cluster import Cluster
    from cstodata.spark.notes import Note
    from cstodata.validation.limits import Limits
    from cstodata.validation.spark.pieces import Piece
    from cstodata.validation.tables.fast import Target
    from cstodata.validation.tables.keys import Fields
    from cstodata.validation.tables.plan import ForeignKey, TablePlan
    from cstodata.validation.tables.reading import Reading
    from cstodata.validation.tables.standard import StandardChecks

MOST_SUSPICIONS = 1_000_000
"""Keys that may be sent to the driver and from there to the executors."""

_PIECES_A_BUCKET = 8
"""Keys are brought together in buckets, each of about as many hashes as so many pieces have keys."""


class LeftHereError(Exception):
    """A table is left to the engine of this machine; the message says why."""


class UnfitPiecesError(LeftHereError):
    """Its pieces may not be records: it is left to that engine unless others can be made."""


@dataclass(slots=True, kw_only=True)
class Readings:
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
        task = self._judge(repeated, missing)
        self.checks.restart()
        ascents = [_Ascents() for _ in task.distinct]
        before = 0
        self.firsts.clear()
        told = self.cluster.notes(task, self.pieces, doing=f"{self._name}: rows")
        for piece, notes in zip(self.pieces, told, strict=False):
            end = notes[-1]
            if end.what == UNFIT:
                # What is met in a piece that begins within a record is told after the one before it.
                kind = UnfitPiecesError if end.texts[0] == UNSURE else LeftHereError
                raise kind(end.texts[0])
            self.firsts.append(before + FIRST_DATA_ROW)
            ends = {note.number: note.texts for note in notes if note.what == ASCENDING}
            for number, ascent in enumerate(ascents):
                ascent.add(ends.get(number))
            self.unordered = {kind for kind, each in zip(task.distinct, ascents, strict=True) if not each.hold}
            for note in notes:
                if note.what == HIT:
                    self.checks.hit(hit_of(note, before + note.number))
            self._note_keys(notes, before)
            suspects = [(before + note.number, note.texts) for note in notes if note.what == SUSPECT]
            yield Summary(rows=end.number, suspects=suspects, share=piece.share)
            if end.what != DONE:
                raise LeftHereError("it has fewer errors than suspicious rows")
            before += end.number

    @property
    def _name(self) -> str:
        return self.plan.parts[0].path.name

    def _judge(self, repeated: Mapping[Kind, pa.Array], missing: Mapping[ForeignKey, pa.Array]) -> Judge:
        """What looks at each piece."""
        targets: dict[Fields, list[pa.Array]] = {}
        for key, target in self.small.items():
            targets.setdefault(key.fields, []).append(target.keys)
        chunks: dict[Fields, list[pa.Array]] = {}
        for key, texts in missing.items():
            chunks.setdefault(key.fields, []).append(texts)
        suspicions = {fields: pa.chunked_array(each).unique() for fields, each in chunks.items()}
        judged = [each for kind, each in repeated.items() if not kind.is_standard]
        enough = self.limits.errors and self.limits.errors + sum(map(len, [*judged, *suspicions.values()]))
        return Judge(
            plan=self.plan,
            checks=self.checks,
            distinct=self._distinct(),
            repeated=repeated,
            suspicions=suspicions,
            targets=targets,
            limit=self.limits.errors,
            enough=enough,
        )

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
        found = self.cluster.repeated(hashed, read, most=MOST_SUSPICIONS + 1, doing=f"{self._name}: equal keys")
        for why in found["why"].drop_null().to_pylist():
            raise UnfitPiecesError(why)
        return {each[kind]: texts for kind, texts in _by_kind(found, "hash")}

    def _missing(self) -> dict[ForeignKey, pa.Array]:
        """The keys among those that were read that are not found in a large table."""
        read, missing = self.pieces[: len(self.firsts)], {}
        for key, (target, there) in self.large.items():
            mine = Keys(plan=self.plan, each=(Kind(key.fields),))
            theirs = Keys(plan=target.plan, each=(Kind(target.fields),))
            doing = f"{self._name}: references"
            found = self.cluster.missing(mine, read, theirs, there, most=MOST_SUSPICIONS + 1, doing=doing)
            for kind, texts in _by_kind(found, "key"):
                if kind < 0:
                    raise UnfitPiecesError(texts[0].as_py())
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
