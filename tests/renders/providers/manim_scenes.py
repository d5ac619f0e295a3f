"""Scenes of every kind for the tests of their animation."""

from __future__ import annotations

from typing import Any

from renders.domain.script import SceneKind
from renders.look import INK, Frame
from renders.look.compose import compose
from renders.look.layout import Layout
from tests.support.scene_data import SCENE_DATA

FRAMES = {"wide": Frame(432, 244), "tall": Frame(244, 432), "square": Frame(256, 256)}
NARRATION = (
    "Solar capacity in India has grown. One plant stood there in 2014, and now there are hundreds of plants. "
    "The goal for 2030 is 500 gigawatts of power."
)


def laid_out(kind: SceneKind, frame: Frame = FRAMES["wide"], data: dict[str, Any] = SCENE_DATA, **more: Any) -> Layout:
    return compose(kind, data, frame, INK, name="s1", index=1, count=6, **more)


def payload(kind: SceneKind | str, frame: Frame = FRAMES["wide"], **changes: Any) -> dict[str, Any]:
    segment = {"id": "s1", "scene": str(kind), "headline": "Head", "narration": NARRATION, "data": SCENE_DATA}
    return {
        "segment": {**segment, **changes.pop("segment", {})},
        "index": 1,
        "count": 6,
        "width": frame.width,
        "height": frame.height,
        "fps": 30,
        "theme": "ink",
        "language": "en",
        **changes,
    }
