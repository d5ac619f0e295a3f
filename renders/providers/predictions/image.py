"""The provider `prediction_image` of the stage `manim`: a picture generated from the segment's prompt (R13)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from renders.domain.outcomes import Ok
from renders.framed import framing, show_picture
from renders.providers.base import Request
from renders.providers.predictions.predicting import Predicting
from renders.providers.predictions.visual import alt_of, order_of, values_of


class PredictionImage(Predicting):
    """Payload: the contract of the stage `manim`. Answers `{kind: "image", alt, model, prompt}`; file `image`: PNG of
    the frame's size, the picture in it from edge to edge, with the segment's headline below."""

    name = "prediction_image"
    limit = 25_000_000

    def _values(self, request: Request) -> Mapping[str, Any]:
        return values_of(self.name, request)

    def _made(self, request: Request, fetched: Path, seconds: float) -> Ok:
        order = order_of(self.name, request)
        around = framing(order)
        out = show_picture(
            fetched, around, order.theme, request.workdir, cover=True, seconds=seconds, cancel=request.cancelled
        )
        return Ok({"kind": "image", "alt": alt_of(order)}, {"image": out})
