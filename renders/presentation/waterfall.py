"""The attempts of a run on one axis of time (R61): where the time went, to scale.

Long idle stretches (a requeue's five minutes between attempts of a second) would press everything else flat. They are
cut to a fixed width, and marked as cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

_CUT = 8.0
"""Percent of the width that a cut stretch keeps."""
_SHORTEST_CUT = 30.0
"""Seconds; shorter stretches are never cut."""
_MOST_CUTS = 6


@dataclass(frozen=True)
class Bar:
    """Left edge and width in percent of the axis."""

    left: float
    width: float


@dataclass(frozen=True)
class Cut:
    left: float
    width: float
    seconds: float
    """What the stretch lasted."""


Span = tuple[datetime, datetime]


class Axis:
    """Maps moments to percents. Without spans everything lies at 0."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._busy = _merged(spans)
        self._pieces = _pieces(self._busy)
        self.cuts = [
            Cut(left, width, (end - start).total_seconds()) for start, end, left, width, cut in self._pieces if cut
        ]

    @property
    def start(self) -> datetime | None:
        return self._busy[0][0] if self._busy else None

    @property
    def seconds(self) -> float:
        """From the first start to the last end, idle stretches included."""
        return (self._busy[-1][1] - self._busy[0][0]).total_seconds() if self._busy else 0.0

    def bar(self, start: datetime, end: datetime) -> Bar:
        left = self._place(start)
        return Bar(round(left, 3), round(max(self._place(end) - left, 0.0), 3))

    def _place(self, moment: datetime) -> float:
        for start, end, left, width, _ in self._pieces:
            if moment <= end:
                length = (end - start).total_seconds()
                share = (moment - start).total_seconds() / length if length else 0.0
                return left + width * min(max(share, 0.0), 1.0)
        return 100.0 if self._pieces else 0.0


_Piece = tuple[datetime, datetime, float, float, bool]


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        end = max(start, end)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _pieces(busy: Sequence[Span]) -> list[_Piece]:
    """Busy and idle stretches in order, each with its place on the axis."""
    stretches: list[tuple[datetime, datetime, bool]] = []
    worked = sum((end - start).total_seconds() for start, end in busy)
    for number, (start, end) in enumerate(busy):
        if number:
            before = busy[number - 1][1]
            idle = (start - before).total_seconds()
            stretches.append((before, start, idle > max(_SHORTEST_CUT, worked)))
        stretches.append((start, end, False))
    longest = sorted((s for s in stretches if s[2]), key=lambda s: s[0] - s[1])[:_MOST_CUTS]
    cut = {stretch for stretch in stretches if stretch in longest}
    kept = sum((end - start).total_seconds() for start, end, is_cut in stretches if not is_cut) or 1.0
    room = 100.0 - _CUT * len(cut)
    pieces: list[_Piece] = []
    left = 0.0
    for stretch in stretches:
        start, end, _ = stretch
        width = _CUT if stretch in cut else room * (end - start).total_seconds() / kept
        pieces.append((start, end, left, width, stretch in cut))
        left += width
    return pieces
