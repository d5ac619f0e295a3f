"""Where the lines of an axis lie, and what is written beside them. Axes begin at zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEIGHT = 168.0
"""Pixels of the plot, from the base line to the top."""
ABOVE = 22.0
"""Pixels above it, for labels."""
_MOST_LINES = 4
_TIMES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400)


@dataclass(frozen=True)
class Line:
    y: float
    label: str


@dataclass(frozen=True)
class Axis:
    top: float
    """The value at the plot's top."""
    lines: Sequence[Line]

    def y(self, value: float) -> float:
        """Pixels from the picture's upper edge."""
        return round(ABOVE + HEIGHT * (1 - min(value / self.top, 1.0)), 1)


def of_counts(most: int) -> Axis:
    return _axis(float(max(most, 1)), _count_step(max(most, 1)), lambda value: f"{value:,.0f}".replace(",", "\u202f"))


def of_rates() -> Axis:
    return _axis(1.0, 0.25, lambda value: f"{value:.0%}".replace("%", "\u00a0%"))


def of_durations(longest: float) -> Axis:
    """`30 s`, `2 m`, `1 h`."""
    longest = max(longest, 1.0)
    step = next((step for step in _TIMES if longest / step <= _MOST_LINES), 86_400 * _count_step(longest / 86_400))
    return _axis(longest, float(step), _duration)


def _axis(most: float, step: float, told: Callable[[float], str]) -> Axis:
    count = -int(-(most - 1e-9) // step)
    axis = Axis(count * step, ())
    return Axis(axis.top, [Line(axis.y(number * step), told(number * step)) for number in range(count + 1)])


def _count_step(most: float) -> float:
    """1, 2 or 5 times a power of ten, so that there are few lines."""
    size = 1.0
    while True:
        for times in (1, 2, 5):
            if most / (times * size) <= _MOST_LINES:
                return times * size
        size *= 10


def _duration(seconds: float) -> str:
    for size, name in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds / size:g}\u00a0{name}"
    return f"{seconds:g}\u00a0s" if seconds else "0"
