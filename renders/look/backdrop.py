"""Backgrounds with quiet depth: a gradient without bands, and one large figure that fades away near text."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from renders.look.frame import SAFE, Box
from renders.look.layout import Backdrop, Dot, Layout, Motif
from renders.look.theme import Theme

_FINE = 2
"""The figure is drawn at twice the size and reduced: that makes its edges smooth."""
_COARSE = 16
"""The mask that keeps the figure away from text is soft, so a sixteenth of the size is enough."""
# Bayer's 4 x 4 matrix: spreads the rounding of the gradient evenly, so that video shows no bands.
_DITHER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) / 16


def paint(layout: Layout) -> Image.Image:
    """The background of the layout, RGB, of the frame's size."""
    frame, backdrop = layout.frame, layout.backdrop
    image = _gradient(layout.theme, frame.width, frame.height, backdrop.centre[0] >= 0.5).copy()
    if backdrop.motif is not Motif.PLAIN:
        figure = _figure(backdrop, frame.width, frame.height)
        # A disc may stand among the lines of the figure: it is part of it.
        shapes = [shape.bounds for shape in layout.shapes if not isinstance(shape, Dot)]
        boxes = [*(text.box for text in layout.texts), *shapes]
        figure = ImageChops.multiply(figure, _away_from(boxes, frame.width, frame.height, frame.px(56)))
        image.paste(layout.theme.motif, (0, 0), figure)
    return image


@lru_cache(maxsize=4)
def _gradient(theme: Theme, width: int, height: int, from_right: bool) -> Image.Image:
    """From the glow in an upper corner to the plain background, dithered."""
    across = np.linspace(0, 1, width, dtype=np.float32)
    across = across if from_right else across[::-1]
    down = np.linspace(1, 0, height, dtype=np.float32)
    strength = (np.clip(across * 0.9 - 0.1, 0, 1)[None, :] * 0.55 + (down * 0.45)[:, None]) ** 1.6
    dither = np.tile(_DITHER, (height // 4 + 1, width // 4 + 1))[:height, :width]
    pixels = np.empty((height, width, 3), np.uint8)
    for channel, (base, glow) in enumerate(zip(theme.background, theme.glow, strict=True)):
        pixels[..., channel] = np.clip(base + (glow - base) * strength + dither, min(base, glow), max(base, glow))
    return Image.fromarray(pixels)


def _away_from(boxes: Sequence[Box], width: int, height: int, air: int) -> Image.Image:
    """White where the figure may be seen, softly black around the boxes."""
    mask = Image.new("L", (width // _COARSE, height // _COARSE), 255)
    draw = ImageDraw.Draw(mask)
    margin, head = round(width * SAFE) + air, round(height * SAFE) + air
    for left, top, right, bottom in boxes:
        # What stands at the edge of the safe area keeps its margin free too: stubs of lines there look like dirt.
        start, end = (0 if left <= margin else left - air), (width if right >= width - margin else right + air)
        above = 0 if top <= head else top - air
        draw.rectangle([start // _COARSE, above // _COARSE, end // _COARSE, (bottom + air) // _COARSE], fill=0)
    soft = mask.filter(ImageFilter.GaussianBlur(max(1.0, air / _COARSE * 0.7)))
    # The blur leaks into the boxes themselves; the minimum takes it out again where text stands.
    return ImageChops.darker(soft, mask).resize((width, height), Image.Resampling.BICUBIC)


def _figure(backdrop: Backdrop, width: int, height: int) -> Image.Image:
    mask = Image.new("L", (width * _FINE, height * _FINE), 0)
    draw = ImageDraw.Draw(mask)
    chance = random.Random(backdrop.seed)
    short = min(width, height) * _FINE
    x, y = backdrop.centre[0] * width * _FINE, backdrop.centre[1] * height * _FINE
    _FIGURES[backdrop.motif](draw, x, y, short, chance)
    return mask.reduce(_FINE)


def _rings(draw: ImageDraw.ImageDraw, x: float, y: float, short: float, chance: random.Random) -> None:
    for radius in _radii(short, chance.uniform(0.1, 0.14), 1.32):
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], outline=255, width=round(short / 360))


def _waves(draw: ImageDraw.ImageDraw, x: float, y: float, short: float, chance: random.Random) -> None:
    phase, lift = chance.uniform(0, math.tau), chance.uniform(0.05, 0.08)
    width, _ = draw.im.size
    for number in range(9):
        line = [
            (at, y + short * (number * 0.07 + lift * math.sin((at - x) / short * 2.4 + phase + number * 0.35)))
            for at in range(0, width + 24, 24)
        ]
        draw.line(line, fill=255 - number * 18, width=round(short / 360), joint="curve")


def _rays(draw: ImageDraw.ImageDraw, x: float, y: float, short: float, chance: random.Random) -> None:
    turn, count = chance.uniform(0, math.tau), 48
    for number in range(count):
        angle = turn + math.tau * number / count
        inner = short * (0.26 if number % 2 else 0.32)
        outer = short * (1.1 if number % 4 else 1.4)
        ends = [
            (x + inner * math.cos(angle), y + inner * math.sin(angle)),
            (x + outer * math.cos(angle), y + outer * math.sin(angle)),
        ]
        draw.line(ends, fill=255, width=round(short / 420))


def _dots(draw: ImageDraw.ImageDraw, x: float, y: float, short: float, chance: random.Random) -> None:
    step, reach = short / chance.uniform(20, 24), short * 0.95
    width, height = draw.im.size
    for row in range(int(height / step) + 1):
        for column in range(int(width / step) + 1):
            at = ((column + 0.5) * step, (row + 0.5) * step)
            share = 1 - math.dist(at, (x, y)) / reach
            if share > 0:
                size = step * 0.16 * share + 1
                draw.ellipse([at[0] - size, at[1] - size, at[0] + size, at[1] + size], fill=255)


def _radii(short: float, first: float, factor: float) -> Iterator[float]:
    radius = short * first
    while radius < short * 2.2:
        yield radius
        radius *= factor


_FIGURES = {Motif.RINGS: _rings, Motif.WAVES: _waves, Motif.RAYS: _rays, Motif.DOTS: _dots}
