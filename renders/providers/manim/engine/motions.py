"""From cues to Manim's animations. Where Manim has the motion, it is Manim's; a rate function gives it its time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from manim import Animation, Create, FadeIn, Mobject, VMobject

from renders.look import fonts
from renders.look.layout import PlacedText
from renders.look.parts import Edge
from renders.providers.manim.choreography.counting import counted, span
from renders.providers.manim.choreography.plan import Cue, Element, Motion
from renders.providers.manim.engine import lettering
from renders.providers.manim.engine.backdrop import Backdrop

_EDGES = {Edge.LEFT: (0, 0), Edge.RIGHT: (0, 1), Edge.BOTTOM: (1, 0), Edge.TOP: (1, 1)}
"""Along which axis a shape grows, and whether the greater coordinate stays."""
_VISIBLE_BY = 0.35
"""Share of its way after which a number that counts up is fully seen."""


def ease_out(share: float) -> float:
    """Quick at first, then coming to rest (LOOK.md)."""
    return 1.0 - (1.0 - min(1.0, max(0.0, share))) ** 3


def pace(start: int, frames: int, bout: tuple[int, int]) -> Callable[[float], float]:
    """A rate function for a motion of `frames` frames from `start` within a longer play: it waits, moves and rests.

    In the frame after its last one it would be beyond its end, so it has arrived in the last one.
    """
    first, end = bout

    def rate(alpha: float) -> float:
        frame = first + round(alpha * (end - first - 0.5))
        return ease_out((frame + 1 - start) / frames)

    return rate


def animation_of(cue: Cue, elements: Sequence[Element], mobject: VMobject, bout: tuple[int, int]) -> Animation:
    """The animation of one cue, to be played for the whole of its bout."""
    timing: dict[str, Any] = {"rate_func": pace(cue.start, cue.frames, bout)}
    away = np.array([cue.shift[0], -cue.shift[1], 0.0])
    first = elements[0]
    if cue.motion is Motion.COUNT and isinstance(first, PlacedText):
        return CountUp(mobject, first, away, **timing)
    if cue.motion is Motion.POP:
        return FadeIn(mobject, scale=0.5, **timing)
    if cue.motion is Motion.GROW:
        return GrowFromOneEdge(mobject, cue.edge or Edge.LEFT, **timing)
    if cue.motion is Motion.DRAW:
        return DrawLine(mobject, **timing)
    return FadeIn(mobject, shift=-away, **timing)


class DrawLine(Create):
    """A line draws itself. Before it begins nothing is seen of it: Manim's would show the round end of its pen."""

    def interpolate_submobject(self, submobject: VMobject, starting_submobject: VMobject, alpha: float) -> None:
        super().interpolate_submobject(submobject, starting_submobject, alpha)
        submobject.set_stroke(opacity=float(alpha > 0))


class _OfOurs(Animation):
    """An animation that says itself what the mobject looks like at each share of its way."""

    def __init__(self, mobject: Mobject, **timing: Any) -> None:
        super().__init__(mobject, introducer=True, **timing)

    def interpolate_mobject(self, alpha: float) -> None:
        self.show(self.rate_func(alpha))

    def show(self, share: float) -> None:
        raise NotImplementedError


class GrowFromOneEdge(_OfOurs):
    """A bar grows in one direction; Manim's own growing is in both."""

    def __init__(self, mobject: VMobject, edge: Edge, **timing: Any) -> None:
        self.axis, greater = _EDGES[edge]
        self.whole = mobject.points.copy()
        along = self.whole[:, self.axis]
        self.fixed = float(along.max() if greater else along.min())
        super().__init__(mobject, **timing)

    def show(self, share: float) -> None:
        points = self.whole.copy()
        points[:, self.axis] = self.fixed + (points[:, self.axis] - self.fixed) * share
        self.mobject.points = points
        # A shape without any length would still be drawn as a hair.
        self.mobject.set_fill(opacity=float(share > 0.001))


class CountUp(_OfOurs):
    """A number counts up to its value, digit for digit at their places, while it travels to where it belongs."""

    def __init__(self, mobject: VMobject, text: PlacedText, away: np.ndarray, **timing: Any) -> None:
        self.text, self.away = text, away
        self.whole = mobject.points.copy()
        self.start, self.end = span(text.text)
        number = text.text[self.start : self.end]
        self.slots = [_advance(text, text.text[: self.start + at]) for at in range(len(number))]
        self.letters = lettering.letters(text, _digits(number) | set(number))
        # What stands around the number is set as a whole: letters of Devanagari are no letters one by one.
        self.around = [
            lettering.outline(replace(text, text=words)).points + np.array([_advance(text, before), 0.0, 0.0])
            for before, words in (("", text.text[: self.start]), (text.text[: self.end], text.text[self.end :]))
            if words.strip()
        ]
        super().__init__(mobject, **timing)

    def show(self, share: float) -> None:
        number = counted(self.text.text, share)[self.start : self.end]
        self.mobject.points = (self.whole if share >= 1 else self._set(number)) + self.away * (1 - share)
        self.mobject.set_fill(opacity=min(1.0, share / _VISIBLE_BY))

    def _set(self, number: str) -> np.ndarray:
        placed = [
            self.letters[character] + np.array([slot, 0.0, 0.0])
            for character, slot in zip(number, self.slots, strict=True)
            if not character.isspace()
        ]
        return np.concatenate([*placed, *self.around])


class Spread(_OfOurs):
    """The figure of the background spreads out from its middle."""

    def __init__(self, mobject: Backdrop, **timing: Any) -> None:
        super().__init__(mobject, **timing)

    def show(self, share: float) -> None:
        self.mobject.reveal(share)


def _advance(text: PlacedText, before: str) -> float:
    return fonts.advance(before, text.weight, text.size)


def _digits(text: str) -> set[str]:
    """All digits of the scripts whose digits the text has."""
    found: set[str] = set()
    for digits in ("0123456789", "०१२३४५६७८९"):
        if set(digits) & set(text):
            found |= set(digits)
    return found
