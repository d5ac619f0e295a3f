"""The provider `prediction_clip` of the stage `manim`: a clip generated from the segment's prompt (R13)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renders.domain.job import FPS
from renders.domain.outcomes import Ok
from renders.framed import covers, framing, show_footage
from renders.media.forms import Kind
from renders.media.probe import ProbeError, probe
from renders.providers.base import Request
from renders.providers.predictions.predicting import Predicting
from renders.providers.predictions.visual import alt_of, order_of, values_of

LONGEST = 60.0
"""Seconds of a clip that are taken."""
SHORTEST = 0.5


class PredictionClip(Predicting):
    """Payload: the contract of the stage `manim`. Answers `{kind: "video", alt, duration, model, prompt}`; file
    `video`: an MP4 without sound in the composer's final form, in our frame, with the segment's headline below. The
    composer holds its last frame where the voice takes longer."""

    name = "prediction_clip"
    limit = 500_000_000

    def _values(self, request: Request) -> Mapping[str, Any]:
        return values_of(self.name, request)

    def _made(self, request: Request, fetched: Path, seconds: float) -> Ok:
        until = time.monotonic() + seconds
        order = order_of(self.name, request)
        about = probe(fetched, decode=True, seconds=seconds, cancel=request.cancelled)
        if about.kind is not Kind.VIDEO or about.video is None:
            raise ProbeError("it is no video")
        if about.duration < SHORTEST:
            raise ProbeError(f"the video is {about.duration:.2f} s long")
        around = framing(order)
        out = show_footage(
            fetched,
            about.form,
            around,
            request.workdir,
            start=0.0,
            length=min(about.duration, LONGEST),
            fps=FPS,
            fills=covers((about.video.width, about.video.height), around.window),
            seconds=max(1.0, until - time.monotonic()),
            cancel=request.cancelled,
        )
        made = probe(out, seconds=max(1.0, until - time.monotonic()), cancel=request.cancelled)
        alt = alt_of(order)
        return Ok({"kind": "video", "alt": alt, "duration": round(made.duration, 3)}, {"video": out})
