"""Events in their order: left to right where there is room, else downwards; the one spoken of in the accent."""

from __future__ import annotations

from dataclasses import replace

from renders.look.board import Board
from renders.look.content import Content, NotEnough
from renders.look.fonts import Weight
from renders.look.frame import HEADLINE, LABEL, POINT
from renders.look.layout import Dot
from renders.look.parts import Edge, Part
from renders.look.text import Style

_WHEN = Style(POINT.smallest, POINT.smallest, Weight.SEMIBOLD, lines=2, leading=1.1)
_WHAT = Style(POINT.smallest, POINT.smallest, Weight.REGULAR, lines=5, leading=1.26)
_SMALL_WHAT = replace(LABEL, lines=7)
_MOST = 5

Events = list[tuple[str, str]]


def timeline(board: Board, content: Content) -> None:
    """Five events at most, the last ones; the current one is that which the headline names, or the last."""
    events = content.events()
    if not events:
        raise NotEnough("events")
    headline = content.text("headline")
    board.headline(headline, HEADLINE, board.width, board.height * 0.42)
    board.source(content.text("source", 60))
    most = min(_MOST, max(2, int(board.height // board.frame.px(170 if board.frame.is_tall else 100))))
    if len(events) > most:
        board.notes.append(f"{len(events) - most} of {len(events)} events not shown")
        events = events[-most:]
    named = [at for at, (when, _) in enumerate(events) if when and when in headline]
    current = named[-1] if named else len(events) - 1
    if board.frame.is_wide:
        _to_the_right(board, events, current)
    else:
        _downwards(board, events, current)


def _to_the_right(board: Board, events: Events, current: int) -> None:
    px, theme = board.frame.px, board.theme
    slot = board.width / len(events)
    width = slot - px(40)
    whens = board.set_row([when for when, _ in events], width, board.height * 0.4, _WHEN)
    above, below = max(setting.height for setting in whens) + px(36), px(40)
    whats = board.set_row_at([what for _, what in events], width, board.height - above - below, (_WHAT, _SMALL_WHAT))
    block = above + below + max(setting.height for setting in whats)
    y = round(board.top + (board.height - block) * 0.42 + above)
    with board.part(Part.BASE, edge=Edge.LEFT):
        board.bar((board.left, y - px(2), board.right, y + px(2)), theme.line)
    for at, (when, what) in enumerate(zip(whens, whats, strict=True)):
        x = board.left + slot * at
        with board.part(Part.EVENT, at):
            _dot(board, x + px(14), y, at == current)
            board.put(when, x, y - px(36) - when.height, theme.accent if at == current else theme.text)
            board.put(what, x, y + below, theme.text if at == current else theme.muted)


def _downwards(board: Board, events: Events, current: int) -> None:
    """Dates in a column of their own where they are short, else above what happened."""
    px, theme = board.frame.px, board.theme
    indent, gap = px(64), px(28)
    row = (board.height + gap) / len(events)
    dates = [when for when, _ in events]
    tall = board.frame.is_tall
    share = (1.0, 0.52) if tall else (0.34, 1.0)
    whens = board.set_row(dates, (board.width - indent) * share[0], (row - gap) * share[1], _WHEN)
    if tall:
        column, drop = 0.0, float(max(setting.height for setting in whens) + px(14))
    else:
        column, drop = max(setting.width for setting in whens) + px(40), 0.0
        column = 0.0 if not any(dates) else column
    room = board.width - indent - column
    whats = board.set_row_at([what for _, what in events], room, row - gap - drop, (_WHAT, _SMALL_WHAT))
    high = max(max(a.height, drop + b.height) for a, b in zip(whens, whats, strict=True))
    row = min(row, high + px(110 if tall else 72))
    y = board.top + (board.height + gap - row * len(events)) * (0.1 if tall else 0.3)
    x = board.left + px(14)
    middle = px(_WHEN.smallest) * 0.52
    with board.part(Part.BASE, edge=Edge.TOP):
        board.bar((x - px(2), y + middle, x + px(2), y + middle + row * (len(events) - 1)), theme.line)
    for at, (when, what) in enumerate(zip(whens, whats, strict=True)):
        with board.part(Part.EVENT, at):
            _dot(board, x, y + middle, at == current)
            board.put(when, board.left + indent, y, theme.accent if at == current else theme.text)
            lower = when.baselines[0] - what.baselines[0] if not drop and when.lines and what.lines else 0
            ink = theme.text if at == current else theme.muted
            board.put(what, board.left + indent + column, y + drop + max(0, lower), ink)
        y += row


def _dot(board: Board, x: float, y: float, current: bool) -> None:
    board.shapes.append(Dot((x, y), board.frame.px(14), board.theme.accent if current else board.theme.bar))
