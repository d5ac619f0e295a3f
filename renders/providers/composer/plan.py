"""From the timeline to the pieces of the picture, each of exactly so many frames. Pure (PERFORMANCE section 1).

Only windows, in which two shots overlap, need both of them; between two windows a shot stands alone: a still is
held, a clip plays. `shots` and `windows` can therefore be encoded in any order and kept for the next composition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from renders.domain.timeline_form import ClipKind, Timeline, TransitionKind, VisualClip
from renders.media.h264 import GOP, Part


@dataclass(frozen=True)
class Shot:
    """A visual in its slot. All figures are frames."""

    number: int
    clip: VisualClip
    start: int
    frames: int
    """Length of the slot."""
    lead: int = 0
    """How long it is seen before its slot, under the transition that brings it in."""
    entry: int = 0
    """How long that transition goes on inside the slot."""
    exit: int = 0
    """How long before the slot's end the transition to the next one begins."""
    trail: int = 0
    """How long it is seen after its slot, under that transition."""

    @property
    def body(self) -> int:
        """Frames on which it stands alone."""
        return self.frames - self.entry - self.exit

    @property
    def total(self) -> int:
        """Frames on which it is seen at all."""
        return self.lead + self.frames + self.trail

    @property
    def still(self) -> bool:
        return self.clip.kind is not ClipKind.VIDEO

    @property
    def piece(self) -> str:
        return f"shot{self.number}"


@dataclass(frozen=True)
class Window:
    """The frames in which one shot goes over into the next."""

    before: Shot
    after: Shot

    @property
    def start(self) -> int:
        return self.after.start - self.after.lead

    @property
    def frames(self) -> int:
        return self.after.lead + self.after.entry

    @property
    def piece(self) -> str:
        return f"window{self.after.number}"


@dataclass(frozen=True)
class Plan:
    width: int
    height: int
    fps: int
    shots: tuple[Shot, ...]

    @property
    def windows(self) -> tuple[Window, ...]:
        pairs = zip(self.shots, self.shots[1:], strict=False)
        return tuple(Window(before, after) for before, after in pairs if after.lead + after.entry)

    def parts(self) -> Iterator[Part]:
        """What follows what in the finished stream."""
        windows = {window.after.number: window for window in self.windows}
        for shot in self.shots:
            if shot.number in windows:
                yield Part(windows[shot.number].piece, windows[shot.number].frames)
            if shot.still:
                yield from (Part(shot.piece, frames) for frames in repetitions(shot.body))
            elif shot.body:
                yield Part(shot.piece, shot.body)


def plan(timeline: Timeline) -> Plan:
    """Cut the visuals of a timeline into shots and windows."""
    shots: list[Shot] = []
    for number, clip in enumerate(timeline.tracks.visuals):
        shot = Shot(number, clip, timeline.frames(clip.start), timeline.frames(clip.duration))
        if shots:
            shots[-1], shot = _overlapped(shots[-1], shot, _wanted(timeline, clip))
        shots.append(shot)
    return Plan(timeline.width, timeline.height, timeline.fps, tuple(_without_single_frames(shots)))


def repetitions(frames: int) -> list[int]:
    """How often the first frames of a still's group are shown to fill so many frames.

    Never one frame alone: two IDR pictures in a row would need different `idr_pic_id`s.
    """
    whole, rest = divmod(frames, GOP)
    if rest == 1 and whole:
        return [GOP] * (whole - 1) + [GOP - 1, 2]
    return [GOP] * whole + ([rest] if rest else [])


def _wanted(timeline: Timeline, clip: VisualClip) -> int:
    fades = clip.transition.kind is TransitionKind.FADE
    return timeline.frames(clip.transition.duration) if fades else 0


def _overlapped(before: Shot, after: Shot, wanted: int) -> tuple[Shot, Shot]:
    """Both shots with a window of `wanted` frames centred on their boundary, shorter where a slot is too short."""
    left = min(wanted // 2, before.frames // 2)
    right = min(wanted - wanted // 2, after.frames // 2)
    if left + right < 2:
        return before, after
    return replace(before, exit=left, trail=right), replace(after, lead=left, entry=right)


def _without_single_frames(shots: Sequence[Shot]) -> Iterator[Shot]:
    """A single frame between two windows goes to one of them (see `repetitions`)."""
    grown = list(shots)
    for at, shot in enumerate(grown):
        if shot.body != 1:
            continue
        if shot.entry:
            grown[at] = replace(shot, entry=shot.entry + 1)
            grown[at - 1] = replace(grown[at - 1], trail=grown[at - 1].trail + 1)
        else:
            grown[at] = replace(shot, exit=shot.exit + 1)
            grown[at + 1] = replace(grown[at + 1], lead=grown[at + 1].lead + 1)
    return iter(grown)
