"""What follows what: the steps of a run (DESIGN section 1). Pure; the transitions store what it plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from renders.domain.job import Job
from renders.domain.script import Script, Visual
from renders.domain.stages import Stage
from renders.domain.states import StepStatus

SOURCE_FILE = "source_file"
"""The provider of a segment's visual where it shows the file that came with the job (R7). It stands before the chain of
the stage, which takes over where the file cannot be shown."""
_MUSIC_POSITION = 900
_POSITION = {Stage.SCRIPT_GEN: 0, Stage.MUSIC: _MUSIC_POSITION, Stage.REVIDEO: 910, Stage.UPLOAD: 920}
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


def plan_run(job: Job, kept: Sequence[Kept], primary: Callable[[Stage], str | None]) -> list[Planned]:
    """The steps of a new run. `primary` answers a stage's first provider, None where the stage is not wanted."""
    by_slot = {(step.stage, step.segment): step for step in kept}
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
    primary: Callable[[Stage], str | None],
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


def first_provider(stage: Stage, payload: Mapping[str, Any], primary: Callable[[Stage], str | None]) -> str | None:
    """With which provider a step begins."""
    segment = payload.get("segment")
    if stage is Stage.MANIM and isinstance(segment, Mapping) and segment.get("visual") == Visual.SOURCE:
        return SOURCE_FILE
    return primary(stage)


def _plan(
    stage: Stage,
    segment: str,
    payload: Mapping[str, Any],
    kept: Mapping[tuple[Stage, str], Kept],
    primary: Callable[[Stage], str | None],
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
    primary: Callable[[Stage], str | None],
) -> Planned:
    """A step that waits for others. A kept result of it is worth nothing once something before it is made anew."""
    waits = sum(1 for step in before if step.status is not StepStatus.DONE)
    planned = _plan(stage, "", {}, kept if waits == 0 else {}, primary)
    if waits == 0:
        return planned
    return Planned(stage, "", planned.position, planned.provider, StepStatus.WAITING, waits)
