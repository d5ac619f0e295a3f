"""The text files beside a video: captions in two forms, chapters, and captions word by word (R16)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from renders.captions import chapters, karaoke, srt, webvtt
from renders.captions.webvtt import Line
from renders.domain.json_form import Form, FormError
from renders.domain.timeline_form import LONGEST, Timeline, TimelineError

_MOST = 100_000


def words(data: Any) -> tuple[Line, ...]:
    """The words that voices gave, with their times in seconds of the video. Raises TimelineError."""
    try:
        found = Form({"words": data or []}).at("words").items(at_most=_MOST)
        return tuple(
            Line(one.at("start").number(0, LONGEST), one.at("end").number(0, LONGEST), one.at("text").text(at_most=500))
            for one in found
        )
    except FormError as error:
        raise TimelineError(f"These are no words with times: {error}.") from error


def write(timeline: Timeline, folder: Path, spoken: Sequence[Line]) -> dict[str, Path]:
    """The files by role. `karaoke` is there only where the voices said when each word is spoken."""
    lines = [Line(one.start, one.start + one.duration, one.text) for one in timeline.tracks.captions]
    parts = [Line(one.start, one.start + one.duration, one.title) for one in timeline.chapters]
    texts = {
        "captions": ("captions.vtt", webvtt.written(lines)),
        "subtitles": ("captions.srt", srt.written(lines)),
        "chapters": ("chapters.vtt", chapters.written(parts)),
    }
    if spoken:
        texts["karaoke"] = ("karaoke.vtt", karaoke.written(lines, spoken))
    files = {role: folder / name for role, (name, _) in texts.items()}
    for role, (_, text) in texts.items():
        files[role].write_text(text, encoding="utf-8")
    return files
