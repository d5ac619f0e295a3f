"""`revideo`: the timeline of what was made, composed into the video (R16, R53).

The payload holds, beside the timeline, `words`: `[{start, end, text}]`, what is spoken word by word in seconds of the
video, where the voices said so. Result: `{duration, width, height, frames, loudness, chapters}`; `placeholders` of the
timeline are added by the runner's side, for the rule that holds a render (R52).
"""

from __future__ import annotations

from typing import Any

from renders.domain import timeline
from renders.domain.job import FPS
from renders.domain.script import Script
from renders.domain.stages import Stage
from renders.domain.states import AssetStatus, StepStatus
from renders.domain.timeline import Material, Sentence, Timeline
from renders.stages.base import Asked, InputMissing, Made, Work

_ROLES = {Stage.MANIM: "visual", Stage.TTS: "narration", Stage.MUSIC: "music"}


def ask(work: Work) -> Asked:
    built = build_timeline(work)
    files = {_name(made): key for made in work.made if (key := _file_key(made))}
    return Asked({"timeline": built.to_json(), "words": _words(work, built)}, files)


def build_timeline(work: Work) -> Timeline:
    """The timeline of a run as it stands. Raises `InputMissing` where there is no script."""
    scripts = [made.result for made in work.made if made.stage is Stage.SCRIPT_GEN]
    if not scripts:
        raise InputMissing("There is no script to build the timeline from.")
    script = Script.from_json(scripts[0]["script"])
    of = {stage: {m.segment: _material(m) for m in work.made if m.stage is stage} for stage in _ROLES}
    return timeline.build(
        script,
        of[Stage.MANIM],
        of[Stage.TTS],
        of[Stage.MUSIC].get(""),
        size=work.job.aspect_ratio.size,
        fps=FPS,
        language=script.language,
        theme=work.job.theme,
        burn_captions=work.job.burn_captions,
    )


def _words(work: Work, built: Timeline) -> list[dict[str, Any]]:
    """Every word in its place; none at all where a narration has none, for then not all could be shown."""
    spoken = {made.segment: made.result for made in work.made if made.stage is Stage.TTS}
    found: list[dict[str, Any]] = []
    for clip in built.tracks.narration:
        said = spoken.get(clip.segment or "", {}).get("words") or ()
        if clip.asset is not None and not said:
            return []
        if clip.asset is not None:
            found += [_word(word, clip.start, built.duration) for word in said]
    return found


def _word(word: dict[str, Any], start: float, last: float) -> dict[str, Any]:
    begin, end = (round(min(max(0.0, start + float(word[edge])), last), 3) for edge in ("start", "end"))
    return {"start": begin, "end": end, "text": str(word["text"])[:500]}


def _material(made: Made) -> Material:
    if made.status == StepStatus.PLACEHOLDER:
        error = made.result.get("error", {})
        refused = bool(error.get("user_action_required"))
        return Material(status=AssetStatus.NEEDS_PROMPT_UPDATE if refused else AssetStatus.FAILED, error=error)
    result = made.result
    return Material(
        asset=_name(made),
        kind=str(result.get("kind", "image")),
        duration=float(result.get("duration") or 0.0),
        timings=tuple(_sentence(timing) for timing in result.get("timings", ())),
    )


def _sentence(timing: dict[str, Any]) -> Sentence:
    return Sentence(start=float(timing["start"]), end=float(timing["end"]), text=str(timing["text"]))


def _name(made: Made) -> str:
    return "-".join(part for part in (_ROLES.get(made.stage, made.stage.value), made.segment) if part)


def _file_key(made: Made) -> str | None:
    """The one file of an asset step, whatever role its provider gave it."""
    if made.stage not in _ROLES or made.status == StepStatus.PLACEHOLDER:
        return None
    keys = list(made.result.get("files", {}).values())
    return str(keys[0]) if keys else None
