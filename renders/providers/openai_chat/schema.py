"""The form in which the model is asked to answer. It is asked for, never trusted: `reading` judges what comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from renders.domain.script import SceneKind, Visual

SHOWN = tuple(kind.value for kind in SceneKind if kind not in (SceneKind.TITLE_CARD, SceneKind.CLOSING))
"""Scenes that the model may choose for the segments between the hook and the closing."""


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _list(of: Any) -> dict[str, Any]:
    return {"type": "array", "items": of}


_TEXT = {"type": "string"}
_NUMBER = {"type": ["number", "null"]}
_SIDE = _object(label=_TEXT, value=_TEXT, points=_list(_TEXT))


def response_format(visuals: Sequence[Visual]) -> dict[str, Any]:
    """The `response_format` of a call; `visuals`: what segments may be shown as besides scenes (R13)."""
    scene = _object(
        points=_list(_TEXT),
        value=_TEXT,
        unit=_TEXT,
        label=_TEXT,
        quote=_TEXT,
        speaker=_TEXT,
        series=_list(_object(label=_TEXT, value=_TEXT)),
        events=_list(_object(when=_TEXT, what=_TEXT)),
        left=_SIDE,
        right=_SIDE,
        place=_TEXT,
        lat=_NUMBER,
        lon=_NUMBER,
        source=_TEXT,
        kicker=_TEXT,
    )
    segment = _object(
        narration=_TEXT,
        headline=_TEXT,
        scene={"type": "string", "enum": list(SHOWN)},
        data=scene,
        visual={"type": "string", "enum": [Visual.SCENE.value, *(visual.value for visual in visuals)]},
        image_prompt=_TEXT,
    )
    script = _object(
        title=_TEXT,
        hook=_object(narration=_TEXT, headline=_TEXT, kicker=_TEXT),
        segments=_list(segment),
        closing=_object(narration=_TEXT, headline=_TEXT, points=_list(_TEXT)),
    )
    return {"type": "json_schema", "json_schema": {"name": "script", "strict": True, "schema": script}}
