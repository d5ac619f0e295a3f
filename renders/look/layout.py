"""A scene as data, before anything is drawn: so that what it will look like can be checked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import combinations, pairwise

from renders.domain.script import SceneKind
from renders.look import fonts, glyphs
from renders.look.fonts import Weight
from renders.look.frame import SMALLEST, Box, Frame
from renders.look.parts import Mark
from renders.look.theme import LEAST_CONTRAST, Colour, Theme, contrast

MOST_SIZES = 3
"""Sizes of text in one scene."""
Point = tuple[float, float]


@dataclass(frozen=True)
class PlacedText:
    """One line of text on the canvas."""

    text: str
    x: int
    baseline: int
    size: int
    weight: Weight
    colour: Colour
    ground: Colour
    """What is behind it."""
    mark: Mark | None = None

    @property
    def box(self) -> Box:
        """What its ink takes up, px."""
        ink = fonts.measure(self.text, self.weight, self.size)
        left, _ = fonts.begins(self.text, self.weight, self.size)
        return self.x + left, self.baseline - ink.top, self.x + math.ceil(ink.width), self.baseline + ink.bottom


@dataclass(frozen=True)
class Bar:
    """A filled rectangle with corners of `radius` px."""

    box: Box
    colour: Colour
    radius: int = 0
    mark: Mark | None = None

    def touches(self, box: Box) -> bool:
        return overlap(self.box, box)

    @property
    def bounds(self) -> Box:
        return self.box

    def moved(self, down: int) -> Bar:
        """The same, `down` px lower."""
        left, top, right, bottom = self.box
        return replace(self, box=(left, top + down, right, bottom + down))


@dataclass(frozen=True)
class Stroke:
    """A line through points, `width` px thick, with round ends."""

    points: tuple[Point, ...]
    width: float
    colour: Colour
    mark: Mark | None = None

    def touches(self, box: Box) -> bool:
        half = self.width / 2
        grown = (box[0] - half, box[1] - half, box[2] + half, box[3] + half)
        return any(_crosses(a, b, grown) for a, b in pairwise(self.points))

    @property
    def bounds(self) -> Box:
        half = self.width / 2
        across, down = [x for x, _ in self.points], [y for _, y in self.points]
        return int(min(across) - half), int(min(down) - half), int(max(across) + half), int(max(down) + half)

    def moved(self, down: int) -> Stroke:
        """The same, `down` px lower."""
        return replace(self, points=tuple((x, y + down) for x, y in self.points))


@dataclass(frozen=True)
class Dot:
    """A disc, or a ring where `hole` px of its middle are left open."""

    centre: Point
    radius: float
    colour: Colour
    hole: float = 0.0
    mark: Mark | None = None

    def touches(self, box: Box) -> bool:
        return overlap(self.bounds, box)

    @property
    def bounds(self) -> Box:
        (x, y), r = self.centre, self.radius
        return int(x - r), int(y - r), int(x + r), int(y + r)

    def moved(self, down: int) -> Dot:
        """The same, `down` px lower."""
        return replace(self, centre=(self.centre[0], self.centre[1] + down))


Shape = Bar | Stroke | Dot


class Motif(StrEnum):
    """The large, faint figure in the background."""

    PLAIN = "plain"
    RINGS = "rings"
    WAVES = "waves"
    RAYS = "rays"
    DOTS = "dots"


@dataclass(frozen=True)
class Backdrop:
    """The background: a soft gradient and one motif that fades away near text."""

    motif: Motif
    seed: int
    """The same seed gives the same picture."""
    centre: Point = (0.8, 0.3)
    """Where the motif comes from, as shares of width and height."""


@dataclass(frozen=True)
class Layout:
    """Everything that a picture shows, in the order in which it is drawn."""

    frame: Frame
    theme: Theme
    backdrop: Backdrop
    shapes: tuple[Shape, ...]
    texts: tuple[PlacedText, ...]
    alt: str
    """What the picture shows, in words, for those who do not see it."""
    notes: tuple[str, ...] = field(default=())
    """What had to be left out, for the log."""
    scene: SceneKind | None = None
    """The composition that was used; None for what is not of a segment."""


@dataclass(frozen=True)
class Problem:
    """A rule of the look that a layout breaks."""

    rule: str
    text: str
    detail: str = ""


def overlap(first: Box, second: Box) -> bool:
    """Whether two boxes share a pixel."""
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def check(layout: Layout) -> list[Problem]:
    """Every rule that the layout breaks; empty for every layout of ours (LOOK.md)."""
    return [*_check_texts(layout), *_check_places(layout), *_check_shapes(layout)]


def _check_texts(layout: Layout) -> Iterator[Problem]:
    smallest = SMALLEST * layout.frame.scale
    for text in layout.texts:
        missing = glyphs.missing_glyphs(text.text)
        if missing:
            yield Problem("missing glyph", text.text, repr(sorted(missing)))
        if text.size < round(smallest):
            yield Problem("too small", text.text, f"{text.size} px, {smallest:.0f} at least")
        for ground in {text.ground, layout.theme.background, layout.theme.glow}:
            ratio = contrast(text.colour, ground)
            if ratio < LEAST_CONTRAST:
                yield Problem("low contrast", text.text, f"{ratio:.2f} on {ground}")
    sizes = sorted({text.size for text in layout.texts})
    if len(sizes) > MOST_SIZES:
        yield Problem("too many sizes", "", str(sizes))


def _check_places(layout: Layout) -> Iterator[Problem]:
    left, top, right, bottom = layout.frame.safe
    for text in layout.texts:
        box = text.box
        if box[0] < left or box[1] < top or box[2] > right:
            yield Problem("outside the safe area", text.text, str(box))
        if box[3] > bottom:
            yield Problem("in the caption band", text.text, str(box))
        for shape in layout.shapes:
            if shape.touches(box):
                yield Problem("covered", text.text, repr(shape))
    for one, other in combinations(layout.texts, 2):
        if overlap(one.box, other.box):
            yield Problem("texts overlap", one.text, other.text)


def _check_shapes(layout: Layout) -> Iterator[Problem]:
    left, top, right, bottom = layout.frame.safe
    for shape in layout.shapes:
        box = shape.bounds
        if box[0] < left - 1 or box[1] < top - 1 or box[2] > right + 1 or box[3] > bottom:
            yield Problem("outside the safe area", "", repr(shape))


def _crosses(a: Point, b: Point, box: tuple[float, float, float, float]) -> bool:
    """Whether the straight line from `a` to `b` comes into the box (Liang and Barsky's clipping)."""
    start, end = 0.0, 1.0
    across, down = b[0] - a[0], b[1] - a[1]
    for step, room in (
        (-across, a[0] - box[0]),
        (across, box[2] - a[0]),
        (-down, a[1] - box[1]),
        (down, box[3] - a[1]),
    ):
        if step == 0:
            if room <= 0:
                return False
        elif step < 0:
            start = max(start, room / step)
        else:
            end = min(end, room / step)
    return start < end
