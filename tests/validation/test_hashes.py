"""Hashes of keys: what is equal meets, and what is not hardly ever does."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from cstodata.spark.hashes import hashes, in_buckets, repeated

TEXTS = st.lists(st.text(st.sampled_from("ab\0é👍"), max_size=4), max_size=30)


@given(texts=TEXTS, skipped=st.integers(0, 3))
def test_equal_texts_have_equal_hashes_and_others_have_others(texts: list[str], skipped: int) -> None:
    made = hashes(pa.array(texts, pa.string()).slice(skipped)).tolist()
    assert len(set(zip(texts[skipped:], made, strict=True))) == len(set(texts[skipped:])) == len(set(made))


@given(texts=TEXTS, count=st.integers(1, 5), parts=st.integers(1, 4))
def test_what_occurs_twice_in_any_part_is_found_in_its_bucket(texts: list[str], count: int, parts: int) -> None:
    buckets: dict[int, list[bytes]] = {}
    for part in range(parts):
        for number, content in in_buckets(hashes(pa.array(texts[part::parts], pa.string())), count):
            buckets.setdefault(number, []).append(content)
    found = sorted(each for contents in buckets.values() for each in repeated(contents).to_pylist())
    twice = [text for text, times in Counter(texts).items() if times > 1]
    assert found == sorted(hashes(pa.array(twice, pa.string())).view("int64").tolist())


def test_a_million_keys_that_look_alike_have_as_many_hashes() -> None:
    texts = pa.array([f"news-{number}" for number in range(1_000_000)])
    assert repeated([hashes(texts).tobytes()]).to_pylist() == []
