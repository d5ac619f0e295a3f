"""Scenes of every kind for the tests of their animation."""

from __future__ import annotations

from typing import Any

from renders.domain.script import SceneKind
from renders.look import INK, Frame
from renders.look.compose import compose
from renders.look.layout import Layout

FRAMES = {"wide": Frame(432, 244), "tall": Frame(244, 432), "square": Frame(256, 256)}
NARRATION = (
    "Solar capacity in India has grown. One plant stood there in 2014, and now there are hundreds of plants. "
    "The goal for 2030 is 500 gigawatts of power."
)
DATA: dict[str, Any] = {
    "headline": "Solar capacity in India then and now",
    "kicker": "Energy",
    "footer": "3 items",
    "source": "Day in Hindi",
    "points": ["One plant in 2014", "Hundreds of plants", "The goal for 2030 is 500 GW"],
    "value": "2,525",
    "unit": "km",
    "label": "length of the Ganga",
    "quote": "The universe opens itself up to you",
    "speaker": "Nancy Grace Roman",
    "place": "Baikonur",
    "lat": 45.9,
    "lon": 63.3,
    "left": {"label": "2014", "value": "20 GW", "points": ["few"]},
    "right": {"label": "2024", "value": "80 GW", "points": ["many"]},
    "series": [{"label": "Wind", "value": 10}, {"label": "Solar", "value": "40"}, {"label": "Hydro", "value": 20}],
    "events": [{"when": "1961", "what": "Gagarin"}, {"when": "1969", "what": "The Moon"}],
}


def laid_out(kind: SceneKind, frame: Frame = FRAMES["wide"], data: dict[str, Any] = DATA, **more: Any) -> Layout:
    return compose(kind, data, frame, INK, name="s1", index=1, count=6, **more)


def payload(kind: SceneKind | str, frame: Frame = FRAMES["wide"], **changes: Any) -> dict[str, Any]:
    segment = {"id": "s1", "scene": str(kind), "headline": "Head", "narration": NARRATION, "data": DATA}
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
