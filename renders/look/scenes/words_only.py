"""Scenes that are made of words: title card, bullets, quote, closing."""

from __future__ import annotations

from dataclasses import replace

from renders.look.board import Board
from renders.look.content import Content, NotEnough
from renders.look.fonts import Weight
from renders.look.frame import HEADLINE, POINT, STRONG_POINT, TITLE
from renders.look.layout import Dot, overlap
from renders.look.parts import Part
from renders.look.text import Setting, Style, fit

SUN = {"wide": (0.84, 0.3), "tall": (0.74, 0.22), "square": (0.8, 0.22)}
"""Where the disc of a title card stands, as shares of width and height."""

_LINES = Style(56, 48, Weight.SEMIBOLD, lines=3, leading=1.26)
_NUMERAL = Style(HEADLINE.smallest, HEADLINE.smallest, Weight.SEMIBOLD, lines=1, leading=1.0)
_QUOTE = Style(144, 84, Weight.SEMIBOLD, lines=7, leading=1.16)
_SHORT = 32
_LONG_QUOTE = 112
"""More than `_SHORT` characters are not set as large as fits: a wall of large type is hard to read."""
_MARKS = {"ru": ("«", "»")}
_QUOTES_AROUND = "\"'“”„«»‘’‚ "


def title_card(board: Board, content: Content) -> None:
    """Large, left; date and place in the second colour; a disc in the accent, from which the background's rings go."""
    frame, theme = board.frame, board.theme
    headline = content.text("headline")
    if not headline:
        raise NotEnough("headline")
    width = frame.columns(1, 9)[1] - board.left if frame.is_wide else board.width
    gap = frame.px(36)
    kicker, footer = content.text("kicker", 60), content.text("footer", 80)
    over = board.set_short(kicker, width, board.height * 0.25, STRONG_POINT)
    under = board.set_short(footer, width, board.height * 0.25, POINT)
    room = board.height - over.height - under.height - 2 * gap
    title = board.set(headline, width, room * (1 if frame.is_wide else 0.85), TITLE)
    block = sum(part.height + gap for part in (over, title, under) if part.lines) - gap
    # Wide: in the optical middle. Else at the foot, so that the picture stands above the words.
    y = board.top + (board.height - block) * (0.46 if frame.is_wide else 0.97)
    inks = ((Part.KICKER, theme.second), (Part.HEADLINE, theme.text), (Part.FOOTER, theme.muted))
    for setting, (part, colour) in zip((over, title, under), inks, strict=True):
        if setting.lines:
            with board.part(part):
                y = board.put(setting, board.left, y, colour) + gap
    _sun(board)


def _sun(board: Board) -> None:
    frame = board.frame
    across, down = SUN[frame.shape]
    centre, radius = (frame.width * across, frame.height * down), frame.px(56)
    near = Dot(centre, radius * 2.2, board.theme.accent).bounds
    if not any(overlap(near, text.box) for text in board.texts):
        with board.part(Part.SUN):
            board.shapes.append(Dot(centre, radius, board.theme.accent))


def bullets(board: Board, content: Content) -> None:
    """Three points at most under the headline, each on a line of its own."""
    points = content.texts("points", 3)
    if not points:
        raise NotEnough("points")
    board.kicker(content.text("kicker", 60))
    board.headline(content.text("headline"), HEADLINE, board.width, board.height * 0.42)
    board.source(content.text("source", 60))
    frame, theme = board.frame, board.theme
    indent, gap = frame.px(72), frame.px(32)
    settings = board.set_column(points, board.width - indent, board.height - gap, gap, POINT)
    spare = board.height - sum(setting.height + gap for setting in settings)
    gap += round(min(frame.px(96 if frame.is_tall else 44), max(0, spare) / (len(points) + 1)))
    block = sum(setting.height + gap for setting in settings)
    y: float = board.top + max(0, board.height - block) * (0.08 if frame.is_tall else 0.5)
    for at, setting in enumerate(settings):
        with board.part(Part.POINT, at):
            board.hairline(y)
            y += gap // 2
            middle = y + setting.baselines[0] - round(setting.size * 0.34)
            half = frame.px(4)
            board.bar((board.left, middle - half, board.left + frame.px(36), middle + half), theme.accent)
            y = board.put(setting, board.left + indent, y, theme.text) + gap - gap // 2


def quote(board: Board, content: Content) -> None:
    """Large, its opening mark hung in the accent; the speaker below in the second colour."""
    words = content.text("quote", 320).strip(_QUOTES_AROUND)
    if not words:
        raise NotEnough("quote")
    frame, theme = board.frame, board.theme
    before, after = _MARKS.get(content.language, ("“", "”"))
    speaker = board.set_short(content.text("speaker", 80), board.width * 0.9, board.height * 0.3, STRONG_POINT)
    gap = frame.px(36) if speaker.lines else 0
    board.source(content.text("source", 60))
    room = board.height - speaker.height - gap
    # The mark hangs left of the text: its width depends on the size, which depends on the width that it leaves.
    style = _QUOTE if len(words) <= _SHORT else replace(_QUOTE, largest=_LONG_QUOTE)
    widest = board.try_to_set(before, board.width, room, style)
    first = board.try_to_set(f"{words}{after}", board.width - _hang(widest), room, style)
    style = replace(_QUOTE, largest=round(first.size / frame.scale))
    indent = _hang(board.try_to_set(before, board.width, room, style))
    said = board.set(f"{words}{after}", board.width - indent, room, style)
    mark = fit(before, board.width, room, replace(style, largest=said.size, smallest=said.size))
    block = said.height + gap + speaker.height
    y = board.top + (board.height - block) * 0.44
    with board.part(Part.QUOTE_MARK):
        board.put(mark, board.left, y + said.baselines[0] - mark.baselines[0], theme.accent)
    with board.part(Part.QUOTE):
        y = board.put(said, board.left + indent, y, theme.text) + gap
    with board.part(Part.SPEAKER):
        board.put(speaker, board.left + indent, y, theme.second)


def _hang(mark: Setting) -> float:
    """How far the text stands from the margin: the hook of a J must not touch the mark."""
    return mark.width + mark.size * 0.2


def closing(board: Board, content: Content) -> None:
    """What to remember: three numbered lines; beside the headline where there is room, else below it."""
    points = content.texts("points", 3)
    if not points:
        raise NotEnough("points")
    frame, theme = board.frame, board.theme
    wide = frame.is_wide
    left = frame.columns(5, 12)[0] + frame.px(24) if wide else board.left
    across = frame.columns(1, 4)[1] - board.left if wide else board.width
    head = board.set(content.text("headline", 80), across, board.height * (0.9 if wide else 0.4), HEADLINE)
    if not wide and head.lines:
        with board.part(Part.HEADLINE):
            lower = board.put(head, board.left, board.top, theme.text)
        board.top = frame.snap(lower + frame.px(32))
    gap, indent = frame.px(48), frame.px(112)
    settings = board.set_column(points, board.right - left - indent, board.height - gap, gap, _LINES)
    spare = board.height - sum(setting.height + gap for setting in settings)
    gap += round(min(frame.px(96), max(0, spare) / (len(settings) + 1)))
    block = sum(setting.height + gap for setting in settings)
    y: float = board.top + max(0, board.height - block) * {"wide": 0.4, "tall": 0.05, "square": 0.3}[frame.shape]
    for number, setting in enumerate(settings, 1):
        with board.part(Part.POINT, number - 1):
            board.hairline(y, left)
            y += gap // 2
            digit = board.try_to_set(str(number), indent, board.height, _NUMERAL)
            if wide and number == 1:
                level = y + setting.baselines[0] - (head.baselines or (0,))[0]
                with board.part(Part.HEADLINE):
                    board.put(head, board.left, max(board.top, min(level, board.bottom - head.height)), theme.text)
            board.put(digit, left, y + setting.baselines[0] - digit.baselines[0], theme.accent)
            y = board.put(setting, left + indent, y, theme.text) + gap - gap // 2
