"""A plan of motions, counted in frames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from renders.look.layout import Layout, PlacedText, Shape
from renders.look.parts import Edge

Element = PlacedText | Shape


class Motion(StrEnum):
    """How something comes in. All of them ease out and end where the layout has the element."""

    FADE = "fade"
    """Out of nothing, from `shift` px away."""
    POP = "pop"
    """Out of nothing, from half its size."""
    GROW = "grow"
    """From one edge, which stays where it is."""
    DRAW = "draw"
    """A line is drawn from its beginning to its end."""
    COUNT = "count"
    """A number counts up from zero, and travels from `shift` px away."""


@dataclass(frozen=True)
class Cue:
    """One motion of elements that move as one."""

    elements: tuple[int, ...]
    """Places in `elements_of(layout)`."""
    motion: Motion
    start: int
    """First frame in which it is on its way."""
    frames: int
    """In the last of them it has arrived."""
    shift: tuple[float, float] = (0.0, 0.0)
    """From where it comes, px right and down of its place."""
    edge: Edge | None = None

    @property
    def end(self) -> int:
        """First frame after the motion."""
        return self.start + self.frames


@dataclass(frozen=True)
class Plan:
    """Everything that happens in one clip. An element without a cue is there from the first frame."""

    cues: tuple[Cue, ...]
    """By their start."""
    frames: int
    """Length of the clip."""
    ripple: tuple[int, int] | None = None
    """Start and number of frames in which the figure of the background spreads out; None: it is there."""

    @property
    def bouts(self) -> list[tuple[int, int]]:
        """Stretches of frames (first, end) in which something moves; between them the picture stands still."""
        spans = [(cue.start, cue.end) for cue in self.cues]
        spans += [(self.ripple[0], sum(self.ripple))] if self.ripple else []
        found: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(end, found[-1][1]))
            else:
                found.append((start, end))
        return found


def elements_of(layout: Layout) -> tuple[Element, ...]:
    """What a layout shows, in the order in which it is drawn."""
    return (*layout.shapes, *layout.texts)


def box_of(element: Element) -> tuple[int, int, int, int]:
    return element.box if isinstance(element, PlacedText) else element.bounds
