"""A calm card for a slot of the timeline whose picture is not there: the headline, and no word of an error."""

from __future__ import annotations

from pathlib import Path

from renders.look.board import Board
from renders.look.drawing import draw
from renders.look.fonts import Weight
from renders.look.frame import Frame
from renders.look.glyphs import clean
from renders.look.layout import Backdrop, Layout, Motif
from renders.look.text import Style
from renders.look.theme import Theme

_HEADLINE = Style(108, 84, Weight.SEMIBOLD, lines=5, leading=1.14)


def draw_card(headline: str, theme: Theme, size: tuple[int, int], out: Path) -> None:
    """Draw a PNG of `size` (width, height in px) to `out`. Raises OSError where it cannot be written."""
    draw(card(headline, theme, size), out)


def card(headline: str, theme: Theme, size: tuple[int, int]) -> Layout:
    """The card as a layout; without a headline that can be drawn it is the background alone."""
    frame = Frame(*size)
    board = Board(frame, theme, "en")
    words = clean(headline)
    width = frame.columns(1, 10)[1] - board.left if frame.is_wide else board.width
    setting = board.set(words, width, board.height, _HEADLINE)
    board.put(setting, board.left, board.top + (board.height - setting.height) * 0.5, theme.text)
    return board.finish(Backdrop(Motif.RINGS, len(words), (0.5, 1.1)), words)
