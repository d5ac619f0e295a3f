"""Puts finished picture and sound into the MP4: copied, with chapters, title and an index at the front (R16)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from renders.media import h264, notes
from renders.media.session import source
from renders.providers.composer.job import Job
from renders.providers.composer.strips import Strip


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
    about = job.folder / "notes.txt"
    about.write_text(notes.metadata(timeline), encoding="utf-8")
    out = job.folder / "video.mp4"
    job.ffmpeg(
        [
            *("-f", "ivf", "-i", picture.name, "-f", "mov", "-i", source(sound), "-f", "ffmetadata", "-i", about.name),
            *("-map", "0:v", "-map", "1:a", "-map_metadata", "2", "-map_chapters", "2", "-c", "copy"),
            *("-metadata:s:a:0", f"language={notes.language_of(timeline)}"),
            *("-movflags", "+faststart", "-f", "mp4", out.name),
        ]
    )
    picture.unlink()
    return Packed(out, packets.hexdigest(), frames)
