"""Charts: bars from an honest zero, and lines; labelled directly, without a legend."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from renders.look.board import Board
from renders.look.content import Amount, Content, NotEnough, written
from renders.look.fonts import Weight, advance
from renders.look.frame import HEADLINE, LABEL, STRONG_POINT
from renders.look.layout import Dot, Stroke
from renders.look.parts import Edge, Part
from renders.look.text import Setting, Style

_VALUE = Style(STRONG_POINT.smallest, STRONG_POINT.smallest, Weight.SEMIBOLD, lines=1, leading=1.0, tight=True)
_NAMES = replace(LABEL, lines=2, leading=1.16)
_MOST_BARS = 7
_MOST_POINTS = 60


def bar_chart(board: Board, content: Content) -> None:
    """Bars from zero with their values beside them; the one that the headline names, or the largest, in the accent."""
    amounts = content.amounts()
    if not amounts:
        raise NotEnough("series")
    _head(board, content)
    headline = content.text("headline")
    if _stand_upright(board, amounts):
        _columns(board, amounts, _spoken_of(amounts, headline))
    else:
        amounts = _fewer(board, amounts, _rows_that_fit(board, amounts))
        _rows(board, amounts, _spoken_of(amounts, headline))


def line_chart(board: Board, content: Content) -> None:
    """One line with its last value at its end; the axis says where it begins."""
    amounts = content.amounts()[:_MOST_POINTS]
    if len(amounts) < 2:
        raise NotEnough("series of two")
    _head(board, content)
    frame, theme = board.frame, board.theme
    low, high, step = _ticks([amount.value for amount in amounts])
    marks = [low + step * number for number in range(round((high - low) / step) + 1)]
    axis = [written(mark, board.language) for mark in marks]
    numbers = [board.try_to_set(words, board.width, board.height, LABEL) for words in axis]
    last = board.set(amounts[-1].shown, board.width * 0.4, board.height, _VALUE)
    left = board.left + max(setting.width for setting in numbers) + frame.px(24)
    right = board.right - last.width - frame.px(40)
    names = board.set_row([amount.label for amount in amounts], board.width * 0.3, board.height * 0.3, LABEL)
    top = board.top + frame.px(24)
    bottom = board.bottom - max(name.height for name in names) - frame.px(32)
    # A line chart that is higher than wide makes every rise look steep.
    top = max(top, bottom - round(board.width * 0.8))
    for mark, setting in zip(marks, numbers, strict=True):
        y = bottom - (bottom - top) * (mark - low) / (high - low)
        with board.part(Part.BASE if mark == marks[0] else Part.AXIS, edge=Edge.LEFT):
            board.hairline(y, left, board.right if mark == marks[0] else right)
            level = y - setting.baselines[0] + setting.size * 0.36
            board.put(setting, left - frame.px(24), level, theme.muted, right=True)
    places = _across([amount.label for amount in amounts])
    points = tuple(
        (left + (right - left) * place, bottom - (bottom - top) * (amount.value - low) / (high - low))
        for place, amount in zip(places, amounts, strict=True)
    )
    with board.part(Part.GRAPH):
        board.shapes.append(Stroke(points, max(2, frame.px(8)), theme.accent))
    for at, point in enumerate(points[:-1] if len(points) <= 8 else ()):
        with board.part(Part.SPOT, at):
            board.shapes.append(Dot(point, frame.px(9), theme.accent))
    with board.part(Part.SPOT, len(points) - 1):
        board.shapes.append(Dot(points[-1], frame.px(14), theme.accent))
    y = points[-1][1] - last.baselines[0] + last.size * 0.36
    y = min(max(y, board.top), bottom - last.height - frame.px(8))
    with board.part(Part.AMOUNT):
        board.put(last, points[-1][0] + frame.px(32), y, theme.accent)
    _label_across(board, names, [x for x, _ in points], bottom + frame.px(32))


def _head(board: Board, content: Content) -> None:
    board.headline(content.text("headline"), HEADLINE, board.width, board.height * 0.42)
    board.source(content.text("source", 60))
    unit = board.set(content.text("unit", 60), board.width, board.height, LABEL)
    if unit.lines:
        with board.part(Part.UNIT):
            lower = board.put(unit, board.left, board.top, board.theme.muted)
        board.top = board.frame.snap(lower + board.frame.px(16))


def _rows_that_fit(board: Board, amounts: list[Amount]) -> int:
    px = board.frame.px
    if _beside_bars(board, amounts):
        row = px(64 if board.frame.is_wide else 80)
    else:
        names = [board.try_to_set(amount.label, board.width, board.height, LABEL) for amount in amounts]
        row = max(name.height for name in names) + px(10) + px(60)
    return max(1, min(_MOST_BARS, int(board.height // row)))


def _beside_bars(board: Board, amounts: list[Amount]) -> bool:
    """Whether names stand left of their bars (else above them)."""
    widest = max(advance(a.label, Weight.REGULAR, board.frame.px(LABEL.largest)) for a in amounts)
    return board.frame.is_wide or (not board.frame.is_tall and widest < board.width * 0.34 * _NAMES.lines)


def _fewer(board: Board, amounts: list[Amount], most: int) -> list[Amount]:
    """The largest, in the order given, where there are too many; what is left out is noted."""
    if len(amounts) <= most:
        return amounts
    board.notes.append(f"{len(amounts) - most} of {len(amounts)} bars not shown")
    kept = sorted(range(len(amounts)), key=lambda at: -abs(amounts[at].value))[:most]
    return [amounts[at] for at in sorted(kept)]


def _spoken_of(amounts: list[Amount], headline: str) -> int:
    named = [at for at, amount in enumerate(amounts) if amount.label and amount.label.casefold() in headline.casefold()]
    return named[-1] if named else max(range(len(amounts)), key=lambda at: abs(amounts[at].value))


def _stand_upright(board: Board, amounts: list[Amount]) -> bool:
    """Columns suit a few short labels, most of all dates; long names want rows."""
    slot = board.width / len(amounts)
    widest = max(advance(a.label, Weight.REGULAR, board.frame.px(LABEL.largest)) for a in amounts)
    tallest = max(advance(a.shown, Weight.SEMIBOLD, board.frame.px(_VALUE.largest)) for a in amounts)
    dated = all(amount.label[:1].isdigit() for amount in amounts)
    fits = max(widest, tallest) < slot * 0.86 and min(amount.value for amount in amounts) >= 0
    return 1 < len(amounts) <= 2 * _MOST_BARS and fits and (dated or not board.frame.is_tall)


def _columns(board: Board, amounts: list[Amount], spoken: int) -> None:
    frame, theme = board.frame, board.theme
    slot = board.width / len(amounts)
    wide = min(slot * 0.58, frame.px(220))
    labels = board.set_row([a.label for a in amounts], slot, board.height, LABEL)
    values = board.set_row([a.shown for a in amounts], slot, board.height, _VALUE)
    ground = board.bottom - max(label.height for label in labels) - frame.px(20)
    tall = ground - board.top - max(value.height for value in values) - frame.px(20)
    largest = max(a.value for a in amounts) or 1.0
    for at, (amount, label, value) in enumerate(zip(amounts, labels, values, strict=True)):
        middle, height = board.left + slot * (at + 0.5), tall * amount.value / largest
        colour = theme.accent if at == spoken else theme.bar
        with board.part(Part.BAR, at, Edge.BOTTOM):
            board.bar((middle - wide / 2, ground - height, middle + wide / 2, ground), colour)
        ink = theme.accent if at == spoken else theme.text
        with board.part(Part.AMOUNT, at):
            board.put(value, middle - value.width / 2, ground - height - value.height - frame.px(16), ink)
        with board.part(Part.NAME, at):
            board.put(label, middle - label.width / 2, ground + frame.px(20), theme.muted)
    with board.part(Part.BASE, edge=Edge.LEFT):
        board.hairline(ground)


def _rows(board: Board, amounts: list[Amount], spoken: int) -> None:
    frame, theme = board.frame, board.theme
    beside = _beside_bars(board, amounts)
    low, high = min(0.0, *(a.value for a in amounts)), max(0.0, *(a.value for a in amounts))
    values = board.set_row([a.shown for a in amounts], board.width * 0.3, board.height, _VALUE)
    names = LABEL if frame.is_wide or not beside else _NAMES
    across = board.width * (0.34 if beside else 1)
    labels = board.set_row([a.label for a in amounts], across, board.height / len(amounts), names)
    left = board.left + (max(s.width for s in labels) + frame.px(32) if beside and any(s.lines for s in labels) else 0)
    right = board.right - max(s.width for s in values) - frame.px(24)
    zero = left + (right - left) * -low / ((high - low) or 1.0)
    row = min(board.height / len(amounts), frame.px(120 if beside else 200))
    y = board.top + (board.height - row * len(amounts)) * (0.1 if frame.is_tall else 0.4)
    head = 0 if beside else max(s.height for s in labels) + frame.px(10)
    thick = min((row - head) * 0.62, frame.px(72))
    first = y
    for at, (amount, label, value) in enumerate(zip(amounts, labels, values, strict=True)):
        top = y + head + (row - head - thick) / 2
        end = zero + (right - left) * amount.value / ((high - low) or 1.0)
        with board.part(Part.BAR, at, Edge.RIGHT if end < zero else Edge.LEFT):
            board.bar((min(zero, end), top, max(zero, end), top + thick), theme.accent if at == spoken else theme.bar)
        middle = top + thick / 2
        with board.part(Part.AMOUNT, at):
            _beside(board, value, max(zero, end) + frame.px(24), middle, theme.accent if at == spoken else theme.text)
        with board.part(Part.NAME, at):
            above = top - label.height - frame.px(10)
            board.put(label, board.left, middle - label.height / 2 if beside else above, theme.muted)
        y += row
    if beside:
        thin = max(1, frame.px(2))
        with board.part(Part.BASE, edge=Edge.TOP):
            board.bar((round(zero) - thin, first, round(zero), y), theme.line)


def _beside(board: Board, setting: Setting, x: float, middle: float, colour: tuple[int, int, int]) -> None:
    if setting.lines:
        board.put(setting, x, middle - setting.baselines[0] + setting.size * 0.36, colour)


def _ticks(values: list[float]) -> tuple[float, float, float]:
    """Lowest and highest mark and their distance: round numbers, from zero where the values are not far from it."""
    low, high = min(values), max(values)
    if low >= 0 and low < 0.6 * high:
        low = 0.0
    reach = (high - low) or abs(high) or 1.0
    power = 10 ** math.floor(math.log10(reach / 3))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * 3 >= reach * 0.999)
    low = math.floor(low / step) * step
    return low, max(low + step, math.ceil(high / step - 1e-9) * step), step


def _across(labels: list[str]) -> list[float]:
    """Where each point stands, 0 to 1: by its year where all labels are years in order, else evenly."""
    years = [int(label) for label in labels if label.isascii() and label.isdigit() and len(label) == 4]
    if len(years) == len(labels) and all(a < b for a, b in pairwise(years)):
        return [(year - years[0]) / (years[-1] - years[0]) for year in years]
    return [at / (len(labels) - 1) for at in range(len(labels))]


def _label_across(board: Board, settings: list[Setting], places: list[float], y: float) -> None:
    """The first label and the last, and between them as many as stand apart."""
    taken: list[tuple[float, float]] = []
    for at in [0, len(settings) - 1, *range(1, len(settings) - 1)]:
        setting = settings[at]
        start = min(max(places[at] - setting.width / 2, board.left), board.right - setting.width)
        air = board.frame.px(28)
        if setting.lines and all(start + setting.width + air < a or start - air > b for a, b in taken):
            with board.part(Part.NAME, at):
                board.put(setting, start, y, board.theme.muted)
            taken.append((start, start + setting.width))
