"""Lines of text as outlines: shaped by Pango from our own fonts, put exactly where the layout wants them.

Text is data (I9): it is only ever handed to `Text`, which takes it as plain text, never to markup or to TeX.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import manimpango
import numpy as np
from manim import Text, VMobject, tempconfig
from manim.mobject.text.text_mobject import TEXT_MOB_SCALE_FACTOR
from PIL import Image, ImageDraw

from renders.look import fonts, glyphs
from renders.look.fonts import Weight
from renders.look.layout import PlacedText

_FAMILIES = {"NotoSans": "Noto Sans", "NotoSansDevanagari": "Noto Sans Devanagari"}
_WEIGHTS = {Weight.REGULAR: "NORMAL", Weight.SEMIBOLD: "SEMIBOLD"}
_SIZE = 240.0
"""Manim's font size at which outlines are made: large, because Pango rounds advances to its own pixels."""
_LARGE = 1000
"""Size in px at which Pillow measures without being led by its hinting."""
_ENDLESS = 100_000
_REFERENCE = {"NotoSans": "H", "NotoSansDevanagari": "०"}


@dataclass(frozen=True)
class _Scale:
    """How the outlines of one font lie in Manim's units: one em, and where the origin of a line is."""

    em: float
    left: float
    baseline: float


def load_fonts() -> None:
    """Make our fonts known to Pango. To be called once a process."""
    for path in sorted(glyphs.FOLDER.glob("*.ttf")):
        manimpango.register_font(str(path))


def outline(text: PlacedText) -> VMobject:
    """The line as one shape in pixels of the frame, `y` up (so that all of it is below zero)."""
    whole = VMobject(stroke_width=0, fill_opacity=1, fill_color="#{:02x}{:02x}{:02x}".format(*text.colour))
    x = float(text.x)
    for run in fonts.runs(text.text):
        hinted = fonts.load(run.family, text.weight, text.size).getlength(run.text)
        if run.text.strip():
            whole.append_points(_placed(run.text, run.family, text, x, hinted))
        x += hinted
    return whole


def letters(text: PlacedText, characters: Iterable[str]) -> dict[str, np.ndarray]:
    """For each of the characters its outline as it would be at the start of the line, in pixels of the frame."""
    found = {}
    for character in characters:
        if not character.isspace():
            family = fonts.runs(character)[0].family
            advance = fonts.load(family, text.weight, text.size).getlength(character)
            found[character] = _placed(character, family, text, float(text.x), advance)
    return found


def _placed(run: str, family: str, text: PlacedText, x: float, hinted: float) -> np.ndarray:
    scale = _scale(family, text.weight)
    points = _outline(run, family, text.weight).copy()
    natural = fonts.load(family, text.weight, _LARGE).getlength(run) * text.size / _LARGE
    # The layout reckons with hinted advances: the outline is made as wide, so that both end at the same place.
    wide = hinted / natural if natural and 0.94 < hinted / natural < 1.06 else 1.0
    points[:, 0] = x + (points[:, 0] - scale.left) * text.size / scale.em * wide
    points[:, 1] = -text.baseline + (points[:, 1] - scale.baseline) * text.size / scale.em
    return points


@lru_cache(maxsize=512)
def _outline(run: str, family: str, weight: Weight) -> np.ndarray:
    # Pango breaks lines at the width of Manim's frame; ours are broken already.
    with tempconfig({"pixel_width": _ENDLESS}):
        drawn = Text(
            run,
            font=_FAMILIES[family],
            weight=_WEIGHTS[weight],
            font_size=_SIZE,
            should_center=False,
            warn_missing_font=False,
        )
    parts = [glyph.points for glyph in drawn.family_members_with_points()]
    if not parts:
        return np.zeros((0, 3))
    # `Text` turns and scales what Pango drew about its middle, wherever that is: undone, so that all lines of one font
    # have their origin at one place; then `y` is turned up.
    middle: np.ndarray = drawn.get_center()
    points: np.ndarray = middle + (np.concatenate(parts) - middle) / TEXT_MOB_SCALE_FACTOR
    points[:, 1] -= 2 * middle[1]
    return points


@lru_cache(maxsize=8)
def _scale(family: str, weight: Weight) -> _Scale:
    """Found by looking at one letter whose ink Pillow can measure."""
    letter = _REFERENCE[family]
    points = _outline(letter, family, weight)
    picture = Image.new("L", (2 * _LARGE, 2 * _LARGE))
    pen = ImageDraw.Draw(picture)
    pen.text((_LARGE / 2, _LARGE), letter, fill=255, font=fonts.load(family, weight, _LARGE), anchor="ls")
    left, top, _, bottom = picture.getbbox() or (0, 0, 0, 1)
    em = float(np.ptp(points[:, 1])) * _LARGE / (bottom - top)
    return _Scale(
        em=em,
        left=float(points[:, 0].min()) - (left - _LARGE / 2) * em / _LARGE,
        baseline=float(points[:, 1].min()) + (bottom - _LARGE) * em / _LARGE,
    )
