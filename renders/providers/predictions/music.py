"""The provider `prediction_music` of the stage `music`: a background track generated for the render (R15)."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.outcomes import Ok
from renders.domain.timeline_form import LONGEST
from renders.media.forms import Kind
from renders.media.probe import ProbeError, probe
from renders.music.playing import NotPlayed, Piece, play
from renders.providers.base import Request
from renders.providers.predictions.api import Failed
from renders.providers.predictions.predicting import Predicting

PROMPT = (
    "Calm, warm instrumental background music for a narrated explainer video: soft piano and strings, steady and "
    "unobtrusive, no vocals, no sudden changes"
)
SHORTEST_TRACK = 5.0
"""Seconds of a track: what is shorter would be heard to repeat."""
_OVERLAP = 4.0
_SHORTEST = 1.0


class PredictionMusic(Predicting):
    """Payload: `{length}` in seconds, and where wanted `mood`. Result: `{duration, model, prompt}`; file `music`: M4A,
    48 kHz stereo, exactly as long as asked: the track is joined to itself where it is shorter."""

    name = "prediction_music"
    limit = 50_000_000

    def _values(self, request: Request) -> Mapping[str, Any]:
        length = self._length(request)
        mood = request.payload.get("mood")
        prompt = f"{PROMPT}. Mood: {' '.join(mood.split())[:100]}" if isinstance(mood, str) and mood.strip() else PROMPT
        return {"prompt": prompt, "seconds": math.ceil(length)}

    def _made(self, request: Request, fetched: Path, seconds: float) -> Ok:
        until = time.monotonic() + seconds
        length = self._length(request)
        about = probe(fetched, decode=True, seconds=seconds, cancel=request.cancelled)
        if about.kind is not Kind.AUDIO or about.audio is None:
            raise ProbeError("it is no sound")
        played = about.audio.samples / about.audio.rate if about.audio.rate else 0.0
        if played < SHORTEST_TRACK:
            raise ProbeError(f"the track is {played:.1f} s long")
        overlap = min(_OVERLAP, played / 4)
        piece = Piece("The track", fetched, about.form, played, 0.0, overlap, "qsin")
        target = request.workdir / "music.m4a"
        try:
            play(piece, length, target, seconds=max(1.0, until - time.monotonic()), cancel=request.cancelled)
        except NotPlayed as error:
            raise ProbeError(str(error)) from error
        return Ok({"duration": length}, {"music": target})

    def _length(self, request: Request) -> float:
        try:
            length = float(request.payload.get("length", 0))
        except (TypeError, ValueError):
            length = math.nan
        if not _SHORTEST <= length <= LONGEST:
            said = str(request.payload.get("length"))[:40]
            message = f"Music of {said} s cannot be made; it is {_SHORTEST:g} to {LONGEST:g} s long."
            raise Failed(GenerationError(ErrorCode.INVALID_INPUT, self.name, message))
        return length
