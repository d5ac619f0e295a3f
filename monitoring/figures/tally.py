"""How many videos were promised and how many came in time (R75, R76). Exact: no rate is ever rounded upwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

NOTHING = "–"
"""How a rate is told where there is nothing to have a rate of."""


@dataclass(frozen=True)
class Tally:
    """`good` of `total`; for on-time rates: ready in time, of those that were promised."""

    total: int = 0
    good: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.good <= self.total:
            raise ValueError(f"{self.good} of {self.total} is no tally")

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.total + other.total, self.good + other.good)

    @property
    def rate(self) -> Fraction | None:
        """Between 0 and 1; None of nothing."""
        return Fraction(self.good, self.total) if self.total else None

    @property
    def told(self) -> str:
        return percent(self.rate)

    def meets(self, target: Fraction) -> bool | None:
        """Whether the rate is at least `target` (between 0 and 1); None where there is no rate."""
        return None if self.rate is None else self.rate >= target


def total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def percent(rate: Fraction | None, digits: int = 1) -> str:
    """`94.9 %`. Cut off, not rounded: what is below a target is never shown as having met it."""
    if rate is None:
        return NOTHING
    scaled = int(rate * 100 * 10**digits)
    whole, rest = divmod(scaled, 10**digits)
    is_whole = digits == 0 or rate * 100 == whole
    return f"{whole}\u00a0%" if is_whole else f"{whole}.{rest:0{digits}d}\u00a0%"


def target_of(percentage: float | Decimal) -> Fraction:
    """95.5 as it is written: 191/200, and not the nearest binary fraction."""
    return Fraction(str(percentage)) / 100
