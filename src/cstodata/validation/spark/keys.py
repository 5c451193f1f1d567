"""The keys of the pieces of a table, to be compared with those of all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import pyarrow as pa

from cstodata.spark.hashes import hashes, in_buckets
from cstodata.validation.tables.deadline import cell_deadline
from cstodata.validation.tables.keys import BatchKeys
from cstodata.validation.tables.refusal import RefusedError
from cstodata.validation.tables.scan import NotFastError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cstodata.validation.spark.pieces import Piece
    from cstodata.validation.tables.keys import Fields
    from cstodata.validation.tables.plan import TablePlan
    from cstodata.validation.tables.scan import Batch
    from cstodata.validation.tables.standard import StandardChecks

_NO_TEXTS: Final = pa.array([], pa.string())


class Kind(NamedTuple):
    """Keys of one kind.

    Attributes:
        fields: What they are made of.
        is_standard: Whether they are one of the `uniqueKeys`, which Frictionless does not look at.
    """

    fields: Fields
    is_standard: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Makes the keys of a piece; `checks` is None if none of them is one of the `uniqueKeys`."""

    plan: TablePlan
    each: tuple[Kind, ...]
    checks: StandardChecks | None = None

    def __call__(self, piece: Piece) -> Iterator[tuple[int, pa.Array]]:
        """The keys of each kind, with its number, as texts without nulls; or -1, and why there are none, twice."""
        try:
            with cell_deadline():
                yield from self._keys(piece)
        except (NotFastError, RefusedError) as error:
            yield -1, pa.array([str(error)] * 2)

    def _keys(self, piece: Piece) -> Iterator[tuple[int, pa.Array]]:
        with piece.content(self.plan) as content:
            for batch in content.batches():
                made = BatchKeys(self.plan, batch)
                standard = self.checks.keys(standard_texts(self.plan, self.checks, batch)) if self.checks else {}
                for number, kind in enumerate(self.each):
                    for keys in keys_of(kind, made, standard):
                        if len(keys) > keys.null_count:
                            yield number, keys.drop_null()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashed:
    """Makes the hashes of the keys of a piece.

    Attributes:
        keys: The keys.
        buckets: In how many buckets to put them.
    """

    keys: Keys
    buckets: int

    def __call__(self, piece: Piece) -> Iterator[tuple[int, int, bytes]]:
        """For each kind of keys its number, and the number and the hashes of each bucket; or -1, 0, and why not."""
        made: dict[int, list[pa.Array]] = {}
        for kind, texts in self.keys(piece):
            if kind < 0:
                yield kind, 0, str(texts[0]).encode()
                return
            made.setdefault(kind, []).append(signed_hashes(texts))
        for kind, chunks in made.items():
            values = pa.chunked_array(chunks).to_numpy().view("uint64")
            for bucket, content in in_buckets(values, self.buckets):
                yield kind, bucket, content


def standard_texts(plan: TablePlan, checks: StandardChecks, batch: Batch) -> dict[str, pa.Array]:
    """The cells of a batch that the checks want."""
    return checks.texts(plan.cells(batch, checks.fields))


def keys_of(kind: Kind, made: BatchKeys, standard: Mapping[Fields, pa.Array]) -> tuple[pa.Array, pa.Array]:
    """The keys of a batch: those of the records of the right width, and those of the others that count."""
    if kind.is_standard:
        return standard.get(kind.fields, _NO_TEXTS), _NO_TEXTS
    return made.of(kind.fields), made.ragged(kind.fields)


def signed_hashes(texts: pa.Array) -> pa.Array:
    """The hashes of texts as Spark holds them: as signed integers of 64 bits."""
    return pa.array(hashes(texts).view("int64"))
