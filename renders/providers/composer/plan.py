"""From the timeline to the strips of the picture, each of exactly so many frames. Pure (PERFORMANCE section 1).

Only windows, in which two shots overlap, need both of them; between two windows a shot stands alone: a still is
held, a clip plays. So each strip is made of few things, and kept as long as these stay the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from renders.domain.timeline_form import ClipKind, Timeline, TransitionKind, VisualClip
from renders.media.h264 import ENTRY, GOP, is_key


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
    """How long before the slot's end the window to the next one begins."""
    trail: int = 0
    """How long it is seen after its slot, under that transition."""

    @property
    def body(self) -> int:
        """Frames on which it stands alone."""
        return self.frames - self.entry - self.exit

    @property
    def still(self) -> bool:
        return self.clip.kind is not ClipKind.VIDEO

    @property
    def form_entry(self) -> int:
        """Where a clip of it needs a key frame."""
        return self.entry if self.entry and self.body and not self.still else ENTRY


@dataclass(frozen=True)
class Window:
    """The frames in which one shot goes over into the next."""

    before: Shot
    after: Shot

    @property
    def start(self) -> int:
        return self.before.start + self.before.frames - self.before.exit

    @property
    def frames(self) -> int:
        return self.before.exit + self.before.trail

    @property
    def kind(self) -> TransitionKind:
        return self.after.clip.transition.kind if self.after.lead + self.after.entry else TransitionKind.CUT


@dataclass(frozen=True)
class Plan:
    width: int
    height: int
    fps: int
    shots: tuple[Shot, ...]

    @property
    def windows(self) -> tuple[Window, ...]:
        pairs = zip(self.shots, self.shots[1:], strict=False)
        return tuple(Window(before, after) for before, after in pairs if before.exit + before.trail)


def plan(timeline: Timeline) -> Plan:
    """Cut the visuals of a timeline into shots and windows."""
    shots: list[Shot] = []
    for number, clip in enumerate(timeline.tracks.visuals):
        shot = Shot(number, clip, timeline.frames(clip.start), timeline.frames(clip.duration))
        if shots:
            shots[-1], shot = _overlapped(shots[-1], shot, _wanted(timeline, clip))
        shots.append(shot)
    shots = list(_without_single_frames(shots))
    return Plan(timeline.width, timeline.height, timeline.fps, tuple(_without_last_keys(shots)))


def repetitions(frames: int) -> list[int]:
    """How many frames of a still's group are shown each time to fill so many frames.

    Never one frame alone: two IDR pictures in a row would need different `idr_pic_id`s.
    """
    whole, rest = divmod(frames, GOP)
    if rest == 1 and whole:
        return [GOP] * (whole - 1) + [GOP - 1, 2]
    return [GOP] * whole + ([rest] if rest else [])


def playing(shot: Shot, frames: int) -> int:
    """How many frames of a shot's body play, of a clip of so many frames; on the rest its last one is held."""
    left = max(0, frames - shot.entry)
    if left >= shot.body:
        return shot.body
    # Neither what plays nor what is held may be one frame, nor may a key frame be the last of what plays.
    while left and (left == 1 or shot.body - left == 1 or is_key(shot.entry + left - 1, shot.form_entry)):
        left -= 1
    return left


def _wanted(timeline: Timeline, clip: VisualClip) -> int:
    cuts = clip.transition.kind is TransitionKind.CUT
    return 0 if cuts else timeline.frames(clip.transition.duration)


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


def _without_last_keys(shots: Sequence[Shot]) -> Iterator[Shot]:
    """A clip whose body would end in a key frame by itself gives that frame to the window after it; before a cut,
    its last two frames become a window of their own."""
    grown = list(shots)
    for at, shot in enumerate(grown[:-1]):
        last = shot.entry + shot.body - 1
        if shot.still or not shot.body or not is_key(last, shot.form_entry):
            continue
        after = grown[at + 1]
        if shot.exit:
            grown[at], grown[at + 1] = replace(shot, exit=shot.exit + 1), replace(after, lead=after.lead + 1)
        else:
            grown[at] = replace(shot, exit=2)
    return iter(grown)
