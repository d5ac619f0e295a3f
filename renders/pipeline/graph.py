"""What follows what: the steps of a run (DESIGN section 1). Pure; the transitions store what it plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from renders.domain.job import Job
from renders.domain.script import Script, Visual
from renders.domain.stages import Stage
from renders.domain.states import StepStatus
from renders.stages import orchestrator

SOURCE_FILE = "source_file"
"""The provider of a segment's visual where it shows the file that came with the job (R7)."""
WISHES: dict[str, str] = {
    Visual.SOURCE: "source",
    Visual.GENERATED_IMAGE: "image",
    Visual.GENERATED_CLIP: "clip",
}
"""The chain that a segment's visual asks for besides that of its stage (R13)."""
_MUSIC_POSITION = 900
_POSITION = {
    Stage.ORCHESTRATOR: 0,
    Stage.SCRIPT_GEN: 1,
    Stage.MUSIC: _MUSIC_POSITION,
    Stage.REVIDEO: 910,
    Stage.UPLOAD: 920,
}
"""Positions of the steps that are not a segment's; segments' lie between. They are also the order of locking."""


@dataclass(frozen=True)
class Kept:
    """A finished step of an earlier run whose result is taken over (R20)."""

    stage: Stage
    segment: str
    result: Mapping[str, Any]
    provider: str
    degraded: str
    run: int


@dataclass(frozen=True)
class Planned:
    """One step as it is to be stored."""

    stage: Stage
    segment: str
    position: int
    provider: str
    status: StepStatus
    waits: int = 0
    payload: Mapping[str, Any] = field(default_factory=dict)
    kept: Kept | None = None


def plan_run(job: Job, kept: Sequence[Kept], primary: Callable[[str], str | None]) -> list[Planned]:
    """The steps of a new run. `primary` answers the first provider of a chain (each stage has one; see
    `WISHES`), None where there is none."""
    by_slot = {(step.stage, step.segment): step for step in kept}
    if not _is_for_the_orchestrator(job, primary):
        return _plan_in_house(job, by_slot, primary)
    elsewhere = _plan(Stage.ORCHESTRATOR, "", {}, by_slot, primary)
    if elsewhere.kept and orchestrator.is_in_house(elsewhere.kept.result):
        return [elsewhere, *_plan_in_house(job, by_slot, primary)]
    return [elsewhere, _plan_last(Stage.UPLOAD, [elsewhere], by_slot, primary)]


def plan_instead(job: Job, primary: Callable[[str], str | None]) -> list[Planned]:
    """The steps that make the video in-house after all, up to the `upload` that is there already (R18)."""
    return _plan_in_house(job, {}, primary)[:-1]


def _is_for_the_orchestrator(job: Job, primary: Callable[[str], str | None]) -> bool:
    return primary(Stage.ORCHESTRATOR) is not None and orchestrator.takes(job)


def _plan_in_house(
    job: Job, by_slot: Mapping[tuple[Stage, str], Kept], primary: Callable[[str], str | None]
) -> list[Planned]:
    script_step = by_slot.get((Stage.SCRIPT_GEN, ""))
    script_gen = _plan(Stage.SCRIPT_GEN, "", {}, by_slot, primary)
    middle: list[Planned] = []
    if script_step is not None:
        middle = plan_segments(job, Script.from_json(script_step.result["script"]), by_slot, primary)
    revideo = _plan_last(Stage.REVIDEO, [script_gen, *middle], by_slot, primary)
    upload = _plan_last(Stage.UPLOAD, [revideo], by_slot, primary)
    return [script_gen, *middle, revideo, upload]


def plan_segments(
    job: Job,
    script: Script,
    kept: Mapping[tuple[Stage, str], Kept],
    primary: Callable[[str], str | None],
) -> list[Planned]:
    """The steps that a script asks for: a visual and a narration for each segment, and music beside them."""
    width, height = job.aspect_ratio.size
    steps: list[Planned] = []
    for index, segment in enumerate(script.segments):
        visual: dict[str, Any] = {
            "segment": segment.to_json(),
            "index": index,
            "count": len(script.segments),
            "width": width,
            "height": height,
            "theme": job.theme,
            "language": script.language,
        }
        narration: dict[str, Any] = {
            "text": segment.narration,
            "language": script.language,
            "voice": job.voice.value,
            "segment_id": segment.id,
        }
        for offset, (stage, payload) in enumerate(((Stage.TTS, narration), (Stage.MANIM, visual))):
            steps.append(_plan(stage, segment.id, payload, kept, primary, position=10 + 2 * index + offset))
    if primary(Stage.MUSIC):
        steps.append(_plan(Stage.MUSIC, "", {"length": _music_seconds(job)}, kept, primary))
    return steps


def _music_seconds(job: Job) -> int:
    """Longer than the video can become: a piece that ends before it would have to start again after its ending."""
    return round(1.2 * job.length) + 10


def chains_of(stage: Stage, payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the chains that a step walks, one after the other: what its segment wishes for stands before the chain
    of the stage, which takes over where the wish cannot be fulfilled (R7, R13)."""
    segment = payload.get("segment")
    wish = WISHES.get(str(segment.get("visual"))) if stage is Stage.MANIM and isinstance(segment, Mapping) else None
    return (wish, stage.value) if wish else (stage.value,)


def first_provider(stage: Stage, payload: Mapping[str, Any], primary: Callable[[str], str | None]) -> str | None:
    """With which provider a step begins: that of the first of its chains that has one."""
    return next((first for name in chains_of(stage, payload) if (first := primary(name))), None)


def _plan(
    stage: Stage,
    segment: str,
    payload: Mapping[str, Any],
    kept: Mapping[tuple[Stage, str], Kept],
    primary: Callable[[str], str | None],
    position: int | None = None,
) -> Planned:
    made = kept.get((stage, segment))
    return Planned(
        stage=stage,
        segment=segment,
        position=_POSITION[stage] if position is None else position,
        provider=made.provider if made else first_provider(stage, payload, primary) or "",
        status=StepStatus.DONE if made else StepStatus.DUE,
        payload=payload,
        kept=made,
    )


def _plan_last(
    stage: Stage,
    before: Iterable[Planned],
    kept: Mapping[tuple[Stage, str], Kept],
    primary: Callable[[str], str | None],
) -> Planned:
    """A step that waits for others. A kept result of it is worth nothing once something before it is made anew."""
    waits = sum(1 for step in before if step.status is not StepStatus.DONE)
    planned = _plan(stage, "", {}, kept if waits == 0 else {}, primary)
    if waits == 0:
        return planned
    return Planned(stage, "", planned.position, planned.provider, StepStatus.WAITING, waits)
