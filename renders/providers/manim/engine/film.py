"""Frames straight into FFmpeg: what Manim writes to a file of its own otherwise."""

from __future__ import annotations

import contextlib
import fcntl
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
from manim.scene.scene_file_writer import SceneFileWriter

from renders.media import h264
from renders.providers.manim.choreography.plan import Plan

_SET_PIPE_SIZE, _PIPE_BYTES = 1031, 1 << 20
"""Linux's F_SETPIPE_SZ, which Python knows from 3.10 on only on Linux: fewer switches between us and FFmpeg."""


class FilmFailed(Exception):
    """FFmpeg did not take the frames; its last words follow."""


class Film:
    """One clip on its way through FFmpeg, in the composer's final form.

    A picture that stands still is handed over once, however long it stands: `holds` are known from the plan, and FFmpeg
    gives each picture its time and repeats it.
    """

    def __init__(self, ffmpeg: str, out: Path, plan: Plan, size: tuple[int, int], fps: int) -> None:
        self.log = out.with_suffix(".log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    *(ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
                    *("-f", "rawvideo", "-pixel_format", "rgb0", "-video_size", f"{size[0]}x{size[1]}"),
                    *("-framerate", str(fps), "-i", "pipe:0"),
                    *("-vf", f"settb=1/{fps},setpts='{times(plan)}',{h264.TO_BT709}"),
                    *(*h264.prepared_encoder(fps), str(out)),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        assert self.process.stdin is not None
        self.pipe = self.process.stdin
        with contextlib.suppress(OSError):
            fcntl.fcntl(self.pipe.fileno(), _SET_PIPE_SIZE, _PIPE_BYTES)

    def add(self, frame: np.ndarray) -> None:
        """Hand one picture over. Raises FilmFailed."""
        try:
            self.pipe.write(np.ascontiguousarray(frame).data.cast("B"))
        except OSError as error:
            raise FilmFailed(self._last_words()) from error

    def finish(self) -> None:
        """Wait until the file is whole. Raises FilmFailed."""
        with contextlib.suppress(OSError):
            self.pipe.close()
        if self.process.wait():
            raise FilmFailed(self._last_words())
        self.log.unlink(missing_ok=True)

    def drop(self) -> None:
        """End FFmpeg; the clip is not wanted any more."""
        self.process.kill()
        with contextlib.suppress(OSError):
            self.pipe.close()
        self.process.wait()

    def _last_words(self) -> str:
        self.process.wait()
        return self.log.read_text(errors="replace")[-500:].strip() or "FFmpeg ended without a word"


def times(plan: Plan) -> str:
    """FFmpeg's expression for the time of the N-th picture that it is handed, in frames.

    Only numbers of the plan are in it. The last picture is handed over twice, as first and last of its frames, because
    FFmpeg holds a picture only until the next one comes.
    """
    terms = ["N"]
    handed = frame = 0
    for start, end in [*plan.bouts, (plan.frames, plan.frames)]:
        if start > frame:
            last = start == plan.frames
            handed += 1
            held = start - frame - (2 if last else 1)
            if held > 0:
                terms.append(f"gt(N\\,{handed - 1})*{held}")
        handed += end - start
        frame = end
    return "+".join(terms)


class FrameWriter(SceneFileWriter):
    """Manim's seam for what becomes of finished frames."""

    def __init__(self, settings: Any, film: Film) -> None:
        super().__init__(settings)
        self.film = film
        self.count = 0

    def write_frame(self, pixels: np.ndarray, *, repeat: int = 1) -> None:
        """Take one picture; how long it stands is in the plan."""
        self.count += repeat
        self.film.add(pixels)

    def finish(self) -> None:
        """The film is finished by whoever opened it."""
