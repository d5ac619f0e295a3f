"""The Manim renderer: `POST /render {scene: {kind, data}, width, height, fps, duration, theme}` -> `video/mp4`.

`scene.data` is what the scene shows (`SceneKind` says which kind takes what), and beside it, where they are known:
`headline`; `narration` and `language`, by which things come in as they are spoken; `index` and `count`, for the line
of progress. `duration` is how long the scene is expected to be seen, in seconds: a clip that is shorter is meant to be
held on its last picture. The clip is in the composer's final form.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Mapping
from typing import Any

from renders.domain.errors import GenerationError
from renders.domain.script import SceneKind
from renders.providers.base import Request
from renders.providers.manim import Manim
from renders.serving import fields
from renders.serving.engine import Made, Task, made_of
from renders.serving.refused import badly_asked

_LONGEST = 600.0
_LONGEST_TEXT = 20_000


class ManimEngine:
    """`jobs` engines, each of which draws one scene at a time."""

    name = "manim"
    by_url = False

    def __init__(self, jobs: int, python: str = "") -> None:
        self._one = Manim(python)
        self._free: queue.SimpleQueue[Manim] = queue.SimpleQueue()
        for engine in (self._one, *(Manim(python) for _ in range(jobs - 1))):
            self._free.put(engine)

    def read(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The payload of the provider `manim`."""
        problems: dict[str, str] = {}
        width, height = fields.size(asked, problems)
        fps = fields.whole(asked, "fps", fields.RATES, problems)
        seconds = asked.get("duration", 0)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _LONGEST:
            problems["duration"] = f"must be a number of seconds from 0 to {_LONGEST:g}."
        kind, data = _scene(asked.get("scene"), problems)
        if problems:
            raise badly_asked(problems)
        segment = {
            "id": "scene",
            "scene": kind,
            "data": data,
            "headline": _text(data, "headline"),
            "narration": _text(data, "narration"),
            "seconds": seconds,
        }
        return {
            "segment": segment,
            "width": width,
            "height": height,
            "fps": fps,
            "theme": asked.get("theme", "ink"),
            "language": _text(data, "language"),
            "index": data.get("index"),
            "count": data.get("count"),
        }

    def make(self, order: Mapping[str, Any], task: Task) -> Made:
        engine = self._free.get()  # there is one for each place
        try:
            seconds = max(0.1, task.until - time.monotonic())
            outcome = engine.submit(Request("manim", order, task.folder, seconds, cancelled=task.cancelled), "")
        finally:
            self._free.put(engine)
        return made_of(outcome)

    def ping(self, seconds: float) -> GenerationError | None:
        return self._one.ping(seconds)


def _scene(scene: object, problems: dict[str, str]) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(scene, Mapping):
        problems["scene"] = "must be an object with kind and data."
        return "", {}
    kind, data = scene.get("kind"), scene.get("data")
    if kind not in list(SceneKind):
        problems["scene.kind"] = f"must be one of {', '.join(SceneKind)}."
    if not isinstance(data, Mapping):
        problems["scene.data"] = "must be an object."
        return "", {}
    return str(kind), data


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value[:_LONGEST_TEXT] if isinstance(value, str) else ""
