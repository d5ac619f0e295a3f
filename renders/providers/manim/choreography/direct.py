"""From a layout and its narration to the plan of its motions."""

from __future__ import annotations

from renders.look.layout import Layout
from renders.providers.manim.choreography.cast import Cast
from renders.providers.manim.choreography.kinds import stage
from renders.providers.manim.choreography.plan import Plan


def choreograph(layout: Layout, narration: str, language: str, fps: int) -> Plan:
    """The motions of one scene, in frames at `fps`.

    `narration` is what is said meanwhile: what is spoken of comes in when its words come. The plan ends a moment after
    its last motion, at most one second after the estimated end of the voice.
    """
    cast = Cast(layout, narration, language, fps)
    stage(layout, cast)
    return cast.plan()
