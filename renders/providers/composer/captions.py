"""Captions burned into the picture: which frames show which, and how FFmpeg draws them (R16)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import renders.look
from renders.captions import ass
from renders.captions.webvtt import Line
from renders.domain.timeline_form import Timeline
from renders.media.cache import key_of
from renders.providers.composer.job import Job

FONTS = Path(renders.look.__file__).with_name("fonts")


@dataclass(frozen=True)
class Span:
    """Frames from `start` up to `end` show a text."""

    start: int
    end: int
    text: str

    def cut(self, start: int, end: int) -> Span:
        """What of it lies within some frames, counted from their first."""
        return Span(max(self.start, start) - start, min(self.end, end) - start, self.text)


@dataclass(frozen=True)
class Drawn:
    """The captions of one strip of frames."""

    spans: tuple[Span, ...]
    written: str
    """As ASS; empty where there are none."""

    @property
    def key(self) -> str:
        return key_of("captions", self.written)

    def graph(self, job: Job) -> str:
        """Filters that draw them, to be appended to others. The text reaches FFmpeg in a file of a plain name."""
        if not self.written:
            return ""
        file = job.scratch(".ass")
        file.write_text(self.written, encoding="utf-8")
        return f",subtitles=filename={file.name}:fontsdir=fonts"


NOTHING = Drawn((), "")


def link_fonts(job: Job) -> None:
    """The folder of fonts under a name without letters that would mean something to FFmpeg."""
    (job.folder / "fonts").symlink_to(FONTS, target_is_directory=True)


def burned(timeline: Timeline) -> tuple[Span, ...]:
    """The captions that are to be drawn; none where nobody asked for it."""
    if not timeline.burn_captions:
        return ()
    spans = (
        Span(timeline.frames(one.start), timeline.frames(one.start + one.duration), one.text)
        for one in timeline.tracks.captions
    )
    return tuple(span for span in spans if span.start < span.end)


def drawn(timeline: Timeline, spans: tuple[Span, ...], start: int, frames: int) -> Drawn:
    """The captions of the frames from `start` on."""
    end = start + frames
    within = tuple(span.cut(start, end) for span in spans if span.start < end and start < span.end)
    if not within:
        return NOTHING
    # Half a frame earlier: the times of frames and those of ASS are rounded each in its own way.
    lines = [
        Line(max(0.0, (one.start - 0.5) / timeline.fps), (one.end - 0.5) / timeline.fps, one.text) for one in within
    ]
    theme = timeline.theme if timeline.theme in ass.COLOURS else "ink"
    return Drawn(within, ass.written(lines, timeline.width, timeline.height, theme))


def states(spans: tuple[Span, ...], frames: int) -> list[tuple[int, int, str]]:
    """Stretches of frames with one caption, or none: from, up to, text. None is one frame long where there are more:
    it goes to the one before it, the first one to the one after it."""
    shown = [""] * frames
    for span in spans:
        shown[max(0, span.start) : span.end] = [span.text] * (min(span.end, frames) - max(0, span.start))
    found: list[tuple[int, int, str]] = []
    for text, group in groupby(shown):
        begin = found[-1][1] if found else 0
        end = begin + len(list(group))
        if found and (end - begin == 1 or found[-1][2] == text):
            found[-1] = (found[-1][0], end, found[-1][2])
        elif found and found[-1][1] - found[-1][0] == 1:
            found[-1] = (found[-1][0], end, text)
        else:
            found.append((begin, end, text))
    return found
