"""What a media file holds, and whether it decodes, told by a bounded child process (R111).

PyAV is GPL with its x264 and parses what strangers sent: it runs in `probe_child.py` and never in this process.
"""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from renderhub.lib import child
from renders.domain.shortage import is_short
from renders.media.forms import Form, Kind, form_of

_CHILD = Path(__file__).with_name("probe_child.py")
_MEMORY_MB = 3000


class ProbeError(ValueError):
    """The file is not what it claims to be, or does not decode; the message says what is wrong."""


@dataclass(frozen=True)
class VideoInfo:
    codec: str
    profile: str
    pix_fmt: str
    width: int
    height: int
    fps: float
    """Average frames per second."""
    frames: int
    """Frames decoded where the file was decoded whole, else those that its header claims (0: it does not say)."""
    colour: dict[str, int]
    """`primaries`, `trc`, `matrix`, `range`, by the numbers of ISO 23091-2 (range: 1 limited, 2 full)."""


@dataclass(frozen=True)
class AudioInfo:
    codec: str
    rate: int
    channels: int
    samples: int
    """Samples decoded where the file was decoded whole, else 0."""


@dataclass(frozen=True)
class MediaInfo:
    form: Form
    duration: float
    """Seconds as the container claims; 0 where it does not say, as for images."""
    bytes: int
    video: VideoInfo | None
    audio: AudioInfo | None
    title: str
    chapters: tuple[tuple[float, float, str], ...]
    """Start, end (seconds), title."""

    @property
    def kind(self) -> Kind:
        """Sound without a picture is sound, whatever it is packed in."""
        if self.form.kind is Kind.VIDEO and self.video is None:
            return Kind.AUDIO
        return self.form.kind


def probe(
    path: Path,
    *,
    decode: bool = False,
    seconds: float = 60.0,
    cancel: threading.Event | None = None,
) -> MediaInfo:
    """Look at one file; with `decode`, decode all of it and fail at the first fault.

    Raises `ProbeError` for what is no media file of an accepted form, has no stream to show or does not decode;
    `child.ChildError` of the kind that fits when the child ran out of time or memory, was cancelled or is missing;
    OSError where this machine cannot look.
    """
    try:
        form = form_of(path)
    except (ValueError, OSError) as error:
        if is_short(error):
            raise
        raise ProbeError(f"{path.name}: {error}") from error
    finished = child.run(
        [sys.executable, "-I", str(_CHILD), str(path.absolute()), form.demuxer, "whole" if decode else "head"],
        limits=child.Limits(seconds=seconds, memory_mb=_MEMORY_MB, file_mb=0, output_bytes=1_000_000),
        cancel=cancel,
    )
    told: dict[str, Any] = json.loads(finished.stdout)
    if "fault" in told:
        raise ProbeError(f"{path.name}: {told['fault']}")
    return MediaInfo(
        form=form,
        duration=told["duration"],
        bytes=told["bytes"],
        video=VideoInfo(**told["video"]) if told["video"] else None,
        audio=AudioInfo(**told["audio"]) if told["audio"] else None,
        title=told["title"],
        chapters=tuple((start, end, title) for start, end, title in told["chapters"]),
    )
