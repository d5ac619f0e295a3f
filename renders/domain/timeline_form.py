"""The timeline: tracks of clips, one slot per segment, and its JSON form (R53, `docs/timeline.schema.json`).

Times are seconds. Slots of visuals start and end on the frame grid, touch each other and fill the whole timeline.
A transition belongs to the clip that it brings in; it is centred on the boundary between the two slots and changes
no duration: both neighbours are held longer under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from renders.domain.json_form import Form, FormError
from renders.domain.states import AssetStatus

VERSION = 1
LONGEST = 3600.0
"""Longest timeline in seconds."""
LONGEST_TEXT = 2000
"""Characters of a title, headline, caption or reason."""
SHORTEST_SLOT = 4
"""Frames that each slot has at least."""
_MOST = 1000


class TimelineError(ValueError):
    """What was given is no timeline; the message names the place and says why."""


class ClipKind(StrEnum):
    IMAGE = "image"
    VIDEO = "video"
    NARRATION = "narration"
    MUSIC = "music"
    PLACEHOLDER = "placeholder"
    """Nothing could be made for the slot: a plain card, or silence (R52)."""


class TransitionKind(StrEnum):
    FADE = "fade"
    CUT = "cut"
    SLIDE = "slide"
    """The new clip pushes the old one out to the left: on to the next matter."""
    WIPE = "wipe"
    """The new clip uncovers itself from the right to the left: the last word."""


@dataclass(frozen=True)
class Transition:
    """How a clip comes in. A cut has no duration."""

    kind: TransitionKind = TransitionKind.CUT
    duration: float = 0.0


@dataclass(frozen=True)
class SoundClip:
    """Narration or music in its place. `asset` is None exactly where the kind is `placeholder`."""

    segment: str | None
    """None for music, which belongs to the whole render."""
    start: float
    duration: float
    kind: ClipKind
    asset: str | None
    status: AssetStatus
    missing_reason: str | None = None
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class VisualClip:
    """What is seen in a segment's slot. `asset` is None exactly where the kind is `placeholder`."""

    segment: str
    start: float
    duration: float
    kind: ClipKind
    asset: str | None
    status: AssetStatus
    missing_reason: str | None
    error: Mapping[str, Any] | None
    headline: str
    transition: Transition


@dataclass(frozen=True)
class Caption:
    segment: str
    start: float
    duration: float
    text: str


@dataclass(frozen=True)
class Chapter:
    start: float
    duration: float
    title: str


@dataclass(frozen=True)
class Tracks:
    visuals: tuple[VisualClip, ...]
    narration: tuple[SoundClip, ...] = ()
    music: tuple[SoundClip, ...] = ()
    captions: tuple[Caption, ...] = ()


@dataclass(frozen=True)
class Timeline:
    width: int
    height: int
    fps: int
    duration: float
    language: str
    title: str
    theme: str
    tracks: Tracks
    chapters: tuple[Chapter, ...] = field(default=())
    burn_captions: bool = False
    """Whether the captions are drawn into the picture, too."""

    def __post_init__(self) -> None:
        """Raises TimelineError where slots leave gaps, overlap or miss the frame grid."""
        _check(self)

    def frames(self, seconds: float) -> int:
        """The frame that is nearest to a time."""
        return round(seconds * self.fps)

    @property
    def total_frames(self) -> int:
        return self.frames(self.duration)

    @property
    def assets(self) -> list[str]:
        """The names of the assets that it shows or plays, each once."""
        clips: tuple[VisualClip | SoundClip, ...] = (*self.tracks.visuals, *self.tracks.narration, *self.tracks.music)
        return list(dict.fromkeys(clip.asset for clip in clips if clip.asset is not None))

    def to_json(self) -> dict[str, Any]:
        return {"version": VERSION, **_plain(self)}

    @classmethod
    def from_json(cls, data: Any) -> Timeline:
        """Raises TimelineError, which names the place that does not fit."""
        try:
            return _timeline(Form(data))
        except FormError as error:
            raise TimelineError(f"This is no timeline: {error}.") from error


def seconds(frames: int, fps: int) -> float:
    """The time of a frame, as timelines write it."""
    return round(frames / fps, 6)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.value if isinstance(value, StrEnum) else value


def _check(timeline: Timeline) -> None:
    slots = timeline.tracks.visuals
    if not slots:
        raise TimelineError("A timeline has at least one segment.")
    edges = [(clip.start, clip.start + clip.duration) for clip in slots]
    for place, edge in enumerate(time for pair in edges for time in pair):
        if abs(edge * timeline.fps - round(edge * timeline.fps)) > 1e-3:
            raise TimelineError(f"Visual {place // 2 + 1} is not on the frame grid: {edge:g} s.")
    joints = [0, *(timeline.frames(time) for pair in edges for time in pair), timeline.total_frames]
    if any(before != after for before, after in zip(joints[::2], joints[1::2], strict=True)):
        raise TimelineError("The slots of the visuals do not fill the timeline without gap or overlap.")
    if any(timeline.frames(end) - timeline.frames(start) < SHORTEST_SLOT for start, end in edges):
        raise TimelineError(f"A slot is shorter than {SHORTEST_SLOT} frames.")
    tracks = timeline.tracks
    clips: list[VisualClip | SoundClip] = [*slots, *tracks.narration, *tracks.music]
    for clip in clips:
        if (clip.asset is None) != (clip.kind is ClipKind.PLACEHOLDER):
            raise TimelineError(f"The clip at {clip.start:g} s has an asset or is a placeholder, not both.")
    spoken, written = tracks.narration, tracks.captions
    _check_apart("Narrations", [(one.start, one.start + one.duration) for one in spoken], timeline.duration)
    _check_apart("Captions", [(one.start, one.start + one.duration) for one in written], timeline.duration)


def _check_apart(name: str, spans: Sequence[tuple[float, float]], duration: float) -> None:
    for (_, end), (start, _) in pairwise([*spans, (duration, duration)]):
        if start < end - 1e-4:
            raise TimelineError(f"{name} overlap, or are not in order, at {start:g} s.")


def _timeline(form: Form) -> Timeline:
    if form.at("version").value != VERSION:
        raise FormError(f"version is not {VERSION}")
    tracks = form.at("tracks")
    return Timeline(
        width=_size(form.at("width")),
        height=_size(form.at("height")),
        fps=form.at("fps").whole(10, 60),
        duration=form.at("duration").number(0, LONGEST),
        language=form.at("language").text(at_most=35, blank=False),
        title=form.at("title").text(),
        theme=form.at("theme").text(at_most=40, blank=False),
        tracks=Tracks(
            visuals=tuple(_visual(clip) for clip in tracks.at("visuals").items(at_most=_MOST)),
            narration=tuple(_sound(clip, ClipKind.NARRATION) for clip in tracks.at("narration").items(at_most=_MOST)),
            music=tuple(_sound(clip, ClipKind.MUSIC) for clip in tracks.at("music").items(at_most=_MOST)),
            captions=tuple(_caption(clip) for clip in tracks.at("captions").items(at_most=20 * _MOST)),
        ),
        chapters=tuple(
            Chapter(**_span(chapter), title=chapter.at("title").text())
            for chapter in form.at("chapters").items(at_most=_MOST)
        ),
        burn_captions=_flag(form, "burn_captions"),
    )


def _flag(form: Form, name: str) -> bool:
    """A yes or no that older timelines do not have."""
    value = form.value.get(name, False) if isinstance(form.value, Mapping) else False
    if not isinstance(value, bool):
        raise FormError(f"{name} is neither true nor false")
    return value


def _size(form: Form) -> int:
    value = form.whole(32, 4096)
    if value % 2:
        raise FormError(f"{form.place} is {value}, not an even number")
    return value


def _span(form: Form) -> dict[str, float]:
    return {"start": form.at("start").number(0, LONGEST), "duration": form.at("duration").number(0, LONGEST)}


def _made(form: Form, *allowed: ClipKind) -> dict[str, Any]:
    """What all clips of assets have."""
    kind = form.at("kind").choice(ClipKind)
    if kind not in (*allowed, ClipKind.PLACEHOLDER):
        raise FormError(f"{form.place}.kind is {kind}, which has no place on this track")
    return {
        **_span(form),
        "kind": kind,
        "asset": form.at("asset").text_or_none(at_most=200),
        "status": form.at("status").choice(AssetStatus),
        "missing_reason": form.at("missing_reason").text_or_none(),
        "error": form.at("error").mapping_or_none(),
    }


def _visual(form: Form) -> VisualClip:
    transition = form.at("transition")
    return VisualClip(
        segment=form.at("segment").text(at_most=200),
        headline=form.at("headline").text(),
        transition=Transition(
            kind=transition.at("kind").choice(TransitionKind),
            duration=transition.at("duration").number(0, 10),
        ),
        **_made(form, ClipKind.IMAGE, ClipKind.VIDEO),
    )


def _sound(form: Form, kind: ClipKind) -> SoundClip:
    return SoundClip(segment=form.at("segment").text_or_none(at_most=200), **_made(form, kind))


def _caption(form: Form) -> Caption:
    return Caption(segment=form.at("segment").text(at_most=200), text=form.at("text").text(), **_span(form))
