"""Small videos as bytes, made once a process."""

from __future__ import annotations

import subprocess
from functools import cache

from renders.media import ffmpeg

_TO_PIPE = ("-movflags", "frag_keyframe+empty_moov", "-f", "mp4", "pipe:1")


@cache
def clip(
    size: str = "432x244", seconds: float = 1.0, *, sound: bool = False, picture: str = "testsrc2", rate: int = 30
) -> bytes:
    """An MP4 as some service might make it: not marked BT.709, too quiet, its index in pieces."""
    inputs = ["-f", "lavfi", "-i", f"{picture}{':' if '=' in picture else '='}s={size}:r={rate}:d={seconds}"]
    if sound:
        inputs += ["-f", "lavfi", "-i", f"sine=f=300:r=44100:d={seconds}", "-af", "volume=-20dB", "-c:a", "aac"]
    picture_form = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
    argv = [ffmpeg.executable(), "-v", "error", "-nostdin", *inputs, *picture_form, "-shortest", *_TO_PIPE]
    return subprocess.run(argv, capture_output=True, check=True).stdout
