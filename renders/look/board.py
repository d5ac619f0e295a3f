"""What every composition builds on: it sets texts, places them, and keeps account of what the picture says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from renders.look import text
from renders.look.fonts import advance, begins
from renders.look.frame import LABEL, STRONG_LABEL, Frame
from renders.look.layout import Backdrop, Bar, Layout, PlacedText, Shape
from renders.look.parts import Edge, Mark, Part
from renders.look.text import Setting, Style
from renders.look.theme import Colour, Theme

_MOST_SEGMENTS = 40
"""Of the progress line; more would be dust."""


class Board:
    """A picture in the making. Lengths in px of the frame."""

    def __init__(self, frame: Frame, theme: Theme, language: str) -> None:
        self.frame, self.theme, self.language = frame, theme, language
        self.shapes: list[Shape] = []
        self.texts: list[PlacedText] = []
        self.notes: list[str] = []
        self._foot: list[PlacedText] = []
        self.left, self.top, self.right, self.bottom = frame.content

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        """What is left between `top` and `bottom`."""
        return self.bottom - self.top

    @contextmanager
    def part(self, part: Part, order: int = 0, edge: Edge | None = None) -> Iterator[None]:
        """Whatever is placed inside the block plays this part, unless an inner block says otherwise."""
        texts, shapes, mark = len(self.texts), len(self.shapes), Mark(part, order, edge)
        yield
        self.texts[texts:] = [text if text.mark else replace(text, mark=mark) for text in self.texts[texts:]]
        self.shapes[shapes:] = [shape if shape.mark else replace(shape, mark=mark) for shape in self.shapes[shapes:]]

    def try_to_set(self, words: str, width: float, height: float, style: Style) -> Setting:
        """Set a text in a box to see how it comes out; it is not taken into account."""
        return text.fit(words, width, height, style, self.frame.scale, self.language)

    def set(self, words: str, width: float, height: float, style: Style) -> Setting:
        """Set a text in a box; what had to be shortened is noted."""
        return self._noted(self.try_to_set(words, width, height, style), words)

    def set_short(self, words: str, width: float, height: float, style: Style) -> Setting:
        """Set a name or a date: smaller on one line rather than larger on two."""
        one = replace(style, lines=1)
        return self.set(words, width, height, style if self.try_to_set(words, width, height, one).shortened else one)

    def set_row_at(self, texts: Sequence[str], width: float, height: float, styles: Sequence[Style]) -> list[Setting]:
        """Set texts beside each other in the first of the styles in which nothing must be shortened."""
        for style in styles:
            found = text.fit_row(texts, width, height, style, self.frame.scale, self.language)
            if not any(setting.shortened for setting in found):
                return self.set_row(texts, width, height, style)
        return self.set_row(texts, width, height, styles[-1])

    def set_column(self, texts: Sequence[str], width: float, height: float, gap: float, style: Style) -> list[Setting]:
        """Set texts below each other at one size."""
        found = text.fit_column(texts, width, height, gap, style, self.frame.scale, self.language)
        return [self._noted(setting, words) for setting, words in zip(found, texts, strict=True)]

    def set_row(self, texts: Sequence[str], width: float, height: float, style: Style) -> list[Setting]:
        """Set texts beside each other at one size."""
        found = text.fit_row(texts, width, height, style, self.frame.scale, self.language)
        return [self._noted(setting, words) for setting, words in zip(found, texts, strict=True)]

    def put(self, setting: Setting, x: float, y: float, colour: Colour, *, right: bool = False) -> int:
        """Place what was set with its top left (or top right) corner at `x`, `y`. Returns its lower edge.

        Lines are aligned by their ink, not by their origin, so that large and small letters share one edge.
        """
        for line, baseline in zip(setting.lines, setting.baselines, strict=True):
            left, edge = begins(line, setting.weight, setting.size)
            start = round(x) - (math.ceil(advance(line, setting.weight, setting.size)) if right else edge)
            start = max(start, self.frame.safe[0] - left)
            self.texts.append(
                PlacedText(
                    line, start, round(y) + baseline, setting.size, setting.weight, colour, self.theme.background
                )
            )
        return round(y) + setting.height

    def bar(self, box: tuple[float, float, float, float], colour: Colour, radius: float = 0) -> None:
        left, top, right, bottom = (round(edge) for edge in box)
        self.shapes.append(Bar((left, top, right, bottom), colour, round(radius)))

    def hairline(self, y: float, left: float | None = None, right: float | None = None) -> None:
        thick = max(1, self.frame.px(2))
        ends = (self.left if left is None else left, self.right if right is None else right)
        self.bar((ends[0], round(y), ends[1], round(y) + thick), self.theme.line)

    def kicker(self, words: str, width: float | None = None) -> None:
        """A small line in the second colour above the headline."""
        setting = self.set(words, width or self.width, self.height, STRONG_LABEL)
        if setting.lines:
            with self.part(Part.KICKER):
                lower = self.put(setting, self.left, self.top, self.theme.second)
            self.top = self.frame.snap(lower + self.frame.px(16))

    def source(self, words: str) -> None:
        """Who says so, small, at the foot."""
        setting = self.set(words, self.width, self.height, LABEL)
        if setting.lines:
            top = self.bottom - setting.height
            with self.part(Part.SOURCE):
                self.put(setting, self.left, top, self.theme.muted)
            self._foot = [self.texts.pop() for _ in setting.lines]
            self.bottom = top - self.frame.px(36)

    def headline(self, words: str, style: Style, width: float, height: float) -> None:
        """The headline at the top, on as few lines as it can be; what is below it begins at the new `top`."""
        fewest = self.try_to_set(words, width, height, replace(style, largest=style.smallest))
        setting = self.set(words, width, height, replace(style, lines=max(1, len(fewest.lines))))
        if setting.lines:
            with self.part(Part.HEADLINE):
                lower = self.put(setting, self.left, self.top, self.theme.text)
            self.top = self.frame.snap(lower + self.frame.px(32))

    def settle(self, share: float) -> None:
        """Move what has been placed, but for the foot, down by a share of the room that is free below it."""
        lowest = max([box[3] for box in (*(t.box for t in self.texts), *(s.bounds for s in self.shapes))], default=0)
        shift = round(max(0, self.bottom - lowest) * share)
        self.texts = [replace(text, baseline=text.baseline + shift) for text in self.texts]
        self.shapes = [shape.moved(shift) for shape in self.shapes]

    def progress(self, index: int, count: int) -> None:
        """The thin line of segments at the top, the current one in the accent."""
        if not 1 < count <= _MOST_SEGMENTS:
            return
        left, right, top = self.frame.content[0], self.frame.content[2], self.frame.safe[1]
        gap, thick = self.frame.px(12), max(2, self.frame.px(6))
        each = (right - left + gap) / count
        for number in range(count):
            start = left + number * each
            colour = self.theme.accent if number == index else self.theme.bar if number < index else self.theme.line
            with self.part(Part.PROGRESS, int(number == index), Edge.LEFT):
                self.bar((start, top, start + each - gap, top + thick), colour)

    def finish(self, backdrop: Backdrop, alt: str) -> Layout:
        return Layout(
            self.frame,
            self.theme,
            backdrop,
            tuple(self.shapes),
            (*self.texts, *self._foot),
            alt,
            tuple(self.notes),
        )

    def _noted(self, setting: Setting, words: str) -> Setting:
        if setting.shortened:
            self.notes.append(f"shortened: {words[:80]}")
        return setting
