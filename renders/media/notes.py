"""Title, chapters and language of a finished video, in the forms in which FFmpeg takes them (R16)."""

from __future__ import annotations

import re

from renders.domain.timeline_form import Timeline

_SPECIAL = re.compile(r"([=;#\\\n])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def metadata(timeline: Timeline) -> str:
    """Title and chapters in FFmpeg's metadata form. Texts are data: what means something there is escaped."""
    rows = [";FFMETADATA1", f"title={_escaped(timeline.title)}"]
    for chapter in timeline.chapters:
        start, end = round(chapter.start * 1000), round((chapter.start + chapter.duration) * 1000)
        rows += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}", f"title={_escaped(chapter.title)}"]
    return "\n".join(rows) + "\n"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _CONTROL.sub(" ", text).strip())


def language_of(timeline: Timeline) -> str:
    """As MP4 wants it: three letters."""
    code = timeline.language.partition("-")[0].lower()
    return {"en": "eng", "hi": "hin", "ru": "rus"}.get(code, "und")
