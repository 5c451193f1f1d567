"""Where the marks of charts stand."""

from __future__ import annotations

from itertools import combinations
from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cstodata.catalog.charts import MOST_SEATS, line, seats

counts = st.lists(st.integers(0, 40), min_size=1, max_size=5)


@given(counts)
def test_each_chamber_has_its_seats_in_the_box_and_none_covers_another(told: list[int]) -> None:
    diagram = seats(told)
    if diagram is None:
        assert sum(told) == 0
        return
    assert [len(group.seats) for group in diagram.groups] == told
    places = [place for group in diagram.groups for place in group.seats]
    radius = diagram.radius
    assert all(radius <= x <= 2 - radius and radius <= y <= 1 - radius / 2 for x, y in places)
    assert all(dist(one, other) >= 2 * radius for one, other in combinations(places, 2))


def test_chambers_stand_from_left_to_right_in_colours_of_their_own() -> None:
    diagram = seats([7, 4])
    assert diagram is not None
    left, right = (sum(x for x, _ in group.seats) / len(group.seats) for group in diagram.groups)
    assert left < right
    assert [group.colour for group in diagram.groups] == [1, 2]


@pytest.mark.parametrize("told", [[], [0, 0], [MOST_SEATS + 1], [10**15]])
def test_what_cannot_be_drawn_is_not(told: list[int]) -> None:
    assert seats(told) is None


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(-(10**18), 10**18)), min_size=2, max_size=60))
def test_a_line_stays_in_its_box_and_higher_values_stand_higher(values: list[tuple[str, int]]) -> None:
    chart = line(values)
    assert chart is not None
    assert [(label, value) for _, _, label, value in chart.points] == values[-40:]
    assert all(0 <= x <= chart.width and 0 <= y <= chart.height for x, y, _, _ in chart.points)
    assert [x for x, *_ in chart.points] == sorted(x for x, *_ in chart.points)
    for (_, y, _, value), (_, z, _, other) in combinations(chart.points, 2):
        assert (y <= z) if value >= other else (y >= z)


def test_a_line_keeps_the_distances_that_it_is_told() -> None:
    chart = line([("a", 1), ("b", 2), ("c", 3)], [0, 1, 10])
    assert chart is not None
    a, b, c = (x for x, *_ in chart.points)
    assert (b - a) * 9 == pytest.approx(c - b)


def test_a_line_needs_two_points() -> None:
    assert line([]) is None
    assert line([("a", 1)]) is None
