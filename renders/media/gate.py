"""The output gate: whether a finished video is what its timeline asked for (R16). Nothing is done before it passes.

Pure: `inspection.measure` looks at the files, `verdict` says what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from renders.captions import webvtt
from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import SAMPLE_RATE
from renders.domain.timeline_form import Timeline
from renders.media.loudness import CEILING, NOTHING, TARGET, TOLERANCE, Loudness
from renders.media.probe import MediaInfo
from renders.media.stretches import Stretch, Stretches, united

OFF = 0.1
"""Seconds by which the duration may differ from the timeline's."""
BLUR = 0.5
"""Seconds by which a black or frozen stretch may reach over the edge of where it is expected: transitions begin and
end imperceptibly."""
_BT709_LIMITED = {"primaries": 1, "trc": 1, "matrix": 1, "range": 1}


@dataclass(frozen=True)
class Expected:
    """What the timeline asks for. All times in seconds."""

    width: int
    height: int
    fps: int
    duration: float
    speaking: tuple[Stretch, ...] = ()
    """Where a narration is to be heard."""
    audible: bool = True
    """Whether there is any sound at all."""
    captions: int | None = None
    """How many; None where another program wrote them."""
    black: tuple[Stretch, ...] = ()
    """Where the picture is black by its nature."""
    frozen: tuple[Stretch, ...] = ()
    """Where it may stand still. A frozen stretch has to lie within one of them, or within several that overlap (not
    only touch): one that goes on from a picture into the next is a fault."""


@dataclass(frozen=True)
class Measured:
    """What a file is."""

    info: MediaInfo | None
    """None where it is no media file."""
    fault: str = ""
    """Why it does not decode; empty where it does, from its first to its last frame."""
    frames: int = 0
    """Frames decoded."""
    stretches: Stretches = field(default_factory=Stretches)
    loudness: Loudness = NOTHING
    index_first: bool = False
    """Whether a player can start before it has the whole file."""
    captions: tuple[webvtt.Line, ...] = ()
    captions_fault: str = ""


@dataclass(frozen=True)
class Fault:
    """A check that failed."""

    check: str
    message: str
    measured: Any
    expected: Any

    def to_json(self) -> dict[str, Any]:
        return {
            "check": self.check,
            "message": self.message,
            "measured": self.measured,
            "expected": self.expected,
        }


def audible(timeline: Timeline) -> bool:
    """Whether a timeline has any sound."""
    return any(clip.asset is not None for clip in (*timeline.tracks.narration, *timeline.tracks.music))


def spoken(timeline: Timeline) -> tuple[Stretch, ...]:
    """Where a timeline wants to be heard speaking."""
    clips = (clip for clip in timeline.tracks.narration if clip.asset is not None)
    return tuple(Stretch(clip.start, clip.start + clip.duration) for clip in clips)


def expected(timeline: Timeline) -> Expected:
    """What to expect of a video that another composer made: how much its clips move is not known, so they may stand
    still; stills may, each in its own slot."""
    slots = timeline.tracks.visuals
    return Expected(
        width=timeline.width,
        height=timeline.height,
        fps=timeline.fps,
        duration=timeline.duration,
        speaking=spoken(timeline),
        audible=audible(timeline),
        frozen=tuple(Stretch(clip.start, clip.start + clip.duration) for clip in slots),
    )


def verdict(found: Measured, wanted: Expected) -> list[Fault]:
    """All that is wrong with a video; empty where it may go out."""
    if found.fault or found.info is None:
        return [Fault("decodes", f"it does not decode whole ({found.fault})", found.fault, "no fault")]
    return [
        *_streams(found.info, wanted),
        *_length(found, wanted),
        *_stretches(found.stretches, wanted),
        *_sound(found, wanted),
        *_delivery(found, wanted),
    ]


def described(found: Measured, timeline: Timeline) -> dict[str, Any]:
    """The result of the stage `revideo` for a video that passed."""
    return {
        "duration": timeline.duration,
        "width": timeline.width,
        "height": timeline.height,
        "frames": found.frames,
        "loudness": None if found.loudness.silent else found.loudness.integrated,
        "chapters": [{"start": chapter.start, "title": chapter.title} for chapter in timeline.chapters],
    }


def refusal(provider: str, faults: Sequence[Fault]) -> GenerationError:
    """The error for a video that did not pass: which checks, what was measured and what was expected."""
    return GenerationError(
        ErrorCode.PROVIDER_FAILURE,
        provider,
        f"The finished video did not pass its check: {'; '.join(fault.message for fault in faults)}."[:1000],
        provider_code=faults[0].check,
        context={"checks": [fault.to_json() for fault in faults]},
    )


def _streams(info: MediaInfo, wanted: Expected) -> Iterator[Fault]:
    video, audio = info.video, info.audio
    if video is None:
        yield Fault("video", "there is no picture", None, "h264")
    else:
        form = (video.codec, video.profile, video.pix_fmt)
        if form != ("h264", "High", "yuv420p"):
            yield Fault("form", f"the picture is {' '.join(form)}", form, ("h264", "High", "yuv420p"))
        if video.colour != _BT709_LIMITED:
            yield Fault("colour", "the picture is not marked BT.709", video.colour, _BT709_LIMITED)
        if (video.width, video.height) != (wanted.width, wanted.height):
            size = f"{video.width}x{video.height}"
            yield Fault("size", f"it is {size}", size, f"{wanted.width}x{wanted.height}")
        if abs(video.fps - wanted.fps) > 0.001:
            yield Fault("fps", f"it has {video.fps:g} frames a second", video.fps, wanted.fps)
    if audio is None:
        yield Fault("audio", "there is no sound", None, "aac")
    elif (audio.codec, audio.rate, audio.channels) != ("aac", SAMPLE_RATE, 2):
        sound = f"{audio.codec} {audio.rate} Hz, {audio.channels} channels"
        yield Fault("audio form", f"the sound is {sound}", sound, f"aac {SAMPLE_RATE} Hz, 2 channels")


def _length(found: Measured, wanted: Expected) -> Iterator[Fault]:
    assert found.info is not None
    if abs(found.info.duration - wanted.duration) > OFF:
        lasts = f"it lasts {found.info.duration:.2f} s, not {wanted.duration:.2f} s"
        yield Fault("duration", lasts, found.info.duration, wanted.duration)
    shown = found.frames / wanted.fps
    if found.info.video and abs(shown - wanted.duration) > OFF:
        message = f"its picture lasts {shown:.2f} s, not {wanted.duration:.2f} s"
        yield Fault("frames", message, found.frames, round(wanted.duration * wanted.fps))


def _stretches(found: Stretches, wanted: Expected) -> Iterator[Fault]:
    black = united(wanted.black, apart=BLUR)
    for stretch in _clipped(found.black, wanted.duration):
        if not any(stretch.within(one, BLUR) for one in black):
            yield _stretch("black", stretch)
    frozen = united(wanted.frozen, apart=-0.5 / wanted.fps)
    for stretch in _clipped(found.frozen, wanted.duration):
        if not any(stretch.within(one, BLUR) for one in frozen):
            yield _stretch("frozen", stretch)


def _sound(found: Measured, wanted: Expected) -> Iterator[Fault]:
    if found.info is None or found.info.audio is None or not wanted.audible:
        return
    level = found.loudness
    if level.silent:
        yield Fault("silent", "it is silent", level.integrated, TARGET)
        return
    for stretch in wanted.speaking:
        if any(stretch.within(one, 0.1) for one in found.stretches.silent):
            yield _stretch("silent", stretch)
    if abs(level.integrated - TARGET) > TOLERANCE:
        message = f"its loudness is {level.integrated:.1f} LUFS, not {TARGET:g} ±{TOLERANCE:g}"
        yield Fault("loudness", message, level.integrated, TARGET)
    if level.peak > CEILING:
        yield Fault("peak", f"its true peak is {level.peak:.1f} dBTP, over {CEILING:g}", level.peak, CEILING)


def _delivery(found: Measured, wanted: Expected) -> Iterator[Fault]:
    if not found.index_first:
        yield Fault("faststart", "its index is not at the front", False, True)
    if found.captions_fault:
        yield Fault("captions", f"its captions cannot be read: {found.captions_fault}", found.captions_fault, "")
        return
    count = len(found.captions)
    if wanted.captions not in (None, count):
        yield Fault("captions", f"it has {count} captions, not {wanted.captions}", count, wanted.captions)
    last = max((line.end for line in found.captions), default=0.0)
    if last > wanted.duration + OFF:
        yield Fault("captions", f"a caption ends at {last:.2f} s, after the video", last, wanted.duration)


def _stretch(check: str, stretch: Stretch) -> Fault:
    message = f"it is {check} from {stretch.start:.2f} to {stretch.end:.2f} s, where its timeline is not"
    return Fault(check, message, [stretch.start, stretch.end], None)


def _clipped(found: Iterable[Stretch], duration: float) -> Iterator[Stretch]:
    for one in found:
        yield Stretch(one.start, min(one.end, max(duration, one.start)))
