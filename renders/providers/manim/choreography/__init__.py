"""What moves when: pure functions from a layout and its narration to a plan of motions (LOOK.md, "Motion")."""

from __future__ import annotations

from renders.providers.manim.choreography.direct import choreograph
from renders.providers.manim.choreography.plan import Cue, Motion, Plan

__all__ = ["Cue", "Motion", "Plan", "choreograph"]
