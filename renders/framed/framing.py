"""The frame around a picture that is not of our drawing: our background, the progress line above, the headline below.

The headline stands on the theme's own background and never on the picture, whose colours nobody knows: so its
contrast is that of every scene.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from renders.domain.script import SceneKind
from renders.look import Layout
from renders.look.board import Board
from renders.look.fonts import Weight
from renders.look.frame import Box
from renders.look.glyphs import clean
from renders.look.layout import Backdrop, Motif
from renders.look.order import Order
from renders.look.text import Style

_HEADLINE = Style(64, 48, Weight.SEMIBOLD, lines=2, leading=1.16)
_MOST_TEXT = 240


@dataclass(frozen=True)
class Framing:
    layout: Layout
    """Everything but the picture."""
    window: Box
    """Where the picture goes, px: from edge to edge, even numbers."""


def framing(order: Order) -> Framing:
    """The frame for one segment."""
    frame = order.frame
    board = Board(frame, order.theme, order.language)
    headline = clean(str(order.segment.get("headline") or "")[:_MOST_TEXT])
    setting = board.set(headline, board.width, board.height * 0.3, _HEADLINE)
    gap = frame.px(28)
    lower = board.bottom
    if setting.lines:
        top = board.bottom - setting.height
        board.put(setting, board.left, top, order.theme.text)
        lower = top - gap
    else:
        lower = frame.captions_top
    board.progress(order.index, order.count)
    upper = frame.safe[1] + frame.px(6 + 28)
    # Even numbers: the picture is encoded with one colour for each two by two pixels.
    window = (0, upper // 2 * 2, frame.width // 2 * 2, lower // 2 * 2)
    seed = zlib.crc32(str(order.segment.get("id", "")).encode("utf-8", "replace"))
    alt = " ".join(part for part in (headline, _scene_words(order)) if part)
    return Framing(board.finish(Backdrop(Motif.PLAIN, seed), alt), window)


def _scene_words(order: Order) -> str:
    data = order.segment.get("data")
    if order.segment.get("scene") != SceneKind.BULLETS or not isinstance(data, dict):
        return ""
    points = data.get("points")
    return ". ".join(str(point) for point in points[:3]) if isinstance(points, list) else ""
