"""Videos that came with a job."""

from __future__ import annotations

import threading
from pathlib import Path

from renderhub.lib import child
from renders.media import ffmpeg
from renders.media.forms import Form

LOCKED = ("-protocol_whitelist", "file", "-max_pixels", "64000000")
"""What FFmpeg is told of a stranger's file: it may lead nowhere else, and ask for no more memory than this."""
_STRICT = ("-xerror", "-err_detect", "explode")
"""For the first picture: what is damaged there would be shown grey."""
_MEMORY_MB = 3000
_SIDE = 16


def shows_picture(
    path: Path, form: Form, *, start: float = 0.0, seconds: float, cancel: threading.Event | None = None
) -> bool:
    """Whether a picture can be decoded at or after `start` (s): a header alone does not tell what is behind it.

    Raises `child.ChildError` where FFmpeg is missing, ran out of time or was cancelled.
    """
    arguments: list[str | Path] = ["-v", "error", "-f", form.demuxer, *LOCKED, *_STRICT, "-ss", f"{start:.3f}"]
    arguments += ["-i", path.absolute(), "-map", "0:v:0", "-frames:v", "1"]
    arguments += ["-vf", f"scale={_SIDE}:{_SIDE},format=gray", "-f", "rawvideo", "-"]
    try:
        finished = ffmpeg.run(arguments, seconds=seconds, cancel=cancel, memory_mb=_MEMORY_MB)
    except child.ChildFailed:
        return False
    return len(finished.stdout) == _SIDE * _SIDE
