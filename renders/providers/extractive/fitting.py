"""Whether a scene can be shown as it is: laid out in the video's own frame, with nothing shortened or left away."""

from __future__ import annotations

from renders.domain.job import AspectRatio
from renders.look import INK, Frame, NotEnough, check, compose
from renders.providers.extractive.scenes import Scene


def fits(scene: Scene, aspect: AspectRatio, language: str) -> bool:
    """Whether the layout of `scene` breaks no rule of the look and shows all of its words."""
    try:
        layout = compose(scene.kind, scene.data, Frame(*aspect.size), INK, language=language, index=0, count=2)
    except NotEnough:
        return False
    return not layout.notes and not check(layout)
