"""Columns and lines over days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from monitoring.charts.axis import ABOVE, HEIGHT, Axis

_GAP = 0.28
"""Of a day's width, between two columns."""
_NEAR, _FEW, _SHORT = 3, 9, 4
"""Labels nearer to each other than three days are shown on wide pages only; but all of a week, if of four letters."""


@dataclass(frozen=True)
class Piece:
    """A part of a column, or the whole."""

    value: float
    kind: str
    """Names its colour: `good`, `bad`, `plain`."""
    y: float = 0.0
    height: float = 0.0


@dataclass(frozen=True)
class Column:
    x: float
    width: float
    centre: float
    pieces: Sequence[Piece]
    label: str
    label_kind: str
    label_y: float
    key: bool
    """Whether its label is shown on narrow pages, too."""
    title: str


@dataclass(frozen=True)
class DayMark:
    centre: float
    label: str
    key: bool


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    title: str


@dataclass(frozen=True)
class Curve:
    kind: str
    points: Sequence[Point]
    pairs: Sequence[tuple[Point, Point]]
    """Neighbours that a line joins; days without a value are left open."""
    label: str
    value: str
    """The last one, in words: the label's second line."""
    label_y: float
    """Of the middle between the two lines."""


@dataclass(frozen=True)
class Rule:
    """A line across, with what it stands for."""

    y: float
    label: str


@dataclass(frozen=True)
class Chart:
    axis: Axis
    marks: Sequence[DayMark]
    columns: Sequence[Column] = ()
    curves: Sequence[Curve] = ()
    rule: Rule | None = None
    height: float = ABOVE + HEIGHT
    full_height: float = ABOVE + HEIGHT + 24


@dataclass(frozen=True)
class Bar:
    """What a column shows of a day; None pieces are left out."""

    day: date
    pieces: Sequence[Piece]
    label: str
    label_kind: str
    important: float
    """The label of the most important day is shown on narrow pages, beside the last one's; 0 is not."""
    title: str


def columns(axis: Axis, bars: Sequence[Bar], rule: Rule | None = None) -> Chart:
    keys = _keys(bars)
    drawn = [_column(axis, number, len(bars), bar, number in keys) for number, bar in enumerate(bars)]
    return Chart(axis, _marks([bar.day for bar in bars]), columns=drawn, rule=rule)


def curves(
    axis: Axis,
    days: Sequence[date],
    lines: Sequence[tuple[str, str, Sequence[float | None]]],
    told: Callable[[float], str],
) -> Chart:
    """`lines`: kind, name and a value for each day (None: there is none)."""
    drawn = [_curve(axis, kind, name, days, values, told) for kind, name, values in lines]
    return Chart(axis, _marks(days), curves=_apart([curve for curve in drawn if curve.points]))


def _column(axis: Axis, number: int, count: int, bar: Bar, key: bool) -> Column:
    slot = 100 / count
    width = slot * (1 - _GAP)
    pieces, base = [], 0.0
    for piece in bar.pieces:
        top, bottom = axis.y(base + piece.value), axis.y(base)
        base += piece.value
        if piece.value > 0:
            # What is there is seen, however little it is.
            height = max(bottom - top, 1.5)
            pieces.append(Piece(piece.value, piece.kind, round(bottom - height, 1), round(height, 1)))
    return Column(
        x=round(number * slot + (slot - width) / 2, 3),
        width=round(width, 3),
        centre=round((number + 0.5) * slot, 3),
        pieces=pieces,
        label=bar.label,
        label_kind=bar.label_kind,
        label_y=round(min((piece.y for piece in pieces), default=axis.y(0)) - 6, 1),
        key=key,
        title=bar.title,
    )


def _keys(bars: Sequence[Bar]) -> set[int]:
    """Of few days with short labels all; else the last one's and the most important one's, where that is not too
    near."""
    last = len(bars) - 1
    if last < _FEW and all(len(bar.label) <= _SHORT for bar in bars):
        return set(range(last + 1))
    most = max(range(last + 1), key=lambda number: bars[number].important)
    return {last, most} if bars[most].important > 0 and last - most >= _NEAR else {last}


def _curve(
    axis: Axis, kind: str, name: str, days: Sequence[date], values: Sequence[float | None], told: Callable[[float], str]
) -> Curve:
    slot = 100 / len(days)
    points = [
        Point(round((number + 0.5) * slot, 3), axis.y(value), f"{day.day} {day:%b}: {name} {told(value)}")
        if value is not None
        else None
        for number, (day, value) in enumerate(zip(days, values, strict=True))
    ]
    there = [point for point in points if point is not None]
    pairs = [(one, two) for one, two in pairwise(points) if one is not None and two is not None]
    last = next((value for value in reversed(values) if value is not None), None)
    return Curve(kind, there, pairs, name, told(last) if last is not None else "", there[-1].y if there else 0.0)


def _apart(drawn: list[Curve], least: float = 36.0) -> list[Curve]:
    """Labels at the lines' ends that would cover each other are moved apart: upwards from the lowest, and back down
    where there is no more room."""
    ordered = sorted(drawn, key=lambda curve: curve.label_y, reverse=True)
    places: list[float] = []
    for curve in ordered:
        places.append(min(curve.label_y, places[-1] - least) if places else min(curve.label_y, ABOVE + HEIGHT - 10))
    highest = 16.0
    for number in range(len(places) - 1, -1, -1):
        places[number] = max(places[number], highest)
        highest = places[number] + least
    return [replace(curve, label_y=round(y, 1)) for curve, y in zip(ordered, places, strict=True)]


def _marks(days: Sequence[date]) -> list[DayMark]:
    """Every day's name where there are few, else every week's, counted from the last day; narrow pages show fewer."""
    count = len(days)
    slot = 100 / count
    every = 1 if count <= 7 else 2 if count <= 14 else 7
    return [
        DayMark(round((number + 0.5) * slot, 3), f"{day.day}\u00a0{day:%b}", (count - 1 - number) % (every * 2) == 0)
        for number, day in enumerate(days)
        if (count - 1 - number) % every == 0
    ]
