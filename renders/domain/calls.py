"""The calls of one service in the last while: what the circuit and the retry budget decide by. Pure.

Time is cut into grains, so that a window is a dozen small numbers, however many calls are made: the oldest grain leaves
as a whole, and a call is counted for between eleven and twelve twelfths of the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

GRAINS = 12


@dataclass(frozen=True)
class Tally:
    wanted: int = 0
    """Pieces of work that somebody wanted of the service: those that were left out because of its circuit, too."""
    made: int = 0
    """Calls that were made, retries with them."""
    failed: int = 0
    """Of these, the ones that it failed at."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.wanted + other.wanted, self.made + other.made, self.failed + other.failed)


@dataclass(frozen=True)
class Grain:
    number: int
    """Since the epoch, in twelfths of the window."""
    tally: Tally


@dataclass(frozen=True)
class Calls:
    """A window of calls; `seconds` is its length and the same in every call of one window."""

    grains: tuple[Grain, ...] = ()

    def counted(self, more: Tally, now: datetime, seconds: float) -> Calls:
        """With `more`, and without what is too old. A clock that went back loses what lies in its future."""
        number = _number(now, seconds)
        kept = [grain for grain in self.grains if number - GRAINS < grain.number < number]
        here = next((grain.tally for grain in self.grains if grain.number == number), Tally())
        return Calls((*kept, Grain(number, here + more)))

    def within(self, now: datetime, seconds: float) -> Tally:
        """All of the window that ends now."""
        number = _number(now, seconds)
        return sum((one.tally for one in self.grains if number - GRAINS < one.number <= number), Tally())

    def to_json(self) -> list[list[int]]:
        return [[one.number, one.tally.wanted, one.tally.made, one.tally.failed] for one in self.grains]

    @classmethod
    def from_json(cls, stored: Sequence[Sequence[int]]) -> Calls:
        return cls(tuple(Grain(number, Tally(*tally)) for number, *tally in stored))


def _number(now: datetime, seconds: float) -> int:
    return int(now.timestamp() * GRAINS / seconds)
