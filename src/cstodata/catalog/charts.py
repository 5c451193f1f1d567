"""Where the marks of the charts stand; templates draw them, so that a page needs no style of its own in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SEATS: Final = 1000
"""With more, a diagram has no marks that can be told apart."""

_COLOURS: Final = 6
_RADIUS: Final = 0.8
_WIDTH, _HEIGHT, _LEFT, _TOP = 320, 56, 8, 26
_LONG_LINE: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The seats of one chamber in a diagram: places in a box 2 wide and 1 high, and which of the colours they have."""

    colour: int
    seats: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """A diagram of seats: its groups from left to right, and the radius of a seat."""

    groups: tuple[Group, ...]
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through values: its points, each with its label and value, and the box that they stand in."""

    points: tuple[tuple[float, float, str, int], ...]
    width: int = _WIDTH
    height: int = _HEIGHT + _TOP + 26

    @property
    def path(self) -> str:
        """The points, as SVG has them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in self.points)


def colour_of(position: int) -> int:
    """Which of the colours the chamber at a position has, from 1."""
    return position % _COLOURS + 1


def seats(counts: Sequence[int]) -> Seats | None:
    """A half circle of seats, the chambers from left to right; None if there are none, or too many to draw.

    Args:
        counts: Seats of each chamber.
    """
    from parliamentarch.geometry import FillingStrategy, get_nrows_from_nseats, get_row_thickness, get_seats_centers

    total = sum(counts)
    if not 0 < total <= MOST_SEATS:
        return None
    angles = get_seats_centers(total, filling_strategy=FillingStrategy.EMPTY_INNER)
    places = iter(sorted(angles, key=lambda place: angles[place], reverse=True))
    groups = (
        Group(colour=colour_of(number), seats=tuple(_drawn(next(places)) for _ in range(count)))
        for number, count in enumerate(counts)
    )
    radius = _RADIUS * get_row_thickness(get_nrows_from_nseats(total))
    return Seats(groups=tuple(groups), radius=round(radius, 4))


def _drawn(place: tuple[float, float]) -> tuple[float, float]:
    """A place where down is more, as on a screen."""
    return round(place[0], 4), round(1 - place[1], 4)


def line(values: Sequence[tuple[str, int]], places: Sequence[float] | None = None) -> Line | None:
    """A line through values, the lowest at the bottom; None for less than two.

    Args:
        values: Labels and values, in order; of very many, the last are drawn.
        places: Where each stands on the axis, ascending; None for even distances.
    """
    if len(values) <= 1:
        return None
    drawn = values[-_LONG_LINE:]
    at = list(range(len(values)) if places is None else places)[-_LONG_LINE:]
    counts = [value for _, value in drawn]
    points = (
        (
            _LEFT + (_WIDTH - 2 * _LEFT) * _share(place, at[0], at[-1]),
            _TOP + _HEIGHT * (1 - _share(value, min(counts), max(counts))),
            label,
            value,
        )
        for place, (label, value) in zip(at, drawn, strict=True)
    )
    return Line(points=tuple(points))


def _share(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5
