"""What is done with one piece of a table, on whatever machine: pure functions of its bytes and a plan.

A task finds out itself whether its piece ends with a record. If the first piece begins with one, and each that comes
before another does end with one, then all do begin with one: so no cut is trusted, all are proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cstodata.spark.notes import Note
from cstodata.validation.spark.keys import Kind, keys_of, signed_hashes, standard_texts
from cstodata.validation.tables.deadline import cell_deadline
from cstodata.validation.tables.looking import look, suspects
from cstodata.validation.tables.refusal import RefusedError
from cstodata.validation.tables.scan import NotFastError
from cstodata.validation.tables.standard import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cstodata.validation.spark.pieces import Piece
    from cstodata.validation.tables.contents import Content
    from cstodata.validation.tables.keys import BatchKeys, Fields
    from cstodata.validation.tables.looking import Suspicions
    from cstodata.validation.tables.plan import TablePlan
    from cstodata.validation.tables.standard import StandardChecks

SUSPECT, HIT, KEYED, ASCENDING = "suspect", "hit", "keyed", "ascending"
ENOUGH, DONE, UNFIT, FAILING = "enough", "done", "unfit", "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Looks at the rows of a piece.

    Attributes:
        plan: The table.
        distinct: The keys of which it is to be told whether they ascend.
        repeated: Hashes of keys of which every row is judged, or told.
        suspicions: Keys of which every row is judged, by the fields that they are made of.
        targets: All keys that may be referred to, by the fields that refer to them: rows with others are judged.
        checks: What else looks at the rows.
        limit: How many findings there may be; 0 for no limit.
        enough: How many suspects of a piece end the reading; 0 for no limit.
    """

    plan: TablePlan
    checks: StandardChecks
    distinct: tuple[Kind, ...]
    repeated: Mapping[Kind, pa.Array]
    suspicions: Suspicions
    targets: Mapping[Fields, list[pa.Array]]
    limit: int
    enough: int

    def __call__(self, piece: Piece) -> Iterator[Note]:
        """Each `SUSPECT` with its cells, numbered as if the piece were a file of its own, with a header.

        With them, `KEYED` with one of the `uniqueKeys` that may be repeated: the number of its kind, and its text. Then
        each `HIT` of the checks; for each of the keys `distinct` that ascends, `ASCENDING` with the number of the key,
        and the first and the last one, or nothing if there are none; and `DONE` with the number of rows. Or `ENOUGH`,
        if there were. Or, at any time, `UNFIT` and why, if the fast engine may not judge the table, or the piece ends
        within a record.
        """
        try:
            with cell_deadline():
                notes = list(self._notes(piece))
        except (NotFastError, RefusedError) as error:
            notes = [Note(UNFIT, 0, [str(error)])]
        except OSError:
            raise  # Spark tries again, perhaps elsewhere
        except Exception as error:  # noqa: BLE001 -- what fails in Frictionless' readers must fail in its own hands
            notes = [Note(UNFIT, 0, [f"looking at its rows fails ({type(error).__name__})"])]
        return iter(notes)

    def _notes(self, piece: Piece) -> Iterator[Note]:
        with piece.content(self.plan) as content:
            yield from self._notes_of(content)

    def _notes_of(self, content: Content) -> Iterator[Note]:
        plan, rows, told = self.plan, 0, 0
        exactly = content.exact_cells()
        ascents = [_Ascent() for _ in self.distinct]
        twice = [_Twice(number, kind.fields, self.repeated.get(kind), self.limit) for number, kind in self._standard]
        made = {kind.fields for kind in [*self.distinct, *self.repeated] if not kind.is_standard}
        self.checks.restart()
        for batch in content.batches():
            if self.enough and told >= self.enough:  # not behind the last record: it may be cut
                yield from map(_note, self.checks.hits)
                yield Note(ENOUGH, rows, [])
                return
            looked = look(plan, batch, {*made, *self.suspicions, *self.targets})
            texts = standard_texts(plan, self.checks, batch)
            self.checks.look(batch.numbers, texts)
            keys = self.checks.keys(texts)
            for each in twice:
                yield from each.rows(batch.numbers, keys)
            for number, cells in suspects(plan, looked, self._suspicious(looked.keys), exactly):
                yield Note(SUSPECT, number, cells)
                told += 1
            for kind, ascent in zip(self.distinct, ascents, strict=True):
                ascent.add(*keys_of(kind, looked.keys, keys))
            rows += batch.size
        yield from map(_note, self.checks.hits)
        for number, ascent in enumerate(ascents):
            if ascent.holds:
                yield Note(ASCENDING, number, ascent.ends)
        yield Note(DONE, rows, [])

    @property
    def _standard(self) -> list[tuple[int, Kind]]:
        """The `uniqueKeys` that may be repeated, numbered as the checks number them."""
        numbered = enumerate(Kind(fields, is_standard=True) for fields in self.checks.unique_keys)
        return [(number, kind) for number, kind in numbered if kind in self.repeated]

    def _suspicious(self, keys: BatchKeys) -> Suspicions:
        """The suspicions, what may occur twice, and what is not found."""
        found = {fields: [texts] for fields, texts in self.suspicions.items()}
        for (fields, is_standard), twice in self.repeated.items():
            if not is_standard:
                texts = pc.unique(keys.of(fields).drop_null())
                found.setdefault(fields, []).append(texts.filter(pc.is_in(signed_hashes(texts), value_set=twice)))
        for fields, targets in self.targets.items():
            texts = pc.unique(keys.of(fields).drop_null())
            missing = [texts.filter(pc.invert(pc.is_in(texts, value_set=target))) for target in targets]
            found.setdefault(fields, []).extend(missing)
        together = {fields: pa.chunked_array(chunks, pa.string()).unique() for fields, chunks in found.items()}
        return {fields: texts for fields, texts in together.items() if len(texts)}


def hit_of(note: Note, row: int) -> Hit:
    """The hit that a note tells of, in the row of that number."""
    type_, message, mend, field, *value = note.texts
    return Hit(row=row, type=type_, message=message, mend=mend, field=field, value=value[0] if value else None)


def is_keyed(note: Note, number: int) -> bool:
    """Whether a note tells of a row with one of the `uniqueKeys`, the one of that number."""
    return note.what == KEYED and note.texts[0] == str(number)


def _note(hit: Hit) -> Note:
    value = [] if hit.value is None else [hit.value]
    return Note(HIT, hit.row, [hit.type, hit.message, hit.mend, hit.field, *value])


class _Ascent:
    """Whether keys ascend, so that none occurs twice."""

    def __init__(self) -> None:
        self.holds = True
        self.ends: list[str] = []

    def add(self, texts: pa.Array, ragged: pa.Array) -> None:
        """Some more keys; those of records of another width stand who knows where among them."""
        if not self.holds:
            return
        keys = texts.drop_null()
        if len(ragged):
            self.holds = False
        elif len(keys):
            first, last = keys[0].as_py(), keys[-1].as_py()
            follows = not self.ends or self.ends[1] < first
            self.holds = follows and pc.all(pc.less(keys[:-1], keys[1:]), min_count=0).as_py()
            self.ends = [self.ends[0] if self.ends else first, last]


class _Twice:
    """Tells the rows whose unique key may occur twice, as many of a piece as can come before the limit."""

    def __init__(self, number: int, fields: Fields, twice: pa.Array, limit: int) -> None:
        self._number, self._fields, self._twice = number, fields, twice
        self._left = limit or -1
        self._seen: set[str] = set()

    def rows(self, numbers: Sequence[int], keys: Mapping[Fields, pa.Array]) -> Iterator[Note]:
        """`KEYED` for each such row of a batch."""
        if not self._left or self._fields not in keys:
            return
        at = pc.indices_nonzero(keys[self._fields].is_valid())
        texts = keys[self._fields].take(at)
        found = pc.indices_nonzero(pc.is_in(signed_hashes(texts), value_set=self._twice))
        for index, text in zip(at.take(found).to_pylist(), texts.take(found).to_pylist(), strict=True):
            yield Note(KEYED, numbers[index], [str(self._number), text])
            if text in self._seen:
                self._left -= 1
                if not self._left:
                    return
            self._seen.add(text)
