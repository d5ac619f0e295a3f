"""The stage manager: collects cues in seconds while a choreography speaks of parts, and makes the plan of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from renders.look.layout import Bar, Dot, Layout, PlacedText
from renders.look.parts import Edge, Part
from renders.providers.manim.choreography import counting, speech
from renders.providers.manim.choreography.plan import Cue, Motion, Plan, box_of, elements_of

ENTER = 0.5
"""Seconds that things take to come in."""
RISE = 28
"""From how far below text comes, px of the design."""
PATIENCE = 2.5
"""Seconds for which a scene may wait with nothing but its headline."""
_MOMENT = 0.3
"""Seconds after the last motion before the clip ends."""
_AHEAD = 0.25
"""Seconds before its word at which a thing begins to come in: it is there when it is heard."""
_SHORTEST = 1.0
"""Seconds of a clip; a voice shorter than that has its scene standing almost at once."""


class Cast:
    """The elements of one layout, what is known of their narration, and the cues so far."""

    def __init__(self, layout: Layout, narration: str, language: str, fps: int) -> None:
        self.layout, self.narration, self.language, self.fps = layout, narration, language, fps
        self.elements = elements_of(layout)
        self.ripple: tuple[float, float] | None = None
        self._cues: list[tuple[float, float, Cue]] = []
        self._voice = speech.length(narration, language)

    def find(self, part: Part, order: int | None = None) -> list[int]:
        """Places of the elements that play this part."""
        return [
            at
            for at, element in enumerate(self.elements)
            if element.mark and element.mark.part is part and order in (None, element.mark.order)
        ]

    def orders(self, part: Part) -> list[int]:
        marks = [element.mark for element in self.elements]
        return sorted({mark.order for mark in marks if mark and mark.part is part})

    def words(self, places: Iterable[int]) -> str:
        """What the elements say, together."""
        found = (self.elements[at] for at in places)
        return " ".join(element.text for element in found if isinstance(element, PlacedText))

    def is_accented(self, places: Iterable[int]) -> bool:
        return any(self.elements[at].colour == self.layout.theme.accent for at in places)

    def spoken(self, groups: Sequence[Sequence[int]], earliest: float, *, apart: float = 0.45) -> list[float]:
        """For each group the second at which it comes in: just before it is spoken, in order, `apart` at least.

        Groups that are never spoken of come in evenly between their neighbours; the first does not leave the scene
        empty for longer than `PATIENCE`.
        """
        heard = speech.moments(self.narration, [self.words(group) for group in groups], self.language)
        wanted = [None if when is None else when - _AHEAD for when in heard]
        if wanted and wanted[0] is not None:
            wanted[0] = min(wanted[0], earliest + PATIENCE)
        return in_order(wanted, earliest, self._end_of_speech, apart)

    @property
    def _end_of_speech(self) -> float:
        return speech.AIR + self._voice * 0.8

    def cue(
        self,
        places: Sequence[int],
        motion: Motion,
        at: float,
        seconds: float = ENTER,
        shift: tuple[float, float] = (0, 0),
        edge: Edge | None = None,
    ) -> None:
        """One motion of elements as one, from second `at` on."""
        if places:
            self._cues.append((at, seconds, Cue(tuple(places), motion, 0, 1, self._inside(places, shift), edge)))

    def enter(self, places: Iterable[int], at: float, seconds: float = ENTER, stagger: float = 0.07) -> float:
        """Each element in the manner of its kind, one shortly after the other. Returns the end of the last."""
        end = at
        for number, place in enumerate(places):
            self._enter_one(place, at + number * stagger, seconds)
            end = at + number * stagger + seconds
        return end

    def count(self, places: Iterable[int], at: float, seconds: float, shift: tuple[float, float] = (0, 0)) -> None:
        """Numbers count up; what is no number comes in like other text."""
        for place in places:
            element = self.elements[place]
            if isinstance(element, PlacedText) and counting.can_count(element.text):
                self.cue([place], Motion.COUNT, at, seconds, shift)
            else:
                self.cue([place], Motion.FADE, at, min(seconds, 0.6), shift if any(shift) else (0, self.px(RISE)))

    def px(self, length: float) -> int:
        return self.layout.frame.px(length)

    def _enter_one(self, place: int, at: float, seconds: float) -> None:
        element = self.elements[place]
        if isinstance(element, PlacedText):
            self.cue([place], Motion.FADE, at, seconds, (0, self.px(RISE)))
        elif isinstance(element, Bar):
            edge = (element.mark and element.mark.edge) or Edge.LEFT
            self.cue([place], Motion.GROW, at, seconds, edge=edge)
        else:
            self.cue([place], Motion.POP if isinstance(element, Dot) else Motion.DRAW, at, seconds)

    def _inside(self, places: Sequence[int], shift: tuple[float, float]) -> tuple[float, float]:
        """The shift, as far as the elements stay in the safe area on their way."""
        left, top, right, bottom = self.layout.frame.safe
        boxes = [box_of(self.elements[place]) for place in places]
        across, down = shift
        across = max(min(across, right - max(box[2] for box in boxes)), min(0, left - min(box[0] for box in boxes)))
        down = max(min(down, bottom - max(box[3] for box in boxes)), min(0, top - min(box[1] for box in boxes)))
        return across, down

    def plan(self) -> Plan:
        """Everything on the grid of frames, nothing forgotten, and no longer than the voice and a second."""
        moving = {place for _, _, cue in self._cues for place in cue.elements}
        there = {place for place, element in enumerate(self.elements) if element.mark and _is_there(element.mark.part)}
        self.enter([place for place in range(len(self.elements)) if place not in moving | there], 0.4, stagger=0.02)
        last = max((at + seconds for at, seconds, _ in self._cues), default=0.0)
        last = max(last, sum(self.ripple or (0.0,)))
        longest = max(_SHORTEST, self._voice + 1) - _MOMENT if self._voice else last
        tighter = min(1.0, longest / last) if last else 1.0
        # Whatever the voice leaves too little time for comes in earlier, and where it must, faster.
        cues = [self._on_grid(at * tighter, seconds * tighter, cue) for at, seconds, cue in self._cues]
        ripple = None
        if self.ripple:
            ripple = round(self.ripple[0] * tighter * self.fps), max(1, round(self.ripple[1] * tighter * self.fps))
        end = max([cue.end for cue in cues] + ([sum(ripple)] if ripple else []), default=0)
        frames = max(end + round(_MOMENT * self.fps), round(_SHORTEST * self.fps))
        if self._voice:
            frames = max(end, min(frames, int(max(_SHORTEST, self._voice + 1) * self.fps)))
        return Plan(tuple(sorted(cues, key=lambda cue: (cue.start, cue.elements))), frames, ripple)

    def _on_grid(self, at: float, seconds: float, cue: Cue) -> Cue:
        start = max(0, int(at * self.fps))
        return replace(cue, start=start, frames=max(1, int((at + seconds) * self.fps) - start))


def in_order(heard: Sequence[float | None], earliest: float, latest: float, apart: float) -> list[float]:
    """Times that only go up: what was heard too early waits for its turn, what was not heard is spread evenly.

    Before `latest` where there is room for that; `apart` is then as small as it must be.
    """
    count = len(heard)
    if not count:
        return []
    latest = max(latest, earliest + apart * count)
    apart = min(apart, (latest - earliest) / count)
    times: list[float] = []
    for at, when in enumerate(heard):
        least = times[-1] + apart if times else earliest
        most = latest - apart * (count - 1 - at)
        if when is None:
            following = next(((other, n) for n, other in enumerate(heard[at:]) if other is not None), None)
            target, steps = (following[0], following[1]) if following else (latest, count - at)
            when = least if not times else times[-1] + max(apart, (target - times[-1]) / (steps + 1))
        times.append(max(least, min(when, most)))
    return times


def _is_there(part: Part) -> bool:
    return part is Part.PROGRESS
