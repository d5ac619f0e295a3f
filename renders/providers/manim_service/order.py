"""From the stage's payload to what the Manim renderer is asked (contract of the render services), and what is told of
the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renders.domain.errors import ErrorCode, GenerationError
from renders.domain.job import FPS
from renders.domain.script import SceneKind
from renders.look import read_order
from renders.look.content import NotEnough
from renders.text import speech_rate

LONGEST = 600.0
"""Seconds of a scene."""
_LONGEST_ALT = 1_000
_BESIDE = ("headline", "narration")
"""Of the segment: what the scene falls back to, and what its timing follows."""


def of_payload(payload: Mapping[str, Any]) -> dict[str, Any] | str:
    """`{scene: {kind, data}, width, height, fps, duration, theme}`; or, in words, why there is nothing to ask for."""
    _, problems = read_order(payload)
    if problems:
        return " ".join(f"{field}: {problem}" for field, problem in problems.items())
    segment = payload["segment"]
    own = segment.get("data")
    beside = {name: segment.get(name) or "" for name in _BESIDE}
    data = {**beside, **{name: payload.get(name) for name in ("language", "index", "count")}}
    return {
        "scene": {"kind": _kind(segment), "data": {**data, **(own if isinstance(own, Mapping) else {})}},
        "width": payload["width"],
        "height": payload["height"],
        "fps": payload.get("fps") or FPS,
        "duration": _seconds(segment, payload),
        "theme": payload.get("theme") or "ink",
    }


def _kind(segment: Mapping[str, Any]) -> str:
    """A kind of scene that nobody knows is shown as points, as the engine here does."""
    kind = segment.get("scene")
    return str(kind) if kind in list(SceneKind) else SceneKind.BULLETS.value


def _seconds(segment: Mapping[str, Any], payload: Mapping[str, Any]) -> float:
    """How long the scene is expected to be seen."""
    given, language = segment.get("seconds"), str(payload.get("language"))
    if isinstance(given, int | float) and given > 0:
        return round(min(float(given), LONGEST), 3)
    spoken = speech_rate.seconds(
        str(segment.get("narration") or ""), language if language in speech_rate.RATES else "en"
    )
    return round(min(spoken + speech_rate.AIR_SECONDS, LONGEST), 3)


def alt(payload: Mapping[str, Any]) -> str:
    """What the scene shows, in words: by our own layout of the same data."""
    order, _ = read_order(payload)
    try:
        return order.lay_out().alt[:_LONGEST_ALT] if order else ""
    except NotEnough:
        return ""


def segment_id(payload: Mapping[str, Any]) -> str:
    segment = payload.get("segment")
    return str(segment.get("id", ""))[:80] if isinstance(segment, Mapping) else ""


def refusal(provider: str, message: str) -> GenerationError:
    return GenerationError(ErrorCode.INVALID_INPUT, provider, message[:500])
