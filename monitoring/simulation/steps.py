"""The steps of a simulated render, as the pipeline plans them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from monitoring.simulation.world import Asked, Verdict
from renders.domain.job import Job, JobType
from renders.domain.script import Role, SceneKind, Script, Segment
from renders.domain.stages import NEXT, Stage
from renders.domain.states import StepStatus
from renders.pipeline import graph


@dataclass(slots=True)
class Step:
    render: Simulated
    stage: Stage
    segment: str
    index: int
    """Which of the segments it belongs to; 0 where to none."""
    state: StepStatus
    waits: int = 0
    provider: str = ""
    attempt: int = 0
    degraded: bool = False
    seat: int = 0
    """Which worker is at it."""
    probe: bool = False
    parked: bool = False
    """It sleeps because nobody could be asked."""


@dataclass(slots=True)
class Simulated:
    """A render on its way."""

    asked: Asked
    verdict: Verdict
    rank: float = 0.0
    deadline: datetime | None = None
    steps: list[Step] = field(default_factory=list)
    retry_count: int = 0
    wake_at: float | None = None
    """It failed, and is requeued then."""
    final: bool = False

    def next_of(self, stage: Stage) -> Step | None:
        wanted = NEXT[stage]
        return next((step for step in self.steps if step.stage is wanted), None) if wanted else None

    def missing(self, stage: Stage) -> int:
        return sum(step.stage is stage and step.state is StepStatus.PLACEHOLDER for step in self.steps)


_JOB = Job(JobType.TOPIC_SHORT, name="simulated", input_text="")


def begin(render: Simulated, chains: Mapping[Stage, bool]) -> None:
    """The steps that a run begins with."""
    render.steps = [Step(render, *planned) for planned in _run_plan(_wanted(chains))]


def add_segments(render: Simulated, chains: Mapping[Stage, bool]) -> list[Step]:
    """The steps that the script asks for; they come between it and the composition, which waits for them."""
    added = [Step(render, *planned) for planned in _segment_plan(render.asked.segments, _wanted(chains))]
    render.steps += added
    composing = render.next_of(Stage.SCRIPT_GEN)
    if composing is not None:
        composing.waits += len(added)
    return added


def _wanted(chains: Mapping[Stage, bool]) -> frozenset[str]:
    return frozenset(stage.value for stage, wanted in chains.items() if wanted)


@cache
def _run_plan(wanted: frozenset[str]) -> list[tuple[Stage, str, int, StepStatus, int]]:
    planned = graph.plan_run(_JOB, [], lambda chain: "some" if chain in wanted else None)
    return [(step.stage, step.segment, 0, step.status, step.waits) for step in planned]


@cache
def _segment_plan(segments: int, wanted: frozenset[str]) -> list[tuple[Stage, str, int, StepStatus, int]]:
    script = Script(
        "simulated",
        "en",
        tuple(Segment(f"s{n}", Role.ITEM, "", "", SceneKind.TITLE_CARD) for n in range(1, segments + 1)),
    )
    planned = graph.plan_segments(_JOB, script, {}, lambda chain: "some" if chain in wanted else None)
    return [(step.stage, step.segment, int(step.segment[1:] or 1) - 1, step.status, step.waits) for step in planned]
