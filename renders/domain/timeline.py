"""Builds the timeline from a script and what was made for it (R52, R53); its form is in `timeline_form.py`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from renders.captions import cues
from renders.captions.cues import Sentence
from renders.captions.lines import columns
from renders.domain.script import Role, Script, Segment
from renders.domain.states import AssetStatus
from renders.domain.timeline_form import (
    LONGEST_TEXT,
    SHORTEST_SLOT,
    Caption,
    Chapter,
    ClipKind,
    SoundClip,
    Timeline,
    TimelineError,
    Tracks,
    Transition,
    TransitionKind,
    VisualClip,
    seconds,
)

__all__ = [
    "AIR",
    "Caption",
    "Chapter",
    "ClipKind",
    "Material",
    "Sentence",
    "SoundClip",
    "Timeline",
    "TimelineError",
    "Tracks",
    "Transition",
    "TransitionKind",
    "VisualClip",
    "build",
    "placeholders",
]

AIR = 0.3
"""Seconds of silence before and after each narration."""
FADE = 0.5
"""Seconds of a transition, centred on the boundary of two slots."""
MUSIC_OVERLAP = 2.0
"""Seconds for which a piece of music that is too short meets its own repetition."""
_SHORTEST_MUSIC = 3 * MUSIC_OVERLAP
_COLUMNS_PER_SECOND = 15.0
_SHORTEST_SPEECH = 1.5


@dataclass(frozen=True)
class Material:
    """What there is for one slot of one track."""

    asset: str | None = None
    """Name under which the composer gets the file; None where there is none."""
    status: AssetStatus = AssetStatus.GENERATED
    kind: str = "image"
    """Of a visual: `image` or `video`. Other tracks do not look at it."""
    duration: float = 0.0
    """Seconds of sound."""
    timings: tuple[Sentence, ...] = ()
    """Of a narration: its sentences in seconds from the start of the file."""
    error: Mapping[str, Any] | None = None
    missing_reason: str | None = None

    @property
    def reason(self) -> str:
        """Why there is nothing, in plain words."""
        told = str((self.error or {}).get("message", ""))
        reason = self.missing_reason or told or f"Nothing was made for it; its status is {self.status.value}."
        return reason[:LONGEST_TEXT]


_NOTHING = Material(status=AssetStatus.PENDING)


@dataclass(frozen=True)
class _Slot:
    segment: Segment
    start: int
    frames: int
    visual: Material
    narration: Material
    transition: TransitionKind


def build(
    script: Script,
    visuals: Mapping[str, Material],
    narrations: Mapping[str, Material],
    music: Material | None,
    *,
    size: tuple[int, int],
    fps: int,
    language: str,
    theme: str,
    burn_captions: bool = False,
) -> Timeline:
    """Place what was made, by segment id, on the frame grid. What is missing becomes a placeholder (R52).

    A slot is air, narration, air, rounded up to whole frames. A missing narration is silence of about the length
    of its text. Raises TimelineError where there is no segment.
    """
    slots: list[_Slot] = []
    start = 0
    before: Segment | None = None
    for segment in script.segments:
        narration = narrations.get(segment.id, _NOTHING)
        frames = 2 * _air(fps) + math.ceil(_speech(segment, narration) * fps - 1e-6)
        frames, visual = max(frames, SHORTEST_SLOT), visuals.get(segment.id, _NOTHING)
        slots.append(_Slot(segment, start, frames, visual, narration, _transition(before, segment)))
        start, before = start + frames, segment
    return Timeline(
        width=size[0],
        height=size[1],
        fps=fps,
        duration=seconds(start, fps),
        language=language,
        title=script.title[:LONGEST_TEXT],
        theme=theme,
        tracks=Tracks(
            visuals=tuple(_visual(slot, fps) for slot in slots),
            narration=tuple(_narration(slot, fps) for slot in slots),
            music=_music(music, seconds(start, fps)),
            captions=tuple(caption for slot in slots for caption in _captions(slot, fps)),
        ),
        burn_captions=burn_captions,
        chapters=tuple(
            Chapter(seconds(slot.start, fps), seconds(slot.frames, fps), _title(slot.segment)) for slot in slots
        ),
    )


def placeholders(timeline: Timeline) -> dict[str, int]:
    """How many clips of each track are placeholders, for the rule that holds a render (R52)."""
    tracks: dict[str, Sequence[VisualClip | SoundClip]] = {
        "visuals": timeline.tracks.visuals,
        "narration": timeline.tracks.narration,
        "music": timeline.tracks.music,
    }
    return {name: sum(clip.kind is ClipKind.PLACEHOLDER for clip in clips) for name, clips in tracks.items()}


def _air(fps: int) -> int:
    return math.ceil(AIR * fps - 1e-6)


def _spoken(narration: Material) -> bool:
    return narration.asset is not None and narration.duration > 0


def _speech(segment: Segment, narration: Material) -> float:
    """Seconds of the narration, or that reading its text aloud would take."""
    if _spoken(narration):
        return narration.duration
    return max(_SHORTEST_SPEECH, columns(segment.narration) / _COLUMNS_PER_SECOND)


def _title(segment: Segment) -> str:
    return " ".join(segment.headline.split())[:LONGEST_TEXT] or segment.id


def _visual(slot: _Slot, fps: int) -> VisualClip:
    visual = slot.visual
    return VisualClip(
        segment=slot.segment.id,
        start=seconds(slot.start, fps),
        duration=seconds(slot.frames, fps),
        kind=ClipKind(visual.kind) if visual.asset else ClipKind.PLACEHOLDER,
        asset=visual.asset,
        status=visual.status,
        missing_reason=None if visual.asset else visual.reason,
        error=visual.error,
        headline=slot.segment.headline[:LONGEST_TEXT],
        transition=Transition(slot.transition, seconds(round(FADE * fps), fps)) if slot.start else Transition(),
    )


def _transition(before: Segment | None, segment: Segment) -> TransitionKind:
    """A fade, as a rule. From the opening card to the first item the picture slides on; the closing card wipes over
    the last item. Nothing else is shown off (LOOK)."""
    if before is None:
        return TransitionKind.CUT
    if before.role is Role.HOOK and segment.role is Role.ITEM:
        return TransitionKind.SLIDE
    if before.role is Role.ITEM and segment.role is Role.CLOSING:
        return TransitionKind.WIPE
    return TransitionKind.FADE


def _narration(slot: _Slot, fps: int) -> SoundClip:
    narration = slot.narration
    spoken = _spoken(narration)
    return SoundClip(
        segment=slot.segment.id,
        start=seconds(slot.start + _air(fps), fps),
        duration=round(_speech(slot.segment, narration), 6),
        kind=ClipKind.NARRATION if spoken else ClipKind.PLACEHOLDER,
        asset=narration.asset if spoken else None,
        status=narration.status,
        missing_reason=None if spoken else narration.reason,
        error=narration.error,
    )


def _music(music: Material | None, duration: float) -> tuple[SoundClip, ...]:
    """The piece from the start; where it is too short, again, each time over the fading end of the last."""
    if music is None or music.asset is None or music.duration <= 0:
        return ()
    again = music.duration - MUSIC_OVERLAP if music.duration >= _SHORTEST_MUSIC else duration
    return tuple(
        SoundClip(
            segment=None,
            start=round(number * again, 6),
            duration=round(min(music.duration, duration - number * again), 6),
            kind=ClipKind.MUSIC,
            asset=music.asset,
            status=music.status,
        )
        for number in range(max(1, math.ceil((duration - MUSIC_OVERLAP) / again)))
    )


def _captions(slot: _Slot, fps: int) -> list[Caption]:
    text, length = slot.segment.narration, _speech(slot.segment, slot.narration)
    sentences = cues.tidied(slot.narration.timings if _spoken(slot.narration) else (), text, length)
    placed = cues.cues(sentences, first=slot.start + _air(fps), last=slot.start + slot.frames, fps=fps)
    return [
        Caption(slot.segment.id, seconds(cue.start, fps), seconds(cue.end - cue.start, fps), cue.text) for cue in placed
    ]
