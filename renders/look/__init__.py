"""How everything looks: fonts, themes, text, layout and the pictures themselves. Pure drawing: no Django, no network.

The way through: `compose` lays a segment out as data, `check` names every rule of the look that it would break,
`draw` makes the picture. `draw_thumbnail` and `draw_card` make the pictures that are not of a segment.
"""

from __future__ import annotations

from renders.look.card import draw_card
from renders.look.compose import compose
from renders.look.content import NotEnough
from renders.look.drawing import check_pixels, draw
from renders.look.frame import Frame
from renders.look.glyphs import clean, missing_glyphs
from renders.look.layout import Layout, Problem, check
from renders.look.order import Order, read_order
from renders.look.theme import INK, PAPER, THEMES, Theme, contrast
from renders.look.thumbnail import draw_thumbnail

__all__ = [
    "INK",
    "PAPER",
    "THEMES",
    "Frame",
    "Layout",
    "NotEnough",
    "Order",
    "Problem",
    "Theme",
    "check",
    "check_pixels",
    "clean",
    "compose",
    "contrast",
    "draw",
    "draw_card",
    "draw_thumbnail",
    "missing_glyphs",
    "read_order",
]
