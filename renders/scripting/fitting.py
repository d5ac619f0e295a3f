"""Whether a scene can be shown as it is: laid out in the video's own frame, with nothing shortened or left away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renders.domain.job import AspectRatio
from renders.domain.script import SceneKind
from renders.look import INK, Frame, NotEnough, check, compose


def fits(kind: SceneKind, data: Mapping[str, Any], aspect: AspectRatio, language: str) -> bool:
    """Whether the layout of the scene breaks no rule of the look and shows all of its words."""
    try:
        layout = compose(kind, data, Frame(*aspect.size), INK, language=language, index=0, count=2)
    except NotEnough:
        return False
    return not layout.notes and not check(layout)
