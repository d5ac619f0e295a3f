"""The `music` provider that needs nothing but this machine (R15)."""

from __future__ import annotations

import math
import time
from pathlib import Path

from renders.domain.errors import GenerationError
from renders.domain.outcomes import Err, Ok, Outcome
from renders.domain.timeline_form import LONGEST
from renders.media.answering import ask_ffmpeg
from renders.music.playing import play
from renders.providers.base import Immediate, Request
from renders.providers.library import errors, pieces

SHORTEST = 1.0
_FILE = "music.m4a"


class Library(Immediate):
    """Background music of any length from a file: one of our own, or of the operator's `folder` where one is given.

    Payload: `{length}` in seconds, and where wanted `mood` (`calm`, `bright`; ours only) and `seed` (the same seed
    plays the same music; without one every render has its own). Result: `{duration, model}`, model being the
    track's name; file `music`: M4A, 48 kHz stereo, about 1.2 MB a minute, faded in and out.
    """

    name = errors.NAME

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def submit(self, request: Request, key: str) -> Outcome:
        try:
            length = float(request.payload.get("length", 0))
        except (TypeError, ValueError):
            length = math.nan
        if not SHORTEST <= length <= LONGEST:
            said = str(request.payload.get("length"))[:40]
            return Err(errors.refusal(f"Music of {said} s cannot be made; it is {SHORTEST:g} to {LONGEST:g} s long."))
        try:
            return self._play(request, length, str(request.payload.get("seed") or key))
        except Exception as problem:  # a provider answers, whatever happens (DESIGN section 6)
            return Err(errors.describe(problem))

    def ping(self, seconds: float) -> GenerationError | None:
        """Whether there is a folder, and FFmpeg to play from it (R40)."""
        if self._folder is not None and not self._folder.is_dir():
            return errors.describe(errors.NoTrack(f"There is no folder {self._folder}."))
        return ask_ffmpeg(self.name, seconds)

    def _play(self, request: Request, length: float, seed: str) -> Ok:
        deadline = time.monotonic() + request.seconds
        if self._folder is None:
            piece = pieces.ours(length, str(request.payload.get("mood", "")), seed)
        else:
            piece = pieces.of_folder(self._folder, seed, seconds=request.seconds, cancel=request.cancelled)
        target = request.workdir / _FILE
        play(piece, length, target, seconds=max(0.1, deadline - time.monotonic()), cancel=request.cancelled)
        return Ok(result={"duration": length, "model": piece.name}, files={"music": target})
