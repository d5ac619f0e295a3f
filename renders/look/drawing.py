"""From a layout to a picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from renders.look import backdrop, fonts
from renders.look.layout import Bar, Dot, Layout, PlacedText, Problem, Shape, Stroke
from renders.look.theme import LEAST_CONTRAST, Colour, contrast

_FINE = 4
"""Shapes are drawn this much larger and reduced: Pillow does not smooth edges."""
_LARGE = 400_000
"""Above this many pixels a smaller factor is smooth enough and four times as fast."""
_COMPRESSION = 1
"""Of PNG: the picture is read once more, by the composer; higher levels take twice the time for a tenth less."""


def draw(layout: Layout, out: Path) -> None:
    """Draw the layout to `out`, a PNG of exactly the frame's size. Raises OSError where it cannot be written."""
    render(layout).save(out, format="PNG", compress_level=_COMPRESSION)


def render(layout: Layout) -> Image.Image:
    """The layout as a picture, RGB."""
    image = _without_texts(layout)
    canvas = ImageDraw.Draw(image)
    for text in layout.texts:
        _write(canvas, text)
    return image


def check_pixels(layout: Layout) -> list[Problem]:
    """Texts whose contrast to the pixels that are really behind them is too low."""
    image = _without_texts(layout)
    return [
        Problem("low contrast on pixels", text.text, f"{ratio:.2f}")
        for text in layout.texts
        if (ratio := _worst_contrast(text, image)) < LEAST_CONTRAST
    ]


def _worst_contrast(text: PlacedText, image: Image.Image) -> float:
    behind = np.asarray(image.crop(text.box), np.uint32)
    packed = {int(colour) for colour in np.unique(behind @ np.array([1 << 16, 1 << 8, 1], np.uint32))}
    return min((contrast(text.colour, (c >> 16, c >> 8 & 255, c & 255)) for c in packed), default=21.0)


def _without_texts(layout: Layout) -> Image.Image:
    image = backdrop.paint(layout)
    for colour, group in groupby(layout.shapes, key=lambda shape: shape.colour):
        _fill(image, list(group), colour)
    return image


def _write(canvas: ImageDraw.ImageDraw, text: PlacedText) -> None:
    x = float(text.x)
    for run in fonts.runs(text.text):
        font = fonts.load(run.family, text.weight, text.size)
        canvas.text((x, text.baseline), run.text, fill=text.colour, font=font, anchor="ls")
        x += font.getlength(run.text)


def _fill(image: Image.Image, shapes: list[Shape], colour: Colour) -> None:
    """Draw shapes of one colour: plain rectangles as they are, all others smoothed, together in one mask."""
    canvas = ImageDraw.Draw(image)
    smooth: list[Shape] = []
    for shape in shapes:
        if isinstance(shape, Bar) and shape.radius == 0:
            left, top, right, bottom = shape.box
            if right > left and bottom > top:
                canvas.rectangle((left, top, right - 1, bottom - 1), fill=colour)
        else:
            smooth.append(shape)
    if not smooth:
        return
    bounds = [shape.bounds for shape in smooth]
    left, top = min(b[0] for b in bounds) - 2, min(b[1] for b in bounds) - 2
    width, height = max(b[2] for b in bounds) + 3 - left, max(b[3] for b in bounds) + 3 - top
    fine = _FINE if width * height <= _LARGE else _FINE // 2 + 1
    mask = Image.new("L", (width * fine, height * fine), 0)
    pen = ImageDraw.Draw(mask)
    for shape in smooth:
        _draw_smooth(pen, shape, left, top, fine)
    image.paste(colour, (left, top), mask.reduce(fine))


def _draw_smooth(pen: ImageDraw.ImageDraw, shape: Shape, left: int, top: int, fine: int) -> None:
    match shape:
        case Bar(box=box, radius=radius):
            x0, y0, x1, y1 = (
                (box[0] - left) * fine,
                (box[1] - top) * fine,
                (box[2] - left) * fine,
                (box[3] - top) * fine,
            )
            if x1 > x0 and y1 > y0:
                pen.rounded_rectangle((x0, y0, x1 - 1, y1 - 1), radius * fine, fill=255)
        case Stroke(points=points, width=width):
            line = [((x - left) * fine, (y - top) * fine) for x, y in points]
            pen.line(line, fill=255, width=max(1, round(width * fine)), joint="curve")
            for end in (line[0], line[-1]):
                _disc(pen, end, width * fine / 2, 255)
        case Dot(centre=(x, y), radius=radius, hole=hole):
            centre = ((x - left) * fine, (y - top) * fine)
            _disc(pen, centre, radius * fine, 255)
            if hole:
                _disc(pen, centre, hole * fine, 0)


def _disc(pen: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, fill: int) -> None:
    x, y = centre
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def circle(centre: tuple[float, float], radius: float, steps: int = 96) -> Iterator[tuple[float, float]]:
    """Points of a closed circle, for a `Stroke`."""
    for step in range(steps + 1):
        angle = math.tau * step / steps
        yield centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)
