"""The timeline of a composed run, to scale (R53, R61): what stands where, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TRACKS = (("visuals", "Visuals"), ("narration", "Narration"), ("music", "Music"), ("captions", "Captions"))
_PICTURED = ("visuals", "narration", "music")
"""Tracks that are drawn; captions are counted."""
_LEAST_WIDTH = 0.3


@dataclass(frozen=True)
class Clip:
    left: float
    """Percent of the whole, as is the width."""
    width: float
    kind: str
    told: str
    missing: str
    start: float
    duration: float


@dataclass(frozen=True)
class Track:
    title: str
    clips: Sequence[Clip]
    drawn: bool

    @property
    def missing(self) -> int:
        return sum(bool(clip.missing) for clip in self.clips)


@dataclass(frozen=True)
class TimelineView:
    duration: float
    tracks: Sequence[Track]


def timeline_of(stored: Any) -> TimelineView | None:
    """The view of a timeline's JSON; None where there is none, or one of another make."""
    try:
        whole = float(stored["duration"])
        if whole <= 0:
            return None
        tracks = [
            Track(title, [_clip(clip, whole) for clip in stored["tracks"].get(name, ())], name in _PICTURED)
            for name, title in _TRACKS
        ]
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return TimelineView(whole, [track for track in tracks if track.clips])


def _clip(clip: Mapping[str, Any], whole: float) -> Clip:
    start, duration = float(clip["start"]), float(clip["duration"])
    missing = clip.get("kind") == "placeholder"
    told = str(clip.get("headline") or clip.get("text") or clip.get("kind") or "")
    return Clip(
        left=round(100 * start / whole, 3),
        width=round(max(100 * duration / whole, _LEAST_WIDTH), 3),
        kind=str(clip.get("kind", "caption")),
        told=f"{clip.get('segment') or ''} {told}".strip(),
        missing=str(clip.get("missing_reason") or "Nothing was made for it.") if missing else "",
        start=start,
        duration=duration,
    )
