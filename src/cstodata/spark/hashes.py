"""Hashes of keys, to find which may be equal: equal keys have equal hashes, and few others have.

So keys need not travel: only hashes are brought together, eight bytes each, in buckets of which each holds all that are
equal. Whether rows with equal hashes have equal keys is judged in the end by Frictionless' own comparison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    Hashes = np.ndarray[Any, np.dtype[np.uint64]]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = ((30, np.uint64(0xBF58476D1CE4E5B9)), (27, np.uint64(0x94D049BB133111EB)))


def hashes(texts: pa.StringArray) -> Hashes:
    """A hash of each text: the sum of its bytes, each times a factor of its place, and of its length.

    Args:
        texts: Without nulls.
    """
    _, offsets, content = texts.buffers()
    if not len(texts):
        return np.empty(0, np.uint64)
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    first = ends[0]
    values = np.frombuffer(content or b"", np.uint8)[first : ends[-1]].astype(np.uint64)
    starts, lengths = ends[:-1] - first, np.diff(ends)
    factors = _mixed(np.arange(int(lengths.max()) + 1, dtype=np.uint64))
    places = np.arange(len(values)) - np.repeat(starts, lengths)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(values * factors[places + 1])])
    return _mixed(sums[starts + lengths] - sums[starts] + lengths.astype(np.uint64) * factors[0])


def in_buckets(values: Hashes, count: int) -> Iterator[tuple[int, bytes]]:
    """Hashes in so many buckets, those that are equal in the same one; each with its number."""
    numbers = (values >> np.uint64(32)) % np.uint64(count)
    order = np.argsort(numbers, kind="stable")
    ends = np.searchsorted(numbers[order], np.arange(count + 1, dtype=np.uint64))
    for number in range(count):
        if ends[number] < ends[number + 1]:
            yield number, values[order[ends[number] : ends[number + 1]]].tobytes()


def repeated(parts: Iterable[bytes]) -> pa.Array:
    """The hashes that occur more than once in the parts of a bucket, as 64-bit integers."""
    values = np.sort(np.frombuffer(b"".join(parts), np.uint64))
    return pa.array(np.unique(values[1:][values[1:] == values[:-1]]).view(np.int64))


def _mixed(values: Hashes) -> Hashes:
    """Numbers that look random, each a function of one; `splitmix64` of Steele, Lea and Flood (2014)."""
    mixed = (values + np.uint64(1)) * _GOLDEN
    for shift, factor in _MIX:
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * factor
    return mixed ^ (mixed >> np.uint64(31))
