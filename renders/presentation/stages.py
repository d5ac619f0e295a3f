"""Stages and steps as people call them."""

from __future__ import annotations

from renders.domain.stages import Stage

TITLES: dict[Stage, str] = {
    Stage.ORCHESTRATOR: "Elsewhere",
    Stage.SCRIPT_GEN: "Script",
    Stage.MANIM: "Visuals",
    Stage.TTS: "Narration",
    Stage.MUSIC: "Music",
    Stage.REVIDEO: "Composing",
    Stage.UPLOAD: "Publishing",
}

_ONE: dict[Stage, str] = {
    Stage.ORCHESTRATOR: "the making elsewhere",
    Stage.SCRIPT_GEN: "the script",
    Stage.MANIM: "the visual",
    Stage.TTS: "the narration",
    Stage.MUSIC: "the music",
    Stage.REVIDEO: "composing",
    Stage.UPLOAD: "publishing",
}
_KINDS: dict[Stage, tuple[str, str]] = {
    Stage.ORCHESTRATOR: ("the making elsewhere", "videos made elsewhere"),
    Stage.SCRIPT_GEN: ("the script", "scripts"),
    Stage.MANIM: ("one visual", "visuals"),
    Stage.TTS: ("one narration", "narrations"),
    Stage.MUSIC: ("the music", "pieces of music"),
    Stage.REVIDEO: ("the composing", "compositions"),
    Stage.UPLOAD: ("the publishing", "publications"),
}


def title(stage: str) -> str:
    """A stage's name; what is none (`health`, before a run) is told as it is."""
    return TITLES[Stage(stage)] if stage in set(Stage) else stage.capitalize()


def label(stage: str, segment: str = "") -> str:
    """One step as a row's name: `Visual s3`."""
    name = "Visual" if segment and stage == Stage.MANIM else title(stage)
    return f"{name} {segment}".strip()


def one(stage: str, segment: str = "") -> str:
    """One step within a sentence: `the visual of s3`."""
    name = _ONE[Stage(stage)] if stage in set(Stage) else stage
    return f"{name} of {segment}" if segment else name


def how_many(stage: str, count: int) -> str:
    """`one visual`, `3 visuals`."""
    if stage not in set(Stage):
        return stage
    single, many = _KINDS[Stage(stage)]
    return single if count == 1 else f"{count} {many}"
