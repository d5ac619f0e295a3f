"""Scenes that are made of numbers: one figure, a comparison."""

from __future__ import annotations

from dataclasses import replace

from renders.look.board import Board
from renders.look.content import Content, NotEnough, Side, number_of
from renders.look.fonts import Weight
from renders.look.frame import HEADLINE, LABEL, POINT, STRONG_LABEL
from renders.look.parts import Edge, Part
from renders.look.text import Setting, Style

_HEADLINE = replace(HEADLINE, largest=HEADLINE.smallest)
_HERO = Style(360, 120, Weight.SEMIBOLD, lines=1, leading=1.0, tight=True)
_UNIT = Style(HEADLINE.smallest, HEADLINE.smallest, Weight.SEMIBOLD, lines=1, leading=1.0)
_VALUE = Style(176, 84, Weight.SEMIBOLD, lines=1, leading=1.0, tight=True)
_WORDS = Style(HEADLINE.smallest, HEADLINE.smallest, Weight.SEMIBOLD, lines=3, leading=HEADLINE.leading)
_LABEL = replace(LABEL, lines=2)
_SIDE = replace(STRONG_LABEL, lines=2)
_LARGE_NOTE = Style(POINT.smallest, POINT.smallest, Weight.REGULAR, lines=3, leading=1.26)
_NOTE = replace(LABEL, lines=3)


def figure(board: Board, content: Content) -> None:
    """One number that carries the item, as large as the frame allows; what it counts stands below."""
    value, unit = content.text("value", 16), content.text("unit", 40)
    if not value:
        raise NotEnough("value")
    frame, theme = board.frame, board.theme
    board.kicker(content.text("kicker", 60))
    board.headline(content.text("headline"), _HEADLINE, board.width, board.height * 0.42)
    beside = board.set(unit, board.width * 0.5, board.height, _UNIT)
    space = beside.width + frame.px(32) if beside.lines else 0
    below = board.set(content.text("label"), board.width, board.height, _LABEL)
    gap = frame.px(40)
    board.source(content.text("source", 60))
    room = board.height - (below.height + gap if below.lines else 0)
    hero = board.set(value, board.width - space, room - frame.px(24), _HERO)
    if hero.shortened:
        raise NotEnough("a value that fits")
    y = board.top + (room - hero.height) * (0.16 if frame.is_tall else 0.55)
    with board.part(Part.VALUE):
        bottom = board.put(hero, board.left, y, theme.accent)
    if beside.lines:
        top = y + hero.baselines[0] - beside.baselines[0]
        with board.part(Part.UNIT):
            bottom = max(bottom, board.put(beside, board.left + hero.width + frame.px(32), top, theme.text))
    with board.part(Part.LABEL):
        board.put(below, board.left, min(bottom + gap, board.bottom - below.height), theme.text)


def comparison(board: Board, content: Content) -> None:
    """Two columns (in tall frames one above the other) on the same scale: name, value, a bar from zero, notes."""
    pair = [side for side in (content.side("left"), content.side("right")) if side]
    if len(pair) < 2:
        raise NotEnough("two sides")
    board.headline(content.text("headline"), _HEADLINE, board.width, board.height * 0.42)
    board.source(content.text("source", 60))
    frame = board.frame
    if frame.is_tall:
        gap = frame.px(72)
        width, height = float(board.width), (board.height - gap) / 2
        corners = [(float(board.left), float(board.top)), (board.left, board.top + height + gap)]
    else:
        gap = frame.px(72)
        width, height = (board.width - gap) / 2, float(board.height)
        corners = [(float(board.left), float(board.top)), (board.left + width + gap, board.top)]
    columns = _Columns(board, pair, width, height)
    drop = min(frame.px(64), max(0.0, (height - columns.height) * 0.4))
    for at, (x, y) in enumerate(corners):
        with board.part(Part.SIDE, at):
            columns.place(at, x, y + drop)


class _Columns:
    """Both sides, set at the same sizes so that they can be compared."""

    def __init__(self, board: Board, pair: list[Side], width: float, height: float) -> None:
        self.board, self.pair, self.width = board, pair, width
        px = board.frame.px
        self.gap, self.thick = px(24), px(20)
        self.names = board.set_row([side.label for side in pair], width, height * 0.3, _SIDE)
        room = height - max(setting.height for setting in self.names) - 2 * self.gap
        style = _VALUE if all(len(side.value) <= 14 for side in pair) else _WORDS
        self.values = board.set_row([side.value for side in pair], width, room * 0.75, style)
        numbers = [number_of(side.value) for side in pair]
        known = [number for number in numbers if number is not None and number >= 0]
        room -= max(setting.height for setting in self.values) + self.gap
        self.bars = [n / max(known) for n in known] if len(known) == 2 and max(known) and room > self.thick else []
        room -= (self.thick + self.gap) if self.bars else 0
        self.notes = [self._notes(side, room) for side in pair]
        self.height = height - room + max(sum(s.height + px(8) for s in notes) for notes in self.notes)

    def _notes(self, side: Side, room: float) -> list[Setting]:
        board = self.board
        gap = board.frame.px(8)
        points = list(side.points)
        while points and room < len(points) * board.frame.px(56):
            board.notes.append(f"not shown: {points.pop()[:80]}")
        # Large notes beside a large value would be a fourth size of text.
        for style in (_NOTE,) if any(v.lines for v in self.values) else (_LARGE_NOTE, _NOTE):
            if points:
                found = board.set_column(points, self.width, room, gap, style)
                if not any(setting.shortened for setting in found):
                    return found
        return found if points else []

    def place(self, at: int, x: float, y: float) -> None:
        board, theme = self.board, self.board.theme
        board.hairline(y, x, x + self.width)
        y += self.gap
        colour = (theme.text, theme.accent)[at]
        board.put(self.names[at], x, y, theme.second)
        y += max(setting.height for setting in self.names) + (self.gap if any(v.lines for v in self.values) else 0)
        with board.part(Part.AMOUNT, at):
            board.put(self.values[at], x, y, colour)
        y += max(setting.height for setting in self.values) + self.gap
        if self.bars:
            long = self.width * self.bars[at]
            with board.part(Part.BAR, at, Edge.LEFT):
                board.bar((x, y, x + long, y + self.thick), (theme.bar, theme.accent)[at])
            y += self.thick + self.gap
        for setting in self.notes[at]:
            y = board.put(setting, x, y, theme.text) + board.frame.px(8)
