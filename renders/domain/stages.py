"""The stages of the pipeline and their order (SPEC section 1)."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    ORCHESTRATOR = "orchestrator"
    """The whole video made elsewhere (R18); the stages up to `upload` are its fallback."""
    SCRIPT_GEN = "script_gen"
    MANIM = "manim"
    TTS = "tts"
    MUSIC = "music"
    REVIDEO = "revideo"
    UPLOAD = "upload"


ASSET_KINDS: dict[Stage, str] = {Stage.MANIM: "image", Stage.TTS: "narration", Stage.MUSIC: "music"}
"""Stages whose steps make one asset of several, and the kind it has unless the provider says otherwise."""

NEXT: dict[Stage, Stage | None] = {
    Stage.ORCHESTRATOR: Stage.UPLOAD,
    # Its segments' steps do not exist before it has ended: they come in between (pipeline/graph.py).
    Stage.SCRIPT_GEN: Stage.REVIDEO,
    Stage.MANIM: Stage.REVIDEO,
    Stage.TTS: Stage.REVIDEO,
    Stage.MUSIC: Stage.REVIDEO,
    Stage.REVIDEO: Stage.UPLOAD,
    Stage.UPLOAD: None,
}
"""Which stage's step counts down when a step of this stage is settled."""

ORDER = tuple(Stage)


def from_stage_on(stage: Stage) -> frozenset[Stage]:
    """The stages whose results a re-render from `stage` does not keep (R20)."""
    side_by_side = (Stage.MANIM, Stage.TTS, Stage.MUSIC)
    if stage in side_by_side:
        return frozenset({stage, Stage.REVIDEO, Stage.UPLOAD})
    return frozenset(ORDER[ORDER.index(stage) :])
