"""The choreography of each kind of scene. Seconds count from the start of the clip."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from renders.domain.script import SceneKind
from renders.look.layout import Dot, Layout, Motif, Stroke
from renders.look.parts import Edge, Part
from renders.providers.manim.choreography.cast import RISE, Cast
from renders.providers.manim.choreography.plan import Motion, box_of

_OPEN = 0.15
"""The picture before fades out meanwhile."""


def opening(cast: Cast) -> float:
    """Progress, kicker, headline, unit and source, which all scenes share. Returns when the rest may come."""
    cast.cue(cast.find(Part.PROGRESS, 1), Motion.GROW, 0.0, 0.6, edge=Edge.LEFT)
    cast.enter(cast.find(Part.KICKER), _OPEN)
    head = cast.find(Part.HEADLINE)
    cast.enter(head, _OPEN + 0.1, 0.6, stagger=0.1)
    ready = _OPEN + 0.55 + 0.1 * max(0, len(head) - 1)
    cast.cue(cast.find(Part.SOURCE), Motion.FADE, ready + 0.2)
    return ready


def title_card(cast: Cast) -> None:
    """The disc opens, rings spread from it, the words rise one line after the other."""
    backdrop = cast.layout.backdrop
    if backdrop.motif is not Motif.PLAIN:
        cast.ripple = (0.1, 0.7)
    cast.cue(cast.find(Part.SUN), Motion.POP, 0.0, 0.6)
    cast.cue(cast.find(Part.PROGRESS, 1), Motion.GROW, 0.0, 0.6, edge=Edge.LEFT)
    cast.enter(cast.find(Part.KICKER), _OPEN)
    end = cast.enter(cast.find(Part.HEADLINE), _OPEN + 0.15, 0.7, stagger=0.14)
    cast.enter(cast.find(Part.FOOTER), end - 0.25)


def points(cast: Cast) -> None:
    """Each point when it is spoken: its line is drawn, its mark set, its words rise."""
    groups = [cast.find(Part.POINT, order) for order in cast.orders(Part.POINT)]
    for group, at in zip(groups, cast.spoken(groups, opening(cast) + 0.15), strict=True):
        cast.enter(group, at)


def quote(cast: Cast) -> None:
    """The mark, then line after line as it is read, then who said so."""
    opening(cast)
    cast.cue(cast.find(Part.QUOTE_MARK), Motion.POP, _OPEN)
    lines = [[place] for place in cast.find(Part.QUOTE)]
    times = cast.spoken(lines, _OPEN + 0.2, apart=0.3)
    # Words that nobody reads out are not held back: a reader is faster than a voice.
    pace = [min(at, _OPEN + 0.2 + 1.4 * number) for number, at in enumerate(times)]
    for line, at in zip(lines, pace, strict=True):
        cast.enter(line, at, 0.6)
    cast.enter(cast.find(Part.SPEAKER), (pace[-1] if pace else _OPEN) + 0.6)


def figure(cast: Cast) -> None:
    """The number counts up when it is spoken; what it counts comes with it."""
    ready = opening(cast)
    value = cast.find(Part.VALUE)
    at = cast.spoken([value], ready)[0]
    cast.count(value, at, 0.9)
    cast.enter(cast.find(Part.UNIT), at + 0.15)
    cast.enter(cast.find(Part.LABEL), at + 0.5)


def bar_chart(cast: Cast) -> None:
    """Bars grow from zero one after the other and carry their numbers up; the one that is spoken of comes last."""
    ready = opening(cast)
    cast.enter(cast.find(Part.UNIT), ready - 0.1)
    cast.enter(cast.find(Part.BASE), ready)
    orders = cast.orders(Part.BAR)
    spoken = [order for order in orders if cast.is_accented(cast.find(Part.BAR, order))]
    at = ready + 0.15
    step = min(0.16, 1.2 / max(1, len(orders)))
    for number, order in enumerate(orders):
        cast.cue(cast.find(Part.NAME, order), Motion.FADE, ready + number * 0.06, 0.4)
        if order not in spoken:
            _grow(cast, order, at)
            at += step
    for order in spoken:
        named = [*cast.find(Part.NAME, order), *cast.find(Part.AMOUNT, order)]
        _grow(cast, order, cast.spoken([named], at + 0.1)[0])


def line_chart(cast: Cast) -> None:
    """The axes, then the line draws itself, setting its points as it passes them; its last value at the end."""
    ready = opening(cast)
    cast.enter(cast.find(Part.UNIT), ready - 0.1)
    cast.enter(cast.find(Part.BASE), ready, stagger=0.0)
    cast.enter(cast.find(Part.AXIS), ready + 0.05, stagger=0.03)
    for number, place in enumerate(cast.find(Part.NAME)):
        cast.cue([place], Motion.FADE, ready + 0.1 + number * 0.05, 0.4)
    graph, start, long = cast.find(Part.GRAPH), ready + 0.3, 1.2
    cast.cue(graph, Motion.DRAW, start, long)
    spots = cast.find(Part.SPOT)
    for place, share in zip(spots, _along(cast, graph, spots), strict=True):
        cast.cue([place], Motion.POP, start + long * share * 0.7, 0.4)
    cast.count(cast.find(Part.AMOUNT), start + long * 0.7, 0.7)


def timeline(cast: Cast) -> None:
    """The line, then event after event in the order of time, each when it is spoken."""
    ready = opening(cast)
    cast.enter(cast.find(Part.BASE), ready, 0.7)
    groups = [cast.find(Part.EVENT, order) for order in cast.orders(Part.EVENT)]
    for group, at in zip(groups, cast.spoken(groups, ready + 0.3, apart=0.35), strict=True):
        cast.enter(group, at, stagger=0.1)


def comparison(cast: Cast) -> None:
    """One side, then the other, each when it is spoken; both bars grow on the same scale."""
    ready = opening(cast)
    sides = [(cast.find(Part.SIDE, order), order) for order in cast.orders(Part.SIDE)]
    groups = [[*places, *cast.find(Part.AMOUNT, order)] for places, order in sides]
    for (places, order), at in zip(sides, cast.spoken(groups, ready + 0.1, apart=0.8), strict=True):
        cast.enter(places, at, stagger=0.08)
        cast.count(cast.find(Part.AMOUNT, order), at + 0.15, 0.8)
        cast.cue(cast.find(Part.BAR, order), Motion.GROW, at + 0.15, 0.8, edge=Edge.LEFT)


def map_pin(cast: Cast) -> None:
    """The globe draws itself; the pin drops when the place is spoken, and its notes follow."""
    ready = opening(cast)
    globe = cast.find(Part.GLOBE)
    discs = [place for place in globe if isinstance(cast.elements[place], Dot)]
    strokes = [place for place in globe if isinstance(cast.elements[place], Stroke)]
    cast.cue(discs, Motion.FADE, 0.1, 0.6)
    cast.cue(strokes[:-1], Motion.DRAW, 0.2, 0.9)
    cast.cue(strokes[-1:], Motion.DRAW, 0.2, 0.7)
    place, pin = cast.find(Part.PLACE), cast.find(Part.PIN)
    at = max(cast.spoken([place], ready)[0], 0.9 if globe else 0.0)
    cast.cue(pin, Motion.FADE, at, 0.5, (0, -cast.px(180)))
    cast.enter(place, at + 0.15, stagger=0.15)
    groups = [cast.find(Part.POINT, order) for order in cast.orders(Part.POINT)]
    for group, later in zip(groups, cast.spoken(groups, at + 0.6), strict=True):
        cast.enter(group, later)


def _grow(cast: Cast, order: int, at: float) -> None:
    """A bar and, carried by its end, its number."""
    bars, seconds = cast.find(Part.BAR, order), 0.7
    carried = (0.0, float(cast.px(RISE)))
    for place in bars:
        left, top, right, bottom = box_of(cast.elements[place])
        mark = cast.elements[place].mark
        edge = mark.edge if mark else None
        # Below zero a bar grows away from its number.
        ways = {Edge.LEFT: (left - right, 0.0), Edge.BOTTOM: (0.0, bottom - top)}
        carried = ways.get(edge, (0.0, 0.0)) if edge else carried
        cast.cue([place], Motion.GROW, at, seconds, edge=edge)
    cast.count(cast.find(Part.AMOUNT, order), at, seconds, carried)


def _along(cast: Cast, graph: Sequence[int], spots: Sequence[int]) -> list[float]:
    """Where along the line each point stands, 0 to 1."""
    boxes = [box_of(cast.elements[place]) for place in spots]
    middles = [(box[0] + box[2]) / 2 for box in boxes]
    ends = [box_of(cast.elements[place]) for place in graph]
    start, end = min(box[0] for box in ends), max(box[2] for box in ends)
    return [(middle - start) / ((end - start) or 1) for middle in middles]


Choreography = Callable[[Cast], None]

CHOREOGRAPHIES: Mapping[SceneKind, Choreography] = {
    SceneKind.TITLE_CARD: title_card,
    SceneKind.BULLETS: points,
    SceneKind.CLOSING: points,
    SceneKind.QUOTE: quote,
    SceneKind.FIGURE: figure,
    SceneKind.BAR_CHART: bar_chart,
    SceneKind.LINE_CHART: line_chart,
    SceneKind.TIMELINE: timeline,
    SceneKind.COMPARISON: comparison,
    SceneKind.MAP_PIN: map_pin,
}


def stage(layout: Layout, cast: Cast) -> None:
    """Let the choreography of the layout's kind speak."""
    CHOREOGRAPHIES[layout.scene or SceneKind.TITLE_CARD](cast)
