"""Puts finished picture and sound into the MP4: copied, with chapters, title and an index at the front (R16)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from renders.domain.timeline_form import Timeline
from renders.media import h264
from renders.media.session import source
from renders.providers.composer.job import Job
from renders.providers.composer.strips import Strip

_SPECIAL = re.compile(r"([=;#\\\n])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Packed:
    video: Path
    packets: str
    """SHA-256 of the video packets that it has to hold, one after the other."""
    frames: int


def write_container(job: Job, strips: Sequence[Strip], sound: Path) -> Packed:
    """Join the strips and pack them with the sound. Raises h264.JoinError, child.ChildError."""
    parameters = h264.common_parameters([(f"frame {one.start}", one.piece.picture) for one in strips])
    packets, lead = hashlib.sha256(), parameters

    def joined() -> Iterator[bytes]:
        nonlocal lead
        for strip in strips:
            for unit in strip.units():
                packets.update(h264.packet(unit, lead))
                lead = b""
                yield unit

    timeline, picture = job.timeline, job.folder / "picture.ivf"
    size = {"width": timeline.width, "height": timeline.height, "fps": timeline.fps}
    frames = h264.write_ivf(joined(), parameters, picture, **size)
    notes = job.folder / "notes.txt"
    notes.write_text(metadata(timeline), encoding="utf-8")
    out = job.folder / "video.mp4"
    job.ffmpeg(
        [
            *("-f", "ivf", "-i", picture.name, "-f", "mov", "-i", source(sound), "-f", "ffmetadata", "-i", notes.name),
            *("-map", "0:v", "-map", "1:a", "-map_metadata", "2", "-map_chapters", "2", "-c", "copy"),
            *("-metadata:s:a:0", f"language={_language(timeline.language)}"),
            *("-movflags", "+faststart", "-f", "mp4", out.name),
        ]
    )
    picture.unlink()
    return Packed(out, packets.hexdigest(), frames)


def metadata(timeline: Timeline) -> str:
    """Title and chapters in FFmpeg's metadata form. Texts are data: what means something there is escaped."""
    rows = [";FFMETADATA1", f"title={_escaped(timeline.title)}"]
    for chapter in timeline.chapters:
        start, end = round(chapter.start * 1000), round((chapter.start + chapter.duration) * 1000)
        rows += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={end}", f"title={_escaped(chapter.title)}"]
    return "\n".join(rows) + "\n"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _CONTROL.sub(" ", text).strip())


def _language(code: str) -> str:
    """MP4 wants three letters."""
    return {"en": "eng", "hi": "hin", "ru": "rus"}.get(code.partition("-")[0].lower(), "und")
