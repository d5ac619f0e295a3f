"""The one way to call FFmpeg."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from renderhub.lib import child


@cache
def executable() -> Path:
    """The FFmpeg that the project brings along (`imageio-ffmpeg`); `IMAGEIO_FFMPEG_EXE` names another."""
    return Path(imageio_ffmpeg.get_ffmpeg_exe())


@cache
def identity() -> str:
    """What tells this FFmpeg from another one: part of the key of whatever it made."""
    program = executable()
    return f"{program.name} {program.stat().st_size}"


def run(
    arguments: Sequence[str | Path],
    *,
    seconds: float,
    cwd: Path | None = None,
    cancel: threading.Event | None = None,
    memory_mb: int | None = None,
    on_stdout: Callable[[bytes], None] | None = None,
) -> child.Finished:
    """Run FFmpeg with `-nostdin -hide_banner` and the given arguments.

    `seconds` is the time limit. Raises `child.ChildError` of the kind that fits: `ChildFailed` carries FFmpeg's own
    last words.
    """
    return child.run(
        [executable(), "-nostdin", "-hide_banner", *arguments],
        limits=child.Limits(seconds=seconds, memory_mb=memory_mb, output_bytes=200_000),
        cwd=cwd,
        cancel=cancel,
        on_stdout=on_stdout,
    )
